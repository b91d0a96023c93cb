//! What is left of an answer that did not come to its end, and of a run that was cancelled.

use std::time::Duration;

use windlass_agent::{Cancel, Limits, PartialAnswers, Stop, What};
use windlass_core::{
    CancellationToken, ErrorKind, Event, EventStream, Finish, FinishReason, Model, ModelError,
    ModelId, Never, PartIndex, Profile, Request, Script, Usage, async_trait,
};

use crate::kit::{agent, assert_legal, ended, history, looks, model, told};

async fn check(script: Script, kept: &[&str]) {
    for (partials, expected) in [(PartialAnswers::Keep, kept), (PartialAnswers::Drop, &[])] {
        let agent = agent(model("m", [script.clone()]))
            .retry(Never)
            .partial_answers(partials);
        let report = ended(agent.build().unwrap().run("Go.")).await;
        assert_eq!(
            history(&report.conversation)[1..],
            *expected,
            "{partials:?}"
        );
        assert!(matches!(report.stop, Stop::Failed(_)));
        assert_legal(&format!("{partials:?}"), &report.conversation);
    }
}

// R-4, R-65, R-66
#[tokio::test(start_paused = true)]
async fn the_beginning_of_an_answer_is_kept_and_marked_or_dropped_by_choice() {
    let error = || ModelError::new(ErrorKind::Server, "boom");
    check(Script::text("One two").cut(), &["a… One two []"]).await;
    check(Script::text("One two").fail(error()), &["a… One two []"]).await;
    check(Script::thinking("Hm.").cut(), &["a…  []"]).await;
    check(
        looks("c1").then_text("and").fail(error()),
        &["a… and [c1]", "o Cancelled"],
    )
    .await;
    check(Script::refuse(error()), &[]).await;
    check(Script::new().cut(), &[]).await;
}

// R-13, R-66
#[tokio::test(start_paused = true)]
async fn an_answer_that_ended_for_its_length_is_not_partial() {
    let finish = Finish::new(FinishReason::Length, "length");
    let script = Script::text("One two").with_finish(finish);
    let agent = agent(model("m", [script])).partial_answers(PartialAnswers::Drop);
    let report = ended(agent.build().unwrap().run("Go.")).await;
    assert_eq!(history(&report.conversation)[1], "a One two []");
}

// R-66
#[tokio::test(start_paused = true)]
async fn the_last_beginning_is_kept_and_none_before_it() {
    let broken = |words| Script::text(words).fail(ModelError::new(ErrorKind::Server, "boom"));
    let scripts = [
        broken("One"),
        broken("Two"),
        broken("Three"),
        broken("Four"),
    ];
    let policy = windlass_core::Backoff::new().discarding_output();
    let agent = agent(model("m", scripts)).retry(policy).build().unwrap();
    let (events, report) = told(agent.run("Go.")).await;
    assert_eq!(history(&report.conversation), ["u 1", "a… Four []"]);
    let void = events.iter().filter(|event| event.what == What::Discarded);
    assert_eq!(void.count(), 3);
}

/// Says two words and then nothing more, without an end.
struct Mute(Profile);

impl Mute {
    fn new() -> Self {
        Mute(Profile::new(ModelId::new("test", "mute")))
    }
}

#[async_trait]
impl Model for Mute {
    fn profile(&self) -> &Profile {
        &self.0
    }

    async fn stream(&self, _: Request) -> Result<EventStream, ModelError> {
        let part = PartIndex(0);
        let words = ["One ", "two"].into_iter().map(move |word| Event::Text {
            part,
            text: word.into(),
        });
        let usage = Event::Usage(Usage::UNKNOWN.with_input(10));
        let mut events: Vec<_> = words.chain([usage]).collect();
        events.reverse();
        let stream = Silent(events);
        Ok(EventStream::new(self.0.id.clone(), stream))
    }
}

struct Silent(Vec<Event>);

impl windlass_core::EventSource for Silent {
    fn poll_events(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        events: &mut std::collections::VecDeque<Event>,
    ) -> std::task::Poll<Option<Result<(), ModelError>>> {
        match self.0.pop() {
            Some(event) => {
                events.push_back(event);
                std::task::Poll::Ready(Some(Ok(())))
            }
            None => std::task::Poll::Pending,
        }
    }
}

