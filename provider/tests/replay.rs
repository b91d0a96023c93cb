//! What one model said is sent on: letter for letter to its own provider, legal and without secrets of others elsewhere.
#![cfg(all(feature = "simulate", feature = "http", feature = "bedrock"))]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use serde_json::Value;
use windlass_core::{
    Assistant, Conversation, Media, Model, ModelError, Outcome, OutcomePart, OutcomeStatus,
    Request, Response, Schema, ToolSpec,
};
use windlass_provider::host::Host;
use windlass_provider::hosts;
use windlass_provider::simulate::{Reply, Simulator};

const WIRES: &[(Host, &str)] = &[
    (hosts::OPENAI, "gpt-5"),
    (hosts::OPENAI_RESPONSES, "gpt-5"),
    (hosts::MISTRAL, "mistral-small-latest"),
    (hosts::DEEPSEEK, "deepseek-reasoner"),
    (hosts::OPENROUTER, "anthropic/claude-sonnet-4.5"),
    (hosts::ANTHROPIC, "claude-sonnet-4-5"),
    (hosts::GEMINI, "gemini-2.5-flash"),
    (hosts::BEDROCK, "anthropic.claude-sonnet-4-5-20250929-v1:0"),
    (hosts::COHERE, "command-a-03-2025"),
    (hosts::OLLAMA, "qwen3:4b"),
];

/// What the simulator signs and encrypts with.
const OPAQUE: &str = "c2ltdWxhdGVk";

fn tools() -> [ToolSpec; 1] {
    [ToolSpec::new(
        "weather",
        "The weather in a city right now.",
        Schema::empty_object(),
    )]
}

async fn ask(
    simulator: &Simulator,
    host: Host,
    model: &str,
    conversation: &Conversation,
) -> Result<Response, ModelError> {
    let client = simulator.client(host, model).build().unwrap();
    let request = Request::new(conversation.clone())
        .with_instructions("Be brief.")
        .with_tools(tools());
    client.stream(request).await?.response().await
}

/// The answer of this model to a question: thinking, words and two calls.
async fn answer(simulator: &Simulator, host: Host, model: &str) -> Assistant {
    let reply = Reply::thinking("Both cities. ")
        .then_text("Let me look. ")
        .then_call("call_a", "weather", r#"{"city":"Oslo"}"#)
        .then_call("call_b", "weather", "{}");
    simulator.script([reply]);
    ask(simulator, host, model, &Conversation::from("Oslo or Rome?"))
        .await
        .unwrap()
        .message
}

fn last_body(simulator: &Simulator) -> String {
    let body = simulator.requests().pop().unwrap().body;
    let text = String::from_utf8(body).unwrap();
    assert!(
        serde_json::from_str::<Value>(&text).is_ok_and(|body| body.is_object()),
        "{text}"
    );
    text
}

// R-9, R-23
#[tokio::test]
async fn an_answer_goes_back_to_its_provider_whole_and_to_others_without_what_only_it_can_read() {
    let simulator = Simulator::start().await.unwrap();
    for (from, from_model) in WIRES {
        let message = answer(&simulator, *from, from_model).await;
        let sealed = format!("{:?}", message.parts).contains(OPAQUE);
        let mut conversation = Conversation::from("Oslo or Rome?");
        let calls: Vec<_> = message.calls().cloned().collect();
        conversation.push_assistant(message).unwrap();
        let outcomes = [
            Outcome::success(&calls[0], "4 °C"),
            Outcome::new(&calls[1], OutcomeStatus::Failed, "no such city"),
        ];
        conversation.push_outcomes(outcomes).unwrap();
        for (to, to_model) in WIRES {
            simulator.script([Reply::text("Rome.")]);
            ask(&simulator, *to, to_model, &conversation).await.unwrap();
            let body = last_body(&simulator);
            let route = format!("{} to {}", from.name, to.name);
            let expected = sealed && from.name == to.name;
            assert_eq!(body.contains(OPAQUE), expected, "{route}: {body}");
            assert!(
                body.contains("4 °C") && body.contains("no such city"),
                "{route}: {body}"
            );
            assert!(
                body.contains("Be brief.") && body.contains("Let me look."),
                "{route}: {body}"
            );
            assert!(
                !body.contains("Both cities.") || from.name == to.name,
                "{route}: {body}"
            );
        }
    }
}

// R-49, R-58
#[tokio::test]
async fn every_kind_of_outcome_makes_a_legal_request_on_every_wire() {
    let simulator = Simulator::start().await.unwrap();
    for (host, model) in WIRES {
        let message = answer(&simulator, *host, model).await;
        let calls: Vec<_> = message.calls().cloned().collect();
        for status in [
            OutcomeStatus::Success,
            OutcomeStatus::Failed,
            OutcomeStatus::Panicked,
            OutcomeStatus::TimedOut,
            OutcomeStatus::Cancelled,
            OutcomeStatus::UnknownTool,
            OutcomeStatus::BadArguments,
            OutcomeStatus::Denied,
            OutcomeStatus::DuplicateId,
            OutcomeStatus::Interrupted,
        ] {
            let mut conversation = Conversation::from("Oslo or Rome?");
            conversation.push_assistant(message.clone()).unwrap();
            let picture = OutcomePart::from(Media::from_bytes("image/png", b"\x89PNG"));
            let first = Outcome::from_parts(&calls[0], status, ["seen".into(), picture]);
            let second = Outcome::from_parts(&calls[1], status, []);
            conversation.push_outcomes([first, second]).unwrap();
            conversation.push_user("And now?").unwrap();
            simulator.script([Reply::text("Rome.")]);
            ask(&simulator, *host, model, &conversation).await.unwrap();
            assert!(last_body(&simulator).contains("seen"), "{}", host.name);
        }
    }
}

// R-25
#[tokio::test]
async fn the_body_of_a_turn_extends_that_of_the_turn_before() {
    let simulator = Simulator::start().await.unwrap();
    for (host, model) in WIRES {
        let mut conversation = Conversation::from("Oslo or Rome?");
        let mut before: Option<String> = None;
        for turn in 0..3 {
            simulator.script([Reply::call(
                format!("call_{turn}"),
                "weather",
                r#"{"city":"Oslo"}"#,
            )]);
            let message = ask(&simulator, *host, model, &conversation)
                .await
                .unwrap()
                .message;
            let body = last_body(&simulator);
            if let Some(before) = before {
                let shared = before.trim_end_matches(['}', ']']);
                assert!(body.starts_with(shared), "{}:\n{before}\n{body}", host.name);
            }
            before = Some(body);
            let outcomes: Vec<_> = message
                .calls()
                .map(|call| Outcome::success(call, "4 °C"))
                .collect();
            conversation.push_assistant(message).unwrap();
            conversation.push_outcomes(outcomes).unwrap();
        }
        simulator.script([Reply::text("a"), Reply::text("a")]);
        ask(&simulator, *host, model, &conversation).await.unwrap();
        let first = last_body(&simulator);
        ask(&simulator, *host, model, &conversation).await.unwrap();
        assert_eq!(
            last_body(&simulator),
            first,
            "the same conversation is the same bytes"
        );
    }
}
