use windlass_core::{
    AssistantPart, CachePolicy, Call, Conversation, Document, Effort, ErrorKind, Event,
    FinishReason, JsonText, Media, Options, Outcome, OutcomePart, OutcomeStatus, OutputFormat,
    Reasoning, Request, Response, Sampling, Schema, System, ToolChoice, ToolSpec, Unsupported,
    User,
};

use super::Cohere;
use crate::codec::{Codec, Delivery, Encode, encoding_key};
use crate::wire::testkit::{
    JSON, SSE, check_complete, check_error, check_stream, check_truncated, check_whole, decode,
    encode, events, model, replay, replay_elsewhere, wire_request,
};

const WIRE: Cohere = Cohere::new();

/// A stream of these events, with the names and the end that the host puts to them.
fn stream(events: &[&str]) -> String {
    let event = |json: &&str| {
        let kind = json.split('"').nth(3).unwrap();
        format!("event: {kind}\ndata: {json}\n\n")
    };
    let events: String = events.iter().map(event).collect();
    events + "data: [DONE]\n\n"
}

/// What a response is, in a line a part.
fn show(response: &Response) -> String {
    let parts = response.message.parts.iter().map(|part| match part {
        AssistantPart::Text(words) => {
            let cited = words.citations.iter().map(|citation| {
                format!(" [{} {}]", or_dash(&citation.title), or_dash(&citation.url))
            });
            format!(
                "text {:?}{}",
                words.text.as_str(),
                cited.collect::<String>()
            )
        }
        AssistantPart::Thinking(thinking) if thinking.seal.is_some() => {
            format!("plan {:?}", thinking.text.as_str())
        }
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

fn or_dash(text: &Option<windlass_core::Text>) -> &str {
    text.as_deref().unwrap_or("-")
}

fn check(events: &[&str], expected: &str) {
    let body = stream(events);
    check_stream(&WIRE, &body, |response| {
        assert_eq!(show(response), expected, "{body}");
    });
    check_truncated(&WIRE, &body, "\"type\":\"message-end\"");
}

const START: &str = r#"{"type":"message-start","id":"a-1","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}"#;
const END: &str = r#"{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":1,"output_tokens":2},"tokens":{"input_tokens":100.0,"output_tokens":9,"reasoning_tokens":4},"cached_tokens":64}}}"#;

// R-1, R-4, R-8, R-14
#[test]
fn a_streamed_answer_is_thinking_and_cited_text() {
    check(
        &[
            START,
            r#"{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"thinking","thinking":"Wh"}}}}"#,
            r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"y?"}}}}"#,
            r#"{"type":"content-end","index":0}"#,
            r#"{"type":"content-start","index":1,"delta":{"message":{"content":{"type":"text","text":""}}}}"#,
            r#"{"type":"content-delta","index":1,"delta":{"message":{"content":{"text":"Grüße, "}}}}"#,
            r#"{"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0,"end":5,"text":"Grüße","type":"TEXT_CONTENT","sources":[{"type":"document","id":"doc:0","document":{"title":"T","url":"https://a.b","text":"…"}}]}}}}"#,
            r#"{"type":"citation-end","index":0}"#,
            r#"{"type":"content-delta","index":1,"delta":{"message":{"content":{"text":"Oslo"}}}}"#,
            r#"{"type":"content-end","index":1}"#,
            r#"{"type":"citation-start","index":1,"delta":{"message":{"citations":{"start":7,"sources":[{"type":"tool","tool_output":{"title":3}}]}}}}"#,
            END,
        ],
        "thinking \"Why?\"\ntext \"Grüße, Oslo\" [T https://a.b] [- -]\nStop COMPLETE; input: 36, cache_read: 64, output: 9, reasoning: 4",
    );
}

