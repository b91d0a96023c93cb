//! What the model is told of a call.

use windlass_core::{
    Call, Outcome, OutcomePart, OutcomeStatus, Text, ToolError, ToolErrorKind, ToolOutput, ToolSpec,
};

use super::invoke::Ending;
use super::worker::Worker;
use crate::Problem;

/// Of a call that ran, or was about to.
pub(super) fn of(call: &Call, spec: &ToolSpec, ending: Ending, worker: &Worker) -> Outcome {
    let name = &call.name;
    let mut outcome = match ending {
        Ending::Output(ToolOutput { parts, .. }) => {
            Outcome::from_parts(call, OutcomeStatus::Success, parts)
        }
        Ending::Failed(error) => Outcome::new(
            call,
            OutcomeStatus::Failed,
            failure(name, spec, &error, worker),
        ),
        Ending::TimedOut(deadline) => {
            let text = format!("`{name}` took longer than {deadline:?} and was stopped");
            Outcome::new(call, OutcomeStatus::TimedOut, text)
        }
        Ending::Panicked(message) => panicked(call, &message),
        Ending::NotStarted => cancelled(call),
        Ending::Dropped => {
            let text = "cancelled while it ran; it is not known what it did";
            Outcome::new(call, OutcomeStatus::Cancelled, text)
        }
    };
    cap(&mut outcome.parts, worker.engine.max_output(spec));
    outcome
}

/// A failure, and where the model is to try again whether it may.
fn failure(name: &Text, spec: &ToolSpec, error: &ToolError, worker: &Worker) -> Text {
    let message = match error.message().trim() {
        "" => format!("`{name}` failed and did not say why"),
        said => said.to_owned(),
    };
    if error.kind() != ToolErrorKind::Retry {
        return message.into();
    }
    let budget = worker.engine.retries(spec);
    let hint = match worker.scope.retries.spend(&spec.name, budget) {
        None => "this was tried too often: do something else".to_owned(),
        Some(0) => format!("mend the call of `{name}` and make it again; this is the last try"),
        Some(left) => {
            format!("mend the call of `{name}` and make it again; {left} more tries after that")
        }
    };
    format!("{message}\n[{hint}]").into()
}

pub(super) fn problem(call: &Call, problem: &Problem, more: &str) -> Outcome {
    let status = match problem {
        Problem::UnknownTool { .. } => OutcomeStatus::UnknownTool,
        Problem::Arguments { .. } => OutcomeStatus::BadArguments,
    };
    Outcome::new(call, status, format!("{problem}{more}"))
}

pub(super) fn panicked(call: &Call, message: &str) -> Outcome {
    let text = format!("`{}` panicked: {message}", call.name);
    Outcome::new(call, OutcomeStatus::Panicked, text)
}

pub(super) fn cancelled(call: &Call) -> Outcome {
    Outcome::new(call, OutcomeStatus::Cancelled, super::CANCELLED)
}

pub(crate) fn denied(call: &Call, reason: &str) -> Outcome {
    let text = format!("`{}` was not allowed to run: {reason}", call.name);
    Outcome::new(call, OutcomeStatus::Denied, text)
}

pub(super) fn duplicate(call: &Call) -> Outcome {
    let text = format!(
        "not run: another call of the same answer has the id `{}`; make this one again",
        call.id
    );
    Outcome::new(call, OutcomeStatus::DuplicateId, text)
}

/// Cuts the texts to `max` bytes together, at a char border, and says so. Media are left as they are.
fn cap(parts: &mut Vec<OutcomePart>, max: usize) {
    let texts = parts.iter().filter_map(OutcomePart::as_text);
    let total = texts.map(str::len).fold(0, usize::saturating_add);
    if total <= max {
        return;
    }
    let mut left = max;
    parts.retain_mut(|part| {
        let Some(text) = part.as_text() else {
            return true;
        };
        if text.len() > left {
            let cut = char_border(text, left);
            left = 0;
            *part = OutcomePart::Text(text[..cut].into());
        } else {
            left -= text.len();
        }
        part.as_text().is_some_and(|text| !text.is_empty())
    });
    let shown = parts.iter().filter_map(OutcomePart::as_text).map(str::len);
    let shown: usize = shown.sum();
    let note = format!("[cut here: the first {shown} of {total} bytes are shown]");
    parts.push(OutcomePart::Text(note.into()));
}

/// The last place at or before `at` where a char ends.
fn char_border(text: &str, at: usize) -> usize {
    let mut places = (0..=at).rev();
    places.find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use windlass_core::{JsonText, Media};

    use super::*;

    fn check(max: usize, parts: &[&str], expected: &[&str]) {
        let mut parts = parts.iter().map(|text| OutcomePart::from(*text)).collect();
        cap(&mut parts, max);
        let texts: Vec<_> = parts.iter().filter_map(OutcomePart::as_text).collect();
        assert_eq!(texts, expected, "{max}");
    }

    //
    #[test]
    fn texts_are_cut_at_a_char_border_with_a_note() {
        check(5, &["12345"], &["12345"]);
        check(
            4,
            &["12345"],
            &["1234", "[cut here: the first 4 of 5 bytes are shown]"],
        );
        check(
            4,
            &["ééé"],
            &["éé", "[cut here: the first 4 of 6 bytes are shown]"],
        );
        check(
            3,
            &["ééé"],
            &["é", "[cut here: the first 2 of 6 bytes are shown]"],
        );
        check(
            1,
            &["é", "x"],
            &["[cut here: the first 0 of 3 bytes are shown]"],
        );
        check(
            4,
            &["12", "345", "6"],
            &["12", "34", "[cut here: the first 4 of 6 bytes are shown]"],
        );
        check(0, &["1"], &["[cut here: the first 0 of 1 bytes are shown]"]);
    }

    //
    #[test]
    fn json_that_is_cut_is_no_json_and_media_stay() {
        let json = OutcomePart::Json(JsonText::parse("[1,2,3]").unwrap());
        let chart = OutcomePart::from(Media::from_bytes("image/png", b"\x89PNG"));
        let mut parts = vec![json, chart.clone()];
        cap(&mut parts, 4);
        assert_eq!(parts[0], OutcomePart::from("[1,2"));
        assert_eq!(parts[1], chart);
        assert_eq!(parts.len(), 3);
    }
}
