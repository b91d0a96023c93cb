//! The checks of one case.

mod cuts;
mod decoded;
mod errors;
mod other;
mod replay;
mod request;
mod same;
mod truncation;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::Trouble;
use super::answer::{Answer, Reading};
use super::case::Case;
use super::check::{Check, Verdict};
use super::report::Tested;
use super::table::{self, Family, Row, Wire};

const PANIC: &str = "a panic, whose message stands above";

/// A case with what is asked of it again and again.
struct Subject<'c> {
    case: &'c Case,
    folder: &'c Path,
    wire: &'c Wire,
    reading: Reading,
    /// The answer as decoded from the whole body.
    answer: Answer,
}

/// Tests the case of this name in this folder. A panic is a failure of the case.
pub(crate) fn test(name: &str, folder: &Path) -> Tested {
    let protocol = name.split('/').next().unwrap_or_default();
    let Some(row) = table::row(protocol) else {
        let why = "no row in `table.rs` says which codec reads this folder";
        return Tested::of(name, vec![(Check::Decoded, Verdict::failed(why))]);
    };
    let verdicts = catch_unwind(AssertUnwindSafe(|| check(&row, folder)));
    Tested::of(
        name,
        match verdicts {
            Ok(Ok(verdicts)) => verdicts,
            Ok(Err(trouble)) => vec![(Check::Decoded, Verdict::Failed(trouble.to_string()))],
            Err(_) => vec![(Check::Decoded, Verdict::failed(PANIC))],
        },
    )
}

pub(crate) fn check(row: &Row, folder: &Path) -> Result<Vec<(Check, Verdict)>, Trouble> {
    let case = Case::read(folder)?;
    let wire = match row {
        Row::Chat(wire) => wire,
        Row::Mixed(wire, chat) if is_chat(&case, wire) => chat,
        Row::Mixed(wire, _) => wire,
        Row::Named(name, wire) if case.model(wire).model.contains(name) => wire,
        _ if case.is_refused() => return Ok(vec![(Check::Error, errors::check(&case))]),
        Row::Named(name, _) => {
            let why = format!("a model that is no `{name}`: no codec reads it");
            return Ok(vec![(Check::Decoded, Verdict::Undecided(why))]);
        }
        Row::Embeddings(codec) => {
            let verdict = guarded(|| other::embeddings(&case, *codec));
            return Ok(vec![(Check::Decoded, verdict)]);
        }
        Row::Count(decode) => {
            let verdict = guarded(|| other::count(&case, *decode));
            return Ok(vec![(Check::Decoded, verdict)]);
        }
        Row::Other(what) => {
            let why = format!("{what}: no codec reads it");
            return Ok(vec![(Check::Decoded, Verdict::Undecided(why))]);
        }
    };
    let mut verdicts = vec![(Check::Request, guarded(|| request::check(&case, wire)))];
    if case.is_refused() {
        verdicts.push((Check::Error, guarded(|| errors::check(&case))));
    } else {
        verdicts.extend(check_answer(&case, folder, wire));
    }
    Ok(verdicts)
}

fn check_answer(case: &Case, folder: &Path, wire: &Wire) -> Vec<(Check, Verdict)> {
    let reading = case.reading(wire);
    let answer = reading.decode([&case.body[..]]);
    let subject = Subject {
        case,
        folder,
        wire,
        reading,
        answer,
    };
    vec![
        (Check::Decoded, guarded(|| decoded::check(&subject))),
        (Check::Cuts, guarded(|| cuts::check(&subject))),
        (Check::Truncation, guarded(|| truncation::check(&subject))),
        (Check::Same, guarded(|| same::check(&subject))),
        (Check::Replay, guarded(|| replay::check(&subject))),
        (Check::Oracle, guarded(|| oracle(&subject))),
    ]
}

fn oracle(subject: &Subject<'_>) -> Verdict {
    match &subject.case.oracle {
        Some(oracle) => oracle.check(&subject.answer, subject.wire.family),
        None => Verdict::Absent,
    }
}

/// A panic as the verdict of the check that it came up in.
fn guarded(run: impl FnOnce() -> Verdict) -> Verdict {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Verdict::failed(PANIC))
}

/// Whether an exchange is one of Chat Completions, wherever it lies: some recordings use two protocols of a host.
fn is_chat(case: &Case, wire: &Wire) -> bool {
    let request = case
        .request
        .as_ref()
        .filter(|_| wire.family == Family::Responses);
    let asked = request.is_some_and(|request| request.get("messages").is_some());
    let head = &case.body[..case.body.len().min(2048)];
    asked || String::from_utf8_lossy(head).contains("\"chat.completion")
}

impl Subject<'_> {
    fn is(&self, family: Family) -> bool {
        self.wire.family == family
    }
}