// R-10, R-11, R-12
#[test]
fn a_plan_goes_before_the_calls() {
    check(
        &[
            START,
            r#"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I will "}}}"#,
            r#"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"look."}}}"#,
            r#"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"a_1","type":"function","function":{"name":"a","arguments":""}}}}}"#,
            r#"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"x\": "}}}}}"#,
            r#"{"type":"tool-call-start","index":1,"delta":{"message":{"tool_calls":{"type":"function","function":{"name":"b","arguments":null}}}}}"#,
            r#"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"\"\ud83d\ude00\"}"}}}}}"#,
            r#"{"type":"tool-call-end","index":0}"#,
            r#"{"type":"tool-call-end","index":1}"#,
            r#"{"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{}}}"#,
        ],
        "plan \"I will look.\"\ncall a_1 a {\"x\": \"😀\"}\ncall call_w0 b \nCalls TOOL_CALL; unknown",
    );
}

// R-19
#[test]
fn a_whole_answer_is_the_same_message() {
    let body = stream(&[
        START,
        r#"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"So."}}}"#,
        r#"{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":"Hello"}}}}"#,
        r#"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"c","type":"function","function":{"name":"a","arguments":"{}"}}}}}"#,
        r#"{"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0}}}}"#,
        END,
    ]);
    let streamed = decode(&WIRE, SSE, body.as_bytes(), Delivery::Streamed).unwrap();
    let whole = r#"{"id":"a-1","finish_reason":"COMPLETE","message":{"role":"assistant","tool_plan":"So.",
        "citations":[{"start":0}],"tool_calls":[{"id":"c","type":"function","function":{"name":"a","arguments":"{}"}}],
        "content":[{"type":"text","text":"Hello"}]},
        "usage":{"tokens":{"input_tokens":100,"output_tokens":9,"reasoning_tokens":4},"cached_tokens":64}}"#;
    check_whole(&WIRE, whole, |response| assert_eq!(*response, streamed));
}

// R-10, R-23
#[test]
fn calls_of_a_whole_answer_with_one_id_stay_apart() {
    let whole = r#"{"message":{"tool_calls":[{"id":"c","function":{"name":"a","arguments":"{\"x\":1}"}},
        {"id":"c","function":{"name":"a","arguments":"{}"}}]},"finish_reason":"TOOL_CALL"}"#;
    check_whole(&WIRE, whole, |response| {
        let calls: Vec<_> = response
            .message
            .calls()
            .map(|call| call.arguments.as_str())
            .collect();
        assert_eq!(calls, [r#"{"x":1}"#, "{}"]);
        let back = replay(&WIRE, response);
        for id in [
            r#""id":"c","#,
            r#""id":"c_85dc18f8","#,
            r#""tool_call_id":"c","#,
            r#""tool_call_id":"c_85dc18f8","#,
        ] {
            assert!(back.contains(id), "{back}");
        }
    });
}

// R-13
#[test]
fn the_reason_is_normalised_and_kept() {
    for (word, reason) in [
        ("COMPLETE", FinishReason::Stop),
        ("STOP_SEQUENCE", FinishReason::StopSequence),
        ("MAX_TOKENS", FinishReason::Length),
        ("ERROR_TOXIC", FinishReason::Filtered),
        ("TIMEOUT", FinishReason::Other),
        ("NEW_ONE", FinishReason::Other),
    ] {
        let body = format!(
            r#"{{"message":{{"content":[{{"type":"text","text":"Hi"}}]}},"finish_reason":"{word}"}}"#
        );
        check_whole(&WIRE, &body, |response| {
            let finish = &response.finish;
            assert_eq!((finish.reason, finish.raw.as_str()), (reason, word));
        });
    }
}

// R-4
#[test]
fn an_answer_cut_anywhere_is_truncated() {
    let body = stream(&[
        START,
        r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Grüße 😀"}}}}"#,
    ]);
    for end in 0..body.len() {
        let error = decode(&WIRE, SSE, &body.as_bytes()[..end], Delivery::Streamed).unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::Truncated,
            "cut at {end}: {error:?}"
        );
    }
    let body = r#"{"message":{"content":[{"type":"text","text":"Grüße 😀"}],"citations":[{"start":1.5}]},
        "finish_reason":"COMPLETE","usage":{"tokens":{"input_tokens":1.0}}}"#;
    for end in 0..body.len() {
        let error = decode(&WIRE, JSON, &body.as_bytes()[..end], Delivery::Whole).unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::Truncated,
            "cut at {end}: {error:?}"
        );
    }
}

