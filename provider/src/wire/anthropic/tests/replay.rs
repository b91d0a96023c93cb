use windlass_core::{
    Assistant, Completion, HostedTool, Item, JsonText, ModelId, Outcome, Request, Response, Seal,
    Thinking, ToolSpec, Tools,
};

use super::{CODEC, blocks, whole};
use crate::codec::Delivery;
use crate::wire::testkit::{JSON, SSE, decode, encode, following, replay, replay_elsewhere};

const ANSWER: &str = concat!(
    r#"[{"type":"thinking","thinking":"North.","signature":"c2ln+/="},"#,
    r#"{"type":"redacted_thinking","data":"ZGF0YQ=="},"#,
    r#"{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{"q" : 1.0}},"#,
    r#"{"type":"web_search_tool_result","tool_use_id":"srv_1","content":[{"encrypted_content":"RQ=="}]},"#,
    r#"{"type":"text","text":"Cold","citations":[{"encrypted_index":"SQ==","title":"T"}]},"#,
    r#"{"type":"text","text":" "},"#,
    r#"{"type":"tool_use","id":"toolu_1","name":"look","input":{"a" : 1.0},"caller":{"type":"direct"}}]"#,
);

fn answer(content: &str) -> Response {
    let body = whole(content, "tool_use");
    decode(&CODEC, JSON, body.as_bytes(), Delivery::Whole).unwrap()
}

// R-9
#[test]
fn an_answer_goes_back_as_it_came() {
    let body = replay(&CODEC, &answer(ANSWER));
    assert!(
        body.contains(&format!(r#"{{"role":"assistant","content":{ANSWER}}}"#)),
        "{body}"
    );
}

// R-9
#[test]
fn a_streamed_hosted_call_goes_back_as_the_wire_wants_it() {
    let streamed = blocks(
        &[(
            r#"{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{}}"#,
            &[r#"{"type":"input_json_delta","partial_json":"{\"q\" : 1.0}"}"#],
        )],
        "pause_turn",
    );
    let response = decode(&CODEC, SSE, streamed.as_bytes(), Delivery::Streamed).unwrap();
    let body = replay(&CODEC, &response);
    let sent =
        r#"[{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{"q" : 1.0}}]"#;
    assert!(body.contains(sent), "{body}");
}

// R-9
#[test]
fn another_providers_answer_goes_out_without_what_only_it_can_read() {
    let body = replay_elsewhere(&CODEC, &answer(ANSWER));
    let sent = concat!(
        r#"{"role":"assistant","content":[{"type":"text","text":"Cold"},"#,
        r#"{"type":"tool_use","id":"toolu_1","name":"look","input":{"a" : 1.0}}]}"#,
    );
    assert!(body.contains(sent), "{body}");
}

// R-23
#[test]
fn thinking_without_a_signature_stays_here() {
    let unsigned = Assistant::new("Cold.").with(Thinking::new("North."));
    let body = encode(&CODEC, &following(&unsigned));
    assert!(!body.contains("North"), "{body}");
    let signed = Thinking::new("").with_seal(Seal::new().with_signature("c2ln"));
    let body = encode(&CODEC, &following(&Assistant::default().with(signed)));
    assert!(
        body.contains(r#"{"type":"thinking","thinking":"","signature":"c2ln"}"#),
        "{body}"
    );
}

// R-23, R-66
#[test]
fn a_hosted_call_that_was_cut_off_its_result_stays_here() {
    let json = JsonText::parse(r#"{"type":"server_tool_use","id":"srv_1"}"#).unwrap();
    let paused = Assistant::new("Let me look.").with(Item::new("server_tool_use", json));
    assert!(encode(&CODEC, &following(&paused)).contains("srv_1"));
    let cut = paused.with_completion(Completion::Partial);
    assert!(!encode(&CODEC, &following(&cut)).contains("srv_1"));
}

// R-9
#[test]
fn the_container_of_an_answer_is_named_in_the_next_request() {
    let body = whole(ANSWER, "tool_use").replace(
        r#""stop_sequence":null"#,
        r#""container":{"id":"container_7","expires_at":"2026"}"#,
    );
    let response = decode(&CODEC, JSON, body.as_bytes(), Delivery::Whole).unwrap();
    let json = JsonText::parse(r#"{"type":"code_execution_20260120","name":"code_execution"}"#);
    let tools = Tools::new(None::<ToolSpec>, [HostedTool::new(json.unwrap())]);
    let request = following(&response.message).with_tools(tools.clone());
    let sent = encode(&CODEC, &request);
    assert!(sent.contains(r#""container":"container_7""#), "{sent}");
    assert!(sent.contains(r#""caller":{"type":"direct"}"#), "{sent}");
    assert!(!encode(&CODEC, &following(&response.message)).contains("container_7"));
    let elsewhere = response
        .message
        .clone()
        .with_origin(ModelId::new("elsewhere", "m-1"));
    assert!(!encode(&CODEC, &following(&elsewhere).with_tools(tools)).contains("container_7"));
}

// R-25
#[test]
fn the_next_body_extends_this_one() {
    let first = answer(ANSWER).message;
    let mut request = following(&first);
    let before = encode(&CODEC, &request);
    let call = windlass_core::Call::new("toolu_2", "look", "{}");
    let mut conversation = request.conversation.clone();
    conversation
        .push_assistant(Assistant::default().with(call.clone()))
        .unwrap();
    conversation
        .push_outcomes([Outcome::success(&call, "done")])
        .unwrap();
    request = Request::new(conversation);
    let after = encode(&CODEC, &request);
    assert_eq!(encode(&CODEC, &request), after);
    assert!(
        after.starts_with(before.strip_suffix("]}").unwrap()),
        "{before}\n{after}"
    );
}
