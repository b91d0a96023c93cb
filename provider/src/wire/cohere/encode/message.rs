use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;
use windlass_core::{
    Assistant, AssistantPart, Call, JsonText, Media, Message, ModelError, Outcome, OutcomePart,
    Source, User, UserPart,
};

use super::documents::{self, document_of_text};
use crate::body::{Separated, write_json};
use crate::codec::Encode;
use crate::wire::cohere::{NAMES, TOOL_PLAN};
use crate::wire::media::{Refusal, beyond_model, named, refused};
use crate::wire::names::EntryIds;
use crate::wire::plain::{self, Pictures};

/// What a user says who says nothing but shows documents: the wire wants some content.
const SEE_DOCUMENTS: &str = "(see the documents)";

const NO_STORE: Refusal = ("images", "Cohere has no store of files");

#[derive(Serialize)]
struct Plain<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct Listed<'a> {
    role: &'static str,
    content: Vec<Block<'a>>,
}

#[derive(Default, Serialize)]
struct Answer<'a> {
    role: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    content: Vec<Block<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    tool_plan: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<WireCall<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text { text: Cow<'a, str> },
    Thinking { thinking: &'a str },
    ImageUrl { image_url: ImageUrl<'a> },
    Document { document: DocumentData<'a> },
}

#[derive(Serialize)]
struct ImageUrl<'a> {
    url: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum DocumentData<'a> {
    Json { data: &'a RawValue },
    Text(documents::Wire<'a>),
}

#[derive(Serialize)]
struct WireCall<'a> {
    id: Cow<'a, str>,
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: Cow<'a, str>,
    arguments: &'a str,
}

#[derive(Serialize)]
struct ToolMessage<'a> {
    role: &'static str,
    tool_call_id: Cow<'a, str>,
    content: ToolContent<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ToolContent<'a> {
    Text(String),
    Blocks(Vec<Block<'a>>),
}

/// Appends what the message is on the wire: one message, one for each outcome, or nothing for an answer that holds
/// nothing the wire has.
pub(super) fn write(
    message: &Message,
    call: &Encode<'_>,
    mut ids: EntryIds<'_>,
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    match message {
        Message::System(message) => write_system(&message.text, out),
        Message::User(message) => write_json(out, &user(message, call)?),
        Message::Assistant(message) => match assistant(message, call, &mut ids) {
            Some(answer) => write_json(out, &answer),
            None => Ok(()),
        },
        Message::Outcomes(outcomes) => {
            let mut between = Separated::new();
            outcomes.0.iter().try_for_each(|outcome| {
                between.next(out);
                write_json(out, &tool(outcome, &mut ids))
            })
        }
    }
}

pub(super) fn write_system(text: &str, out: &mut Vec<u8>) -> Result<(), ModelError> {
    let (role, content) = ("system", text);
    write_json(out, &Plain { role, content })
}

fn user<'a>(message: &'a User, call: &Encode<'_>) -> Result<Listed<'a>, ModelError> {
    let mut content = Vec::new();
    for part in &message.parts {
        match part {
            UserPart::Text(text) => content.extend(text_block(text)),
            part if refusal(call, part).is_some() => content.push(Block::Text {
                text: named(part).into(),
            }),
            UserPart::Image(media) => content.push(picture(media).map_err(refused)?),
            // They go into a list of their own.
            _ => {}
        }
    }
    if content.is_empty() {
        content.extend(text_block(SEE_DOCUMENTS));
    }
    Ok(Listed {
        role: "user",
        content,
    })
}

/// A block of words; there are no empty ones.
fn text_block(text: &str) -> Option<Block<'_>> {
    let block = Block::Text { text: text.into() };
    (!text.is_empty()).then_some(block)
}

/// The name of what the model or the wire does not take of this part.
pub(super) fn refusal(call: &Encode<'_>, part: &UserPart) -> Option<Refusal> {
    beyond_model(call, part).or(match part {
        UserPart::Text(_) => None,
        UserPart::Image(media) => match &media.source {
            Source::Base64(_) | Source::Url(_) => None,
            _ => Some(NO_STORE),
        },
        UserPart::Document(document) => match &document.media.source {
            Source::Text(_) => None,
            _ => Some(("documents", "Cohere reads documents of text only")),
        },
        UserPart::Audio(_) => Some(("audio", "Cohere takes none")),
        UserPart::Video(_) => Some(("video", "Cohere takes none")),
        _ => Some(("conversation", "this wire has no such part")),
    })
}

fn picture(media: &Media) -> Result<Block<'_>, Refusal> {
    let url = match &media.source {
        Source::Base64(data) => format!("data:{};base64,{data}", media.mime).into(),
        Source::Url(url) => url.as_str().into(),
        _ => return Err(NO_STORE),
    };
    let detail = media.detail.as_deref();
    Ok(Block::ImageUrl {
        image_url: ImageUrl { url, detail },
    })
}

/// What a model said before. Another provider's thinking is left out, and so is what only that provider can read.
fn assistant<'a>(
    message: &'a Assistant,
    call: &Encode<'_>,
    ids: &mut EntryIds<'_>,
) -> Option<Answer<'a>> {
    let mut answer = Answer {
        role: "assistant",
        ..Answer::default()
    };
    let own = call.reads_opaque(message.origin.as_ref());
    for part in &message.parts {
        match part {
            AssistantPart::Text(words) | AssistantPart::Refusal(words) => {
                answer.content.extend(text_block(&words.text));
            }
            AssistantPart::Thinking(thinking) if own => {
                let extra = thinking.seal.as_ref().and_then(|seal| seal.extra.as_ref());
                if extra.is_some_and(|extra| extra.as_str() == TOOL_PLAN) {
                    answer.tool_plan.push_str(&thinking.text);
                } else if !thinking.text.is_empty() {
                    let thinking = thinking.text.as_str();
                    answer.content.push(Block::Thinking { thinking });
                }
            }
            AssistantPart::Call(call) => answer.tool_calls.push(wire_call(call, ids)),
            AssistantPart::Media(part) => answer.content.push(Block::Text {
                text: plain::named("media", &part.media).into(),
            }),
            _ => {}
        }
    }
    let empty = answer.content.is_empty() && answer.tool_calls.is_empty();
    (!empty).then_some(answer)
}

