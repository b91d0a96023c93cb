use std::collections::VecDeque;

use windlass_agent::{
    Agent, AgentBuilder, AgentEvent, Chain, CompactErrorKind, ContextBudget, KeepRecent, LimitKind,
    Limits, Recording, Report, Run, RunError, RunHandle, Stop, Summarize, Tiers, What, Windows,
};
use windlass_core::{
    Assistant, Conversation, ErrorKind, Message, Never, Options, Sampling, Script, Scripted,
    ToolContext, tool,
};

use crate::model::{Act, Counting, Measured, Output, Quarters, Read, Stage, text};

const EXACT: Counting = Counting::Near(1.0);

/// A turn that reads so many bytes.
fn reads(bytes: usize) -> Act {
    let picture = false;
    Act::Says {
        thinks: 10,
        words: 10,
        calls: vec![Output { bytes, picture }],
    }
}

fn agent(model: Measured) -> AgentBuilder {
    Agent::builder(model)
        .instructions("Be brief.")
        .estimator(Quarters)
        .without_guard()
        .retry(Never)
        .tool(Read::new())
}

fn budget() -> ContextBudget {
    ContextBudget::new().with_reserve(500)
}

/// What counts of the events, a word for each, and the report.
async fn told(mut run: Run) -> (String, Report) {
    let mut plot = Vec::new();
    while let Some(event) = run.next().await {
        plot.extend(word(&event));
    }
    let report = run.await.unwrap_or_else(RunError::into_report);
    (plot.join(" "), report)
}

fn word(event: &AgentEvent) -> Option<String> {
    Some(match &event.what {
        What::AttemptStarted(started) => format!("ask:{}", started.model.model),
        What::AttemptEnded(record) => match &record.error {
            Some(error) => format!("failed:{:?}", error.kind),
            None => return None,
        },
        What::Switched(switched) => format!("to:{}", switched.to.model),
        What::Compacted(_) => "compacted".into(),
        What::ContextNear(_) => "near".into(),
        _ => return None,
    })
}

/// Old days, some 250 tokens each.
fn days(count: usize) -> Conversation {
    let mut said = Conversation::new();
    for _ in 0..count {
        said.push_user(text(480)).unwrap();
        said.push_assistant(Assistant::new(text(480))).unwrap();
    }
    said.push_user("And tomorrow?").unwrap();
    said
}

// R-75, R-73, R-72
#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_made_to_before_it_is_asked() {
    for (old, plot) in [
        (5, "ask:m"),
        (11, "near ask:m"),
        (12, "compacted ask:m"),
        (40, "compacted ask:m"),
    ] {
        let stage = Stage::default();
        let agent = agent(Measured::new("m", 4_000, EXACT, &stage));
        let agent = agent.context(budget()).compactor(KeepRecent::new());
        let (told, report) = told(agent.build().unwrap().run(days(old))).await;
        assert_eq!(told, plot, "{old} days");
        let used = report.context.expect("it is kept");
        assert!(used.fits() && used.window == 4_000 && used.reserve == 500);
        assert!(used.sections.history > 0 && used.sections.instructions > 0);
        if let [compaction] = &report.compactions[..] {
            let aim = 3_500 * 60 / 100;
            assert!(compaction.tokens_after <= aim, "{compaction:?}");
            let shown = report.explain().to_string();
            let saved = format!("{} saved", compaction.saved());
            assert!(shown.contains(&saved), "{shown}");
        }
    }
}

// R-73, R-67
#[tokio::test(start_paused = true)]
async fn without_a_compactor_the_numbers_are_kept_and_the_provider_says_no() {
    let play = |builder: fn(AgentBuilder) -> AgentBuilder| async move {
        let stage = Stage::default();
        let agent = agent(Measured::new("m", 4_000, EXACT, &stage));
        told(builder(agent).build().unwrap().run(days(40))).await
    };
    let (plot, report) = play(|agent| agent.context(budget())).await;
    assert_eq!(plot, "near ask:m failed:ContextOverflow");
    assert!(!report.context.unwrap().fits());
    assert!(
        matches!(&report.stop, Stop::Failed(failed) if failed.kind == ErrorKind::ContextOverflow)
    );
    let (plot, report) = play(|agent| agent).await;
    assert_eq!(plot, "ask:m failed:ContextOverflow");
    assert_eq!(report.context, None, "nobody wants to know");
}

