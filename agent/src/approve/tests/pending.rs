use windlass_core::{Call, ToolSpec};

use super::{pending, spec};
use crate::approve::{Answer, Decision, PendingCall, PendingErrorKind, PendingSet, Question};

fn set() -> PendingSet {
    let call = |id: &str, city: &str| {
        let arguments = format!(r#"{{"city":"{city}","days":3}}"#);
        PendingCall::new(Call::new(id, "weather", arguments), spec("weather"))
    };
    PendingSet::new([call("one", "Oslo"), call("two", "Rome")])
}

fn tools(name: &str) -> Option<ToolSpec> {
    (name == "weather").then(|| spec("weather"))
}

fn reload(json: &str) -> PendingSet {
    serde_json::from_str(json).unwrap()
}

// R-63
#[test]
fn a_saved_set_resumes_with_what_was_asked() {
    let json = serde_json::to_string(&set()).unwrap();
    let calls: Vec<Call> = set()
        .calls()
        .iter()
        .map(|pending| pending.call.clone())
        .collect();
    let resumed = reload(&json).resume(&calls, tools).unwrap();
    assert_eq!(resumed, set());
}

// R-63
#[test]
fn a_changed_set_does_not_resume() {
    let json = serde_json::to_string(&set()).unwrap();
    let calls: Vec<Call> = set()
        .calls()
        .iter()
        .map(|pending| pending.call.clone())
        .collect();
    let digest = |at: usize| set().calls()[at].digest.to_string();
    let forged = PendingCall::new(
        Call::new("one", "weather", r#"{"city":"Bonn"}"#),
        spec("weather"),
    );
    let forged = PendingSet::new([forged]);
    let forged = serde_json::to_string(&forged).unwrap();
    let cases = [
        (
            "argument",
            json.replace("Oslo", "Bonn"),
            PendingErrorKind::Tampered,
        ),
        (
            "digest",
            json.replace(&digest(0), &digest(1)),
            PendingErrorKind::Tampered,
        ),
        (
            "tool",
            json.replace(
                r#""name":"weather","description""#,
                r#""name":"launch","description""#,
            ),
            PendingErrorKind::Tampered,
        ),
        (
            "call's name",
            json.replace(
                r#""name":"weather","arguments""#,
                r#""name":"launch","arguments""#,
            ),
            PendingErrorKind::Tampered,
        ),
        ("argument and digest", forged, PendingErrorKind::Tampered),
        (
            "id",
            json.replace(r#""id":"one""#, r#""id":"six""#),
            PendingErrorKind::UnknownCall,
        ),
        (
            "same id",
            json.replace(r#""id":"two""#, r#""id":"one""#),
            PendingErrorKind::Duplicate,
        ),
    ];
    for (what, changed, expected) in cases {
        assert_ne!(changed, json, "{what}");
        let error = reload(&changed).resume(&calls, tools).unwrap_err();
        assert_eq!(error.kind(), expected, "{what}: {error}");
    }
    let error = reload(&json).resume(&calls, |_| None).unwrap_err();
    assert_eq!(error.to_string(), "call `one`: its tool is no longer there");
    assert!(serde_json::from_str::<PendingSet>(&json.replace(&digest(0), "00")).is_err());
}

// R-63
#[test]
fn a_resumed_set_takes_the_tools_as_they_are_now() {
    let json = serde_json::to_string(&set()).unwrap();
    let forged = json.replace(r#""read_only":false"#, r#""read_only":true"#);
    assert_ne!(forged, json);
    let calls: Vec<Call> = set()
        .calls()
        .iter()
        .map(|pending| pending.call.clone())
        .collect();
    let resumed = reload(&forged).resume(&calls, tools).unwrap();
    assert!(!resumed.calls()[0].spec.read_only);
}

// R-63
#[test]
fn answers_are_taken_one_by_one_and_only_to_what_was_asked() {
    let mut pending_set = set();
    let questions = pending_set.questions();
    let mut to_other_arguments = questions[0].allow();
    to_other_arguments.digest = questions[1].pending.digest;
    let error = pending_set.settle(to_other_arguments).unwrap_err();
    assert_eq!(error.kind(), PendingErrorKind::Tampered);

    pending_set
        .settle(questions[1].answer(Decision::Later))
        .unwrap();
    assert_eq!(pending_set.calls().len(), 2);
    let (pending, decision) = pending_set.settle(questions[1].deny("no")).unwrap();
    assert_eq!(
        (pending.call.id.as_str(), decision),
        ("two", Decision::deny("no"))
    );
    assert_eq!(pending_set.calls().len(), 1);
    let error = pending_set.settle(questions[1].allow()).unwrap_err();
    assert_eq!(error.kind(), PendingErrorKind::UnknownCall);
    let edit = Decision::edit(r#"{"city":"Bern"}"#);
    assert_eq!(
        pending_set
            .settle(questions[0].answer(edit.clone()))
            .unwrap()
            .1,
        edit
    );
    assert!(pending_set.is_empty());
}

#[test]
fn questions_and_answers_can_be_sent() {
    let question = Question::new(pending("tool", r#"{"path":"a/b"}"#));
    let sent: Question = serde_json::from_str(&serde_json::to_string(&question).unwrap()).unwrap();
    assert_eq!(sent, question);
    let answer = sent.allow_by(sent.suggestions[1].clone());
    let back: Answer = serde_json::from_str(&serde_json::to_string(&answer).unwrap()).unwrap();
    assert_eq!(back, answer);
}
