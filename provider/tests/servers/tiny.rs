//! A real model, too small to know more than this talk, under the codes of two servers.

use serde_json::{Value, json};
use windlass_core::{FinishReason, Model, Options, Request, Sampling, ToolChoice};
use windlass_provider::codec::Delivery;
use windlass_provider::host::{Host, KeyNeed};
use windlass_provider::hosts;
use windlass_provider::wire::openai_chat::{EmptyContent, OpenAiChat};

use crate::talk::{TEXT, Talk, talk, tool};
use crate::{Played, answer, played, url};

const MLX: Played = played(hosts::COMPATIBLE, "/v1", "default_model");
const LLAMA: Played = played(LLAMA_CPP_PYTHON, "/v1", "tiny");

/// llama.cpp with the server of its Python package, whose templates want a content in every message.
const LLAMA_CPP_PYTHON: Host = Host::new(
    "llama-cpp-python",
    "http://localhost:8000/v1",
    &LLAMA_CPP_PYTHON_WIRE,
)
.with_key(KeyNeed::Optional);
static LLAMA_CPP_PYTHON_WIRE: OpenAiChat = OpenAiChat::new()
    .with_max_tokens("max_tokens")
    .with_empty_content(EmptyContent::Blank);

const DELIVERIES: [Delivery; 2] = [Delivery::Streamed, Delivery::Whole];

#[tokio::test]
async fn mlx() {
    let Some(url) = url("WINDLASS_MLX") else {
        return;
    };
    for delivery in DELIVERIES {
        let model = MLX.client(&url, delivery);
        text(&model).await;
        calls(&model).await;
    }
}

#[tokio::test]
async fn llama_cpp() {
    let Some(url) = url("WINDLASS_LLAMA") else {
        return;
    };
    for delivery in DELIVERIES {
        let model = LLAMA.client(&url, delivery);
        text(&model).await;
        forced_calls(&model).await;
    }
}

async fn text(model: &dyn Model) {
    let response = answer(model, Request::new("hi").with_options(short())).await;
    let told = response.message.text();
    assert_eq!(told, "Hello, wörld 👋! How can I help?");
    assert_eq!(response.finish.reason, FinishReason::Stop);
    // The server of llama-cpp-python counts nothing in a stream.
    if let Some(tokens) = response.usage.output() {
        assert!(tokens > 0, "{:?}", response.usage);
    }
}

/// The model calls of itself, and says what it was told.
async fn calls(model: &dyn Model) {
    let talk = talk(model, weather(TEXT), "21").await;
    assert_eq!(arguments(&talk), json!({"city": "Zürich"}));
    assert_eq!(talk.told.message.text(), "It is 21°C and sunny in Zürich.");
    assert!(talk.told.usage.output().is_some_and(|tokens| tokens > 0));
}

/// The server makes the model call, by a grammar of the schema. What the model then says is its own: it has learned
/// another template.
async fn forced_calls(model: &dyn Model) {
    let choice = ToolChoice::Tool("get_weather".into());
    let question = weather(r#"{"type":"string","enum":["Zürich"]}"#);
    let question = question.with_options(short().with_tool_choice(choice));
    let talk = talk(model, question, "21").await;
    assert_eq!(arguments(&talk), json!({"city": "Zürich"}));
    assert!(!talk.told.message.text().is_empty());
}

fn weather(city: &str) -> Request {
    let tool = tool("get_weather", "The weather in a city.", "city", city);
    Request::new("weather?").with_tools([tool])
}

/// The arguments of the only call.
fn arguments(talk: &Talk) -> Value {
    let calls: Vec<_> = talk.asked.message.calls().collect();
    let [call] = calls[..] else {
        panic!("{calls:?}");
    };
    assert_eq!(call.name, "get_weather");
    call.arguments.parse().unwrap()
}

fn short() -> Options {
    let sampling = Sampling::new().with_temperature(0.0);
    Options::new().with_sampling(sampling.with_max_output_tokens(60))
}
