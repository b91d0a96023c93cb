//! The objects of the protocol, each with what is read of it.

use serde_json::value::RawValue;
use windlass_core::Usage;

use crate::json::{Count, JsonStr, wire_object};

wire_object! {
    /// What every object says of itself.
    pub(super) struct Head<'a> {
        "type" => kind: JsonStr<'a>,
        "error" => error: Option<&'a RawValue>,
        /// The event inside a frame of Bedrock's InvokeModel, in base64.
        "bytes" => bytes: JsonStr<'a>,
    }
}

wire_object! {
    pub(super) struct MessageStart<'a> {
        "message" => message: Message<'a>,
    }
}

wire_object! {
    /// A whole answer, or the empty one that a stream begins with.
    pub(super) struct Message<'a> {
        "id" => id: JsonStr<'a>,
        "model" => model: JsonStr<'a>,
        "content" => content: Vec<&'a RawValue>,
        "stop_reason" => stop_reason: Option<JsonStr<'a>>,
        "stop_sequence" => stop_sequence: Option<&'a RawValue>,
        "stop_details" => stop_details: Option<&'a RawValue>,
        "container" => container: Option<&'a RawValue>,
        "context_management" => context_management: Option<&'a RawValue>,
        "usage" => usage: UsageReport,
    }
}

wire_object! {
    pub(super) struct MessageDelta<'a> {
        "delta" => delta: Message<'a>,
        "context_management" => context_management: Option<&'a RawValue>,
        "usage" => usage: UsageReport,
    }
}

wire_object! {
    pub(super) struct BlockStart<'a> {
        "index" => index: Count,
        "content_block" => block: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct BlockDelta<'a> {
        "index" => index: Count,
        "delta" => delta: Delta<'a>,
    }
}

wire_object! {
    pub(super) struct Delta<'a> {
        "type" => kind: JsonStr<'a>,
        "text" => text: JsonStr<'a>,
        "thinking" => thinking: JsonStr<'a>,
        "partial_json" => partial_json: JsonStr<'a>,
        "signature" => signature: JsonStr<'a>,
        "citation" => citation: Option<&'a RawValue>,
    }
}

wire_object! {
    /// The delta of an event once more, whatever is in it.
    pub(super) struct RawDelta<'a> {
        "delta" => delta: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct BlockStop {
        "index" => index: Count,
    }
}

wire_object! {
    pub(super) struct TextBlock<'a> {
        "text" => text: JsonStr<'a>,
        "citations" => citations: Vec<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct ThinkingBlock<'a> {
        "thinking" => thinking: JsonStr<'a>,
        "signature" => signature: JsonStr<'a>,
        "data" => data: JsonStr<'a>,
    }
}

wire_object! {
    pub(super) struct ToolUse<'a> {
        "id" => id: Option<JsonStr<'a>>,
        "name" => name: JsonStr<'a>,
        "input" => input: Option<&'a RawValue>,
        "caller" => caller: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct CitationBody<'a> {
        "url" => url: Option<JsonStr<'a>>,
        "source" => source: Option<JsonStr<'a>>,
        "title" => title: Option<JsonStr<'a>>,
        "document_title" => document_title: Option<JsonStr<'a>>,
        "cited_text" => cited_text: Option<JsonStr<'a>>,
    }
}

wire_object! {
    pub(super) struct UsageReport {
        "input_tokens" => input: Count,
        "cache_read_input_tokens" => cache_read: Count,
        "cache_creation_input_tokens" => cache_write: Count,
        "cache_creation" => cache_creation: CacheCreation,
        "output_tokens" => output: Count,
        "output_tokens_details" => output_details: OutputDetails,
    }
}

wire_object! {
    pub(super) struct CacheCreation {
        "ephemeral_5m_input_tokens" => short: Count,
        "ephemeral_1h_input_tokens" => hour: Count,
    }
}

wire_object! {
    pub(super) struct OutputDetails {
        "thinking_tokens" => thinking: Count,
    }
}

impl UsageReport {
    /// The counts that were reported; the input of this wire is without cache already.
    pub(super) fn usage(&self) -> Usage {
        let by_lifetime = match (self.cache_creation.short.0, self.cache_creation.hour.0) {
            (None, None) => None,
            (short, hour) => Some(short.unwrap_or(0).saturating_add(hour.unwrap_or(0))),
        };
        let mut usage = Usage::UNKNOWN;
        if let Some(tokens) = self.input.0 {
            usage = usage.with_input(tokens);
        }
        if let Some(tokens) = self.cache_read.0 {
            usage = usage.with_cache_read(tokens);
        }
        if let Some(tokens) = self.cache_write.0.or(by_lifetime) {
            usage = usage.with_cache_write(tokens);
        }
        if let Some(tokens) = self.output.0 {
            usage = usage.with_output(tokens);
        }
        if let Some(tokens) = self.output_details.thinking.0 {
            usage = usage.with_reasoning(tokens);
        }
        usage
    }
}
