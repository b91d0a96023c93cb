//! Limits of every kind, and what happens at each.

use std::time::Duration;

use windlass_agent::{
    Agent, AtLimit, LimitKind, Limits, Reached, Report, RunError, Stop, Turns, What,
};
use windlass_core::{
    Event, Finish, FinishReason, ModelId, PartIndex, Prices, Profile, Script, Scripted, Text,
    ToolChoice, Usage,
};

use crate::kit::{Slow, agent, assert_legal, ended, history, looks, model, told};

/// Turn after turn with one call and this usage, as long as it is asked.
fn calls(usage: Usage) -> Scripted {
    let call = |at: u32| looks(&format!("c{at}")).with_usage(usage);
    let prices = Prices::new(1_000_000, 10_000_000);
    let profile = Profile::new(ModelId::new("test", "m")).with_prices(prices);
    Scripted::new((1..=9).map(call)).with_profile(profile)
}

fn reached(report: &Report) -> &Reached {
    match &report.stop {
        Stop::Limit(reached) => reached,
        stop => panic!("{stop:?}"),
    }
}

/// How many requests are made within a limit, with and without the last turn.
async fn check(limits: Limits, kind: LimitKind, requests: usize) {
    let usage = Usage::UNKNOWN
        .with_input(100)
        .with_output(10)
        .with_reasoning(4);
    for then in [AtLimit::Stop, AtLimit::Fail, AtLimit::LastTurn] {
        let case = format!("{limits}, {then:?}");
        let model = calls(usage);
        let agent = agent(model.clone()).without_guard();
        let agent = agent.limits(limits.clone().at_limit(then)).build().unwrap();
        let result = agent.run("Go.").await;
        assert_eq!(result.is_err(), then == AtLimit::Fail, "{case}");
        let report = result.unwrap_or_else(RunError::into_report);
        assert_eq!(
            (reached(&report).limit, reached(&report).then),
            (kind, then),
            "{case}"
        );
        let last = usize::from(then == AtLimit::LastTurn);
        let asked = model.requests();
        assert_eq!(asked.len(), requests + last, "{case}");
        assert_eq!(report.attempts.len(), asked.len(), "{case}");
        for (at, request) in asked.iter().enumerate() {
            let choice = (at == requests).then_some(ToolChoice::None);
            assert_eq!(request.options.tool_choice, choice, "{case}");
        }
        if last == 1 {
            let said = history(&report.conversation);
            assert_eq!(
                said.last().unwrap(),
                "o Cancelled",
                "{case}: no call of the last turn runs"
            );
        }
        assert_legal(&case, &report.conversation);
    }
}

// R-67
#[tokio::test(start_paused = true)]
async fn each_limit_stops_fails_or_grants_a_last_turn() {
    let limits = || Limits::default().with_turns(Turns::Unlimited);
    check(limits().with_turns(3), LimitKind::Turns, 3).await;
    check(limits().with_turns(0), LimitKind::Turns, 0).await;
    let adaptive = Turns::Adaptive { first: 2, most: 4 };
    check(limits().with_turns(adaptive), LimitKind::Turns, 4).await;
    check(limits().with_calls(2), LimitKind::Calls, 3).await;
    check(limits().with_output_tokens(30), LimitKind::OutputTokens, 3).await;
    check(
        limits().with_reasoning_tokens(8),
        LimitKind::ReasoningTokens,
        2,
    )
    .await;
    check(limits().with_cost(600), LimitKind::Cost, 3).await;
    check(limits().with_cost(601), LimitKind::Cost, 4).await;
}

// R-67
#[tokio::test(start_paused = true)]
async fn a_request_that_does_not_fit_is_not_sent() {
    let limits = || Limits::default();
    check(limits().with_input_tokens(300), LimitKind::InputTokens, 2).await;
    check(limits().with_total_tokens(330), LimitKind::TotalTokens, 2).await;
}

// R-67
#[tokio::test(start_paused = true)]
async fn a_request_that_is_too_large_by_itself_ends_the_run_at_once() {
    let model = model("m", [Script::text("Done.")]);
    let limits = Limits::default().with_request_tokens(1_000);
    for (words, is_sent) in [(10, true), (5_000, false)] {
        let limits = limits.clone().at_limit(AtLimit::LastTurn);
        let agent = agent(model.clone()).limits(limits).build().unwrap();
        let report = ended(agent.run("word ".repeat(words))).await;
        assert_eq!(report.stop == Stop::Answered, is_sent, "{words} words");
        if !is_sent {
            let reached = reached(&report);
            assert_eq!(
                (reached.limit, reached.then),
                (LimitKind::RequestTokens, AtLimit::Stop)
            );
            assert!(reached.used > 1_000);
            assert_eq!(report.attempts.len(), 0);
        }
    }
}

