//! Answers that are sent back.

use windlass_core::{
    Assistant, Continuation, Conversation, ModelId, Outcome, Request, Seal, TextPart, Thinking,
};

use super::super::{Feature, OpenAiResponses};
use super::kit::{body, response};

const PLAIN: OpenAiResponses = OpenAiResponses::new()
    .with_continuation(None)
    .without(Feature::StrictTools);

const REASONING: &str = r#"{"id":"rs_1","type":"reasoning","status":"completed","summary":[{"type":"summary_text","text":"One."},{"type":"summary_text","text":"Two."}],"content":[{"type":"reasoning_text","text":"Deep."}],"encrypted_content":"gAAA+/=="}"#;
const SEARCH: &str =
    r#"{ "id":"ws_1","type":"web_search_call","status":"completed","action":{"query":"Oslo"} }"#;
const MESSAGE: &str = r#"{"id":"msg_1","type":"message","status":"completed","phase":"commentary","role":"assistant","content":[{"type":"output_text","text":"Let me see.","annotations":[{"type":"url_citation","url":"https://x","title":"X"}]},{"type":"refusal","refusal":"Not that."}]}"#;
const CALL: &str = r#"{"id":"fc_1","type":"function_call","status":"completed","namespace":"n","call_id":"call_1","name":"weather","arguments":"{\"city\": \"Oslo\"}"}"#;

/// A conversation with an answer of all four items, which `openai` gave.
fn conversation() -> Conversation {
    let done = |(index, item): (usize, &&str)| {
        format!(r#"{{"type":"response.output_item.done","output_index":{index},"item":{item}}}"#)
    };
    let mut frames: Vec<String> = [REASONING, SEARCH, MESSAGE, CALL]
        .iter()
        .enumerate()
        .map(done)
        .collect();
    frames.push(r#"{"type":"response.completed","response":{"status":"completed"}}"#.into());
    let frames: Vec<&str> = frames.iter().map(String::as_str).collect();
    let answer = response(&frames, "openai").message;
    let mut said = Conversation::from("Weather?");
    let call = answer.calls().next().unwrap().clone();
    said.push_assistant(answer).unwrap();
    said.push_outcomes([Outcome::success(&call, "4")]).unwrap();
    said
}

fn input_value(codec: &OpenAiResponses, said: Conversation) -> serde_json::Value {
    let body: serde_json::Value = serde_json::from_str(&body(codec, &Request::new(said))).unwrap();
    body["input"].clone()
}

// R-9
#[test]
fn an_answer_goes_back_as_it_came() {
    let text = body(&PLAIN, &Request::new(conversation()));
    assert!(text.contains(SEARCH), "letter for letter: {text}");
    let input = input_value(&PLAIN, conversation());
    for (place, item) in [REASONING, SEARCH, MESSAGE, CALL].iter().enumerate() {
        let expected: serde_json::Value = serde_json::from_str(item).unwrap();
        assert_eq!(input[place + 1], expected);
    }
    assert_eq!(input.as_array().unwrap().len(), 6);
}

// R-9
#[test]
fn another_provider_gets_a_plain_answer() {
    let mut said = Conversation::new();
    for message in conversation().messages().cloned() {
        let message = match message {
            windlass_core::Message::Assistant(answer) => {
                answer.with_origin(ModelId::new("elsewhere", "m")).into()
            }
            message => message,
        };
        said.push(message).unwrap();
    }
    let body = body(&PLAIN, &Request::new(said));
    let (_, input) = body.split_once(r#""input":"#).unwrap();
    assert_eq!(
        input,
        r#"[{"role":"user","content":"Weather?"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Let me see.","annotations":[]},{"type":"refusal","refusal":"Not that."}]},{"type":"function_call","call_id":"call_1","name":"weather","arguments":"{\"city\": \"Oslo\"}"},{"type":"function_call_output","call_id":"call_1","output":"4"}]}"#
    );
}

// R-9
#[test]
fn a_host_that_forgets_its_ids_gets_none() {
    let input = input_value(&PLAIN.without(Feature::ItemIds), conversation());
    assert_eq!(input[1]["encrypted_content"], "gAAA+/==");
    for place in [1, 3, 4] {
        assert!(input[place].get("id").is_none(), "{}", input[place]);
    }
    assert_eq!(input[3]["phase"], "commentary");
}

// R-9
#[test]
fn reasoning_goes_back_only_where_it_can_be_read() {
    let only_id = Thinking::new("Hm.").with_seal(Seal::new().with_id("rs_1"));
    let check = |codec: &OpenAiResponses, thinking: Thinking, expected: &str| {
        let mut said = Conversation::new();
        let answer = Assistant::default()
            .with(thinking)
            .with(TextPart::new("Yes."));
        said.push_assistant(answer).unwrap();
        let body = body(codec, &Request::new(said));
        assert_eq!(
            body,
            format!(
                r#"{{"model":"m","input":[{expected}{{"role":"assistant","content":"Yes."}}]}}"#
            )
        );
    };
    let item =
        r#"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}]},"#;
    check(&PLAIN, only_id.clone(), item);
    check(&PLAIN.without(Feature::ItemIds), only_id, "");
    check(&PLAIN, Thinking::new("Unsigned."), "");
    let hidden = r#"{"type":"reasoning","summary":[],"encrypted_content":"E"},"#;
    check(
        &PLAIN.without(Feature::ItemIds),
        Thinking::encrypted_only("E"),
        hidden,
    );
}

#[test]
fn neighbours_are_one_message_only_where_they_were() {
    let sealed = |text: &'static str, id: &'static str| {
        TextPart::new(text).with_seal(Seal::new().with_id(id))
    };
    let answer = Assistant::default()
        .with(sealed("a", "m1"))
        .with(sealed("b", "m1"))
        .with(sealed("c", "m2"))
        .with(TextPart::new("d"))
        .with(TextPart::new(""))
        .with(TextPart::new("e"));
    let mut said = Conversation::new();
    said.push_assistant(answer).unwrap();
    let input = input_value(&PLAIN, said);
    let texts = |place: usize| -> Vec<&str> {
        let parts = input[place]["content"].as_array().unwrap();
        parts
            .iter()
            .map(|part| part["text"].as_str().unwrap())
            .collect()
    };
    assert_eq!(input.as_array().unwrap().len(), 3);
    assert_eq!(
        [texts(0), texts(1), texts(2)],
        [vec!["a", "b"], vec!["c"], vec!["d", "e"]]
    );
    assert_eq!(input[0]["status"], "completed");
}

#[test]
fn storage_changes_nothing_of_what_is_sent_back() {
    let mut stateless = Request::new(conversation());
    stateless.options.continuation = Some(Continuation::Stateless);
    let input = |request: &Request| {
        let body = body(&PLAIN, request);
        body.split_once(r#""input":"#).unwrap().1.to_owned()
    };
    assert_eq!(input(&stateless), input(&Request::new(conversation())));
}
