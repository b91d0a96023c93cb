//! OpenAI Chat Completions by hand.

use serde::Deserialize;

use super::{Answer, First, Protocol, Str};

pub(super) const PROTOCOL: Protocol = Protocol {
    path: "/chat/completions",
    headers: &[("authorization", "Bearer sk-bench")],
    around: (
        "{\"model\":\"gpt-5-mini\",\"messages\":[",
        "],\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
    ),
    ask: |text| format!("{{\"role\":\"user\",\"content\":\"{text}\"}}"),
    read,
};

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    choices: First<Choice<'a>>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Delta<'a>,
    #[serde(borrow)]
    finish_reason: Option<Str<'a>>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    content: Option<Str<'a>>,
    #[serde(borrow, default)]
    tool_calls: First<Call<'a>>,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    function: Function<'a>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow)]
    arguments: Option<Str<'a>>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
}

fn read(data: &str, answer: &mut Answer) -> serde_json::Result<()> {
    if data == "[DONE]" {
        answer.ended = true;
        return Ok(());
    }
    let chunk: Chunk<'_> = serde_json::from_str(data)?;
    if let First(Some(choice)) = chunk.choices {
        let First(call) = choice.delta.tool_calls;
        let arguments = call.and_then(|call| call.function.arguments);
        for piece in [choice.delta.content, arguments].into_iter().flatten() {
            answer.text.push_str(&piece.0);
        }
        if let Some(reason) = choice.finish_reason {
            answer.finish = Some(reason.0.into_owned());
        }
    }
    if let Some(usage) = chunk.usage {
        answer.input_tokens = usage.prompt_tokens;
        answer.output_tokens = usage.completion_tokens;
    }
    Ok(())
}
