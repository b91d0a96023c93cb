use std::sync::{Arc, Mutex};

use windlass_core::{Approval, Call, CallId, ToolSpec};

use super::{pending, spec};
use crate::approve::{
    AllowAll, Approver, Ask, Decision, DenyAll, Grant, Memory, PendingCall, Question, Rule, Rules,
    Scope,
};

fn call_of(spec: ToolSpec, arguments: &str) -> PendingCall {
    PendingCall::new(Call::new("call_1", spec.name.clone(), arguments), spec)
}

fn named(id: &str, tool: &str, arguments: &str) -> PendingCall {
    PendingCall::new(Call::new(id, tool, arguments), spec(tool))
}

fn on(decisions: &crate::approve::Decisions, id: &str) -> Decision {
    decisions.on(&CallId::from(id)).clone()
}

// R-63
#[test]
fn each_condition_picks_its_calls() {
    let reader = call_of(
        spec("read").read_only().with_category("files"),
        r#"{"path":"src/a","n":3}"#,
    );
    let writer = call_of(spec("write"), r#"{"path":"etc/b","n":9}"#);
    let small = |value: &serde_json::Value| value.as_u64().is_some_and(|n| n < 5);
    let rules = [
        Rule::allow().tools(["read", "list"]),
        Rule::allow().category("files"),
        Rule::allow().read_only(),
        Rule::allow().within(Scope::tool("read").path("path", "src")),
        Rule::allow().argument("n", small),
        Rule::allow().when(|call| call.spec.name == "read"),
        Rule::allow().read_only().category("files").tools(["read"]),
    ];
    for rule in rules {
        let rules = Rules::new().with(rule);
        assert_eq!(rules.judge(&reader), Decision::Allow, "{rules:?}");
        assert_eq!(rules.judge(&writer), Decision::Later, "{rules:?}");
    }
    let changing = Rules::new().with(Rule::allow().changing());
    assert_eq!(changing.judge(&reader), Decision::Later);
    assert_eq!(changing.judge(&writer), Decision::Allow);
}

// R-63
#[test]
fn denying_beats_asking_beats_allowing_in_any_order() {
    let call = pending("tool", "{}");
    let [allow, ask, deny] = [Rule::allow(), Rule::ask(), Rule::deny("no")];
    let judge = |rules: &[&Rule]| {
        let rules = rules
            .iter()
            .fold(Rules::new(), |all, rule| all.with((*rule).clone()));
        rules.judge(&call)
    };
    assert_eq!(judge(&[]), Decision::Later);
    assert_eq!(judge(&[&allow]), Decision::Allow);
    assert_eq!(judge(&[&allow, &ask]), Decision::Later);
    assert_eq!(judge(&[&ask, &allow]), Decision::Later);
    assert_eq!(judge(&[&allow, &ask, &deny]), Decision::deny("no"));
    assert_eq!(judge(&[&deny, &ask, &allow]), Decision::deny("no"));
}

// R-63
#[test]
fn in_doubt_a_scope_denies_and_does_not_allow() {
    let scope = Scope::tool("tool").path("path", "secret");
    let doubtful = pending("tool", r#"{"path":"a/../secret/key"}"#);
    let allow = Rules::new().with(Rule::allow().within(scope.clone()));
    assert_eq!(allow.judge(&doubtful), Decision::Later);
    let deny = Rules::new()
        .with(Rule::allow())
        .with(Rule::deny("no").within(scope));
    assert_eq!(deny.judge(&doubtful), Decision::deny("no"));
}

// R-63
#[test]
fn a_tool_may_want_to_be_asked_for_always_or_never() {
    let always = call_of(spec("tool").with_approval(Approval::Always), "{}");
    let never = call_of(spec("tool").with_approval(Approval::Never), "{}");
    let rules = Rules::new().with(Rule::allow());
    assert_eq!(rules.judge(&always), Decision::Later);
    assert_eq!(Rules::new().judge(&never), Decision::Allow);
    assert_eq!(
        Rules::new().with(Rule::ask()).judge(&never),
        Decision::Allow
    );
    let naming = Rules::new().with(Rule::ask().tools(["tool"]));
    assert_eq!(naming.judge(&never), Decision::Later);
    assert_eq!(
        Rules::new().with(Rule::deny("no")).judge(&never),
        Decision::deny("no")
    );
}

/// Remembers what was asked, and answers each question alike.
fn answering(
    answer: fn(&Question) -> Option<crate::approve::Answer>,
) -> (Ask, Arc<Mutex<Vec<Vec<String>>>>) {
    let asked: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
    let log = asked.clone();
    let ask = Ask::new(move |questions: Vec<Question>| {
        let ids = questions
            .iter()
            .map(|question| question.pending.call.id.to_string());
        log.lock().unwrap().push(ids.collect());
        async move { questions.iter().filter_map(answer).collect() }
    });
    (ask, asked)
}

// R-63
#[tokio::test]
async fn rules_ask_once_for_all_that_is_open() {
    let (ask, asked) = answering(|question| Some(question.deny("not now")));
    let rules = Rules::new()
        .with(Rule::allow().tools(["read"]))
        .with(Rule::deny("never").tools(["launch"]))
        .asking(ask);
    let calls = [
        named("a", "write", "{}"),
        named("b", "read", "{}"),
        named("c", "launch", "{}"),
        named("d", "run", "{}"),
    ];
    let decisions = rules.decide(&calls).await;
    let found = ["a", "b", "c", "d"].map(|id| on(&decisions, id));
    let not_now = Decision::deny("not now");
    let expected = [
        not_now.clone(),
        Decision::Allow,
        Decision::deny("never"),
        not_now,
    ];
    assert_eq!(found, expected);
    assert_eq!(*asked.lock().unwrap(), [["a", "d"]]);
}

// R-63
#[tokio::test]
async fn what_was_allowed_for_the_session_is_not_asked_again() {
    let (ask, asked) =
        answering(|question| Some(question.allow_by(question.suggestions[0].clone())));
    let call = named("a", "pay", r#"{"amount":1}"#);
    assert_eq!(
        on(&ask.decide(std::slice::from_ref(&call)).await, "a"),
        Decision::Allow
    );
    let again = named("b", "pay", r#"{ "amount": 1.0 }"#);
    assert_eq!(on(&ask.decide(&[again]).await, "b"), Decision::Allow);
    let other = named("c", "pay", r#"{"amount":2}"#);
    ask.decide(&[other]).await;
    assert_eq!(*asked.lock().unwrap(), [["a"], ["c"]]);
}

// R-63
#[tokio::test]
async fn what_was_allowed_once_is_asked_again() {
    let (ask, asked) = answering(|question| Some(question.allow()));
    let call = named("a", "pay", "{}");
    ask.decide(std::slice::from_ref(&call)).await;
    ask.decide(&[call]).await;
    assert_eq!(asked.lock().unwrap().len(), 2);
}

// R-63
#[tokio::test]
async fn unanswered_calls_stay_pending_while_others_go_on() {
    let (ask, _) =
        answering(|question| (question.pending.call.id.as_str() == "a").then(|| question.allow()));
    let decisions = ask
        .decide(&[named("a", "x", "{}"), named("b", "x", "{}")])
        .await;
    assert_eq!(on(&decisions, "a"), Decision::Allow);
    assert_eq!(on(&decisions, "b"), Decision::Later);
}

// R-63
#[tokio::test]
async fn an_edit_is_held_against_what_is_denied() {
    let (ask, _) = answering(|question| {
        let edited = match question.pending.call.id.as_str() {
            "a" => r#"{"path":"secret/key"}"#,
            _ => r#"{"path":"notes"}"#,
        };
        Some(question.answer(Decision::edit(edited)))
    });
    let secret = Scope::tool("write").path("path", "secret");
    let rules = Rules::new()
        .with(Rule::deny("no").within(secret))
        .asking(ask);
    let calls = ["a", "b"].map(|id| named(id, "write", r#"{"path":"x"}"#));
    let decisions = rules.decide(&calls).await;
    assert_eq!(on(&decisions, "a"), Decision::deny("no"));
    assert_eq!(on(&decisions, "b"), Decision::edit(r#"{"path":"notes"}"#));
}

// R-63
#[tokio::test]
async fn an_answer_to_other_arguments_is_no_answer() {
    let (ask, _) = answering(|question| {
        let other = Question::new(named("a", "pay", r#"{"amount":1}"#));
        let answer = other.allow_by(Grant::allow(Scope::tool("pay")));
        Some(answer).filter(|_| question.suggestions.len() == 1)
    });
    let decisions = ask.decide(&[named("a", "pay", r#"{"amount":1000}"#)]).await;
    assert_eq!(on(&decisions, "a"), Decision::Later);
    assert_eq!(ask.memory().grants().iter().count(), 0);
}

// R-63
#[tokio::test]
async fn a_remembered_yes_does_not_count_for_a_tool_that_wants_to_be_asked_for() {
    let (ask, asked) = answering(|question| Some(question.deny("no")));
    let memory = Memory::default();
    memory.push(Grant::allow(Scope::tool("tool")));
    let ask = ask.with_memory(memory.clone());
    let call = call_of(spec("tool").with_approval(Approval::Always), "{}");
    assert_eq!(
        on(&ask.decide(std::slice::from_ref(&call)).await, "call_1"),
        Decision::deny("no")
    );
    memory.push(Grant::deny(Scope::tool("tool"), "never"));
    assert_eq!(
        on(&ask.decide(&[call]).await, "call_1"),
        Decision::deny("never")
    );
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn all_or_nothing() {
    let calls = [pending("tool", "{}")];
    assert_eq!(
        on(&AllowAll.decide(&calls).await, "call_1"),
        Decision::Allow
    );
    let denied = on(&DenyAll.decide(&calls).await, "call_1");
    assert!(matches!(denied, Decision::Deny { .. }));
}
