//! Anthropic Messages by hand.

use serde::Deserialize;

use super::{Answer, Protocol, Str};

pub(super) const PROTOCOL: Protocol = Protocol {
    path: "/messages",
    headers: &[
        ("x-api-key", "sk-bench"),
        ("anthropic-version", "2023-06-01"),
    ],
    around: (
        "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":64000,\"messages\":[",
        "],\"stream\":true}",
    ),
    ask: |text| format!("{{\"role\":\"user\",\"content\":\"{text}\"}}"),
    read,
};

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Str<'a>,
    #[serde(borrow)]
    delta: Option<Delta<'a>>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    text: Option<Str<'a>>,
    #[serde(borrow)]
    stop_reason: Option<Str<'a>>,
}

#[derive(Deserialize)]
struct Usage {
    input_tokens: u64,
    output_tokens: u64,
}

fn read(data: &str, answer: &mut Answer) -> serde_json::Result<()> {
    let event: Event<'_> = serde_json::from_str(data)?;
    if let Some(delta) = event.delta {
        if let Some(text) = delta.text {
            answer.text.push_str(&text.0);
        }
        if let Some(reason) = delta.stop_reason {
            answer.finish = Some(reason.0.into_owned());
        }
    }
    if let Some(usage) = event.usage {
        answer.input_tokens = usage.input_tokens;
        answer.output_tokens = usage.output_tokens;
    }
    answer.ended |= event.kind.0 == "message_stop";
    Ok(())
}
