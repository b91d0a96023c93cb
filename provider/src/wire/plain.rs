//! What a wire that carries only text is sent in place of media, documents and failures.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::value::RawValue;
use windlass_core::{Document, Media, Outcome, OutcomePart, Source};

/// How an outcome of nothing reads, and one of pictures alone.
pub(crate) const NO_OUTPUT: &str = "(no output)";
const SHOWN_BESIDE: &str = "(shown beside)";

/// Whether pictures go beside the text, or are named in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pictures {
    Beside,
    Named,
}

/// What came of a call, as text: a failure says so first, and what is no text is named.
pub(crate) fn outcome(outcome: &Outcome, pictures: Pictures) -> String {
    let pieces: Vec<String> = outcome
        .parts
        .iter()
        .filter(|part| !(pictures == Pictures::Beside && inline_picture(part).is_some()))
        .map(outcome_part)
        .filter(|piece| !piece.is_empty())
        .collect();
    let shown = pictures == Pictures::Beside
        && outcome
            .parts
            .iter()
            .any(|part| inline_picture(part).is_some());
    let text = match (pieces.is_empty(), shown) {
        (false, _) => pieces.join("\n"),
        (true, true) => SHOWN_BESIDE.to_owned(),
        (true, false) => NO_OUTPUT.to_owned(),
    };
    if outcome.status.is_failure() {
        format!("error: {text}")
    } else {
        text
    }
}

/// The base64 of a picture that can go beside the text.
pub(crate) fn inline_picture(part: &OutcomePart) -> Option<&str> {
    match part {
        OutcomePart::Image(media) => base64(media),
        _ => None,
    }
}

/// The base64 of media whose content is here.
pub(crate) fn base64(media: &Media) -> Option<&str> {
    match &media.source {
        Source::Base64(data) => Some(data),
        _ => None,
    }
}

/// Names media that cannot be shown.
pub(crate) fn named(kind: &str, media: &Media) -> String {
    let mut name = format!("[{kind}");
    if !media.mime.is_empty() {
        let _ = write!(name, " of the type {}", media.mime);
    }
    if let Source::Url(url) = &media.source {
        let _ = write!(name, " at {url}");
    }
    name.push_str(", not shown]");
    name
}

/// A document of text in a frame that says where it begins and ends; `None` when its content is no text.
pub(crate) fn framed(document: &Document) -> Option<String> {
    let Source::Text(text) = &document.media.source else {
        return None;
    };
    let mut framed = String::from("<document");
    if let Some(name) = &document.name {
        let _ = write!(framed, " name={name:?}");
    }
    framed.push_str(">\n");
    if let Some(context) = &document.context {
        let _ = writeln!(framed, "({context})");
    }
    let _ = write!(framed, "{text}\n</document>");
    Some(framed)
}

/// The arguments of a call where the wire takes an object only: other text is shown to the model in one.
pub(crate) fn object(arguments: &str) -> Object<'_> {
    let trimmed = arguments.trim();
    let written = if trimmed.is_empty() { "{}" } else { trimmed };
    match serde_json::from_str(written) {
        Ok(json) if written.starts_with('{') => Object::AsWritten(json),
        _ => Object::Wrapped(Wrapped { text: arguments }),
    }
}

/// An object that a model wrote, or text of it in one.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Object<'a> {
    AsWritten(&'a RawValue),
    Wrapped(Wrapped<'a>),
}

/// Text that is no JSON object. Anthropic advises the name of the member.
#[derive(Debug, Serialize)]
pub(crate) struct Wrapped<'a> {
    #[serde(rename = "INVALID_JSON")]
    text: &'a str,
}

/// A part of an outcome, as text.
pub(crate) fn outcome_part(part: &OutcomePart) -> String {
    match part {
        OutcomePart::Image(media) => named("image", media),
        OutcomePart::Audio(media) => named("audio", media),
        OutcomePart::Document(document) => {
            framed(document).unwrap_or_else(|| named("document", &document.media))
        }
        other => other.as_text().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use windlass_core::{Call, OutcomeStatus};

    use super::*;

    fn check(status: OutcomeStatus, parts: &[OutcomePart], pictures: Pictures, expected: &str) {
        let call = Call::new("c1", "look", "{}");
        let made = Outcome::from_parts(&call, status, parts.to_vec());
        assert_eq!(outcome(&made, pictures), expected);
    }

    // R-58
    #[test]
    fn what_is_no_text_is_named_and_a_failure_says_so() {
        let words = OutcomePart::Text("two cats".into());
        let picture = OutcomePart::Image(Media::from_bytes("image/png", b"\x89PNG"));
        let linked = OutcomePart::Image(Media::from_url("", "https://example.com/cat"));
        let report = OutcomePart::Document(Document::from_text("All is well.").with_name("r.txt"));
        let both = [words.clone(), picture.clone()];
        let success = OutcomeStatus::Success;
        check(success, &both, Pictures::Beside, "two cats");
        check(
            success,
            &both,
            Pictures::Named,
            "two cats\n[image of the type image/png, not shown]",
        );
        check(
            success,
            &[linked],
            Pictures::Beside,
            "[image at https://example.com/cat, not shown]",
        );
        check(
            success,
            &[report],
            Pictures::Named,
            "<document name=\"r.txt\">\nAll is well.\n</document>",
        );
        check(success, &[picture], Pictures::Beside, "(shown beside)");
        check(success, &[], Pictures::Named, "(no output)");
        check(
            OutcomeStatus::TimedOut,
            &[words],
            Pictures::Named,
            "error: two cats",
        );
    }

    // R-24
    #[test]
    fn arguments_that_are_no_object_are_wrapped() {
        for (arguments, sent) in [
            ("", "{}"),
            (" \n", "{}"),
            (r#" {"a" : 1.0} "#, r#"{"a" : 1.0}"#),
            (r#"{"a":"#, r#"{"INVALID_JSON":"{\"a\":"}"#),
            ("[1]", r#"{"INVALID_JSON":"[1]"}"#),
        ] {
            assert_eq!(serde_json::to_string(&object(arguments)).unwrap(), sent);
        }
    }
}
