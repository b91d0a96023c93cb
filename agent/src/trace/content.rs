//! What was said, in the JSON of the conventions (`gen-ai-input-messages.json` and its siblings).

use serde::Serialize;
use serde_json::value::RawValue;
use windlass_core::{
    AssistantPart, Call, Conversation, FinishReason, Media, Message, Outcome, OutcomePart,
    Response, Source, Text, UserPart,
};

/// The messages of a request.
pub(super) fn input_messages(conversation: &Conversation) -> String {
    json(&conversation.messages().map(message).collect::<Vec<_>>())
}

/// An answer, as a list of one.
pub(super) fn output_messages(response: &Response) -> String {
    let said = said("assistant", response.message.parts.iter().map(answer_part));
    json(&[Answer {
        said,
        finish_reason: finish_reason(response.finish.reason),
    }])
}

/// What the model is told beside the conversation.
pub(super) fn instructions(blocks: &[Text]) -> String {
    match blocks {
        [] => String::new(),
        blocks => json(&blocks.iter().map(|block| text(block)).collect::<Vec<_>>()),
    }
}

#[derive(Serialize)]
struct Said<'a> {
    role: &'static str,
    parts: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    said: Said<'a>,
    finish_reason: &'static str,
}

/// A part; `media`, `refusal` and `item` are names of ours, which the conventions leave room for.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part<'a> {
    Text {
        content: &'a str,
    },
    Reasoning {
        content: &'a str,
    },
    Refusal {
        content: &'a str,
    },
    ToolCall {
        id: &'a str,
        name: &'a str,
        arguments: Json<'a>,
    },
    ToolCallResponse {
        id: &'a str,
        response: String,
    },
    Uri {
        modality: &'static str,
        mime_type: &'a str,
        uri: &'a str,
    },
    File {
        modality: &'static str,
        mime_type: &'a str,
        file_id: &'a str,
    },
    Media {
        modality: &'static str,
        mime_type: &'a str,
    },
    Item {
        kind: &'a str,
    },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Json<'a> {
    Value(&'a RawValue),
    /// What the model wrote is not JSON.
    Broken(&'a str),
}

fn message(message: &Message) -> Said<'_> {
    match message {
        Message::System(system) => said("system", [text(&system.text)]),
        Message::User(user) => said("user", user.parts.iter().map(user_part)),
        Message::Assistant(answer) => said("assistant", answer.parts.iter().map(answer_part)),
        Message::Outcomes(outcomes) => said("tool", outcomes.0.iter().map(outcome_part)),
    }
}

fn said<'a>(role: &'static str, parts: impl IntoIterator<Item = Part<'a>>) -> Said<'a> {
    let parts = parts.into_iter().collect();
    Said { role, parts }
}

fn user_part(part: &UserPart) -> Part<'_> {
    match part {
        UserPart::Text(words) => text(words),
        UserPart::Image(image) => media("image", image),
        UserPart::Audio(audio) => media("audio", audio),
        UserPart::Video(video) => media("video", video),
        UserPart::Document(document) => media("document", &document.media),
        _ => Part::Item { kind: "unknown" },
    }
}

fn answer_part(part: &AssistantPart) -> Part<'_> {
    match part {
        AssistantPart::Text(part) => text(&part.text),
        AssistantPart::Thinking(part) => Part::Reasoning {
            content: &part.text,
        },
        AssistantPart::Refusal(part) => Part::Refusal {
            content: &part.text,
        },
        AssistantPart::Call(call) => call_part(call),
        AssistantPart::Media(part) => media("media", &part.media),
        AssistantPart::Item(item) => Part::Item { kind: &item.kind },
        _ => Part::Item { kind: "unknown" },
    }
}

fn call_part(call: &Call) -> Part<'_> {
    let arguments = call.arguments.or_empty_object();
    Part::ToolCall {
        id: call.id.as_str(),
        name: &call.name,
        arguments: serde_json::from_str(arguments).map_or(Json::Broken(arguments), Json::Value),
    }
}

/// Texts as they are, and of everything else that it was there.
fn outcome_part(outcome: &Outcome) -> Part<'_> {
    let texts = outcome.parts.iter().map(|part| match part {
        OutcomePart::Image(_) => "[a picture]",
        OutcomePart::Audio(_) => "[a recording]",
        OutcomePart::Document(_) => "[a file]",
        part => part.as_text().unwrap_or_default(),
    });
    Part::ToolCallResponse {
        id: outcome.call.as_str(),
        response: texts.collect::<Vec<_>>().join("\n"),
    }
}

fn text(content: &str) -> Part<'_> {
    Part::Text { content }
}

/// Media by their address; their bytes would not fit in a span.
fn media<'a>(modality: &'static str, media: &'a Media) -> Part<'a> {
    let mime_type = media.mime.as_str();
    match &media.source {
        Source::Text(words) => text(words),
        Source::Url(uri) => Part::Uri {
            modality,
            mime_type,
            uri,
        },
        Source::File(file_id) => Part::File {
            modality,
            mime_type,
            file_id,
        },
        _ => Part::Media {
            modality,
            mime_type,
        },
    }
}

fn finish_reason(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Calls => "tool_call",
        FinishReason::Length => "length",
        FinishReason::Filtered | FinishReason::Refused => "content_filter",
        FinishReason::Stop | FinishReason::StopSequence | FinishReason::Paused => "stop",
        _ => "error",
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("texts and lists have a JSON form")
}
