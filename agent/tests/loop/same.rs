//! A run that is awaited and one that is iterated come to the same.

use std::time::Duration;

use windlass_agent::{AgentBuilder, AtLimit, Chain, Flaw, Limits, PartialAnswers, Report, Run};
use windlass_core::{
    Backoff, Chance, ErrorKind, Finish, FinishReason, ModelError, Never, Options, Script,
    ToolChoice, Usage,
};

use crate::kit::{agent, ended, looks, model, told};

fn error(kind: ErrorKind) -> ModelError {
    ModelError::new(kind, "no")
}

fn done() -> Script {
    Script::text("Done.").with_usage(Usage::UNKNOWN.with_input(20).with_output(5))
}

fn ends(reason: FinishReason) -> Script {
    Script::text("Well.").with_finish(Finish::new(reason, "raw"))
}

fn refuse(kind: ErrorKind) -> Script {
    Script::refuse(error(kind))
}

/// Broken once, and then whole.
fn healed(broken: Script) -> AgentBuilder {
    let policy = Backoff::new().discarding_output();
    agent(model("m", [broken, looks("c1"), done()])).retry(policy)
}

/// Twenty runs, each with its name.
fn runs() -> Vec<(&'static str, AgentBuilder)> {
    let m = |scripts: &[Script]| agent(model("m", scripts.iter().cloned()));
    let limits = Limits::default;
    let several = looks("c1")
        .then_call("c2", "nap", r#"{"ms":10}"#)
        .then_call("c3", "fail", "{}")
        .then_call("c4", "panic", "{}");
    let chain = |flaw| Chain::new().then(model("b", [done()])).rejecting([flaw]);
    vec![
        ("an answer", m(&[done()])),
        ("thinking", m(&[Script::thinking("Hm.").then_text("Done.")])),
        ("a call", m(&[looks("c1"), done()])),
        ("several calls", m(&[several.clone(), looks("c5"), done()])),
        ("a fatal call", m(&[several.then_call("c5", "fatal", "{}")])),
        ("unknown", m(&[Script::call("c1", "lock", "{}"), done()])),
        ("an empty answer", m(&[Script::new()])),
        ("cut", m(&[ends(FinishReason::Length)])),
        ("refused", m(&[ends(FinishReason::Refused)])),
        ("paused", m(&[ends(FinishReason::Paused), done()])),
        ("no answer", m(&[refuse(ErrorKind::Authentication)])),
        ("broken", m(&[Script::text("One two").cut()]).retry(Never)),
        (
            "broken and dropped",
            m(&[Script::text("One two").cut()])
                .retry(Never)
                .partial_answers(PartialAnswers::Drop),
        ),
        ("healed", healed(refuse(ErrorKind::Overloaded))),
        (
            "healed after output",
            healed(Script::text("One").fail(error(ErrorKind::Server))),
        ),
        (
            "another model",
            m(&[refuse(ErrorKind::QuotaExhausted)]).fallback(chain(Flaw::Empty)),
        ),
        (
            "turned down",
            m(&[ends(FinishReason::Length)]).fallback(chain(Flaw::Cut)),
        ),
        (
            "limited",
            m(&[looks("c1"), looks("c2")]).limits(limits().with_turns(2).at_limit(AtLimit::Fail)),
        ),
        (
            "a last turn",
            m(&[looks("c1"), done()]).limits(limits().with_calls(0).at_limit(AtLimit::LastTurn)),
        ),
        (
            "a budget",
            m(&[Script::text("word ".repeat(500))]).limits(limits().with_output_tokens(100)),
        ),
        (
            "forced",
            m(&[looks("c1"), done()])
                .options(Options::new().with_tool_choice(ToolChoice::Required)),
        ),
        (
            "out of time",
            m(&[Script::call("c1", "nap", r#"{"ms":60000}"#)])
                .limits(limits().with_time(Duration::from_secs(1))),
        ),
    ]
}

/// All of a report, but the id of its run.
fn all(report: &Report) -> String {
    let history = serde_json::to_string(&report.conversation).unwrap();
    let error = report.error.as_ref().map(ToString::to_string);
    format!(
        "{:?}\n{history}\n{:?} {:?} {} {}\n{} {} {:?}\n{:?}\n{:?} {:?} {:?}\n{error:?}",
        report.stop,
        report.usage,
        report.models,
        report.cost,
        report.unpriced,
        report.turns,
        report.calls,
        report.duration,
        report.attempts,
        report.warnings,
        report.left,
        report.compactions,
    )
}

async fn observed(run: Run) -> Report {
    let mut observer = run.observe();
    let report = ended(run).await;
    assert!(observer.next().await.is_some());
    report
}

async fn taken(mut run: Run, events: usize) -> Report {
    for _ in 0..events {
        run.next().await;
    }
    ended(run).await
}

// R-19, R-65, R-69
#[tokio::test(start_paused = true)]
async fn however_a_run_is_listened_to_it_comes_to_the_same() {
    let mut names = Vec::new();
    for at in 0..runs().len() {
        // Scripts are used up, so that each run has an agent of its own.
        let run = || {
            let (_, builder) = runs().swap_remove(at);
            builder.chance(|| Chance::NONE).build().unwrap().run("Go.")
        };
        let name = runs()[at].0;
        let awaited = all(&ended(run()).await);
        let (events, iterated) = told(run()).await;
        assert_eq!(awaited, all(&iterated), "{name}");
        assert_eq!(awaited, all(&observed(run()).await), "{name}, observed");
        for events in [1, events.len() / 2, events.len() - 1] {
            let report = taken(run(), events).await;
            assert_eq!(
                awaited,
                all(&report),
                "{name}, awaited after {events} events"
            );
        }
        names.push(awaited);
    }
    assert!(names.len() >= 20);
    names.sort();
    names.dedup();
    assert!(names.len() >= 20, "they are different runs");
}
