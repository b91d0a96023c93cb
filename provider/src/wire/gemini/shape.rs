//! What is read of an answer, typed and borrowed.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;
use windlass_core::Text;

use crate::json::{Count, JsonStr, wire_object};

wire_object! {
    /// One `GenerateContentResponse`: an event of a stream, or a whole answer.
    pub(super) struct Chunk<'a> {
        "candidates" => candidates: Few<Candidate<'a>>,
        "usageMetadata" => usage: Option<Counts>,
        "modelVersion" => model: Option<JsonStr<'a>>,
        "responseId" => id: Option<JsonStr<'a>>,
        "promptFeedback" => feedback: Option<Feedback>,
        "error" => error: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct Candidate<'a> {
        "index" => index: Count,
        "content" => content: Content<'a>,
        "finishReason" => finish: Word,
        "finishMessage" => finish_message: Option<&'a RawValue>,
        "groundingMetadata" => grounding: Option<&'a RawValue>,
        "citationMetadata" => citations: Option<&'a RawValue>,
        "urlContextMetadata" => urls: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct Content<'a> {
        "parts" => parts: Few<Part<'a>>,
    }
}

wire_object! {
    /// A part; one that has none of these contents is passed on as it came. What is large and rare is boxed, because
    /// parsing moves a part several times.
    pub(super) struct Part<'a> {
        "text" => text: Option<JsonStr<'a>>,
        "thought" => thought: bool,
        "thoughtSignature" => signature: JsonStr<'a>,
        "functionCall" => call: Option<Box<FunctionCall<'a>>>,
        "inlineData" => inline: Option<Box<Blob<'a>>>,
        "fileData" => file: Option<Box<FileData<'a>>>,
    }
}

wire_object! {
    /// A call: whole, or one piece of a call whose arguments are streamed.
    pub(super) struct FunctionCall<'a> {
        "id" => id: JsonStr<'a>,
        "name" => name: JsonStr<'a>,
        "args" => args: Option<&'a RawValue>,
        "partialArgs" => partial: Few<PartialArg<'a>>,
        "willContinue" => will_continue: bool,
    }
}

wire_object! {
    /// One value of streamed arguments, or a piece of one string.
    pub(super) struct PartialArg<'a> {
        "jsonPath" => path: JsonStr<'a>,
        "stringValue" => string: Option<&'a RawValue>,
        "numberValue" | "boolValue" | "structValue" | "listValue" => value: Option<&'a RawValue>,
        "willContinue" => will_continue: bool,
    }
}

wire_object! {
    pub(super) struct Blob<'a> {
        "mimeType" => mime: JsonStr<'a>,
        "data" => data: JsonStr<'a>,
    }
}

wire_object! {
    pub(super) struct FileData<'a> {
        "mimeType" => mime: JsonStr<'a>,
        "fileUri" => uri: JsonStr<'a>,
    }
}

wire_object! {
    pub(super) struct Feedback {
        "blockReason" => reason: Word,
    }
}

wire_object! {
    #[derive(Clone, Copy)]
    pub(super) struct Counts {
        "promptTokenCount" => prompt: Count,
        "toolUsePromptTokenCount" => tool_use_prompt: Count,
        "cachedContentTokenCount" => cached: Count,
        "candidatesTokenCount" => candidates: Count,
        "thoughtsTokenCount" => thoughts: Count,
    }
}

/// A value of an enumeration: its name, or its number where the host was asked for numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Word(pub(super) Text);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl Visitor<'_> for Name {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or a number")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Word, E> {
                Ok(Word(name.into()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Word, E> {
                Ok(Word(number.to_string().into()))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Word, E> {
                Ok(Word(number.to_string().into()))
            }
        }

        deserializer.deserialize_any(Name)
    }
}

/// A list that mostly has one item, which then takes no allocation. `null` items are skipped.
#[derive(Debug)]
pub(super) struct Few<T> {
    first: Option<T>,
    rest: Vec<T>,
}

impl<T> Few<T> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(&self.rest)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// The only item; `None` where there are several.
    pub(super) fn only(&self) -> Option<&T> {
        self.first.as_ref().filter(|_| self.rest.is_empty())
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
        struct Items<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
            type Value = Few<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Few<T>, A::Error> {
                let mut few = Few::default();
                while let Some(item) = items.next_element::<Option<T>>()? {
                    match (item, &few.first) {
                        (Some(item), None) => few.first = Some(item),
                        (Some(item), Some(_)) => few.rest.push(item),
                        (None, _) => {}
                    }
                }
                Ok(few)
            }
        }

        deserializer.deserialize_seq(Items(PhantomData))
    }
}