fn wire_call<'a>(call: &'a Call, ids: &mut EntryIds<'_>) -> WireCall<'a> {
    WireCall {
        id: ids.fit(&call.id),
        r#type: "function",
        function: Function {
            name: NAMES.fit(&call.name),
            arguments: call.arguments.or_empty_object(),
        },
    }
}

fn tool<'a>(outcome: &'a Outcome, ids: &mut EntryIds<'_>) -> ToolMessage<'a> {
    let citable = |part: &OutcomePart| match part {
        OutcomePart::Json(json) => object(json).is_some(),
        OutcomePart::Document(document) => document_of_text(document, String::new()).is_some(),
        _ => false,
    };
    let as_documents = !outcome.status.is_failure() && outcome.parts.iter().any(citable);
    ToolMessage {
        role: "tool",
        tool_call_id: ids.fit(&outcome.call),
        content: match as_documents {
            true => ToolContent::Blocks(outcome.parts.iter().filter_map(block).collect()),
            false => ToolContent::Text(plain::outcome(outcome, Pictures::Named)),
        },
    }
}

fn block(part: &OutcomePart) -> Option<Block<'_>> {
    let document = match part {
        OutcomePart::Json(json) => object(json).map(|data| DocumentData::Json { data }),
        OutcomePart::Document(document) => {
            document_of_text(document, String::new()).map(DocumentData::Text)
        }
        _ => None,
    };
    if let Some(document) = document {
        return Some(Block::Document { document });
    }
    let text = plain::outcome_part(part);
    (!text.is_empty()).then(|| Block::Text { text: text.into() })
}

/// The JSON of an object, which a document's data must be.
fn object(json: &JsonText) -> Option<&RawValue> {
    let raw: &RawValue = serde_json::from_str(json.as_str()).ok()?;
    raw.get().starts_with('{').then_some(raw)
}
