//! Limits as a run meets them: where it stops, what was spent, and that the history is there.

use std::time::Duration;

use windlass_agent::{Agent, AtLimit, LimitKind, Limits, Report, Stop, Turns};
use windlass_core::{
    Backoff, Chance, Completion, ErrorKind, Message, ModelError, ModelId, OutcomeStatus, Prices,
    Profile, Script, Scripted, ToolChoice, Usage, tool,
};

const USED: Usage = Usage::UNKNOWN
    .with_input(100)
    .with_output(10)
    .with_reasoning(4);

/// Looks at a place.
#[tool]
fn look(
    /// Where.
    place: u32,
) -> String {
    format!("nothing at {place}")
}

/// Waits for a minute.
#[tool]
async fn wait() -> String {
    tokio::time::sleep(Duration::from_secs(60)).await;
    "waited".to_owned()
}

/// An answer with a call for each place.
fn looks(places: &[u32]) -> Script {
    let call = |script: Script, place: &u32| {
        let arguments = format!(r#"{{"place":{place}}}"#);
        script.then_call(&format!("c{place}"), "look", &arguments)
    };
    places.iter().fold(Script::new(), call).with_usage(USED)
}

fn says(words: &str) -> Script {
    Script::text(words).with_usage(USED)
}

/// Nine answers with one call each, and then words.
fn busy() -> Vec<Script> {
    let calls = (1..10).map(|place| looks(&[place]));
    calls.chain([says("Done.")]).collect()
}

/// A run to its end, whichever, and the model.
async fn run(limits: Limits, scripts: Vec<Script>) -> (Report, Scripted) {
    let profile = Profile::new(ModelId::new("scripted", "priced"));
    let profile = profile.with_prices(Prices::new(1_000_000, 10_000_000));
    let model = Scripted::new(scripts).with_profile(profile);
    let agent = Agent::builder(model.clone())
        .tool(look)
        .tool(wait)
        .limits(limits)
        .retry(Backoff::default())
        .chance(|| Chance::NONE);
    let agent = agent.build().expect("the names differ");
    let ended = agent.run("Look around.").await;
    let report = match ended {
        Ok(report) => report,
        Err(error) => error.into_report(),
    };
    let open = report.conversation.open_calls().count();
    assert_eq!(open, 0, "every call has its outcome");
    (report, model)
}

/// A busy run: at which limit it stopped, with what it was told to do there, and how many requests it made.
async fn check(limits: Limits, limit: LimitKind, then: AtLimit, requests: usize) -> Report {
    let said = limits.to_string();
    let (report, model) = run(limits, busy()).await;
    let Stop::Limit(reached) = &report.stop else {
        panic!("{said}: {:?}", report.stop);
    };
    assert_eq!((reached.limit, reached.then), (limit, then), "{said}");
    assert_eq!(model.requests().len(), requests, "{said}");
    let is_error = report.clone().into_result().is_err();
    assert_eq!(is_error, then == AtLimit::Fail, "{said}");
    report
}

fn limits() -> Limits {
    Limits::default()
}

// R-67
#[tokio::test]
async fn each_limit_stops_a_run_before_it_is_broken() {
    use LimitKind as Kind;
    let stop = AtLimit::Stop;
    let report = check(limits().with_turns(3), Kind::Turns, stop, 3).await;
    assert_eq!(
        (report.turns, report.calls, report.conversation.len()),
        (3, 3, 7)
    );
    check(limits().with_calls(3), Kind::Calls, stop, 4).await;
    check(limits().with_output_tokens(30), Kind::OutputTokens, stop, 3).await;
    check(
        limits().with_reasoning_tokens(8),
        Kind::ReasoningTokens,
        stop,
        2,
    )
    .await;
    check(limits().with_cost(400), Kind::Cost, stop, 2).await;
    let input = check(limits().with_input_tokens(350), Kind::InputTokens, stop, 3).await;
    assert_eq!(input.usage.input(), Some(300));
    let total = check(limits().with_total_tokens(400), Kind::TotalTokens, stop, 3).await;
    assert_eq!(total.usage.total(), Some(330));
    check(
        limits().with_request_tokens(1),
        Kind::RequestTokens,
        stop,
        0,
    )
    .await;
}

// R-67
#[tokio::test]
async fn calls_beyond_the_limit_do_not_run_and_have_their_outcome() {
    let (report, _) = run(
        limits().with_calls(2),
        vec![looks(&[1, 2, 3]), says("Done.")],
    )
    .await;
    assert!(matches!(&report.stop, Stop::Limit(reached) if reached.limit == LimitKind::Calls));
    let outcomes = report.conversation.messages().flat_map(Message::outcomes);
    let statuses: Vec<_> = outcomes.map(|outcome| outcome.status).collect();
    use OutcomeStatus::{Cancelled, Success};
    assert_eq!(statuses, [Success, Success, Cancelled]);
}

// R-67
#[tokio::test]
async fn at_a_limit_a_run_fails_if_it_is_told_to() {
    let fail = limits().with_turns(2).at_limit(AtLimit::Fail);
    let report = check(fail, LimitKind::Turns, AtLimit::Fail, 2).await;
    assert_eq!(report.conversation.len(), 5, "the history is there");
}

// R-67
#[tokio::test]
async fn the_last_turn_has_no_tools_and_may_go_beyond_the_limit() {
    let cases = [
        (limits().with_turns(2), LimitKind::Turns),
        (limits().with_output_tokens(20), LimitKind::OutputTokens),
        (limits().with_input_tokens(250), LimitKind::InputTokens),
        (limits().with_total_tokens(300), LimitKind::TotalTokens),
        (
            limits().with_reasoning_tokens(8),
            LimitKind::ReasoningTokens,
        ),
        (limits().with_cost(400), LimitKind::Cost),
    ];
    for (limits, limit) in cases {
        let scripts = vec![
            looks(&[1]),
            looks(&[2]),
            says("So far, nothing."),
            looks(&[3]),
        ];
        let (report, model) = run(limits.at_limit(AtLimit::LastTurn), scripts).await;
        assert!(
            matches!(&report.stop, Stop::Limit(reached) if reached.limit == limit),
            "{limit}"
        );
        assert_eq!(
            (report.text().as_str(), report.turns),
            ("So far, nothing.", 3),
            "{limit}"
        );
        let choices = model
            .requests()
            .into_iter()
            .map(|request| request.options.tool_choice);
        let choices: Vec<_> = choices.collect();
        assert_eq!(choices, [None, None, Some(ToolChoice::None)], "{limit}");
    }
}

// R-43
#[tokio::test(start_paused = true)]
async fn attempts_that_fail_take_no_turn_of_a_run() {
    let fails = || Script::refuse(ModelError::new(ErrorKind::Overloaded, ""));
    let scripts = vec![fails(), fails(), looks(&[1]), fails(), says("Done.")];
    let (report, _) = run(limits().with_turns(2), scripts).await;
    assert_eq!((report.stop, report.turns), (Stop::Answered, 2));
    assert_eq!(report.attempts.len(), 5);
}

// R-67
#[tokio::test]
async fn turns_that_get_on_add_turns() {
    let adaptive = |most| limits().with_turns(Turns::Adaptive { first: 2, most });
    check(adaptive(6), LimitKind::Turns, AtLimit::Stop, 6).await;
    let (report, _) = run(adaptive(60), busy()).await;
    assert_eq!((report.stop, report.turns), (Stop::Answered, 10));
}

// R-68
#[tokio::test]
async fn an_answer_is_cut_at_its_budget_by_all_of_its_text() {
    for words in ["a ", "abcdefg "] {
        let script = Script::text(words.repeat(400 / words.len()));
        let (report, _) = run(limits().with_output_tokens(50), vec![script]).await;
        let Stop::Limit(reached) = &report.stop else {
            panic!("{:?}", report.stop);
        };
        assert_eq!((reached.limit, reached.used), (LimitKind::OutputTokens, 50));
        let kept = report.text().len();
        assert!(
            (200..=210).contains(&kept),
            "{kept} bytes are kept of pieces like {words:?}"
        );
        let completion = report.answer().map(|answer| answer.completion);
        assert_eq!(completion, Some(Completion::Partial));
    }
    let thinks = Script::thinking("hm ".repeat(100)).then_text("Yes.");
    let (report, _) = run(limits().with_reasoning_tokens(20), vec![thinks]).await;
    assert!(
        matches!(&report.stop, Stop::Limit(reached) if reached.limit == LimitKind::ReasoningTokens)
    );
    assert_eq!(report.text(), "");
}

// R-67
#[tokio::test(start_paused = true)]
async fn when_time_is_over_tools_end_and_the_history_is_whole() {
    let scripts = vec![Script::call("c1", "wait", "{}"), says("Done.")];
    let (report, model) = run(limits().with_time(Duration::from_secs(9)), scripts).await;
    assert!(matches!(&report.stop, Stop::Limit(reached) if reached.limit == LimitKind::Time));
    assert_eq!((model.requests().len(), report.conversation.len()), (1, 3));
    assert!(report.duration >= Duration::from_secs(9) && report.duration < Duration::from_secs(20));
}

// R-72
#[tokio::test(start_paused = true)]
async fn a_run_explains_itself() {
    let slow = ModelError::new(ErrorKind::RateLimited, "too fast");
    let slow = Script::refuse(slow.with_retry_after(Duration::from_secs(2)));
    let (report, _) = run(limits().with_turns(1), vec![slow, looks(&[1])]).await;
    assert_eq!(
        report.explain().to_string(),
        "the limit of 1 turn is reached\n\
         what to do: allow more with `Limits::with_turns`, or let turns that get on add more: `Turns::Adaptive`\n\
         it took 1 turn, 1 call, 2 attempts and 2s; tokens: input: 100, output: 10, reasoning: 4\n\
         it cost $0.0002\n\
         attempts that gave no answer:\n  \
           turn 1, attempt 1: scripted/priced: rate limited: too fast (after 0ms)\n\
         limits:\n  0 of 1 turn are left"
    );
}
