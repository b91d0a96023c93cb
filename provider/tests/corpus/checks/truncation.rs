//! A body that ends between two events is truncated.
//!
//! Which event ends an answer is the protocol's own matter. Here it is enough that a body is taken for a whole answer
//! only when nothing is missing of the message and of the reason for which it ended: what follows may be usage, which
//! may get lost, and marks like `[DONE]`.

use windlass_core::ErrorKind;
use windlass_provider::codec::Delivery;

use super::Subject;
use crate::run::answer::Answer;
use crate::run::check::Verdict;
use crate::run::frames::{self, Owned};
use crate::run::table::Family;

pub(super) fn check(subject: &Subject<'_>) -> Verdict {
    let nothing = subject.reading.decode([]);
    if !nothing.is_truncated() {
        return Verdict::Failed(format!("an empty body is {}", told(&nothing)));
    }
    if subject.reading.delivery == Delivery::Whole {
        return Verdict::Passed;
    }
    let Ok(framed) = frames::read(subject.reading.framing, &subject.case.body) else {
        return Verdict::Passed;
    };
    let all = framed.ends.len();
    let said = framed.frames.iter().position(says_end);
    let told = if subject.is(Family::Gemini) {
        said.unwrap_or(all)
    } else {
        all
    };
    let wrong = framed
        .ends
        .iter()
        .enumerate()
        .take(told)
        .find_map(|(at, end)| {
            let cut = subject.reading.decode([&subject.case.body[..*end]]);
            let why = wrong(&cut, &subject.answer)?;
            Some(format!("after {} of {all} events: {why}", at + 1))
        });
    Verdict::unless(wrong)
}

fn says_end(frame: &Owned) -> bool {
    let name = b"\"finishReason\"";
    frame
        .data()
        .windows(name.len())
        .any(|window| window == name)
}

fn wrong(cut: &Answer, whole: &Answer) -> Option<String> {
    match (&cut.end, &whole.end) {
        (Ok(cut), Ok(whole)) if cut.finish != whole.finish => Some(format!(
            "a whole answer that ends with `{}`, expected `{}`",
            cut.finish.raw, whole.finish.raw
        )),
        (Ok(cut), Ok(whole)) if cut.message != whole.message => {
            Some("taken for whole, but a part of the message is missing".to_owned())
        }
        (Ok(_), Ok(_)) => None,
        (Ok(_), Err(_)) => Some("taken for whole".to_owned()),
        (Err(error), _) if error.kind() == ErrorKind::Truncated => None,
        (Err(cut), Err(whole)) if cut.to_string() == whole.to_string() => None,
        (Err(error), _) => Some(error.to_string()),
    }
}

fn told(answer: &Answer) -> String {
    match &answer.end {
        Ok(_) => "taken for an answer".to_owned(),
        Err(error) => error.to_string(),
    }
}
