//! OpenAI Responses by hand.

use serde::Deserialize;

use super::{Answer, Protocol, Str};

pub(super) const PROTOCOL: Protocol = Protocol {
    path: "/responses",
    headers: &[("authorization", "Bearer sk-bench")],
    around: (
        "{\"model\":\"gpt-5-mini\",\"input\":[",
        "],\"store\":false,\"stream\":true}",
    ),
    ask: |text| format!("{{\"role\":\"user\",\"content\":\"{text}\"}}"),
    read,
};

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Str<'a>,
    #[serde(borrow)]
    delta: Option<Str<'a>>,
    #[serde(borrow)]
    response: Option<Response<'a>>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    status: Str<'a>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Usage {
    input_tokens: u64,
    output_tokens: u64,
}

fn read(data: &str, answer: &mut Answer) -> serde_json::Result<()> {
    let event: Event<'_> = serde_json::from_str(data)?;
    match (&*event.kind.0, event.delta, event.response) {
        ("response.output_text.delta", Some(delta), _) => answer.text.push_str(&delta.0),
        ("response.completed" | "response.incomplete", _, Some(response)) => {
            answer.finish = Some(response.status.0.into_owned());
            answer.ended = true;
            if let Some(usage) = response.usage {
                answer.input_tokens = usage.input_tokens;
                answer.output_tokens = usage.output_tokens;
            }
        }
        _ => {}
    }
    Ok(())
}
