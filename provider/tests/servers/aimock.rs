//! Every wire against aimock, which answers by `aimock.json`.
//!
//! What a client must bear of it: an emoji is cut into lone surrogates over two deltas, Gemini ends with `FUNCTION_CALL`,
//! and Bedrock opens a text with `contentBlockStart`. What it does not play: Cohere's and Ollama's thinking, Ollama's
//! counts and its limit, and why an answer of Responses is incomplete.

use std::time::Duration;

use serde_json::{Value, json};
use windlass_core::{
    Assistant, Effort, ErrorKind, FinishReason, Options, Reasoning, Request, Response,
};
use windlass_provider::codec::Delivery;
use windlass_provider::hosts;

use crate::talk::{ferry, talk};
use crate::{Played, answer, ask, played, thinking, url};

/// The tests for each wire.
macro_rules! wires {
    ($($wire:ident: $played:expr, [$($test:ident),*];)*) => {$(
        mod $wire {
            use super::*;

            const PLAYED: Played = $played;

            wires!(@tests text, calls, too_often, rush_hour, break_off);
            wires!(@tests $($test),*);
        }
    )*};
    (@tests $($test:ident),*) => {$(
        #[tokio::test]
        async fn $test() {
            if let Some(url) = url("WINDLASS_AIMOCK") {
                super::$test(&PLAYED, &url).await;
            }
        }
    )*};
}

wires! {
    chat: played(hosts::OPENAI, "/v1", "gpt-5"), [thoughts, limit];
    responses: played(hosts::OPENAI_RESPONSES, "/v1", "gpt-5"), [thoughts];
    anthropic: played(hosts::ANTHROPIC, "", "claude-sonnet-4-5"), [thoughts, limit];
    gemini: played(hosts::GEMINI, "/v1beta", "gemini-2.5-flash"), [thoughts, limit];
    vertex: played(
        hosts::VERTEX,
        "/v1/projects/p/locations/l/publishers/google",
        "gemini-2.5-flash",
    ), [thoughts, limit];
    bedrock: played(hosts::BEDROCK, "", "anthropic.claude-sonnet-4-5-v1:0"), [thoughts, limit];
    cohere: played(hosts::COHERE, "", "command-a-reasoning-08-2025"), [limit];
    ollama: played(hosts::OLLAMA, "", "qwen3:4b"), [];
    azure: played(
        hosts::AZURE_OPENAI_DEPLOYMENT,
        "/openai/deployments/gpt-5",
        "gpt-5",
    ), [thoughts, limit];
    openrouter: played(hosts::OPENROUTER, "/api/v1", "openai/gpt-5"), [thoughts, limit];
}

//
async fn text(wire: &Played, url: &str) {
    for response in both(wire, url, Request::new("Hello")).await {
        assert_eq!(response.message.text(), "Ahoy, 🚢 Zoë! The wind is fair.");
        assert_eq!(response.finish.reason, FinishReason::Stop);
        counts(wire, &response, 3, 10);
    }
}

async fn calls(wire: &Played, url: &str) {
    for delivery in [Delivery::Streamed, Delivery::Whole] {
        let client = wire.client(url, delivery);
        let talk = talk(&client, ferry(), "17:40, storm").await;
        let message = &talk.asked.message;
        assert_eq!(message.text(), "I look it up.");
        let calls: Vec<(&str, Value)> = message
            .calls()
            .map(|call| (&*call.name, call.arguments.parse().unwrap()))
            .collect();
        let expected = [
            ("ferry_times", json!({"port": "Tromsø", "after": 17})),
            ("wind", json!({"port": "Tromsø"})),
        ];
        assert_eq!(calls, expected);
        assert_eq!(talk.asked.finish.reason, FinishReason::Calls);
        counts(wire, &talk.asked, 40, 25);
        assert_eq!(
            talk.told.message.text(),
            "It leaves at 17:40. Take a coat, Zoë!"
        );
        assert_eq!(talk.told.finish.reason, FinishReason::Stop);
        counts(wire, &talk.told, 60, 12);
    }
}

async fn thoughts(wire: &Played, url: &str) {
    let options = Options::new().with_reasoning(Reasoning::effort(Effort::Low));
    let request = Request::new("Is 41 prime?").with_options(options);
    for response in both(wire, url, request).await {
        assert_eq!(response.message.text(), "Yes, 41 is prime.");
        assert_eq!(
            thinking(&response.message),
            "Divide by two, three and five. None fits."
        );
    }
}

async fn limit(wire: &Played, url: &str) {
    for response in both(wire, url, Request::new("Tell it at length.")).await {
        assert_eq!(response.message.text(), "It all began in the year");
        assert_eq!(response.finish.reason, FinishReason::Length);
        counts(wire, &response, 11, 5);
    }
}

async fn too_often(wire: &Played, url: &str) {
    for delivery in [Delivery::Streamed, Delivery::Whole] {
        let client = wire.client(url, delivery);
        let error = ask(&client, Request::new("I ask too often."))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{error:?}");
        assert_eq!(error.status(), Some(429), "{error:?}");
        assert_eq!(
            error.retry_after(),
            Some(Duration::from_secs(3)),
            "{error:?}"
        );
    }
}

async fn rush_hour(wire: &Played, url: &str) {
    for delivery in [Delivery::Streamed, Delivery::Whole] {
        let client = wire.client(url, delivery);
        let error = ask(&client, Request::new("It is rush hour."))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overloaded, "{error:?}");
        assert!(error.is_transient(), "{error:?}");
    }
}

//
async fn break_off(wire: &Played, url: &str) {
    let client = wire.client(url, Delivery::Streamed);
    let error = ask(&client, Request::new("Now break off."))
        .await
        .unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    let partial = error.partial().map(Assistant::text).unwrap_or_default();
    assert!(
        "The captain told us a long story".starts_with(&partial),
        "{partial}"
    );
}

/// The answers to a request, streamed and whole.
async fn both(wire: &Played, url: &str, request: Request) -> [Response; 2] {
    [
        answer(&wire.client(url, Delivery::Streamed), request.clone()).await,
        answer(&wire.client(url, Delivery::Whole), request).await,
    ]
}

fn counts(wire: &Played, response: &Response, input: u64, output: u64) {
    let expected = match wire.host.name {
        "ollama" => (Some(0), Some(0)),
        _ => (Some(input), Some(output)),
    };
    let usage = response.usage;
    assert_eq!((usage.total_input(), usage.output()), expected);
}
