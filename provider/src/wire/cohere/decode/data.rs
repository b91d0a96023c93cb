use serde_json::value::RawValue;

use crate::json::{Count, JsonStr, wire_object};
use crate::wire::cohere::one_or_many::OneOrMany;

wire_object! {
    /// An event of a stream, or a whole answer.
    pub(super) struct Data<'a> {
        "type" => kind: JsonStr<'a>,
        "id" => id: Option<JsonStr<'a>>,
        "index" => index: Count,
        "delta" => delta: Delta<'a>,
        "message" => message: Option<Message<'a>>,
        "finish_reason" => finish_reason: Option<JsonStr<'a>>,
        "usage" => usage: Usage,
    }
}

wire_object! {
    pub(super) struct Delta<'a> {
        "message" => message: Message<'a>,
        "finish_reason" => finish_reason: Option<JsonStr<'a>>,
        "usage" => usage: Usage,
        "error" => failure: Option<JsonStr<'a>>,
        "error_type" => code: Option<JsonStr<'a>>,
    }
}

wire_object! {
    pub(super) struct Message<'a> {
        "content" => content: OneOrMany<Content<'a>>,
        "tool_plan" => tool_plan: JsonStr<'a>,
        "tool_calls" => tool_calls: OneOrMany<Call<'a>>,
        "citations" => citations: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct Content<'a> {
        "type" => kind: JsonStr<'a>,
        "text" => text: Option<JsonStr<'a>>,
        "thinking" => thinking: Option<JsonStr<'a>>,
    }
}

wire_object! {
    pub(super) struct Call<'a> {
        "id" => id: Option<JsonStr<'a>>,
        "function" => function: Function<'a>,
    }
}

wire_object! {
    pub(super) struct Function<'a> {
        "name" => name: Option<JsonStr<'a>>,
        "arguments" => arguments: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct Usage {
        "tokens" => tokens: Tokens,
        "cached_tokens" => cached: Count,
    }
}

wire_object! {
    pub(super) struct Tokens {
        "input_tokens" => input: Count,
        "output_tokens" => output: Count,
        "reasoning_tokens" => reasoning: Count,
    }
}

wire_object! {
    /// A failure in place of an answer.
    pub(super) struct Refusal<'a> {
        "message" => message: JsonStr<'a>,
    }
}

impl Message<'_> {
    /// The kind of the first content that is of none that is known.
    pub(super) fn foreign_content(&self) -> Option<&str> {
        let foreign = |content: &&Content<'_>| {
            let known = matches!(content.kind.as_str(), "" | "text" | "thinking");
            !known || (content.text.is_none() && content.thinking.is_none())
        };
        let content = self.content.as_slice().iter().find(foreign)?;
        Some(content.kind.as_str())
    }
}

impl Usage {
    /// The counts, with the input that came from the cache apart.
    pub(super) fn counts(&self) -> windlass_core::Usage {
        let mut usage = windlass_core::Usage::UNKNOWN;
        if let Count(Some(input)) = self.tokens.input {
            usage = usage.with_input(input.saturating_sub(self.cached.0.unwrap_or(0)));
        }
        if let Count(Some(cached)) = self.cached {
            usage = usage.with_cache_read(cached);
        }
        if let Count(Some(output)) = self.tokens.output {
            usage = usage.with_output(output);
        }
        if let Count(Some(reasoning)) = self.tokens.reasoning {
            usage = usage.with_reasoning(reasoning);
        }
        usage
    }
}
