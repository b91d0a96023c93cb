//! What was shown is kept, also when the run is cancelled on the way into its conversation.

use std::time::Duration;

use tokio::time::sleep;
use windlass_agent::{
    At, Before, Cancel, Hook, Journal, JournalEffect, JournalError, Limits, Report, Run, Step,
    Stepped, Stop, What,
};
use windlass_core::{
    Assistant, ErrorKind, Finish, FinishReason, ModelError, Request, Response, Script, Usage,
    async_trait,
};

use crate::kit::{agent, ended, history, looks, model, told};

/// Takes a minute to write anything down.
struct SlowToWrite;

#[async_trait]
impl Journal for SlowToWrite {
    async fn step<'a>(
        &'a self,
        _: &'a Step,
        effect: JournalEffect<'a>,
    ) -> Result<Stepped, JournalError> {
        let record = effect.await;
        sleep(Duration::from_secs(60)).await;
        Ok(Stepped::Ran(record))
    }
}

/// Cancels a run so many seconds after it began.
async fn cancelled_after(run: Run, seconds: u64) -> Report {
    let handle = run.handle();
    let cancel = async {
        sleep(Duration::from_secs(seconds)).await;
        handle.cancel();
    };
    let (report, ()) = tokio::join!(ended(run), cancel);
    assert_eq!(report.stop, Stop::Cancelled(Cancel::Now));
    report
}

//
#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_while_it_is_written_down() {
    let usage = Usage::UNKNOWN.with_input(10).with_output(2);
    let broken = Script::text("Hm.").fail(ModelError::new(ErrorKind::Server, "boom"));
    for (script, expected) in [
        (Script::text("Done."), &["a Done. []"][..]),
        (looks("c1").then_text("Hm."), &["a Hm. [c1]", "o Cancelled"]),
        (broken, &["a… Hm. []"]),
    ] {
        let script = script.with_usage(usage);
        let agent = agent(model("m", [script])).build().unwrap();
        let run = agent.run("Go.").with_journal(SlowToWrite);
        // The run and its turn are written down in the first two minutes.
        let report = cancelled_after(run, 150).await;
        assert_eq!(history(&report.conversation)[1..], *expected);
        assert_eq!(report.usage, usage);
        assert_eq!(report.attempts.len(), 1);
        assert_eq!(report.attempts[0].usage, usage);
    }
}

/// Answers in place of the model.
struct Answers;

#[async_trait]
impl Hook for Answers {
    async fn before_model(&self, _: &mut Request, _: &At) -> Before<Response> {
        let finish = Finish::new(FinishReason::Stop, "hook");
        Before::Replace(Response::new(Assistant::new("From the hook."), finish))
    }
}

//
#[tokio::test(start_paused = true)]
async fn an_answer_of_a_hook_is_kept_once_it_is_shown() {
    let agent = agent(model("m", [])).hook(Answers).build().unwrap();
    let mut run = agent.run("Go.");
    let handle = run.handle();
    while let Some(event) = run.next().await {
        if let What::Text { .. } = event.what {
            handle.cancel();
        }
    }
    let report = ended(run).await;
    assert_eq!(report.text(), "From the hook.");
}

//
#[tokio::test(start_paused = true)]
async fn an_attempt_that_a_budget_cuts_is_no_success() {
    let script = Script::text("word ".repeat(500));
    let limits = Limits::default().with_output_tokens(10);
    let agent = agent(model("m", [script])).limits(limits).build().unwrap();
    let (events, report) = told(agent.run("Go.")).await;
    let attempt = &report.attempts[0];
    assert!(!attempt.is_success());
    let failed = attempt.error.as_ref().unwrap();
    assert_eq!(failed.kind, ErrorKind::Cancelled);
    assert!(failed.message.contains("budget"), "{failed}");
    assert!(report.error.is_none(), "the limit is why the run ended");
    let ended = events.iter().filter_map(|event| match &event.what {
        What::AttemptEnded(record) => Some(&**record),
        _ => None,
    });
    assert_eq!(ended.collect::<Vec<_>>(), [attempt]);
}
