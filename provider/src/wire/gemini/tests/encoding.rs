use serde_json::{Value, json};
use windlass_core::{
    Assistant, Call, Conversation, Document, ErrorKind, HostedTool, Item, JsonText, Media, ModelId,
    Options, Outcome, OutcomePart, OutcomeStatus, Profile, Request, Sampling, Schema, Seal, System,
    TextPart, Thinking, ToolChoice, ToolSpec, Tools, User,
};

use super::super::{CallIds, Gemini, OutcomeMedia};
use super::kit::{decode, model};
use crate::codec::{Codec, Delivery, Encode, WireRequest, encoding_key};

pub(super) fn encode_as(
    codec: Gemini,
    request: &Request,
    profile: &Profile,
) -> Result<WireRequest, windlass_core::ModelError> {
    let key = encoding_key(&codec, profile);
    codec.encode(&Encode::new(request, profile, &key))
}

/// The body of the request in a dialect.
fn body_as(codec: Gemini, request: &Request) -> String {
    let wire = encode_as(codec, request, &Profile::new(model())).unwrap();
    String::from_utf8(wire.body).unwrap()
}

pub(super) fn body(request: &Request) -> String {
    body_as(Gemini::new(), request)
}

pub(super) fn member(codec: Gemini, request: &Request, pointer: &str) -> Value {
    let body: Value = serde_json::from_str(&body_as(codec, request)).unwrap();
    body.pointer(pointer).cloned().unwrap_or_default()
}

/// The contents of a conversation.
fn contents(conversation: Conversation) -> Value {
    member(Gemini::new(), &Request::new(conversation), "/contents")
}

/// A conversation of one question, an answer, and the outcomes of its calls.
fn conversation(answer: Assistant, outcomes: Vec<Outcome>) -> Conversation {
    let mut conversation = Conversation::from("Hello");
    conversation.push_assistant(answer).unwrap();
    if !outcomes.is_empty() {
        conversation.push_outcomes(outcomes).unwrap();
    }
    conversation
}

pub(super) fn weather() -> ToolSpec {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    ToolSpec::new(
        "weather",
        "The weather.",
        Schema::from_value(schema).unwrap(),
    )
}

