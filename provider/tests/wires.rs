//! Every wire over real HTTP, against the simulator: right answers, and each fault a typed error or a right answer.
#![cfg(all(feature = "simulate", feature = "http", feature = "bedrock"))]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::time::Duration;

use windlass_core::{
    AssistantPart, ErrorKind, Event, FinishReason, Model, ModelError, Request, Response, Usage,
};
use windlass_provider::auth::Credentials;
use windlass_provider::codec::Delivery;
use windlass_provider::host::Host;
use windlass_provider::hosts;
use windlass_provider::sigv4;
use windlass_provider::simulate::{Fault, Reply, Simulator};

const WIRES: &[(Host, &str)] = &[
    (hosts::OPENAI, "gpt-5"),
    (hosts::GEMINI, "gemini-2.5-flash"),
    (hosts::MISTRAL, "mistral-small-latest"),
    (hosts::OPENAI_RESPONSES, "gpt-5"),
    (hosts::ANTHROPIC, "claude-sonnet-4-5"),
    (hosts::BEDROCK, "amazon.nova-micro-v1:0"),
    (hosts::COHERE, "command-a-03-2025"),
    (hosts::OLLAMA, "qwen3:4b"),
];

fn reply() -> Reply {
    Reply::thinking("The user wants the weather of two cities. ")
        .then_text("Let me look: Grüße, 😀. ")
        .then_call("call_1", "weather", r#"{"city":"Ålesund"}"#)
        .then_call("call_2", "weather", r#"{"city":"Rome"}"#)
        .with_usage(Usage::UNKNOWN.with_input(20).with_output(9))
}

async fn ask(model: &dyn Model) -> Result<Response, ModelError> {
    model
        .stream(Request::new("How warm is it?"))
        .await?
        .response()
        .await
}

fn check(response: &Response, host: &Host) {
    let message = &response.message;
    let Some(AssistantPart::Thinking(thinking)) = message.parts.first() else {
        panic!("{host:?}: {message:?}");
    };
    assert_eq!(
        thinking.text, "The user wants the weather of two cities. ",
        "{host:?}"
    );
    assert_eq!(message.text(), "Let me look: Grüße, 😀. ", "{host:?}");
    let calls: Vec<_> = message
        .calls()
        .map(|call| (call.name.as_str(), call.arguments.as_str()))
        .collect();
    assert_eq!(
        calls,
        [
            ("weather", r#"{"city":"Ålesund"}"#),
            ("weather", r#"{"city":"Rome"}"#)
        ],
        "{host:?}"
    );
    assert_eq!(response.finish.reason, FinishReason::Calls, "{host:?}");
    assert_eq!(response.usage.total_input(), Some(20), "{host:?}");
    assert_eq!(response.usage.output(), Some(9), "{host:?}");
}

// R-19
#[tokio::test]
async fn streamed_and_whole_answers_give_the_same_message() {
    let simulator = Simulator::start().await.unwrap();
    simulator.always(reply());
    for (host, model) in WIRES {
        let streamed = ask(&simulator.client(*host, model).build().unwrap())
            .await
            .unwrap();
        check(&streamed, host);
        let whole = simulator
            .client(*host, model)
            .delivery(Delivery::Whole)
            .build()
            .unwrap();
        let whole = ask(&whole).await.unwrap();
        check(&whole, host);
        assert_eq!(streamed.message.parts, whole.message.parts, "{host:?}");
    }
}

// R-1
#[tokio::test]
async fn pieces_of_one_byte_make_no_difference() {
    let simulator = Simulator::start().await.unwrap();
    simulator.always(reply().with_fault(Fault::SplitEverywhere));
    for (host, model) in WIRES {
        check(
            &ask(&simulator.client(*host, model).build().unwrap())
                .await
                .unwrap(),
            host,
        );
    }
}

// R-4, R-7
#[tokio::test]
async fn a_cut_answer_is_never_a_good_one() {
    let simulator = Simulator::start().await.unwrap();
    for (host, model) in WIRES {
        let client = simulator.client(*host, model).build().unwrap();
        for bytes in (0..900).step_by(41) {
            simulator.script([reply().with_fault(Fault::CutAfter { bytes })]);
            let error = ask(&client).await.unwrap_err();
            assert!(error.is_transient(), "{host:?} cut after {bytes}: {error}");
            assert!(error.is_in_stream(), "{host:?} cut after {bytes}: {error}");
        }
    }
}

// R-5
#[tokio::test]
async fn an_error_inside_the_answer_is_classified_and_ends_it() {
    let simulator = Simulator::start().await.unwrap();
    simulator.always(reply().with_fault(Fault::ErrorAt { event: 3 }));
    for (host, model) in WIRES {
        let client = simulator.client(*host, model).build().unwrap();
        let mut stream = client.stream(Request::new("Hello")).await.unwrap();
        let error = loop {
            match stream.next().await {
                Some(Ok(_)) => {}
                Some(Err(error)) => break error,
                None => panic!("{host:?} ended without an error"),
            }
        };
        assert!(
            matches!(error.kind(), ErrorKind::Server | ErrorKind::Overloaded),
            "{host:?}: {error}"
        );
        assert!(error.is_in_stream(), "{host:?}");
        assert!(stream.next().await.is_none());
    }
}

// R-31, R-33
#[tokio::test]
async fn a_refusal_is_classified_on_every_wire() {
    let simulator = Simulator::start().await.unwrap();
    for (host, model) in WIRES {
        let client = simulator.client(*host, model).build().unwrap();
        for (status, kind) in [
            (400, ErrorKind::InvalidRequest),
            (401, ErrorKind::Authentication),
            (404, ErrorKind::NotFound),
            (500, ErrorKind::Server),
        ] {
            simulator.script([Reply::status(status)]);
            let error = ask(&client).await.unwrap_err();
            let expected = if *host.name == *"bedrock" && status == 401 {
                ErrorKind::Permission
            } else {
                kind
            };
            assert_eq!(error.kind(), expected, "{host:?} {status}: {error}");
            assert_eq!(error.status(), Some(status));
        }
        simulator.script([Reply::rate_limited(Duration::from_secs(7))]);
        let error = ask(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.retry_after()),
            (ErrorKind::RateLimited, Some(Duration::from_secs(7))),
            "{host:?}"
        );
    }
}

// R-3
#[tokio::test]
async fn an_event_that_never_ends_is_cut_off() {
    let simulator = Simulator::start().await.unwrap();
    simulator.always(reply().with_fault(Fault::EndlessEvent {
        event: 2,
        bytes: 200_000,
    }));
    for (host, model) in WIRES {
        let client = simulator
            .client(*host, model)
            .max_event(10_000)
            .build()
            .unwrap();
        let error = ask(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{host:?}: {error}");
    }
}

#[tokio::test]
async fn garbage_is_an_error_and_nothing_else() {
    let simulator = Simulator::start().await.unwrap();
    let garbage = b"data: {\"type\": \xff\xfe!\n\n\x00\x01\x02".to_vec();
    simulator.always(reply().with_fault(Fault::Garbage {
        event: 2,
        bytes: garbage,
    }));
    for (host, model) in WIRES {
        assert!(
            ask(&simulator.client(*host, model).build().unwrap())
                .await
                .is_err(),
            "{host:?}"
        );
    }
}

// R-20
#[tokio::test]
async fn connections_are_used_again_and_a_dropped_answer_closes_its_own() {
    let simulator = Simulator::start().await.unwrap();
    let client = simulator.client(hosts::OLLAMA, "qwen3:4b").build().unwrap();
    simulator.script((0..5).map(|_| reply()));
    for _ in 0..5 {
        ask(&client).await.unwrap();
    }
    assert_eq!(simulator.connections(), 1);

    simulator.script([reply().with_fault(Fault::StallAt {
        event: 2,
        pause: Duration::from_secs(600),
    })]);
    let mut stream = client.stream(Request::new("Hello")).await.unwrap();
    assert!(matches!(stream.next().await, Some(Ok(Event::Started(_)))));
    assert_eq!(simulator.open_connections(), 1);
    drop(stream);
    let closed = async {
        while simulator.open_connections() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), closed)
        .await
        .expect("the connection is closed");
}

// R-18
#[tokio::test]
async fn a_redirect_is_an_error_that_names_its_target() {
    let simulator = Simulator::start().await.unwrap();
    let location = vec![(
        "location".to_owned(),
        "https://elsewhere.test/v1".to_owned(),
    )];
    simulator.script([Reply::new().with_fault(Fault::Status {
        status: 307,
        headers: location,
        body: None,
    })]);
    let error = ask(&simulator.client(hosts::ANTHROPIC, "m").build().unwrap())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("https://elsewhere.test/v1"),
        "{error}"
    );
    assert_eq!(simulator.requests().len(), 1);
}

#[tokio::test]
async fn a_request_to_bedrock_is_signed_or_carries_its_key() {
    let simulator = Simulator::start().await.unwrap();
    simulator.always(Reply::text("Hi!"));
    let client = || simulator.client(hosts::BEDROCK, "amazon.nova-micro-v1:0");
    ask(&client().build().unwrap()).await.unwrap();
    let keys =
        sigv4::Credentials::new("AKIDEXAMPLE", "a-secret-of-nobody").with_session_token("a-token");
    let signing = client().credentials(Credentials::Aws(keys));
    ask(&signing.clone().build().unwrap()).await.unwrap();
    ask(&signing.setting("region", "eu-north-1").build().unwrap())
        .await
        .unwrap();

    let seen = simulator.requests();
    let header = |at: usize, name: &str| seen[at].header(name).unwrap_or_default().to_owned();
    assert_eq!(header(0, "authorization"), "Bearer sk-of-the-simulator");
    assert!(header(1, "authorization").starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"));
    assert!(header(1, "authorization").contains("/us-east-1/bedrock/aws4_request"));
    assert_eq!(header(1, "x-amz-security-token"), "a-token");
    assert!(header(2, "authorization").contains("/eu-north-1/bedrock/aws4_request"));
}
