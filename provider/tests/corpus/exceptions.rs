//! Failures that are accepted, each with its reason.

use super::Trouble;
use super::check::Check;

/// The list in `exceptions.txt`: `PROTOCOL/CASE CHECK REASON`, one a line.
#[derive(Debug, Default)]
pub(crate) struct Exceptions(Vec<Exception>);

#[derive(Debug)]
pub(crate) struct Exception {
    pub(crate) case: String,
    pub(crate) check: Check,
    pub(crate) reason: String,
}

impl Exceptions {
    pub(crate) fn read(text: &str) -> Result<Self, Trouble> {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(Exception::read)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(crate) fn find(&self, case: &str, check: Check) -> Option<&Exception> {
        self.of(case).find(|exception| exception.check == check)
    }

    pub(crate) fn of<'e>(&'e self, case: &str) -> impl Iterator<Item = &'e Exception> {
        self.0
            .iter()
            .filter(move |exception| exception.case == case)
    }
}

impl Exception {
    fn read(line: &str) -> Result<Self, Trouble> {
        let mut words = line.splitn(3, ' ');
        let (case, check) = (words.next(), words.next().and_then(Check::of_name));
        let reason = words.next().map(str::trim).filter(|text| !text.is_empty());
        match (case, check, reason) {
            (Some(case), Some(check), Some(reason)) => Ok(Exception {
                case: case.to_owned(),
                check,
                reason: reason.to_owned(),
            }),
            _ => Err(Trouble(format!(
                "an exception is `PROTOCOL/CASE CHECK REASON`, not `{line}`"
            ))),
        }
    }
}