// R-65, R-66
#[tokio::test(start_paused = true)]
async fn a_stream_that_says_nothing_more_can_be_cancelled_and_runs_into_the_deadline() {
    let token = CancellationToken::new();
    let agent = agent(Mute::new()).build().unwrap();
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(9)).await;
        token.cancel();
    };
    let run = agent.run("Go.").with_cancel(token.clone());
    let (report, ()) = tokio::join!(ended(run), cancel);
    assert_eq!(report.stop, Stop::Cancelled(Cancel::Now));
    assert_eq!(report.duration, Duration::from_secs(9));
    assert_eq!(history(&report.conversation), ["u 1", "a… One two []"]);
    let attempt = &report.attempts[0];
    let failed = attempt.error.as_ref().unwrap();
    assert_eq!(failed.kind, ErrorKind::Cancelled);
    assert_eq!(attempt.usage.input(), Some(10));
    assert!(attempt.has_output);

    let limits = Limits::default().with_time(Duration::from_secs(4));
    let report = ended(agent.run("Go.").with_limits(limits)).await;
    assert!(matches!(&report.stop, Stop::Limit(reached) if reached.used == 4_000));
    assert_eq!(report.duration, Duration::from_secs(4));
    assert_eq!(history(&report.conversation), ["u 1", "a… One two []"]);
}

// R-65
#[tokio::test(start_paused = true)]
async fn cancelling_one_run_cancels_no_other_that_shares_its_token() {
    let token = CancellationToken::new();
    let agent = agent(Mute::new()).build().unwrap();
    let one = agent.run("Go.").with_cancel(token.clone());
    let two = agent.run("Go.").with_cancel(token.clone());
    let handle = one.handle();
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        handle.cancel();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!token.is_cancelled(), "the token is the program's");
        token.cancel();
    };
    let (one, two, ()) = tokio::join!(ended(one), ended(two), cancel);
    assert_eq!(one.duration, Duration::from_secs(1));
    assert_eq!(two.duration, Duration::from_secs(2));
}

// R-57, R-65
#[tokio::test(start_paused = true)]
async fn finished_outcomes_are_kept_when_the_run_is_cancelled() {
    let script = looks("c1")
        .then_call("c2", "nap", r#"{"ms":3600000}"#)
        .then_call("c3", "look", r#"{"at":"c3"}"#);
    let agent = agent(model("m", [script])).build().unwrap();
    let mut run = agent.run("Go.");
    let handle = run.handle();
    let mut ends = 0;
    while let Some(event) = run.next().await {
        ends += u32::from(matches!(event.what, What::ToolEnded(_)));
        if ends == 2 {
            handle.cancel();
        }
    }
    let report = ended(run).await;
    let expected = ["u 1", "a  [c1,c2,c3]", "o saw c1, Cancelled, saw c3"];
    assert_eq!(history(&report.conversation), expected);
    assert_eq!(report.calls, 3);
    assert_eq!(report.duration, Duration::from_secs(5), "the grace time");
}

// R-65
#[tokio::test(start_paused = true)]
async fn a_run_that_ends_after_its_turn_finishes_its_calls() {
    let scripts = [looks("c1"), Script::text("Done.")];
    let model = model("m", scripts);
    let agent = agent(model.clone()).build().unwrap();
    let mut run = agent.run("Go.");
    let handle = run.handle();
    while let Some(event) = run.next().await {
        if let What::CallStarted { .. } = event.what {
            handle.cancel_after_turn();
        }
    }
    let report = ended(run).await;
    assert_eq!(report.stop, Stop::Cancelled(Cancel::AfterTurn));
    assert_eq!(
        history(&report.conversation),
        ["u 1", "a  [c1]", "o saw c1"]
    );
    assert_eq!(model.remaining(), 1);
    let goes_on = ended(agent.run(report.conversation)).await;
    assert_eq!(goes_on.text(), "Done.");
}