// R-5, R-7
#[test]
fn a_failure_inside_an_answer_is_an_error() {
    let body = stream(&[
        START,
        r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Hi"}}}}"#,
        r#"{"type":"message-end","delta":{"finish_reason":"ERROR","error":"the model broke","error_type":"BROKEN"}}"#,
    ]);
    let error = check_error(&WIRE, &body, Delivery::Streamed);
    assert!(error.is_in_stream());
    assert_ne!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.partial().unwrap().text(), "Hi");
    for body in [
        r#"{"id":"e-1","message":"no such model"}"#,
        r#"{"message":{"content":[]},"finish_reason":"ERROR"}"#,
    ] {
        let error = check_error(&WIRE, body, Delivery::Whole);
        assert!(error.body().is_some_and(|kept| kept == body), "{error:?}");
    }
}

// R-6
#[test]
fn what_is_not_known_is_passed_on() {
    let known =
        r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Hi"}}}}"#;
    for (foreign, kind) in [
        (r#"{"type":"audio-delta","x":[1]}"#, "audio-delta"),
        (
            r#"{"type":"content-start","index":3,"delta":{"message":{"content":{"type":"image","url":"u"}}}}"#,
            "image",
        ),
        (
            r#"{"type":"citation-start","delta":{"message":{"citations":{"type":"PLAN","start":1}}}}"#,
            "citation",
        ),
    ] {
        let body = stream(&[known, foreign, END]);
        let (seen, error) = events(&WIRE, SSE, body.as_bytes(), Delivery::Streamed);
        assert!(error.is_none());
        let unknown = seen.iter().find_map(|event| match event {
            Event::Unknown(unknown) => Some(unknown),
            _ => None,
        });
        let unknown = unknown.expect("it is passed on");
        assert_eq!(unknown.kind, kind);
        assert!(foreign.contains(unknown.json.as_str()));
    }
    let broken = "data: {\"type\":\"content-delta\",\"delta\":{\"message\":{\"content\":7}}}\n\n";
    let error = check_error(&WIRE, broken, Delivery::Streamed);
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

// R-9, R-25
#[test]
fn an_answer_is_sent_back_as_it_came() {
    let body = r#"{"id":"a-1","message":{"content":[{"type":"thinking","thinking":"Hm"},{"type":"text","text":"Yes."}],
        "tool_plan":"I look.","tool_calls":[{"id":"c 1","type":"function","function":{"name":"a","arguments":"{\"b\": 1.50}"}},
        {"id":"c2","type":"function","function":{"name":"b","arguments":""}}]},"finish_reason":"TOOL_CALL"}"#;
    let response = decode(&WIRE, JSON, body.as_bytes(), Delivery::Whole).unwrap();
    let head = r#"{"model":"m-1","stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"Hello"}]},"#;
    let text = r#"{"type":"text","text":"Yes."}],"#;
    let rest = concat!(
        r#""tool_calls":[{"id":"c 1","type":"function","function":{"name":"a","arguments":"{\"b\": 1.50}"}},"#,
        r#"{"id":"c2","type":"function","function":{"name":"b","arguments":"{}"}}]},"#,
        r#"{"role":"tool","tool_call_id":"c 1","content":"done"},{"role":"tool","tool_call_id":"c2","content":"done"}]}"#
    );
    let thinking = r#"{"type":"thinking","thinking":"Hm"},"#;
    let own = format!(
        r#"{head}{{"role":"assistant","content":[{thinking}{text}"tool_plan":"I look.",{rest}"#
    );
    assert_eq!(replay(&WIRE, &response), own);
    let foreign = format!(r#"{head}{{"role":"assistant","content":[{text}{rest}"#);
    assert_eq!(replay_elsewhere(&WIRE, &response), foreign);
}

// R-21, R-26
#[test]
fn a_full_request() {
    let mut conversation = Conversation::new();
    let report = Document::from_text("All is well.").with_name("r.txt");
    let picture = Media::from_bytes("image/png", b"foo").with_detail("low");
    conversation
        .push_user(User::new("Read.").with(report).with(picture))
        .unwrap();
    conversation.push_system(System::new("Be brief.")).unwrap();
    conversation
        .push_user(User::from_parts([Document::from_text("More.").into()]))
        .unwrap();
    let options = Options::new()
        .with_sampling(
            Sampling::new()
                .with_top_p(0.5)
                .with_top_k(3)
                .with_seed(7)
                .with_stop(["END"]),
        )
        .with_reasoning(Reasoning::effort(Effort::Low))
        .with_output(OutputFormat::Json)
        .with_tool_choice(ToolChoice::Tool("a".into()))
        .with_extra("strict_tools", true);
    let request = Request::new(conversation)
        .with_instructions("One.")
        .with_tools([ToolSpec::new("a", "Does a.", Schema::empty_object())])
        .with_options(options);
    let profile = windlass_core::Profile::new(model());
    let key = encoding_key(&WIRE, &profile);
    let call = Encode::new(&request, &profile, &key).with_delivery(Delivery::Whole);
    let wire = WIRE.encode(&call).unwrap();
    assert_eq!(wire.path, "/v2/chat");
    assert_eq!(
        String::from_utf8(wire.body).unwrap(),
        format!(
            concat!(
                r#"{{"model":"m-1","p":0.5,"k":3,"seed":7,"stop_sequences":["END"],"#,
                r#""thinking":{{"type":"enabled","token_budget":4096}},"response_format":{{"type":"json_object"}},"#,
                r#""tool_choice":"REQUIRED","strict_tools":true,"#,
                r#""tools":[{{"type":"function","function":{{"name":"a","description":"Does a.","parameters":{schema}}}}}],"#,
                r#""documents":[{{"id":"doc:0","data":{{"title":"r.txt","text":"All is well."}}}},{{"id":"doc:1","data":{{"text":"More."}}}}],"#,
                r#""messages":[{{"role":"system","content":"One."}},"#,
                r#"{{"role":"user","content":[{{"type":"text","text":"Read."}},{{"type":"image_url","image_url":{{"url":"data:image/png;base64,Zm9v","detail":"low"}}}}]}},"#,
                r#"{{"role":"system","content":"Be brief."}},"#,
                r#"{{"role":"user","content":[{{"type":"text","text":"(see the documents)"}}]}}]}}"#
            ),
            schema = Schema::empty_object().as_json()
        )
    );
}

// R-23, R-58
#[test]
fn outcomes_go_as_text_or_as_documents() {
    let call = Call::new("c", "a", "{}");
    let json = |text: &str| OutcomePart::Json(JsonText::parse(text).unwrap());
    let picture = OutcomePart::Image(Media::from_bytes("image/png", b"foo"));
    let report = OutcomePart::Document(Document::from_text("Well.").with_name("r"));
    for (status, parts, content) in [
        (
            OutcomeStatus::Success,
            vec![OutcomePart::Text("4 °C".into())],
            r#""4 °C""#,
        ),
        (OutcomeStatus::Success, vec![json("[1, 2]")], r#""[1, 2]""#),
        (
            OutcomeStatus::Success,
            vec![json(r#"{"t": 1.0}"#), picture],
            r#"[{"type":"document","document":{"data":{"t": 1.0}}},{"type":"text","text":"[image of the type image/png, not shown]"}]"#,
        ),
        (
            OutcomeStatus::Success,
            vec![report],
            r#"[{"type":"document","document":{"data":{"title":"r","text":"Well."}}}]"#,
        ),
        (OutcomeStatus::Failed, vec![json("{}")], r#""error: {}""#),
    ] {
        let mut conversation = Conversation::from("Hi");
        conversation
            .push_assistant(windlass_core::Assistant::default().with(call.clone()))
            .unwrap();
        conversation
            .push_outcomes([Outcome::from_parts(&call, status, parts)])
            .unwrap();
        let body = encode(&WIRE, &Request::new(conversation));
        let tail = format!(r#"{{"role":"tool","tool_call_id":"c","content":{content}}}]}}"#);
        assert!(body.ends_with(&tail), "{body}");
    }
}

#[test]
fn reasoning_becomes_a_budget() {
    for (reasoning, thinking) in [
        (Reasoning::default(), r#"{"type":"enabled"}"#),
        (Reasoning::effort(Effort::Off), r#"{"type":"disabled"}"#),
        (
            Reasoning::effort(Effort::High),
            r#"{"type":"enabled","token_budget":32768}"#,
        ),
        (Reasoning::effort(Effort::Max), r#"{"type":"enabled"}"#),
        (Reasoning::budget(0), r#"{"type":"disabled"}"#),
        (
            Reasoning::budget(77),
            r#"{"type":"enabled","token_budget":77}"#,
        ),
    ] {
        let request = Request::new("Hi").with_options(Options::new().with_reasoning(reasoning));
        let body = encode(&WIRE, &request);
        assert!(
            body.contains(&format!("\"thinking\":{thinking},")),
            "{body}"
        );
    }
}

// R-22
#[test]
fn what_the_wire_lacks_is_refused_by_name_or_left_out() {
    let tools = ["a", "b"].map(|name| ToolSpec::new(name, "", Schema::empty_object()));
    for (options, name) in [
        (
            Options::new().with_tool_choice(ToolChoice::Tool("a".into())),
            "tool_choice",
        ),
        (
            Options::new().with_cache(CachePolicy::Marked(Vec::new())),
            "cache",
        ),
        (Options::new().with_user("u"), "user"),
    ] {
        let request = Request::new("Hi")
            .with_tools(tools.clone())
            .with_options(options.clone());
        let error = wire_request(&WIRE, &request).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Unsupported, Some(name))
        );
        let request = request.with_options(options.with_unsupported(Unsupported::Warn));
        assert_eq!(
            wire_request(&WIRE, &request).unwrap().warnings[0].option,
            name
        );
    }
    for (part, name) in [
        (Media::from_bytes("audio/wav", b"x"), "audio"),
        (Media::from_bytes("application/pdf", b"x"), "documents"),
    ] {
        let request = Request::new(User::new("Hi").with(part));
        assert_eq!(
            wire_request(&WIRE, &request).unwrap_err().code(),
            Some(name)
        );
    }
    let forced = Options::new().with_tool_choice(ToolChoice::Required);
    let forced = forced.with_unsupported(Unsupported::Warn);
    let body = encode(&WIRE, &Request::new("Hi").with_options(forced));
    assert!(!body.contains("tool"), "nothing to call: {body}");
}

/// Events that each can come, for orders that cannot.
const ANY: [&str; 14] = [
    START,
    r#"{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":"a"}}}}"#,
    r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"b","text":"\ud83d"}}}}"#,
    r#"{"type":"content-delta","index":1,"delta":{"message":{"content":{"thinking":"c\ud83d"}}}}"#,
    r#"{"type":"content-end","index":0}"#,
    r#"{"type":"content-end","index":1}"#,
    r#"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"\ude00d"}}}"#,
    r#"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"x","function":{"name":"a"}}}}}"#,
    r#"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"y","function":{"name":"a"}}}}}"#,
    r#"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{"}}}}}"#,
    r#"{"type":"tool-call-delta","delta":{"message":{"tool_calls":[{"id":"z"},{"function":{}}]}}}"#,
    r#"{"type":"tool-call-end","index":0}"#,
    r#"{"type":"citation-start","index":0,"delta":{"message":{"citations":[{"content_index":0},{}]}}}"#,
    END,
];

proptest::proptest! {
    // R-7
    #[test]
    fn no_order_of_events_breaks_the_grammar(order in proptest::collection::vec(0..ANY.len(), 0..20)) {
        let sent: Vec<&str> = order.iter().map(|place| ANY[*place]).collect();
        let ends = order.contains(&(ANY.len() - 1));
        let read = decode(&WIRE, SSE, stream(&sent).as_bytes(), Delivery::Streamed);
        match read {
            Ok(_) => assert!(ends),
            Err(error) => assert!(matches!(error.kind(), ErrorKind::Truncated | ErrorKind::Protocol)),
        }
    }
}

// R-4
#[test]
fn what_follows_the_end_unfinished_does_no_harm() {
    let body = stream(&[START, END]).replace("data: [DONE]\n\n", "");
    check_complete(&WIRE, SSE, body.as_bytes(), b"data: [DO");
}
