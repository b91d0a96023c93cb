use std::cell::Cell;
use std::fmt::{self, Write as _};

use serde::de::{self, Error as _, Expected, Unexpected};

use crate::arguments::{ArgumentsError, ArgumentsErrorKind, words};
use crate::nearest_name;

/// What did not fit, with the way to it as far as it is known.
#[derive(Debug)]
pub(super) struct Fault(Box<Detail>);

#[derive(Debug)]
struct Detail {
    kind: ArgumentsErrorKind,
    /// Innermost first.
    steps: Vec<Step>,
    expected: String,
    found: Option<String>,
    nearest: Option<&'static str>,
}

#[derive(Debug)]
pub(super) enum Step {
    Member(String),
    Element(usize),
}

/// Where a fault waits while serde_json hands an error of its own type from one level up to the next.
#[derive(Default)]
pub(super) struct Trail(Cell<Option<Fault>>);

impl Trail {
    /// Keeps `fault`; the error that stands for it says nothing.
    pub(super) fn put<E: de::Error>(&self, fault: Fault) -> E {
        self.0.set(Some(fault));
        E::custom("")
    }

    /// The fault that `error` stands for, or one that serde_json itself had.
    pub(super) fn take<E: de::Error>(&self, error: E) -> Fault {
        self.0.take().unwrap_or_else(|| Fault::custom(error))
    }
}

impl Fault {
    fn new(kind: ArgumentsErrorKind, expected: String) -> Self {
        Fault(Box::new(Detail {
            kind,
            steps: Vec::new(),
            expected,
            found: None,
            nearest: None,
        }))
    }

    fn mismatch(expected: String, found: String) -> Self {
        let mut fault = Fault::new(ArgumentsErrorKind::Mismatch, expected);
        fault.0.found = Some(found);
        fault
    }

    /// Says that it is inside what `step` leads to.
    pub(super) fn within(mut self, step: Step) -> Self {
        self.0.steps.push(step);
        self
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for step in self.0.steps.iter().rev() {
            let written = match step {
                Step::Element(at) => write!(path, "[{at}]"),
                Step::Member(name) if path.is_empty() => write!(path, "{name}"),
                Step::Member(name) => write!(path, ".{name}"),
            };
            written.expect("a string takes everything");
        }
        path
    }
}

impl Step {
    pub(super) fn member(name: &str) -> Self {
        Step::Member(name.chars().take(words::LONGEST_NAME).collect())
    }
}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = words::without_position(message.to_string());
        Fault::new(ArgumentsErrorKind::Invalid, message)
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Fault::mismatch(words::expected(expected), words::found(found))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Fault::mismatch(words::expected(expected), words::found(found))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Fault::mismatch(words::expected(expected), format!("{length} elements"))
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        let found = words::found(Unexpected::Str(variant));
        let mut fault = Fault::mismatch(words::one_of(known), found);
        fault.0.nearest = nearest_name(variant, known.iter().copied());
        fault
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let mut fault = Fault::new(ArgumentsErrorKind::Unknown, words::one_of(known));
        fault.0.nearest = nearest_name(field, known.iter().copied());
        fault.within(Step::member(field))
    }

    fn missing_field(field: &'static str) -> Self {
        Fault::new(ArgumentsErrorKind::Missing, String::new()).within(Step::member(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Fault::custom("it is there twice").within(Step::member(field))
    }
}

impl From<Fault> for ArgumentsError {
    fn from(fault: Fault) -> Self {
        let path = fault.path();
        let detail = fault.0;
        let mut error = ArgumentsError::new(detail.kind, &path, &detail.expected);
        if let Some(found) = detail.found {
            error = error.with_found(&found);
        }
        match detail.nearest {
            Some(name) => error.with_nearest(name),
            None => error,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.expected)
    }
}

impl std::error::Error for Fault {}
