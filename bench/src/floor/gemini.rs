//! Gemini generateContent by hand.

use serde::Deserialize;

use super::{Answer, First, Protocol, Str};

pub(super) const PROTOCOL: Protocol = Protocol {
    path: "/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    headers: &[("x-goog-api-key", "bench")],
    around: ("{\"contents\":[", "]}"),
    ask: |text| format!("{{\"role\":\"user\",\"parts\":[{{\"text\":\"{text}\"}}]}}"),
    read,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chunk<'a> {
    #[serde(borrow, default)]
    candidates: First<Candidate<'a>>,
    usage_metadata: Option<Usage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate<'a> {
    #[serde(borrow)]
    content: Option<Content<'a>>,
    #[serde(borrow)]
    finish_reason: Option<Str<'a>>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow, default)]
    parts: First<Part<'a>>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    text: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    #[serde(default)]
    prompt_token_count: u64,
    #[serde(default)]
    candidates_token_count: u64,
}

fn read(data: &str, answer: &mut Answer) -> serde_json::Result<()> {
    let chunk: Chunk<'_> = serde_json::from_str(data)?;
    if let First(Some(candidate)) = chunk.candidates {
        let part = candidate.content.and_then(|content| content.parts.0);
        if let Some(text) = part.and_then(|part| part.text) {
            answer.text.push_str(&text.0);
        }
        if let Some(reason) = candidate.finish_reason {
            answer.finish = Some(reason.0.into_owned());
            answer.ended = true;
        }
    }
    if let Some(usage) = chunk.usage_metadata {
        answer.input_tokens = usage.prompt_token_count;
        answer.output_tokens = usage.candidates_token_count;
    }
    Ok(())
}
