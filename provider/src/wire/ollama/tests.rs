use windlass_core::{
    Abilities, Ability, AssistantPart, Call, Conversation, Document, Effort, ErrorKind, Event,
    FinishReason, Media, ModelId, Options, Outcome, OutcomeStatus, OutputFormat, Profile,
    Reasoning, Request, Response, Sampling, Schema, System, ToolChoice, ToolSpec, Unsupported,
    Usage, User,
};

use super::Ollama;
use crate::codec::{Codec, Delivery, Encode, encoding_key};
use crate::wire::testkit::{
    JSON, check_body, check_complete, check_truncated_body, check_whole, decode, encode, events,
    model, replay, replay_elsewhere, wire_request,
};

const NDJSON: &str = "application/x-ndjson";
const WIRE: Ollama = Ollama::new();

/// What a response is, in a line a part.
fn show(response: &Response) -> String {
    let parts = response.message.parts.iter().map(|part| match part {
        AssistantPart::Text(words) => format!("text {:?}", words.text.as_str()),
        AssistantPart::Thinking(thinking) => format!("thinking {:?}", thinking.text.as_str()),
        AssistantPart::Call(call) => format!("call {} {} {}", call.id, call.name, call.arguments),
        other => format!("{other:?}"),
    });
    let parts: Vec<_> = parts.collect();
    format!(
        "{}\n{:?} {}; {}",
        parts.join("\n"),
        response.finish.reason,
        response.finish.raw,
        response.usage
    )
}

fn check(lines: &[&str], expected: &str) {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let expect = |response: &Response| assert_eq!(show(response), expected, "{body}");
    check_body(&WIRE, NDJSON, body.as_bytes(), Delivery::Streamed, expect);
    check_truncated_body(&WIRE, NDJSON, body.as_bytes(), br#""done":true"#);
}

// R-1, R-4, R-8, R-14
#[test]
fn a_streamed_answer_is_thinking_text_and_calls() {
    check(
        &[
            r#"{"model":"m-1","message":{"role":"assistant","content":"","thinking":"Which"},"done":false}"#,
            r#"{"model":"m-1","message":{"role":"assistant","content":"","thinking":" city?"},"done":false}"#,
            r#"{"model":"m-1","message":{"role":"assistant","content":"Grüße 😀 "},"done":false}"#,
            r#"{"model":"m-1","message":{"content":"to\nOslo"},"done":false}"#,
            r#"{"model":"m-1","message":{"content":""},"done":true,"done_reason":"stop","prompt_eval_count":7,"eval_count":9}"#,
        ],
        "thinking \"Which city?\"\ntext \"Grüße 😀 to\\nOslo\"\nStop stop; input: 7, output: 9",
    );
}

// R-10, R-11, R-12
#[test]
fn every_call_is_a_call_of_its_own() {
    check(
        &[
            r#"{"message":{"content":"","tool_calls":[{"function":{"name":"a","arguments":{"x": 1.0}}}]},"done":false}"#,
            r#"{"message":{"content":"","tool_calls":[{"function":{"index":0,"name":"a","arguments":{}}},{"id":"call_9","function":{"index":0,"name":"b","arguments":"{\"y\":\"\\u00e9\"}"}}]},"done":false}"#,
            r#"{"message":{"tool_calls":[{"id":"call_9","function":{"name":"c"}}]},"done":true,"done_reason":"stop"}"#,
        ],
        "call call_w0 a {\"x\": 1.0}\ncall call_w1 a {}\ncall call_9 b {\"y\":\"\\u00e9\"}\ncall call_9 c \nCalls stop; unknown",
    );
}

// R-13
#[test]
fn the_reason_is_normalised_and_kept() {
    let line = |reason: &str| {
        format!("{{\"message\":{{\"content\":\"Hi\"}},\"done\":true{reason},\"eval_count\":1}}")
    };
    for (reason, expected) in [
        (
            r#","done_reason":"length""#,
            (FinishReason::Length, "length"),
        ),
        (r#","done_reason":"load""#, (FinishReason::Other, "load")),
        (
            r#","done_reason":"unload""#,
            (FinishReason::Other, "unload"),
        ),
        ("", (FinishReason::Stop, "")),
    ] {
        check_whole(&WIRE, &line(reason), |response| {
            let finish = &response.finish;
            assert_eq!((finish.reason, finish.raw.as_str()), expected);
            assert_eq!(response.usage, Usage::UNKNOWN.with_output(1));
        });
    }
}

// R-19
#[test]
fn a_whole_answer_is_the_same_message() {
    let streamed = "{\"model\":\"m-1\",\"message\":{\"thinking\":\"So\"},\"done\":false}\n\
        {\"message\":{\"content\":\"Hello\"},\"done\":false}\n\
        {\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"a\",\"arguments\":{}}}]},\"done\":false}\n\
        {\"message\":{},\"done\":true,\"done_reason\":\"stop\"}\n";
    let whole = r#"{"model":"m-1","message":{"tool_calls":[{"function":{"name":"a","arguments":{}}}],
        "content":"Hello","thinking":"So"},"done":true,"done_reason":"stop"}"#;
    let streamed = decode(&WIRE, NDJSON, streamed.as_bytes(), Delivery::Streamed).unwrap();
    check_whole(&WIRE, whole, |response| assert_eq!(*response, streamed));
}

