//! What came of the calls: one `functionResponse` each, then the media that has no place in them.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::SerializeSeq;
use serde_json::value::RawValue;
use windlass_core::{Document, Media, ModelError, Outcome, OutcomePart};

use super::super::super::{CallIds, Gemini, NAMES, OutcomeMedia};
use super::{Part, media_part, write_document, write_text};
use crate::body::{Separated, unsupported, write_json};
use crate::wire::names::EntryIds;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponsePart<'a> {
    function_response: FunctionResponse<'a>,
}

#[derive(Serialize)]
struct FunctionResponse<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Cow<'a, str>>,
    name: Cow<'a, str>,
    response: Reply<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part<'a>>,
}

/// What the model is shown: the wire takes an object (95). A JSON object goes as it is; all else is under `result`, or
/// under `error` where the call failed.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Reply<'a> {
    Result(Shown<'a>),
    Error(Shown<'a>),
    #[serde(untagged)]
    Object(&'a RawValue),
}

/// The texts and JSON values of an outcome: texts as one, joined by line ends; a JSON value as it is; a list of both.
enum Shown<'a> {
    Text(String),
    Json(&'a RawValue),
    List(&'a [OutcomePart]),
}

/// Writes the outcomes of one answer, in call order.
pub(super) fn write(
    out: &mut Vec<u8>,
    dialect: &Gemini,
    outcomes: &[Outcome],
    ids: &mut EntryIds<'_>,
) -> Result<(), ModelError> {
    let mut parts = Separated::new();
    for outcome in outcomes {
        let id = ids.fit_given(&outcome.call);
        let part = ResponsePart {
            function_response: FunctionResponse {
                id: id.filter(|_| dialect.call_ids == CallIds::Sent),
                name: NAMES.fit(&outcome.name),
                response: reply(outcome),
                parts: match dialect.outcome_media {
                    OutcomeMedia::Inside => {
                        files(outcome).map(media_part).collect::<Result<_, _>>()?
                    }
                    OutcomeMedia::After => Vec::new(),
                },
            },
        };
        parts.next(out);
        write_json(out, &part)?;
    }
    if dialect.outcome_media == OutcomeMedia::After {
        for outcome in outcomes {
            write_files(out, outcome, &mut parts)?;
        }
    }
    Ok(())
}

fn reply(outcome: &Outcome) -> Reply<'_> {
    let shown = shown(outcome);
    match shown {
        Shown::Json(json) if !outcome.status.is_failure() && json.get().starts_with('{') => {
            Reply::Object(json)
        }
        shown if outcome.status.is_failure() => Reply::Error(shown),
        shown => Reply::Result(shown),
    }
}

fn shown(outcome: &Outcome) -> Shown<'_> {
    let mut readable = outcome.parts.iter().filter(|part| part.as_text().is_some());
    let only = readable.next().filter(|_| readable.next().is_none());
    if let Some(OutcomePart::Json(json)) = only
        && let Ok(json) = serde_json::from_str(json.as_str().trim())
    {
        return Shown::Json(json);
    }
    let has_json = outcome
        .parts
        .iter()
        .any(|part| matches!(part, OutcomePart::Json(_)));
    if has_json {
        Shown::List(&outcome.parts)
    } else {
        Shown::Text(outcome.text())
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Shown::Text(text) => serializer.serialize_str(text),
            Shown::Json(json) => json.serialize(serializer),
            Shown::List(parts) => {
                let mut list = serializer.serialize_seq(None)?;
                for part in *parts {
                    match part {
                        OutcomePart::Text(text) => list.serialize_element(text.as_str())?,
                        OutcomePart::Json(json) => {
                            let raw: &RawValue = serde_json::from_str(json.as_str())
                                .map_err(serde::ser::Error::custom)?;
                            list.serialize_element(raw)?;
                        }
                        _ => {}
                    }
                }
                list.end()
            }
        }
    }
}

/// The pictures, recordings and files of an outcome.
fn files(outcome: &Outcome) -> impl Iterator<Item = &Media> {
    outcome.parts.iter().filter_map(|part| match part {
        OutcomePart::Image(media) | OutcomePart::Audio(media) => Some(media),
        OutcomePart::Document(Document { media, .. }) => Some(media),
        _ => None,
    })
}

/// Writes the media of an outcome behind a line that says whose it is.
fn write_files(
    out: &mut Vec<u8>,
    outcome: &Outcome,
    parts: &mut Separated,
) -> Result<(), ModelError> {
    let mut files = outcome
        .parts
        .iter()
        .filter(|part| part.as_text().is_none())
        .peekable();
    if files.peek().is_some() {
        parts.next(out);
        write_text(out, &format!("Files of the outcome of `{}`:", outcome.name))?;
    }
    for part in files {
        match part {
            OutcomePart::Image(media) | OutcomePart::Audio(media) => {
                parts.next(out);
                write_json(out, &media_part(media)?)?;
            }
            OutcomePart::Document(document) => write_document(out, document, parts)?,
            _ => return Err(unsupported("conversation", "the wire has no such part")),
        }
    }
    Ok(())
}