// R-67
#[tokio::test(start_paused = true)]
async fn time_ends_a_run_wherever_it_is() {
    let takes = Duration::from_secs(3);
    for (seconds, turns) in [(2, 1), (5, 2), (7, 3)] {
        let slow = Slow::new(calls(Usage::UNKNOWN), takes);
        let limits = Limits::default().with_time(Duration::from_secs(seconds));
        let limits = limits.at_limit(AtLimit::LastTurn);
        let report = ended(agent(slow).limits(limits).build().unwrap().run("Go.")).await;
        assert_eq!(reached(&report).limit, LimitKind::Time);
        assert_eq!(report.duration, Duration::from_secs(seconds));
        assert_eq!(report.turns, turns);
        assert_legal("time", &report.conversation);
    }
    let nap = Script::call("c1", "nap", r#"{"ms":60000}"#);
    let limits = Limits::default().with_time(Duration::from_secs(4));
    let runs = agent(Scripted::new([nap])).limits(limits);
    let report = ended(
        runs.grace(Duration::from_secs(1))
            .build()
            .unwrap()
            .run("Go."),
    )
    .await;
    assert_eq!(
        report.duration,
        Duration::from_secs(5),
        "and the grace time of its tool"
    );
    assert_eq!(history(&report.conversation)[2], "o Cancelled");
}

// R-67
#[tokio::test(start_paused = true)]
async fn a_limit_that_is_near_is_told_once() {
    let limits = Limits::default().with_turns(5).with_cost(900);
    let usage = Usage::UNKNOWN.with_input(100).with_output(10);
    let agent = agent(calls(usage)).limits(limits).build().unwrap();
    let (events, _) = told(agent.run("Go.")).await;
    let near = events.iter().filter_map(|event| match &event.what {
        What::LimitNear(near) => Some((event.turn, near.limit, near.used)),
        _ => None,
    });
    let near: Vec<_> = near.collect();
    assert_eq!(near, [(4, LimitKind::Turns, 4), (4, LimitKind::Cost, 800)]);
}

/// One long part, in pieces of so many bytes.
fn long(bytes: usize, pieces: usize, thinks: bool) -> Script {
    let part = PartIndex(0);
    let piece = |at: usize| {
        let text = Text::from("x".repeat(pieces.min(bytes - at)));
        match thinks {
            true => Event::Thinking { part, text },
            false => Event::Text { part, text },
        }
    };
    let events = (0..bytes).step_by(pieces).map(piece);
    let finish = Event::Finish(Finish::new(FinishReason::Stop, "stop"));
    Script::events(events.chain([finish]))
}

/// How many bytes of an answer are shown before its budget cuts it.
async fn cut(limits: Limits, pieces: usize, thinks: bool) -> (usize, Report) {
    let agent = Agent::builder(model("m", [long(40_000, pieces, thinks)])).limits(limits);
    let (events, report) = told(agent.build().unwrap().run("Go.")).await;
    let lengths = events.iter().map(|event| match &event.what {
        What::Text { text, .. } | What::Thinking { text, .. } => text.len(),
        _ => 0,
    });
    (lengths.sum(), report)
}

// R-66, R-68
#[tokio::test(start_paused = true)]
async fn a_budget_cuts_a_stream_by_its_text_and_not_by_its_pieces() {
    let output = || Limits::default().with_output_tokens(1_000);
    let reasoning = || Limits::default().with_reasoning_tokens(1_000);
    let total = || Limits::default().with_total_tokens(1_009);
    for (limits, thinks, budget) in [
        (output(), false, 4_000),
        (output(), true, 4_000),
        (reasoning(), true, 4_000),
        (total(), false, 4_000),
    ] {
        for pieces in [1, 7, 64, 1_000, 40_000] {
            let case = format!("{limits}, {pieces} bytes each");
            let (shown, report) = cut(limits.clone(), pieces, thinks).await;
            let is_at_budget = budget - 40 < shown && shown <= budget + 3 + pieces;
            assert!(is_at_budget, "{case}: {shown}");
            assert_eq!(reached(&report).then, AtLimit::Stop, "{case}");
            let said = report.answer().unwrap();
            assert!(!said.completion.is_whole(), "{case}");
            let is_kept = thinks || said.text().len() == shown;
            assert!(is_kept, "{case}: what was shown is kept");
        }
    }
    let (shown, report) = cut(reasoning(), 1, false).await;
    assert_eq!(
        (shown, report.stop),
        (40_000, Stop::Answered),
        "text is no reasoning"
    );
}

// R-68
#[tokio::test(start_paused = true)]
async fn a_report_of_the_provider_counts_when_it_says_more() {
    let usage = |output| Event::Usage(Usage::UNKNOWN.with_output(output));
    let text = |words: &str| Event::Text {
        part: PartIndex(0),
        text: words.into(),
    };
    let events = [usage(1), text("One "), usage(101), text("two")];
    let limits = Limits::default().with_output_tokens(100);
    let agent = agent(model("m", [Script::events(events)])).limits(limits);
    let report = ended(agent.build().unwrap().run("Go.")).await;
    assert_eq!(reached(&report).limit, LimitKind::OutputTokens);
    assert_eq!(report.text(), "One ");
}

// R-67
#[tokio::test(start_paused = true)]
async fn calls_beyond_the_limit_do_not_run() {
    let script = looks("c1")
        .then_call("c2", "look", r#"{"at":"c2"}"#)
        .then_call("c3", "look", r#"{"at":"c3"}"#);
    let limits = Limits::default().with_calls(2);
    let agent = agent(model("m", [script])).limits(limits).build().unwrap();
    let report = ended(agent.run("Go.")).await;
    assert_eq!(reached(&report).limit, LimitKind::Calls);
    assert_eq!(
        history(&report.conversation)[2],
        "o saw c1, saw c2, Cancelled"
    );
    assert_eq!(report.calls, 2);
}

// R-67
#[tokio::test(start_paused = true)]
async fn instructions_and_tools_are_part_of_a_request() {
    let limits = Limits::default().with_request_tokens(1_000);
    let model = || model("m", [Script::text("Done.")]);
    let short = Agent::builder(model()).instructions("Be brief.");
    let long = Agent::builder(model()).instructions("Be brief. ".repeat(2_000));
    for (builder, is_sent) in [(short, true), (long, false)] {
        let agent = builder.limits(limits.clone()).build().unwrap();
        let report = ended(agent.run("Go.")).await;
        assert_eq!(report.stop == Stop::Answered, is_sent);
    }
}

// R-14, R-68
#[tokio::test(start_paused = true)]
async fn what_failed_attempts_showed_counts_for_the_budget_of_the_next() {
    use windlass_core::{Backoff, ErrorKind, ModelError};
    let usage = Event::Usage(Usage::UNKNOWN.with_input(10).with_output(1));
    let half = Event::Text {
        part: PartIndex(0),
        text: "x".repeat(2_400).into(),
    };
    for reported in [vec![], vec![usage]] {
        let events: Vec<_> = reported.into_iter().chain([half.clone()]).collect();
        let broken = || {
            let error = ModelError::new(ErrorKind::Server, "boom");
            Script::events(events.clone()).fail(error)
        };
        let limits = Limits::default().with_output_tokens(1_000);
        let runs = agent(model("m", [broken(), broken(), broken()])).limits(limits);
        let runs = runs.retry(Backoff::new().discarding_output());
        let report = ended(runs.build().unwrap().run("Go.")).await;
        assert_eq!(reached(&report).limit, LimitKind::OutputTokens);
        assert_eq!(report.attempts.len(), 2, "600 tokens each");
    }
}

// R-67
#[tokio::test(start_paused = true)]
async fn what_a_provider_does_not_report_is_estimated() {
    let words = "word ".repeat(1_000);
    let scripts = || (0..9).map(|at| looks(&format!("c{at}")).then_text(&words));
    for (limits, kind) in [
        (
            Limits::default().with_input_tokens(10_000),
            LimitKind::InputTokens,
        ),
        (
            Limits::default().with_output_tokens(4_000),
            LimitKind::OutputTokens,
        ),
        (
            Limits::default().with_total_tokens(10_000),
            LimitKind::TotalTokens,
        ),
    ] {
        let model = model("m", scripts());
        let runs = agent(model.clone()).limits(limits.clone()).build().unwrap();
        let report = ended(runs.run("Go.")).await;
        assert_eq!(reached(&report).limit, kind);
        let asked = model.requests().len();
        assert!((3..=5).contains(&asked), "{limits}: {asked} requests");
        assert!(report.usage.is_unknown(), "an estimate is no report");
    }
}

// R-67, R-87
#[tokio::test(start_paused = true)]
async fn a_run_has_less_time_than_its_agent_and_its_other_limits() {
    let limits = || {
        Limits::default()
            .with_turns(2)
            .with_time(Duration::from_secs(60))
    };
    let usage = Usage::UNKNOWN;
    let short = || agent(Slow::new(calls(usage), Duration::from_secs(5))).limits(limits());
    let kind_of = async |time| {
        let agent: Agent = short().build().unwrap();
        reached(&ended(agent.run("Go.").with_time(time)).await).limit
    };
    assert_eq!(kind_of(Duration::from_secs(3)).await, LimitKind::Time);
    assert_eq!(kind_of(Duration::from_secs(30)).await, LimitKind::Turns);

    let run = short().build().unwrap().run("Go.");
    let run = run.with_limits(Limits::default().with_turns(1));
    let report = ended(run.with_time(Duration::from_secs(30))).await;
    assert_eq!(
        (reached(&report).limit, report.turns),
        (LimitKind::Turns, 1)
    );
}