// R-5, R-7
#[test]
fn an_error_line_ends_the_answer() {
    let body = "{\"message\":{\"content\":\"Hi\"},\"done\":false}\n{\"error\":\"llama runner has terminated\"}\n{\"message\":{\"content\":\"!\"},\"done\":true}\n";
    let error = decode(&WIRE, NDJSON, body.as_bytes(), Delivery::Streamed).unwrap_err();
    assert!(error.is_in_stream());
    assert_ne!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.partial().unwrap().text(), "Hi");
}

// R-6
#[test]
fn unknown_lines_are_passed_on_and_broken_ones_are_errors() {
    let body =
        "{\"status\":\"loading\"}\n: ping\n\n{\"message\":{\"content\":\"Hi\"},\"done\":true}\n";
    let (seen, error) = events(&WIRE, NDJSON, body.as_bytes(), Delivery::Streamed);
    assert!(error.is_none());
    let Event::Unknown(unknown) = &seen[0] else {
        panic!("{seen:?}")
    };
    assert_eq!(unknown.json.as_str(), r#"{"status":"loading"}"#);
    for broken in [
        "{\"message\":7}\n",
        "{\"done\":\"yes\"}\n",
        "[]\n",
        "Bad gateway\n",
    ] {
        let error = decode(&WIRE, NDJSON, broken.as_bytes(), Delivery::Streamed).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{broken}");
        assert_eq!(error.body(), Some(broken.trim()));
    }
}

// R-4
#[test]
fn an_answer_cut_anywhere_is_truncated() {
    let last = r#"{"message":{"content":"ü😀","tool_calls":[{"function":{"name":"a","arguments":{"x":[1.5,true]}}}]},"done":true,"eval_count":10}"#;
    let body = format!("{{\"message\":{{\"content\":\"Grüße\"}},\"done\":false}}\n{last}");
    for end in 0..body.len() {
        for (part, content_type, delivery) in [
            (&body.as_bytes()[..end], NDJSON, Delivery::Streamed),
            (
                &last.as_bytes()[..end.min(last.len() - 1)],
                JSON,
                Delivery::Whole,
            ),
        ] {
            let error = decode(&WIRE, content_type, part, delivery).unwrap_err();
            assert_eq!(
                error.kind(),
                ErrorKind::Truncated,
                "cut at {end}: {error:?}"
            );
        }
    }
    assert!(decode(&WIRE, NDJSON, body.as_bytes(), Delivery::Streamed).is_ok());
}

// R-89
#[test]
fn a_surrogate_pair_may_be_cut() {
    check(
        &[
            r#"{"message":{"thinking":"\ud83d"},"done":false}"#,
            r#"{"message":{"thinking":"\ude00","content":"\ud83d"},"done":false}"#,
            r#"{"message":{},"done":true,"done_reason":"stop"}"#,
        ],
        "thinking \"😀\"\ntext \"\u{fffd}\"\nStop stop; unknown",
    );
}

// R-9, R-25
#[test]
fn an_answer_is_sent_back_as_it_came() {
    let body = r#"{"message":{"thinking":"Hm","content":"Let me see.","tool_calls":[
        {"id":"call_x","function":{"name":"a","arguments":{"b": 1.50,"a":"é"}}},
        {"function":{"name":"b","arguments":{}}}]},"done":true,"done_reason":"stop"}"#;
    let response = decode(&WIRE, JSON, body.as_bytes(), Delivery::Whole).unwrap();
    let rest = concat!(
        r#""tool_calls":[{"id":"call_x","type":"function","function":{"name":"a","arguments":{"b": 1.50,"a":"é"}}},"#,
        r#"{"type":"function","function":{"name":"b","arguments":{}}}]},"#,
        r#"{"role":"tool","content":"done","tool_name":"a","tool_call_id":"call_x"},"#,
        r#"{"role":"tool","content":"done","tool_name":"b"}]}"#
    );
    let head = r#"{"model":"m-1","messages":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Let me see.","#;
    let back = replay(&WIRE, &response);
    assert_eq!(back, format!("{head}\"thinking\":\"Hm\",{rest}"));
    assert_eq!(replay_elsewhere(&WIRE, &response), format!("{head}{rest}"));
}