// R-73, R-39
#[tokio::test(start_paused = true)]
async fn the_window_is_the_smallest_of_the_chain_or_that_of_the_model_that_is_asked() {
    let overloaded = || Stage::new([Act::Fails(ErrorKind::Overloaded)]);
    for (windows, stage, plot) in [
        (Windows::Smallest, Stage::default(), "compacted ask:large"),
        (Windows::Asked, Stage::default(), "ask:large"),
        (
            Windows::Smallest,
            overloaded(),
            "compacted ask:large failed:Overloaded to:small ask:small",
        ),
        (
            Windows::Asked,
            overloaded(),
            "ask:large failed:Overloaded to:small compacted ask:small",
        ),
    ] {
        let agent = agent(Measured::new("large", 100_000, EXACT, &stage));
        let agent = agent
            .fallback(Chain::new().then(Measured::new("small", 4_000, EXACT, &stage)))
            .context(budget().with_windows(windows))
            .compactor(Tiers::default());
        let (told, report) = told(agent.build().unwrap().run(days(40))).await;
        assert_eq!(told, plot, "{windows:?}");
        assert_eq!(report.stop, Stop::Answered);
    }
}

// R-32, R-40, R-41, R-75
#[tokio::test(start_paused = true)]
async fn a_window_that_is_smaller_than_it_is_said_to_be_is_found_out_once() {
    for is_telling in [true, false] {
        let stage = Stage::new((0..8).map(|_| reads(400)));
        let model = Measured::new("m", 4_000, EXACT, &stage).boasting(6_000);
        let model = if is_telling { model.telling() } else { model };
        let agent = agent(model).context(budget()).compactor(KeepRecent::new());
        let (plot, report) = told(agent.build().unwrap().run(days(17))).await;
        assert_eq!(report.stop, Stop::Answered, "{plot}");
        let begin = "ask:m failed:ContextOverflow compacted ask:m ask:m";
        assert!(plot.starts_with(begin), "{plot}");
        assert_eq!(plot.matches("failed").count(), 1, "{plot}");
    }
}

// R-73, R-40, R-75
#[tokio::test(start_paused = true)]
async fn what_cannot_be_made_to_fit_is_not_sent_and_goes_to_a_larger_model() {
    let long = || Conversation::from(text(40_000));
    let alone = |stage: &Stage| {
        let agent = agent(Measured::new("small", 4_000, EXACT, stage));
        agent.context(budget()).compactor(Tiers::default())
    };
    let stage = Stage::default();
    let (plot, report) = told(alone(&stage).build().unwrap().run(long())).await;
    assert_eq!((plot.as_str(), stage.requests().len()), ("", 0));
    let is_typed = matches!(
        &report.stop,
        Stop::Compact {
            kind: CompactErrorKind::TooLarge,
            ..
        }
    );
    assert!(is_typed, "{:?}", report.stop);
    assert!(report.explain().hint.contains("larger window"));

    let chain = Chain::new().then(Measured::new("large", 100_000, EXACT, &stage));
    let agent = alone(&stage).fallback(chain).build().unwrap();
    let (plot, report) = told(agent.run(long())).await;
    assert_eq!(plot, "to:large ask:large");
    assert_eq!(report.stop, Stop::Answered);

    let options = Options::new().with_sampling(Sampling::new().with_max_output_tokens(4_000));
    let agent = alone(&stage).context(ContextBudget::new());
    let run = agent.build().unwrap().run("Hello").with_options(options);
    let (_, report) = told(run).await;
    let is_typed = matches!(
        &report.stop,
        Stop::Compact {
            kind: CompactErrorKind::NoRoom,
            ..
        }
    );
    assert!(is_typed, "{:?}", report.stop);
}

// R-75
#[tokio::test(start_paused = true)]
async fn a_margin_that_is_a_guess_holds_nothing_back_that_fits_without_it() {
    for (bytes, is_sent) in [(11_000, true), (13_000, true), (14_500, false)] {
        let stage = Stage::default();
        let agent = agent(Measured::new("m", 4_000, EXACT, &stage));
        let agent = agent.context(budget()).compactor(Tiers::default());
        told(agent.build().unwrap().run(text(bytes))).await;
        assert_eq!(stage.requests().len() == 1, is_sent, "{bytes} bytes");
    }
}