// R-23, R-25, R-26
#[test]
fn a_request_is_written_in_a_fixed_order() {
    let hosted = HostedTool::new(JsonText::parse(r#"{"googleSearch": {}}"#).unwrap());
    let nothing = ToolSpec::new("now", "", Schema::empty_object());
    let mut conversation = Conversation::from(User::new("Hi").with("").with("there"));
    conversation
        .push_system(System::new("Speak German."))
        .unwrap();
    conversation.push_user("Go").unwrap();
    let request = Request::new(conversation)
        .with_instructions("Be brief.")
        .with_tools(Tools::new([weather(), nothing], [hosted]))
        .with_options(
            Options::new()
                .with_sampling(
                    Sampling::new()
                        .with_temperature(0.5)
                        .with_top_p(0.9)
                        .with_top_k(3)
                        .with_seed(7)
                        .with_frequency_penalty(0.1)
                        .with_presence_penalty(0.2)
                        .with_stop(["END"])
                        .with_max_output_tokens(99),
                )
                .with_tool_choice(ToolChoice::Tool("weather".into())),
        );
    let expected = concat!(
        r#"{"generationConfig":{"temperature":0.5,"topP":0.9,"topK":3,"seed":7,"frequencyPenalty":0.1,"#,
        r#""presencePenalty":0.2,"maxOutputTokens":99,"stopSequences":["END"]},"#,
        r#""toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["weather"]}},"#,
        r#""systemInstruction":{"role":"user","parts":[{"text":"Be brief."},{"text":"Speak German."}]},"#,
        r#""tools":[{"functionDeclarations":[{"name":"weather","description":"The weather.","#,
        r#""parameters":{"type":"object","properties":{"city":{"type":"string"}}}},{"name":"now"}]},{"googleSearch": {}}],"#,
        r#""contents":[{"role":"user","parts":[{"text":"Hi"},{"text":"there"},{"text":"Go"}]}]}"#,
    );
    assert_eq!(body(&request), expected);
    assert_eq!(
        body(&request),
        expected,
        "with the encodings that were kept"
    );
    assert_eq!(
        body(&Request::new("Hi")),
        r#"{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"#
    );
}

// R-25
#[test]
fn the_next_turn_extends_the_last() {
    let call = Call::new("call_w0", "weather", r#"{"city":"Oslo"}"#);
    let first = Conversation::from("Hello");
    let mut second = first.clone();
    second
        .push_assistant(Assistant::new("Let me look.").with(call.clone()))
        .unwrap();
    second
        .push_outcomes([Outcome::success(&call, "4 °C")])
        .unwrap();
    let mut third = second.clone();
    third.push_user("Thanks").unwrap();
    let bodies =
        [first, second, third].map(|turn| body(&Request::new(turn).with_tools([weather()])));
    for pair in bodies.windows(2) {
        let stable = pair[0].strip_suffix("]}]}").unwrap();
        assert!(
            pair[1].starts_with(stable),
            "{} does not extend {}",
            pair[1],
            pair[0]
        );
    }
}

// R-9, R-24
#[test]
fn an_answer_goes_back_as_it_came() {
    let parts = [
        r#"{"text":"hm","thought":true}"#,
        r#"{"text":"so","thought":true,"thoughtSignature":"T=="}"#,
        r#"{"text":"Look:","thoughtSignature":"X"}"#,
        r#"{"functionCall":{"name":"f","args":{ "b": 1.0, "a": "\u00e4" }},"thoughtSignature":"C+/="}"#,
        r#"{"functionCall":{"id":"x1","name":"f","args":{}}}"#,
        r#"{ "executableCode": {"code":"1"} , "thoughtSignature":"E"}"#,
        r#"{"inlineData":{"mimeType":"image/png","data":"iVBO"},"thoughtSignature":"M"}"#,
        r#"{"thoughtSignature":"alone"}"#,
        r#"{"text":"","thoughtSignature":"end"}"#,
    ];
    let chunk = format!(
        r#"{{"candidates":[{{"content":{{"parts":[{}]}},"finishReason":"STOP"}}]}}"#,
        parts.join(",")
    );
    let (_, response) = decode(&[&chunk]);
    let outcomes: Vec<_> = response
        .message
        .calls()
        .map(|call| Outcome::success(call, "ok"))
        .collect();
    let sent = body(&Request::new(conversation(response.message, outcomes)));
    let expected = format!(r#"{{"role":"model","parts":[{}]}}"#, parts.join(","));
    assert!(sent.contains(&expected), "{sent}\n{expected}");
    let replies = r#"[{"functionResponse":{"name":"f","response":{"result":"ok"}}},{"functionResponse":{"id":"x1","name":"f","response":{"result":"ok"}}}]"#;
    assert!(sent.contains(replies), "{sent}");
}

// R-9, R-23
#[test]
fn an_answer_of_another_provider_loses_what_only_that_can_read() {
    let seal = || Seal::new().with_signature("theirs");
    let answer = Assistant::default()
        .with(Thinking::new("hm").with_seal(seal()))
        .with(TextPart::new("Look.").with_seal(seal()))
        .with(TextPart::new("").with_seal(seal()))
        .with(Item::new("web_search_call", JsonText::parse("{}").unwrap()))
        .with(Call::new("toolu_1", "f", "{}").with_seal(seal()))
        .with(Call::new("toolu_2", "f", "{}"))
        .with_origin(ModelId::new("anthropic", "claude"));
    let outcomes: Vec<_> = answer
        .calls()
        .map(|call| Outcome::success(call, "ok"))
        .collect();
    let sent = contents(conversation(answer.clone(), outcomes.clone()));
    let parts = json!([
        {"text": "Look."},
        {"functionCall": {"id": "toolu_1", "name": "f", "args": {}}, "thoughtSignature": "skip_thought_signature_validator"},
        {"functionCall": {"id": "toolu_2", "name": "f", "args": {}}},
    ]);
    assert_eq!(sent[1]["parts"], parts);
    let codec = Gemini::new()
        .with_foreign_signature("")
        .with_call_ids(CallIds::Omitted);
    let request = Request::new(conversation(answer, outcomes));
    let calls = member(codec, &request, "/contents/1/parts/1");
    assert_eq!(calls, json!({"functionCall": {"name": "f", "args": {}}}));
    let replies = member(codec, &request, "/contents/2/parts/0/functionResponse/id");
    assert_eq!(replies, Value::Null);
}

// R-23
#[test]
fn an_answer_with_nothing_to_send_joins_its_neighbours() {
    let mut conversation = conversation(Assistant::new(""), Vec::new());
    conversation.push_user("Still there?").unwrap();
    let expected =
        json!([{"role": "user", "parts": [{"text": "Hello"}, {"text": "Still there?"}]}]);
    assert_eq!(contents(conversation), expected);
}

// R-24
#[test]
fn arguments_that_are_no_object_are_wrapped() {
    for (arguments, expected) in [
        ("", json!({})),
        (" {\"a\":1} ", json!({"a": 1})),
        (r#"{"a":"#, json!({"INVALID_JSON": "{\"a\":"})),
        ("[1]", json!({"INVALID_JSON": "[1]"})),
    ] {
        let answer = Assistant::default().with(Call::new("c", "f", arguments));
        let outcomes = answer.calls().map(Outcome::interrupted).collect();
        let sent = contents(conversation(answer, outcomes));
        assert_eq!(
            sent[1]["parts"][0]["functionCall"]["args"], expected,
            "{arguments}"
        );
    }
}

// R-58
#[test]
fn outcomes_are_objects() {
    let call = Call::new("c", "f", "{}");
    let json = |text: &str| OutcomePart::Json(JsonText::parse(text).unwrap());
    let text = |text: &str| OutcomePart::Text(text.into());
    for (status, parts, expected) in [
        (
            OutcomeStatus::Success,
            vec![text("ok")],
            json!({"result": "ok"}),
        ),
        (OutcomeStatus::Success, vec![], json!({"result": ""})),
        (
            OutcomeStatus::Success,
            vec![text("a"), text("b")],
            json!({"result": "a\nb"}),
        ),
        (
            OutcomeStatus::Success,
            vec![json(r#"{"t":4}"#)],
            json!({"t": 4}),
        ),
        (
            OutcomeStatus::Success,
            vec![json("[4]")],
            json!({"result": [4]}),
        ),
        (
            OutcomeStatus::Success,
            vec![text("a"), json("4")],
            json!({"result": ["a", 4]}),
        ),
        (
            OutcomeStatus::TimedOut,
            vec![text("late")],
            json!({"error": "late"}),
        ),
        (
            OutcomeStatus::Failed,
            vec![json(r#"{"t":4}"#)],
            json!({"error": {"t": 4}}),
        ),
    ] {
        let outcome = Outcome::from_parts(&call, status, parts);
        let answer = Assistant::default().with(call.clone());
        let sent = contents(conversation(answer, vec![outcome]));
        let response =
            json!([{"functionResponse": {"id": "c", "name": "f", "response": expected}}]);
        assert_eq!(sent[2]["parts"], response);
    }
}

// R-58
#[test]
fn files_of_an_outcome_come_after_all_outcomes_or_inside() {
    let calls = [Call::new("c", "f", "{}"), Call::new("d", "g", "{}")];
    let picture = OutcomePart::Image(Media::from_bytes("image/png", b"\x89PNG"));
    let outcomes = vec![
        Outcome::from_parts(
            &calls[0],
            OutcomeStatus::Success,
            [OutcomePart::Text("seen".into()), picture],
        ),
        Outcome::success(&calls[1], "ok"),
    ];
    let answer = calls
        .into_iter()
        .fold(Assistant::default(), Assistant::with);
    let request = Request::new(conversation(answer, outcomes));
    let reply =
        json!({"functionResponse": {"id": "c", "name": "f", "response": {"result": "seen"}}});
    let other = json!({"functionResponse": {"id": "d", "name": "g", "response": {"result": "ok"}}});
    let image = json!({"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}});
    let label = json!({"text": "Files of the outcome of `f`:"});
    let sent = member(Gemini::new(), &request, "/contents/2/parts");
    assert_eq!(sent, json!([reply, other, label, image]));
    let inside = Gemini::new().with_outcome_media(OutcomeMedia::Inside);
    let sent = member(inside, &request, "/contents/2/parts");
    assert_eq!(sent[0]["functionResponse"]["parts"], json!([image]));
    assert_eq!(sent[1], other);
}

#[test]
fn media_is_sent_inline_or_by_address() {
    let user = User::new("See")
        .with(Media::from_bytes("image/png", b"\x89PNG"))
        .with(Media::from_url("video/mp4", "gs://f"))
        .with(
            Document::from_text("words")
                .with_name("a.txt")
                .with_context("A note."),
        );
    let expected = json!([
        {"text": "See"},
        {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}},
        {"fileData": {"mimeType": "video/mp4", "fileUri": "gs://f"}},
        {"text": "a.txt"}, {"text": "A note."}, {"text": "words"},
    ]);
    assert_eq!(contents(Conversation::from(user))[0]["parts"], expected);
}

#[test]
fn the_path_names_model_and_delivery() {
    for (model, delivery, expected) in [
        (
            "gemini-9",
            Delivery::Streamed,
            "/models/gemini-9:streamGenerateContent?alt=sse",
        ),
        (
            "gemini-9",
            Delivery::Whole,
            "/models/gemini-9:generateContent",
        ),
        (
            "tunedModels/a b?c",
            Delivery::Whole,
            "/tunedModels/a%20b%3Fc:generateContent",
        ),
    ] {
        let profile = Profile::new(ModelId::new("google", model));
        let request = Request::new("Hi");
        let key = encoding_key(&Gemini::new(), &profile);
        let call = Encode::new(&request, &profile, &key).with_delivery(delivery);
        assert_eq!(Gemini::new().encode(&call).unwrap().path, expected);
    }
}

// R-23
#[test]
fn a_conversation_that_says_nothing_is_refused() {
    let mut conversation = Conversation::new();
    conversation.push_system(System::new("Speak.")).unwrap();
    let refused = encode_as(
        Gemini::new(),
        &Request::new(conversation),
        &Profile::new(model()),
    );
    assert_eq!(
        refused.expect_err("nothing").kind(),
        ErrorKind::InvalidRequest
    );
}
