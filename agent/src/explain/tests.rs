use windlass_core::{ErrorKind, ModelError, Options};

use super::*;
use crate::{Cancel, ContextBudget, Factor, Failed, Sections, TargetIndex};

fn attempt(turn: u32, number: u32, model: &str) -> AttemptRecord {
    let (provider, name) = model.split_once('/').expect("a provider and a name");
    let model = ModelId::new(provider, name);
    let mut record = AttemptRecord::new(turn, number, TargetIndex::OWN, model);
    record.duration = Duration::from_micros(1_200_400);
    record
}

impl AttemptRecord {
    fn failed(mut self, error: &ModelError) -> Self {
        self.error = Some(Box::new(Failed::from(error)));
        self
    }

    /// Failed, and is to be left alone for so many seconds.
    fn cooling(self, seconds: u64) -> Self {
        let error = ModelError::new(ErrorKind::RateLimited, "too fast");
        self.failed(&error.with_retry_after(Duration::from_secs(seconds)))
    }
}

fn explain(stop: &Stop, attempts: &[AttemptRecord]) -> Explanation {
    let mut compacted = CompactReport::default();
    (compacted.messages_before, compacted.messages_after) = (120, 30);
    (compacted.tokens_before, compacted.tokens_after) = (90_000, 20_000);
    compacted.usage = Usage::UNKNOWN.with_output(700);
    compacted.cost = Some(300);
    compacted
        .failures
        .push("no summary:\nthe model was busy".into());
    let left = r#"{"limit":"turns","allowed":50,"used":3}"#;
    let used = ContextBudget::new().with_window(10_000).with_reserve(2_000);
    let used = used.room([], &Options::new()).unwrap();
    let sections: Sections =
        serde_json::from_str(r#"{"instructions":0,"tools":0,"history":2000,"outputs":0}"#).unwrap();
    let used = used.weigh(&sections, Factor::default(), None);
    let changed = r#"{"turn":3,"expected":5000,"reported":0}"#;
    Explanation {
        stop: stop.clone(),
        why: stop.to_string().into(),
        hint: stop.hint().into(),
        turns: 3,
        calls: 1,
        duration: Duration::from_micros(81_234_567),
        usage: Usage::UNKNOWN.with_input(900).with_output(80),
        cost: 1_200,
        unpriced: 1,
        cooldowns: cooldowns(attempts),
        attempts: attempts.to_vec(),
        left: vec![serde_json::from_str(left).unwrap()],
        context: Some(used),
        compactions: vec![compacted],
        not_compacted: Some("2 tokens too many; what to do: say less".into()),
        prefix_changes: vec![serde_json::from_str(changed).unwrap()],
    }
}

// R-72
#[test]
fn it_tells_why_what_to_do_and_all_that_went_wrong() {
    let busy = ModelError::new(ErrorKind::Overloaded, "no\n  room")
        .with_model(ModelId::new("anthropic", "claude"))
        .with_status(529)
        .with_retry_after(Duration::from_millis(7_500));
    let broken = ModelError::new(ErrorKind::Server, "boom");
    let mut rejected = attempt(3, 3, "openai/gpt");
    rejected.rejected = Some("it is empty".into());
    rejected.request_id = Some("req_7".into());
    let attempts = [
        attempt(2, 1, "anthropic/claude"),
        attempt(3, 1, "anthropic/claude").failed(&busy),
        attempt(3, 2, "openai/gpt").failed(&broken),
        rejected,
    ];
    let stop = Stop::Failed(Box::new(Failed::from(&broken)));
    let explanation = explain(&stop, &attempts);
    assert_eq!(
        explanation.to_string(),
        "provider failed: boom\n\
         what to do: try again; if it stays, give the provider the request id\n\
         it took 3 turns, 1 call, 4 attempts and 81.234s; tokens: input: 900, output: 80\n\
         it cost $0.0012, and 1 answer without a known price\n\
         attempts that gave no answer:\n  \
           turn 3, attempt 1: anthropic/claude: provider overloaded (status 529): no room (after 1.2s)\n  \
           turn 3, attempt 2: openai/gpt: provider failed: boom (after 1.2s)\n  \
           turn 3, attempt 3: openai/gpt: turned down: it is empty (after 1.2s, request `req_7`)\n\
         models to leave alone:\n  anthropic/claude for 7.5s since turn 3\n\
         limits:\n  47 of 50 turns are left\n\
         the last request:\n  2000 of 8000 tokens (25 %), with 2000 more for the answer\n\
         made smaller:\n  120 messages to 30, 90000 tokens to 20000, 70000 saved; it took output: 700 and $0.0003; \
         on the way: no summary: the model was busy\n\
         not made smaller:\n  2 tokens too many; what to do: say less\n\
         prompt cache:\n  turn 3: nothing changed; 0 of 5000 tokens were read from the cache"
    );
}

// R-72
#[test]
fn of_a_run_that_went_well_it_says_little() {
    let attempts = [attempt(1, 1, "a/b")];
    let mut explanation = explain(&Stop::Answered, &attempts);
    (explanation.cost, explanation.unpriced) = (0, 0);
    explanation.left.clear();
    explanation.compactions.clear();
    (explanation.context, explanation.not_compacted) = (None, None);
    explanation.prefix_changes.clear();
    assert_eq!(
        explanation.to_string(),
        "the model answered\n\
         what to do: nothing; the answer is there\n\
         it took 3 turns, 1 call, 1 attempt and 81.234s; tokens: input: 900, output: 80"
    );
}

// R-72
#[test]
fn what_nobody_can_price_is_said() {
    let mut explanation = explain(&Stop::Answered, &[]);
    (explanation.cost, explanation.unpriced) = (0, 2);
    let said = "it cost $0.00, and 2 answers without a known price";
    assert!(explanation.to_string().contains(said));
}

// R-72
#[test]
fn it_can_be_written_down_and_read() {
    let stops = [
        Stop::Answered,
        Stop::Cancelled(Cancel::AfterTurn),
        Stop::Hook("no".into()),
    ];
    for stop in stops {
        let explanation = explain(&stop, &[attempt(1, 1, "a/b").cooling(9)]);
        let json = serde_json::to_string(&explanation).unwrap();
        assert_eq!(
            serde_json::from_str::<Explanation>(&json).unwrap(),
            explanation
        );
    }
}

fn check_cooldowns(attempts: &[AttemptRecord], expected: &[&str]) {
    let said: Vec<_> = cooldowns(attempts)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(said, expected);
}

// R-72
#[test]
fn a_model_cools_until_it_answers() {
    let broken = ModelError::new(ErrorKind::Server, "");
    let (a, b) = (
        |turn| attempt(turn, 1, "x/a"),
        |turn| attempt(turn, 2, "x/b"),
    );
    check_cooldowns(&[a(1), b(1).failed(&broken)], &[]);
    check_cooldowns(&[a(1).cooling(5), b(1)], &["x/a for 5s since turn 1"]);
    check_cooldowns(&[a(1).cooling(5), a(2)], &[]);
    check_cooldowns(
        &[a(1).cooling(5), b(1).cooling(6), a(2).cooling(9)],
        &["x/a for 9s since turn 2", "x/b for 6s since turn 1"],
    );
    check_cooldowns(
        &[a(1).cooling(5), a(1).failed(&broken)],
        &["x/a for 5s since turn 1"],
    );
    let mut rejected = a(2);
    rejected.rejected = Some("empty".into());
    check_cooldowns(&[a(1).cooling(5), rejected], &[]);
}
