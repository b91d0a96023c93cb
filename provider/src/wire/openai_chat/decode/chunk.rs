//! What hosts send, typed and borrowed. What few chunks have stays raw until it is looked at, so that the structs of
//! the others are small.

use std::fmt;

use serde::de::value::{BorrowedBytesDeserializer, BytesDeserializer};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::{Count, JsonStr, wire_object};

wire_object! {
    /// A chunk of a stream, or a whole answer: they differ in one key of their choices.
    pub(super) struct Chunk<'a> {
        "id" => id: JsonStr<'a>,
        "model" => model: JsonStr<'a>,
        "choices" => choices: Few<Choice<'a>>,
        "usage" => usage: Option<&'a RawValue>,
        "x_groq" => x_groq: Option<&'a RawValue>,
        "citations" => citations: Option<&'a RawValue>,
        "search_results" => search_results: Option<&'a RawValue>,
        "error" => error: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct Choice<'a> {
        "index" => index: Count,
        "delta" => delta: Option<Delta<'a>>,
        "message" => message: Option<&'a RawValue>,
        "finish_reason" => finish_reason: JsonStr<'a>,
        "error" => error: Option<&'a RawValue>,
    }
}

wire_object! {
    /// What is new of the message, or the whole message.
    pub(super) struct Delta<'a> {
        "content" => content: Content<'a>,
        "reasoning_content" => reasoning_content: JsonStr<'a>,
        "reasoning" | "reasoning_text" => reasoning: JsonStr<'a>,
        "reasoning_details" => reasoning_details: Option<&'a RawValue>,
        "reasoning_opaque" => reasoning_opaque: JsonStr<'a>,
        "refusal" => refusal: JsonStr<'a>,
        "tool_calls" => tool_calls: Option<&'a RawValue>,
        "function_call" => function_call: Option<&'a RawValue>,
        "annotations" => annotations: Option<&'a RawValue>,
        "audio" => audio: Option<&'a RawValue>,
        "images" => images: Option<&'a RawValue>,
        "executed_tools" => executed_tools: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct ToolCall<'a> {
        "index" => index: Count,
        "id" => id: JsonStr<'a>,
        "function" => function: Function<'a>,
        "custom" => custom: Function<'a>,
        "extra_content" => extra_content: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct Function<'a> {
        "name" => name: JsonStr<'a>,
        "arguments" | "input" => arguments: Option<&'a RawValue>,
    }
}

wire_object! {
    /// A part of a content that is a list.
    pub(super) struct ContentPart<'a> {
        "type" => kind: JsonStr<'a>,
        "text" => text: JsonStr<'a>,
        "thinking" => thinking: Content<'a>,
    }
}

wire_object! {
    /// Token counts, under every name that hosts have for them.
    pub(super) struct Tokens {
        "prompt_tokens" => prompt: Count,
        "completion_tokens" => completion: Count,
        "prompt_tokens_details" => prompt_details: PromptDetails,
        "completion_tokens_details" => completion_details: CompletionDetails,
        "prompt_cache_hit_tokens" | "cached_tokens" | "num_cached_tokens" | "cache_read_input_tokens" => cached: Count,
        "cache_creation_input_tokens" => cache_written: Count,
        "reasoning_tokens" => reasoning: Count,
    }
}

wire_object! {
    pub(super) struct PromptDetails {
        "cached_tokens" => cached: Count,
        "cache_write_tokens" | "cache_creation_input_tokens" => cache_written: Count,
    }
}

wire_object! {
    pub(super) struct CompletionDetails {
        "reasoning_tokens" => reasoning: Count,
    }
}

wire_object! {
    /// What tells an answer without choices from an error.
    pub(super) struct Probe<'a> {
        "choices" => choices: Option<&'a RawValue>,
        "object" => object: Option<&'a RawValue>,
        "type" => kind: Option<&'a RawValue>,
        "message" | "detail" | "error_msg" => message: Option<&'a RawValue>,
        "base_resp" => base_resp: BaseResponse,
    }
}

wire_object! {
    /// The choices once more, as they came.
    pub(super) struct RawChoices<'a> {
        "choices" => choices: Vec<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct BaseResponse {
        "status_code" => status_code: Count,
    }
}

/// A list that mostly has one item, which is kept without an allocation.
#[derive(Debug)]
pub(super) struct Few<T> {
    first: Option<T>,
    rest: Vec<T>,
}

impl<T> Few<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(&self.rest)
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Few {
            first: None,
            rest: Vec::new(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
            type Value = Few<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Few<T>, A::Error> {
                let mut items = Few::default();
                while let Some(item) = list.next_element::<Option<T>>()? {
                    match item {
                        Some(item) if items.first.is_none() => items.first = Some(item),
                        Some(item) => items.rest.push(item),
                        None => {}
                    }
                }
                Ok(items)
            }
        }

        deserializer.deserialize_seq(Items(std::marker::PhantomData))
    }
}

/// A content: a string, or a list of parts.
#[derive(Debug)]
pub(super) enum Content<'a> {
    Text(JsonStr<'a>),
    Parts(Vec<&'a RawValue>),
}

impl Default for Content<'_> {
    fn default() -> Self {
        Content::Text(JsonStr::default())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Content<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StringOrList;

        impl<'de> Visitor<'de> for StringOrList {
            type Value = Content<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of parts")
            }

            fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                JsonStr::deserialize(BorrowedBytesDeserializer::new(bytes)).map(Content::Text)
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                JsonStr::deserialize(BytesDeserializer::new(bytes)).map(Content::Text)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut parts = Vec::new();
                while let Some(part) = list.next_element()? {
                    parts.push(part);
                }
                Ok(Content::Parts(parts))
            }
        }

        // Asking for bytes takes lone surrogates as they are, and gives lists as lists.
        deserializer.deserialize_bytes(StringOrList)
    }
}

/// Whether the raw value is there and says something.
pub(super) fn says_something(raw: Option<&RawValue>) -> bool {
    raw.is_some_and(|raw| !matches!(raw.get(), "null" | "{}" | "[]" | "\"\"" | "false"))
}