// R-21, R-22, R-26
#[test]
fn a_full_request() {
    let mut conversation = Conversation::new();
    conversation
        .push_user(User::new("Look.").with(Media::from_bytes("image/png", b"foo")))
        .unwrap();
    conversation.push_system(System::new("Be brief.")).unwrap();
    conversation
        .push_user(User::new("And this?").with(Document::from_text("Text.").with_name("a.txt")))
        .unwrap();
    let options = Options::new()
        .with_sampling(
            Sampling::new()
                .with_temperature(0.5)
                .with_max_output_tokens(64)
                .with_stop(["END"]),
        )
        .with_reasoning(Reasoning::budget(5_000))
        .with_output(OutputFormat::Schema {
            name: "out".into(),
            schema: Schema::empty_object(),
        })
        .with_extra("keep_alive", "5m")
        .with_extra("options", serde_json::json!({"min_p": 0.1}));
    let request = Request::new(conversation)
        .with_instructions("One.")
        .with_instructions("Two.")
        .with_tools([ToolSpec::new("a", "Does a.", Schema::empty_object())])
        .with_options(options);
    let schema = Schema::empty_object().as_json().to_owned();
    assert_eq!(
        encode(&WIRE.with_context(4096), &request),
        format!(
            concat!(
                r#"{{"model":"m-1","think":"medium","format":{schema},"#,
                r#""options":{{"num_ctx":4096,"num_predict":64,"temperature":0.5,"stop":["END"],"min_p":0.1}},"keep_alive":"5m","#,
                r#""tools":[{{"type":"function","function":{{"name":"a","description":"Does a.","parameters":{schema}}}}}],"#,
                r#""messages":[{{"role":"system","content":"One.\n\nTwo."}},"#,
                r#"{{"role":"user","content":"Look.","images":["Zm9v"]}},{{"role":"system","content":"Be brief."}},"#,
                r#"{{"role":"user","content":"And this?\n<document name=\"a.txt\">\nText.\n</document>"}}]}}"#
            ),
            schema = schema
        )
    );
}

#[test]
fn whole_answers_are_asked_for() {
    let (request, profile) = (Request::new("Hi"), Profile::new(model()));
    let key = encoding_key(&WIRE, &profile);
    let call = Encode::new(&request, &profile, &key).with_delivery(Delivery::Whole);
    let wire = WIRE.with_path("/chat").encode(&call).unwrap();
    assert_eq!(wire.path, "/chat");
    assert_eq!(
        String::from_utf8(wire.body).unwrap(),
        r#"{"model":"m-1","stream":false,"messages":[{"role":"user","content":"Hi"}]}"#
    );
}

