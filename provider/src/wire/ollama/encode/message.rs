use std::borrow::Cow;

use serde::Serialize;
use windlass_core::{Assistant, AssistantPart, Call, Message, ModelError, Outcome, User, UserPart};

use crate::body::{Separated, write_json};
use crate::codec::Encode;
use crate::wire::media::{Refusal, beyond_model, named};
use crate::wire::names::EntryIds;
use crate::wire::plain::{self, Object, Pictures};

#[derive(Default, Serialize)]
pub(super) struct Wire<'a> {
    role: &'static str,
    content: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    thinking: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<WireCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct WireCall<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Cow<'a, str>>,
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    arguments: Object<'a>,
}

/// Appends what the message is on the wire: one message, or one for each outcome.
pub(super) fn write(
    message: &Message,
    call: &Encode<'_>,
    mut ids: EntryIds<'_>,
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    match message {
        Message::System(message) => write_json(out, &system(&message.text)),
        Message::User(message) => write_json(out, &user(message, call)),
        Message::Assistant(message) => write_json(out, &assistant(message, call, &mut ids)),
        Message::Outcomes(outcomes) => {
            let mut between = Separated::new();
            outcomes.0.iter().try_for_each(|outcome| {
                between.next(out);
                write_json(out, &tool(outcome, &mut ids))
            })
        }
    }
}

pub(super) fn system(text: &str) -> Wire<'_> {
    Wire {
        role: "system",
        content: text.into(),
        ..Wire::default()
    }
}

fn user<'a>(message: &'a User, call: &Encode<'_>) -> Wire<'a> {
    let mut texts: Vec<Cow<'_, str>> = Vec::new();
    let mut images = Vec::new();
    for part in &message.parts {
        match part {
            UserPart::Text(text) => texts.push(text.as_str().into()),
            part => match taken(part, call) {
                Ok(Taken::Picture(data)) => images.push(data),
                Ok(Taken::Text(text)) => texts.push(text.into()),
                Err(_) => texts.push(named(part).into()),
            },
        }
    }
    Wire {
        role: "user",
        content: match texts.len() {
            1 => texts.swap_remove(0),
            _ => texts.join("\n").into(),
        },
        images,
        ..Wire::default()
    }
}

/// What the wire has for a part that is not words.
enum Taken<'a> {
    Picture(&'a str),
    Text(String),
}

/// The name of what the model or the wire does not take of this part.
pub(super) fn refusal(call: &Encode<'_>, part: &UserPart) -> Option<Refusal> {
    match part {
        UserPart::Text(_) => None,
        part => taken(part, call).err(),
    }
}

fn taken<'a>(part: &'a UserPart, call: &Encode<'_>) -> Result<Taken<'a>, Refusal> {
    if let Some(refusal) = beyond_model(call, part) {
        return Err(refusal);
    }
    match part {
        UserPart::Image(media) => plain::base64(media).map(Taken::Picture).ok_or((
            "images",
            "Ollama fetches nothing; send the content in base64",
        )),
        UserPart::Document(document) => plain::framed(document)
            .map(Taken::Text)
            .ok_or(("documents", "Ollama reads documents of text only")),
        UserPart::Audio(_) => Err(("audio", "Ollama takes none")),
        UserPart::Video(_) => Err(("video", "Ollama takes none")),
        _ => Err(("conversation", "this wire has no such part")),
    }
}

/// What a model said before. Another provider's thinking is left out, and so is what only that provider can read.
fn assistant<'a>(answer: &'a Assistant, call: &Encode<'_>, ids: &mut EntryIds<'_>) -> Wire<'a> {
    let mut wire = Wire {
        role: "assistant",
        ..Wire::default()
    };
    let own = call.reads_opaque(answer.origin.as_ref());
    for part in &answer.parts {
        match part {
            AssistantPart::Text(words) | AssistantPart::Refusal(words) => {
                wire.content.to_mut().push_str(&words.text);
            }
            AssistantPart::Thinking(thinking) if own => wire.thinking.push_str(&thinking.text),
            AssistantPart::Call(call) => wire.tool_calls.push(wire_call(call, ids)),
            AssistantPart::Media(part) => match plain::base64(&part.media) {
                Some(data) => wire.images.push(data),
                None => wire
                    .content
                    .to_mut()
                    .push_str(&plain::named("media", &part.media)),
            },
            _ => {}
        }
    }
    wire
}

fn wire_call<'a>(call: &'a Call, ids: &mut EntryIds<'_>) -> WireCall<'a> {
    WireCall {
        id: ids.fit_given(&call.id),
        r#type: "function",
        function: Function {
            name: &call.name,
            arguments: plain::object(call.arguments.as_str()),
        },
    }
}

fn tool<'a>(outcome: &'a Outcome, ids: &mut EntryIds<'_>) -> Wire<'a> {
    Wire {
        role: "tool",
        content: plain::outcome(outcome, Pictures::Beside).into(),
        images: outcome
            .parts
            .iter()
            .filter_map(plain::inline_picture)
            .collect(),
        tool_name: Some(&outcome.name),
        tool_call_id: ids.fit_given(&outcome.call),
        ..Wire::default()
    }
}
