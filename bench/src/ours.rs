//! Windlass, as a program uses it: a client, a request, and a stream whose events are shown and put together.

mod runs;

use windlass_core::{Accumulator, AssistantPart, Event, Model, Request};
use windlass_provider::host::{Auth, Host, KeyNeed};
use windlass_provider::wire::anthropic::Anthropic;
use windlass_provider::wire::gemini::Gemini;
use windlass_provider::wire::openai_chat::OpenAiChat;
use windlass_provider::wire::openai_responses::OpenAiResponses;

use crate::{Client, Failure, Wire};

pub use runs::OurRunner;

static CHAT: OpenAiChat = OpenAiChat::new();
static RESPONSES: OpenAiResponses = OpenAiResponses::new();
static ANTHROPIC: Anthropic = Anthropic::new();
static GEMINI: Gemini = Gemini::new();

/// Windlass at work.
#[derive(Clone, Debug)]
pub struct Ours {
    model: windlass_provider::Client,
    request: Request,
}

impl Ours {
    /// A client of one wire below a base URL, with one question in its conversation.
    ///
    /// # Errors
    ///
    /// When the client cannot be built.
    pub fn new(wire: Wire, base: &str) -> Result<Self, Failure> {
        let model = model(wire, base)?;
        Ok(Ours {
            model,
            request: Request::new(crate::QUESTION),
        })
    }
}

fn model(wire: Wire, base: &str) -> Result<windlass_provider::Client, Failure> {
    let (host, model) = match wire {
        Wire::Chat => (Host::new("bench", "http://localhost", &CHAT), "gpt-5-mini"),
        Wire::Responses => (
            Host::new("bench", "http://localhost", &RESPONSES),
            "gpt-5-mini",
        ),
        Wire::Anthropic => (
            Host::new("bench", "http://localhost", &ANTHROPIC).with_auth(Auth::Header("x-api-key")),
            "claude-sonnet-4-5",
        ),
        Wire::Gemini => (
            Host::new("bench", "http://localhost", &GEMINI)
                .with_auth(Auth::Header("x-goog-api-key")),
            "gemini-2.5-flash",
        ),
    };
    Ok(
        windlass_provider::Client::builder(host.with_key(KeyNeed::Optional), model)
            .base_url(base)
            .key("sk-bench")
            .build()?,
    )
}

impl Client for Ours {
    async fn ask(&self, mut show: impl FnMut(&str) + Send) -> Result<String, Failure> {
        let mut events = self.model.stream(self.request.clone()).await?;
        let mut answer = Accumulator::of(events.model().clone());
        while let Some(event) = events.next().await {
            let event = event?;
            answer.push(&event)?;
            if let Event::Text { text, .. } | Event::Arguments { text, .. } = &event {
                show(text);
            }
        }
        let response = answer.finish().map_err(|_| "the answer was cut")?;
        if response.usage.total_input().is_none() || !response.finish.reason.is_normal() {
            return Err(format!("the answer has no good end: {response:?}").into());
        }
        let mut said = String::new();
        for part in response.message.parts {
            match part {
                AssistantPart::Text(part) => said.push_str(&part.text),
                AssistantPart::Call(call) => said.push_str(call.arguments.as_str()),
                other => return Err(format!("nobody asked for {other:?}").into()),
            }
        }
        Ok(said)
    }
}
