//! A conversation as a text, for a model that is to tell it in fewer words.

use std::borrow::Cow;
use std::fmt::Write as _;

use windlass_core::{AssistantPart, Message, OutcomePart, Source, UserPart};

use crate::Estimator;
use crate::compact::excerpt::excerpt;
use crate::compact::note;

/// How many bytes of a part are told, from generous to sparing.
const MOST: [usize; 4] = [8_000, 2_000, 500, 120];
/// How little room is too little.
const LEAST: u64 = 50;

/// The messages as a text of at most `tokens`: with parts cut to their ends if they are long, and without the middle if
/// that is not enough. None when there is next to no room.
pub(super) fn fitting(
    messages: &[&Message],
    tokens: u64,
    estimator: &dyn Estimator,
) -> Option<String> {
    if tokens < LEAST {
        return None;
    }
    let mut text = String::new();
    for most in MOST {
        text = write(messages, most);
        if estimator.text(&text) <= tokens {
            return Some(text);
        }
    }
    let (mut part, mut share) = (text.clone(), 1.0);
    while estimator.text(&part) > tokens {
        share *= 0.9 * tokens as f64 / estimator.text(&part) as f64;
        part = excerpt(&text, (text.len() as f64 * share) as usize)?;
    }
    Some(part)
}

fn write(messages: &[&Message], most: usize) -> String {
    let mut text = String::new();
    for message in messages {
        match message {
            Message::System(system) => line(&mut text, "system", &system.text, most),
            Message::User(user) => match note::summarised(message) {
                Some(summary) => line(&mut text, "summary of what was before", summary, usize::MAX),
                None => user
                    .parts
                    .iter()
                    .for_each(|part| line(&mut text, "user", &said(part), most)),
            },
            Message::Assistant(answer) => {
                answer
                    .parts
                    .iter()
                    .for_each(|part| answered(&mut text, part, most));
            }
            Message::Outcomes(outcomes) => {
                for outcome in &outcomes.0 {
                    let role = format!("outcome of `{}` ({:?})", outcome.name, outcome.status);
                    for part in &outcome.parts {
                        line(&mut text, &role, &came(part), most);
                    }
                }
            }
        }
    }
    text
}

fn line(text: &mut String, role: &str, words: &str, most: usize) {
    let cut = excerpt(words, most);
    let words = cut.as_deref().unwrap_or(words);
    writeln!(text, "[{role}] {words}").expect("a string takes everything");
}

fn said(part: &UserPart) -> Cow<'_, str> {
    match part {
        UserPart::Text(text) => Cow::Borrowed(text),
        UserPart::Document(file) => match &file.media.source {
            Source::Text(text) => Cow::Borrowed(text),
            _ => Cow::Owned(format!(
                "(a file: {})",
                file.name.as_deref().unwrap_or("no name")
            )),
        },
        UserPart::Image(_) => Cow::Borrowed("(a picture)"),
        UserPart::Audio(_) => Cow::Borrowed("(a recording)"),
        UserPart::Video(_) => Cow::Borrowed("(a film)"),
        _ => Cow::Borrowed("(something else)"),
    }
}

/// Thinking is left out: what counted of it was said or done.
fn answered(text: &mut String, part: &AssistantPart, most: usize) {
    match part {
        AssistantPart::Text(part) | AssistantPart::Refusal(part) => {
            line(text, "assistant", &part.text, most);
        }
        AssistantPart::Call(call) => {
            let role = format!("assistant calls `{}`", call.name);
            line(text, &role, call.arguments.as_str(), most);
        }
        AssistantPart::Media(_) => line(text, "assistant", "(a picture or recording)", most),
        AssistantPart::Item(item) => line(text, &item.kind, item.json.as_str(), most),
        _ => {}
    }
}

fn came(part: &OutcomePart) -> Cow<'_, str> {
    match part {
        OutcomePart::Text(text) => Cow::Borrowed(text),
        OutcomePart::Json(json) => Cow::Borrowed(json.as_str()),
        _ => Cow::Borrowed("(a picture, recording or file)"),
    }
}
