//! A run with three tools, a retry, a fallback, a compaction and an approval is stopped after every line of its journal,
//! and goes on from there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use windlass_agent::{
    Agent, Approver, Chain, CompactError, Compacted, Compaction, Compactor, Decision, Decisions,
    Ephemeral, JournalErrorKind, Limits, PendingCall, Recording, Report, Stop,
};
use windlass_core::{
    Approval, Backoff, ErrorKind, Message, Model, ModelError, ModelId, OutcomeStatus, Profile,
    Script, Scripted, State, ToolContext, Usage, async_trait, tool,
};

type Ran = Arc<Mutex<BTreeMap<String, u32>>>;

fn count(context: &ToolContext) {
    let ran = context.state().get::<Ran>().expect("it is counted");
    let mut ran = ran.lock().expect("no tool panics");
    *ran.entry(context.call().as_str().to_owned()).or_default() += 1;
}

/// Looks something up.
#[tool(idempotent)]
async fn look(#[context] context: &ToolContext) -> String {
    count(context);
    tokio::task::yield_now().await;
    "seen".repeat(50)
}

/// Writes something.
#[tool]
async fn write(#[context] context: &ToolContext) -> &'static str {
    count(context);
    tokio::task::yield_now().await;
    "written"
}

/// Sends something.
#[tool(approval = "always")]
fn send(#[context] context: &ToolContext) -> &'static str {
    count(context);
    "sent"
}

/// Allows all, and counts how often it was asked.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<u32>>);

#[async_trait]
impl Approver for Asked {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        *self.0.lock().expect("no tool panics") += 1;
        Decisions::for_all(pending, |_| Decision::Allow)
    }
}

/// Shortens the outcomes of the first turn, and counts how often it did.
#[derive(Clone, Default)]
struct Shortens(Arc<Mutex<u32>>);

#[async_trait]
impl Compactor for Shortens {
    async fn compact(&self, work: &Compaction<'_>) -> Result<Option<Compacted>, CompactError> {
        let mut has_changed = false;
        let smaller = work.conversation.replacing(|at, message| match message {
            Message::Outcomes(outcomes) if work.may_shorten(at) => {
                has_changed = true;
                let mut outcomes = outcomes.clone();
                for outcome in &mut outcomes.0 {
                    outcome.parts = vec!["short".into()];
                }
                Some(Message::Outcomes(outcomes))
            }
            _ => None,
        })?;
        *self.0.lock().expect("no tool panics") += u32::from(has_changed);
        Ok(has_changed.then(|| Compacted::new(work, smaller)))
    }
}

/// Every attempt of the run, with the model that is asked.
fn attempts() -> Vec<(&'static str, Script)> {
    let used = Usage::UNKNOWN.with_input(10).with_output(2);
    let fails = |kind| Script::refuse(ModelError::new(kind, "no"));
    vec![
        ("own", fails(ErrorKind::Server)),
        (
            "own",
            Script::thinking("Hm.")
                .then_call("c1", "look", "{}")
                .then_call("c2", "write", "{}")
                .then_call("c3", "send", "{}")
                .with_usage(used),
        ),
        ("own", fails(ErrorKind::ContextOverflow)),
        ("own", Script::call("c4", "write", "{}").with_usage(used)),
        ("own", fails(ErrorKind::ContentFiltered)),
        ("other", Script::text("It is done.").with_usage(used)),
    ]
}

struct Play {
    own: Scripted,
    other: Scripted,
    ran: Ran,
    asked: Asked,
    shortens: Shortens,
}

impl Play {
    /// With the answers that are left after so many attempts.
    fn after(done: usize) -> Self {
        let of = |name: &str| {
            let left = attempts().into_iter().skip(done);
            let scripts = left
                .filter(|(model, _)| *model == name)
                .map(|(_, script)| script);
            Scripted::new(scripts).with_profile(Profile::new(ModelId::new(name, "model")))
        };
        Play {
            own: of("own"),
            other: of("other"),
            ran: Ran::default(),
            asked: Asked::default(),
            shortens: Shortens::default(),
        }
    }