// R-75
#[tokio::test(start_paused = true)]
async fn a_run_that_compacts_and_compacts_and_wins_nothing_ends() {
    let stage = Stage::new((0..90).map(|_| reads(200)));
    let agent = agent(Measured::new("m", 4_000, EXACT, &stage));
    let budget = budget().with_aim_percent(100);
    let agent = agent.context(budget).compactor(KeepRecent::new());
    let (_, report) = told(agent.build().unwrap().run("Read on.")).await;
    let Stop::Compact { kind, .. } = report.stop else {
        panic!("{:?}", report.stop);
    };
    assert_eq!(kind, CompactErrorKind::Fruitless);
    assert_eq!(report.compact_error.map(|error| error.kind()), Some(kind));
}

/// Has the user say something.
#[tool]
fn listen(#[context] context: &ToolContext) -> &'static str {
    let handle = context
        .state()
        .get::<RunHandle>()
        .expect("a run has a hand");
    drop(handle.steer("By the way, it rains."));
    "heard"
}

// R-76
#[tokio::test(start_paused = true)]
async fn what_the_user_said_first_stays_when_more_is_said() {
    let listens = Script::call("l1", "listen", "{}");
    let reads = (0..9).map(|at| Script::call(&format!("r{at}"), "read", r#"{"bytes":1600}"#));
    let scripts: VecDeque<_> = [listens].into_iter().chain(reads).collect();
    let model = Scripted::new(scripts.into_iter().chain([Script::text("Done.")]));
    let agent = Agent::builder(model.clone())
        .estimator(Quarters)
        .tool(Read::new())
        .tool(listen)
        .without_guard()
        .context(budget().with_window(3_000))
        .compactor(KeepRecent::new());
    let report = agent.build().unwrap().run("The task.").await.unwrap();
    assert!(!report.compactions.is_empty());
    let last = model.requests().pop().unwrap().conversation;
    let said: Vec<_> = last
        .messages()
        .filter(|message| matches!(message, Message::User(_)))
        .collect();
    assert_eq!(
        said[0],
        &Message::from(windlass_core::User::new("The task."))
    );
    assert!(said.contains(&&Message::from(windlass_core::User::new(
        "By the way, it rains."
    ))));
}

// R-67, R-73
#[tokio::test(start_paused = true)]
async fn limits_and_the_report_tell_the_same_number() {
    let stage = Stage::new((0..5).map(|_| reads(4_000)));
    let agent = agent(Measured::new("m", 40_000, Counting::Near(1.7), &stage));
    let limits = Limits::default().with_request_tokens(30_000);
    let (_, report) = told(agent.limits(limits).build().unwrap().run("Read on.")).await;
    let left = report
        .left
        .iter()
        .find(|left| left.limit == LimitKind::RequestTokens);
    let used = report.context.expect("a limit wants to know").input;
    assert_eq!(left.unwrap().used, used);
    let counted = stage.seen.lock().unwrap().last().unwrap().tokens;
    assert!(used.abs_diff(counted) * 50 < counted, "{used} of {counted}");
}

// R-78, R-72
#[tokio::test(start_paused = true)]
async fn what_a_summary_takes_is_told() {
    let usage = windlass_core::Usage::UNKNOWN
        .with_input(2_000)
        .with_output(77);
    let summaries = Scripted::new([Script::text("It rained.").with_usage(usage)]);
    let stage = Stage::default();
    let agent = agent(Measured::new("m", 4_000, EXACT, &stage));
    let agent = agent
        .context(budget())
        .compactor(Summarize::new(summaries).with_size(100));
    let (_, report) = told(agent.build().unwrap().run(days(40))).await;
    assert_eq!(report.stop, Stop::Answered);
    let shown = report.explain().to_string();
    assert!(shown.contains("output: 77"), "{shown}");
}

fn long_run(played: usize) -> (Stage, Agent) {
    let acts = [3_000, 200, 9_000, 5_000, 1, 7_000, 8_000, 300].map(reads);
    let stage = Stage::new(acts.into_iter().skip(played));
    *stage.played.lock().unwrap() = played;
    let agent = agent(Measured::new("m", 5_000, Counting::Near(1.4), &stage));
    let agent = agent.context(budget()).compactor(Tiers::default());
    (stage, agent.build().unwrap())
}

// R-80, R-75
#[tokio::test(start_paused = true)]
async fn a_run_that_compacts_goes_on_from_every_line_of_its_journal() {
    let journal = Recording::new();
    let (_, agent) = long_run(0);
    let run = agent.run("Read on.").with_journal(journal.clone());
    let expected = run.await.unwrap();
    assert!(expected.compactions.len() > 1, "{:?}", expected.compactions);
    let bytes = |report: &Report| serde_json::to_string(&report.conversation).unwrap();
    for lines in 1..=journal.len() {
        let kept = Recording::from_lines(&journal.until(lines).to_lines()).unwrap();
        let steps = kept.steps();
        let asked = steps
            .iter()
            .filter(|step| step.contains("/attempt/"))
            .count();
        let (_, agent) = long_run(asked);
        let report = agent.recover(kept).await.unwrap();
        assert!(bytes(&report) == bytes(&expected), "after {lines} lines");
        assert_eq!(
            report.compactions, expected.compactions,
            "after {lines} lines"
        );
    }
}

// R-80, R-74
#[tokio::test(start_paused = true)]
async fn what_an_agent_has_learned_meanwhile_changes_nothing_that_is_written() {
    let journal = Recording::new();
    let (_, agent) = long_run(0);
    let run = agent.run("Read on.").with_journal(journal.clone());
    run.await.unwrap();
    for lines in 1..=journal.len() {
        let kept = Recording::from_lines(&journal.until(lines).to_lines()).unwrap();
        let steps = kept.steps();
        let asked = steps
            .iter()
            .filter(|step| step.contains("/attempt/"))
            .count();
        let (stage, agent) = long_run(asked);
        let left = std::mem::take(&mut *stage.acts.lock().unwrap());
        *stage.counting.lock().unwrap() = Some(Counting::Near(4.0));
        for _ in 0..5 {
            agent.run(text(3_000)).await.unwrap();
        }
        *stage.counting.lock().unwrap() = None;
        *stage.acts.lock().unwrap() = left;
        *stage.played.lock().unwrap() = asked;
        let (_, report) = told(agent.recover(kept)).await;
        let is_known = matches!(report.stop, Stop::Answered | Stop::Compact { .. });
        assert!(is_known, "after {lines} lines: {:?}", report.stop);
        let replayed = report.attempts.iter().filter(|attempt| attempt.replayed);
        assert_eq!(replayed.count(), asked, "after {lines} lines");
    }
}

// R-76, R-77
#[tokio::test(start_paused = true)]
async fn one_long_turn_is_compacted_again_and_again_and_has_one_note() {
    let stage = Stage::new((0..40).map(|_| reads(2_000)));
    let agent = agent(Measured::new("m", 4_000, EXACT, &stage));
    let agent = agent.context(budget()).compactor(KeepRecent::new());
    let (_, report) = told(agent.build().unwrap().run("Read on.")).await;
    assert_eq!(report.stop, Stop::Answered);
    assert!(report.compactions.len() > 5);
    let is_user = |message: &&Message| matches!(message, Message::User(_));
    let said = report.conversation.messages().filter(is_user).count();
    assert_eq!(said, 2, "the task and a note");
}

// R-74, R-75
#[tokio::test(start_paused = true)]
async fn what_was_counted_is_believed_more_than_what_is_usual() {
    let picture = Output {
        bytes: 10,
        picture: true,
    };
    let draws = Act::Says {
        thinks: 10,
        words: 10,
        calls: vec![picture],
    };
    let reads = [1_500; 6].map(reads);
    let stage = Stage::new(reads.into_iter().chain([draws, self::reads(10)]));
    let dear = Counting::Own {
        bytes: 4.0,
        picture: 8_000,
        part: 3,
    };
    let agent = agent(Measured::new("m", 10_900, dear, &stage));
    let agent = agent.context(budget()).compactor(Tiers::default());
    let (plot, report) = told(agent.build().unwrap().run("Read on.")).await;
    assert!(plot.ends_with("ask:m compacted ask:m"), "{plot}");
    assert_eq!(report.stop, Stop::Answered);
}
