//! The JSON of answers: what of it is read, borrowed from the frame.

use serde_json::value::RawValue;

use crate::json::{Count, JsonStr, wire_object};

wire_object! {
    /// A whole answer.
    pub(super) struct Whole<'a> {
        "output" => output: Output<'a>,
        "stopReason" => stop: Option<JsonStr<'a>>,
        "usage" => usage: Tokens,
        "trace" => trace: Option<&'a RawValue>,
        "additionalModelResponseFields" => fields: Option<&'a RawValue>,
        "__type" => error: Option<JsonStr<'a>>,
    }
}

wire_object! {
    pub(super) struct Output<'a> {
        "message" => message: Option<Message<'a>>,
    }
}

wire_object! {
    pub(super) struct Message<'a> {
        "content" => content: Vec<&'a RawValue>,
    }
}

wire_object! {
    /// A content block of a whole answer: one member of these, or another.
    pub(super) struct Block<'a> {
        "text" => text: Option<JsonStr<'a>>,
        "toolUse" => call: Option<&'a RawValue>,
        "reasoningContent" => reasoning: Option<WholeReasoning<'a>>,
        "citationsContent" => cited: Option<Cited<'a>>,
        "image" => image: Option<Image<'a>>,
    }
}

wire_object! {
    pub(super) struct WholeReasoning<'a> {
        "reasoningText" => text: Option<Reasoning<'a>>,
        "redactedContent" => redacted: Option<JsonStr<'a>>,
    }
}

wire_object! {
    pub(super) struct Cited<'a> {
        "content" => content: Vec<Words<'a>>,
        "citations" => citations: Vec<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct Words<'a> {
        "text" => text: Option<JsonStr<'a>>,
    }
}

wire_object! {
    /// Thinking: a delta of a stream, or the readable form of a whole answer.
    pub(super) struct Reasoning<'a> {
        "text" => text: Option<JsonStr<'a>>,
        "signature" => signature: Option<JsonStr<'a>>,
        "redactedContent" => redacted: Option<JsonStr<'a>>,
    }
}

wire_object! {
    /// The beginning of a block.
    pub(super) struct Start<'a> {
        "contentBlockIndex" => index: Count,
        "start" => start: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct Beginning<'a> {
        "toolUse" => call: Option<&'a RawValue>,
        "toolResult" => result: Option<&'a RawValue>,
        "image" => image: Option<Image<'a>>,
    }
}

wire_object! {
    /// A call: its beginning, or the whole of it.
    pub(super) struct ToolUse<'a> {
        "toolUseId" => id: Option<JsonStr<'a>>,
        "name" => name: Option<JsonStr<'a>>,
        "type" => kind: Option<JsonStr<'a>>,
        "input" => input: Option<&'a RawValue>,
    }
}

wire_object! {
    /// A piece of a block, where the pieces of arguments are text as the protocol says.
    pub(super) struct Delta<'a> {
        "contentBlockIndex" => index: Count,
        "delta" => delta: Piece<'a>,
    }
}

wire_object! {
    pub(super) struct Piece<'a> {
        "text" => text: Option<JsonStr<'a>>,
        "toolUse" => call: Option<CallPiece<'a>>,
        "reasoningContent" => reasoning: Option<Reasoning<'a>>,
        "citation" => citation: Option<&'a RawValue>,
        "toolResult" => result: Option<Vec<&'a RawValue>>,
        "image" => image: Option<Image<'a>>,
    }
}

wire_object! {
    pub(super) struct CallPiece<'a> {
        "input" => input: JsonStr<'a>,
    }
}

wire_object! {
    /// A piece of a block whose arguments are an object.
    pub(super) struct ObjectDelta<'a> {
        "contentBlockIndex" => index: Count,
        "delta" => delta: ObjectPiece<'a>,
    }
}

wire_object! {
    pub(super) struct ObjectPiece<'a> {
        "toolUse" => call: ObjectCall<'a>,
    }
}

wire_object! {
    pub(super) struct ObjectCall<'a> {
        "input" => input: Option<&'a RawValue>,
    }
}

wire_object! {
    /// A picture: its beginning, a piece, or the whole of it.
    pub(super) struct Image<'a> {
        "format" => format: Option<JsonStr<'a>>,
        "source" => source: ImageSource<'a>,
        "error" => error: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct ImageSource<'a> {
        "bytes" => bytes: Option<JsonStr<'a>>,
    }
}

wire_object! {
    pub(super) struct Stop {
        "contentBlockIndex" => index: Count,
    }
}

wire_object! {
    pub(super) struct MessageStop<'a> {
        "stopReason" => reason: JsonStr<'a>,
        "additionalModelResponseFields" => fields: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct Metadata<'a> {
        "usage" => usage: Tokens,
        "trace" => trace: Option<&'a RawValue>,
    }
}

wire_object! {
    /// Token counts. The cache counts stand beside twins of another name that say the same.
    pub(super) struct Tokens {
        "inputTokens" => input: Count,
        "outputTokens" => output: Count,
        "cacheReadInputTokens" | "cacheReadInputTokenCount" => cache_read: Count,
        "cacheWriteInputTokens" | "cacheWriteInputTokenCount" => cache_write: Count,
    }
}

wire_object! {
    pub(super) struct Citation<'a> {
        "title" => title: Option<JsonStr<'a>>,
        "sourceContent" => quotes: Vec<Words<'a>>,
        "location" => location: Location<'a>,
    }
}

wire_object! {
    pub(super) struct Location<'a> {
        "web" => web: Web<'a>,
    }
}

wire_object! {
    pub(super) struct Web<'a> {
        "url" => url: Option<JsonStr<'a>>,
    }
}