#[test]
fn reasoning_becomes_a_level() {
    for (reasoning, think) in [
        (Reasoning::default(), "true"),
        (Reasoning::effort(Effort::Off), "false"),
        (Reasoning::effort(Effort::Minimal), r#""low""#),
        (Reasoning::effort(Effort::Max), r#""max""#),
        (Reasoning::budget(0), "false"),
        (Reasoning::budget(4_096), r#""low""#),
        (Reasoning::budget(4_097), r#""medium""#),
        (Reasoning::budget(u64::MAX), r#""max""#),
    ] {
        let request = Request::new("Hi").with_options(Options::new().with_reasoning(reasoning));
        let body = encode(&WIRE, &request);
        assert!(body.contains(&format!("\"think\":{think},")), "{body}");
    }
}

// R-22
#[test]
fn what_the_wire_lacks_is_refused_by_name_or_left_out() {
    for (options, name) in [
        (
            Options::new().with_tool_choice(ToolChoice::Required),
            "tool_choice",
        ),
        (Options::new().with_user("u"), "user"),
        (Options::new().with_metadata("a", "b"), "metadata"),
    ] {
        let request = Request::new("Hi")
            .with_tools([ToolSpec::new("a", "", Schema::empty_object())])
            .with_options(options.clone());
        let error = wire_request(&WIRE, &request).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Unsupported, Some(name))
        );
        let request = request.with_options(options.with_unsupported(Unsupported::Warn));
        let wire = wire_request(&WIRE, &request).unwrap();
        assert_eq!(wire.warnings[0].option, name);
    }
    let linked = Request::new(User::new("Hi").with(Media::from_url("image/png", "https://a.b/c")));
    assert_eq!(
        wire_request(&WIRE, &linked).unwrap_err().code(),
        Some("images")
    );
}

#[test]
fn a_model_that_cannot_think_is_not_asked_to() {
    let profile = Profile::new(ModelId::new("here", "m-1"))
        .with_abilities(Abilities::unknown().with(Ability::Thinking, false));
    let key = encoding_key(&WIRE, &profile);
    let thinking = |effort| {
        let options = Options::new().with_reasoning(Reasoning::effort(effort));
        let request = Request::new("Hi").with_options(options);
        WIRE.encode(&Encode::new(&request, &profile, &key))
    };
    assert_eq!(
        thinking(Effort::High).unwrap_err().code(),
        Some("reasoning")
    );
    let body = thinking(Effort::Off).unwrap().body;
    assert!(!String::from_utf8(body).unwrap().contains("think"));
}

// R-23, R-24
#[test]
fn arguments_that_are_no_object_are_kept_within_one() {
    let mut conversation = Conversation::from("Hi");
    let call = Call::new("c", "a", r#"{"cut": "#);
    let answer = windlass_core::Assistant::default().with(call.clone());
    conversation.push_assistant(answer).unwrap();
    let outcome = Outcome::new(&call, OutcomeStatus::BadArguments, "not JSON");
    conversation.push_outcomes([outcome]).unwrap();
    let none = Options::new().with_tool_choice(ToolChoice::None);
    let request = Request::new(conversation)
        .with_tools([ToolSpec::new("a", "", Schema::empty_object())])
        .with_options(none);
    assert_eq!(
        encode(&WIRE, &request),
        concat!(
            r#"{"model":"m-1","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"","tool_calls":"#,
            r#"[{"id":"c","type":"function","function":{"name":"a","arguments":{"INVALID_JSON":"{\"cut\": "}}}]},"#,
            r#"{"role":"tool","content":"error: not JSON","tool_name":"a","tool_call_id":"c"}]}"#
        )
    );
}

// R-4
#[test]
fn what_follows_the_end_unfinished_does_no_harm() {
    let body = concat!(
        r#"{"message":{"content":"Hi"},"done":false}"#,
        "\n",
        r#"{"message":{"content":""},"done":true,"done_reason":"stop"}"#,
        "\n"
    );
    check_complete(&WIRE, NDJSON, body.as_bytes(), br#"{"mess"#);
}

#[test]
fn only_the_first_line_names_the_model() {
    const END: &str =
        r#"{"model":"late","message":{"content":"Hi"},"done":true,"done_reason":"stop"}"#;
    for (first, model) in [
        (r#"{"message":{"content":"Oh. "},"done":false}"#, None),
        (r#"{"load":"slow"}"#, None),
        (r#"{"model":"early","load":"slow"}"#, Some("early")),
    ] {
        let body = format!("{first}\n{END}\n");
        check_body(
            &WIRE,
            NDJSON,
            body.as_bytes(),
            Delivery::Streamed,
            |response| {
                assert!(response.message.text().ends_with("Hi"));
                assert_eq!(response.model.as_deref(), model, "{first}");
            },
        );
    }
}