    fn agent(&self) -> Agent {
        Agent::builder(self.own.clone())
            .tool(look)
            .tool(write)
            .tool(send)
            .approver(self.asked.clone())
            .compactor(self.shortens.clone())
            .retry(Backoff::new())
            .fallback(Chain::new().then(self.other.clone()).compacting_first())
            .state(State::new().with(Arc::clone(&self.ran)))
            .limits(Limits::default().with_turns(10))
            .build()
            .expect("three names")
    }

    fn requests(&self) -> usize {
        self.own.requests().len() + self.other.requests().len()
    }

    fn ran(&self, call: &str) -> u32 {
        self.ran
            .lock()
            .expect("no tool panics")
            .get(call)
            .copied()
            .unwrap_or(0)
    }
}

fn bytes(report: &Report) -> String {
    serde_json::to_string(&report.conversation).expect("it has a form")
}

async fn whole() -> (Recording, Report) {
    let journal = Recording::new();
    let play = Play::after(0);
    let report = play.agent().run("Go.").with_journal(journal.clone()).await;
    (journal, report.expect("it comes to its end"))
}

//
#[tokio::test(start_paused = true)]
async fn stopped_after_every_line_it_comes_to_the_same_end() {
    let (journal, expected) = whole().await;
    let steps = journal.steps();
    let count = |name: &str| steps.iter().filter(|step| step.contains(name)).count();
    assert_eq!(expected.stop, Stop::Answered);
    assert_eq!(
        (count("/attempt/"), count("/wait/"), count("/compact/")),
        (6, 3, 1),
        "{steps:?}"
    );
    assert_eq!((count("/approval"), count("/call/")), (2, 7), "{steps:?}");
    for lines in 0..=steps.len() {
        let kept = journal.until(lines);
        let there = kept.steps();
        let has = |name: &str| there.iter().filter(|step| step.contains(name)).count();
        let play = Play::after(has("/attempt/"));
        // Written down and read back, as by another process.
        let kept = Recording::from_lines(&kept.to_lines()).expect("it was just written");
        let agent = play.agent();
        let run = match lines {
            0 => agent.run("Go.").with_journal(kept.clone()),
            _ => agent.recover(kept.clone()),
        };
        let report = run.await.expect("it comes to its end");

        assert_eq!(play.requests(), 6 - has("/attempt/"), "after {lines} lines");
        assert_eq!(
            *play.shortens.0.lock().expect("no tool panics") == 0,
            has("/compact/") == 1,
            "after {lines} lines"
        );
        assert_eq!(
            *play.asked.0.lock().expect("no tool panics"),
            2 - has("/approval") as u32,
            "after {lines} lines"
        );
        let mut unknown = 0;
        for (call, is_idempotent) in [("c1", true), ("c2", false), ("c3", false), ("c4", false)] {
            // A call that must not be repeated is there twice: as begun, and as done.
            let (lines_of, whole) = (
                has(&format!("/call/{call}")),
                if is_idempotent { 1 } else { 2 },
            );
            let expected = u32::from(lines_of == 0);
            assert_eq!(play.ran(call), expected, "`{call}` after {lines} lines");
            unknown += usize::from(lines_of == 1 && whole == 2);
        }
        let messages = report.conversation.messages().flat_map(Message::outcomes);
        let interrupted = messages.filter(|outcome| outcome.status == OutcomeStatus::Interrupted);
        assert!(interrupted.count() <= unknown, "after {lines} lines");
        if unknown == 0 {
            assert_eq!(bytes(&report), bytes(&expected), "after {lines} lines");
            assert_eq!(report.usage, expected.usage, "after {lines} lines");
            assert_eq!(
                report.attempts.len(),
                expected.attempts.len(),
                "after {lines} lines"
            );
        }
        assert_eq!(report.stop, Stop::Answered, "after {lines} lines");
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_call_that_had_begun_is_repeated_only_if_that_does_no_harm() {
    let (journal, _) = whole().await;
    let begun = journal
        .steps()
        .iter()
        .position(|step| step.contains("/call/c4"));
    let kept = journal.until(begun.expect("it is there") + 1);
    let play = Play::after(4);
    let report = play
        .agent()
        .recover(kept)
        .await
        .expect("it comes to its end");
    assert_eq!(play.ran("c4"), 0);
    let last = report
        .conversation
        .messages()
        .flat_map(Message::outcomes)
        .last();
    let last = last.expect("there are outcomes");
    assert_eq!(last.status, OutcomeStatus::Interrupted);
    assert!(last.text().contains("not known"), "{}", last.text());
}

//
#[tokio::test(start_paused = true)]
async fn another_agent_is_found_out_and_does_nothing() {
    let (journal, _) = whole().await;
    for lines in 2..journal.len() {
        let play = Play::after(0);
        let agent = Agent::builder(play.own.clone())
            .tool(look)
            .build()
            .expect("a name");
        let error = agent
            .recover(journal.until(lines))
            .await
            .expect_err("it has other tools");
        let diverged = matches!(
            error.stop(),
            Stop::Journal {
                kind: JournalErrorKind::Diverged,
                ..
            }
        );
        // Before the first attempt is recorded, it is a run like any other.
        assert!(
            diverged || lines == 2,
            "after {lines} lines: {}",
            error.stop()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_keeps_nothing_changes_nothing() {
    let (_, expected) = whole().await;
    let play = Play::after(0);
    let report = play
        .agent()
        .run("Go.")
        .with_journal(Ephemeral)
        .await
        .expect("it ends");
    assert_eq!(bytes(&report), bytes(&expected));
    let play = Play::after(0);
    let report = play.agent().run("Go.").await.expect("it ends");
    assert_eq!(bytes(&report), bytes(&expected));
}

//
#[tokio::test(start_paused = true)]
async fn a_journal_without_a_run_says_so_and_stays_as_it_is() {
    let journal = Recording::new();
    let play = Play::after(0);
    let error = play.agent().recover(journal.clone()).await;
    let error = error.expect_err("there is nothing to recover");
    assert_eq!(error.to_string(), "journal: no run was begun in it");
    assert!(error.hint().starts_with("begin the run with"));
    assert!(matches!(
        error.stop(),
        Stop::Journal {
            kind: JournalErrorKind::Empty,
            ..
        }
    ));
    assert!(journal.is_empty());

    let begun = play.agent().run("Go.").with_journal(journal.clone()).await;
    let recovered = Play::after(6).agent().recover(journal).await;
    assert_eq!(
        recovered.expect("it is recorded").text(),
        begun.expect("it ends").text()
    );
}

//
#[tokio::test(start_paused = true)]
async fn a_journal_of_the_first_version_is_read() {
    let written = include_str!("golden/journal-v1.jsonl");
    let journal = Recording::from_lines(written).expect("it is of version 1");
    let play = Play::after(6);
    let report = play
        .agent()
        .recover(journal)
        .await
        .expect("it comes to its end");
    assert_eq!(
        (report.text().as_str(), play.requests()),
        ("It is done.", 0)
    );

    let newer = written.replacen("\"v\":1", "\"v\":9", 1);
    let error = Recording::from_lines(&newer).expect_err("nobody knows version 9");
    assert_eq!(error.kind(), JournalErrorKind::Unreadable);
}

#[test]
fn a_tool_that_asks_is_one_that_asks() {
    use windlass_core::Tool as _;
    assert_eq!(send.spec().approval, Approval::Always);
    assert!(look.spec().idempotent && !write.spec().idempotent);
    fn is_model(_: &impl Model) {}
    is_model(&Play::after(0).own);
}
