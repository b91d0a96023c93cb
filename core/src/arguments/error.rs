use std::fmt;

use super::words;
use crate::{Text, nearest_name};

/// The longest of each part of a message, in bytes: what a model wrote may be megabytes.
const LONGEST_PATH: usize = 200;
const LONGEST_EXPECTED: usize = 400;
const LONGEST_FOUND: usize = 120;

/// What is wrong with the arguments of a call: where, what was expected, and what was found.
///
/// It is written for the model, which is to mend them, and has less than a thousand bytes whatever the arguments are.
///
/// # Example: an error of a check of one's own
///
/// ```
/// use windlass_core::ArgumentsError;
///
/// let error = ArgumentsError::mismatch("filters[2].unit", "`celsius` or `kelvin`").with_found("string \"celcius\"");
/// assert_eq!(
///     error.to_string(),
///     "`filters[2].unit`: expected `celsius` or `kelvin`, found string \"celcius\"",
/// );
/// assert_eq!(ArgumentsError::missing("city").to_string(), "`city` is missing");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ArgumentsError(Box<Detail>);

#[derive(Clone, PartialEq, Eq)]
struct Detail {
    kind: ArgumentsErrorKind,
    path: Text,
    expected: Text,
    found: Option<Text>,
    nearest: Option<Text>,
}

/// In what way arguments are wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ArgumentsErrorKind {
    /// The text ends too early: the answer was probably cut.
    Cut,
    /// The text is not JSON.
    NotJson,
    /// Something is not there that must be.
    Missing,
    /// Something is there that the tool does not know.
    Unknown,
    /// A value is of another type, or none of those that are allowed.
    Mismatch,
    /// A value is of the right type, and yet the tool does not take it.
    Invalid,
}

impl ArgumentsError {
    /// The value at `path` is not what was expected; an empty path means the arguments as a whole.
    pub fn mismatch(path: &str, expected: &str) -> Self {
        ArgumentsError::new(ArgumentsErrorKind::Mismatch, path, expected)
    }

    /// The value at `path` is not taken, for a reason that the model can act on.
    pub fn invalid(path: &str, reason: &str) -> Self {
        ArgumentsError::new(ArgumentsErrorKind::Invalid, path, reason)
    }

    /// There is nothing at `path`.
    pub fn missing(path: &str) -> Self {
        ArgumentsError::new(ArgumentsErrorKind::Missing, path, "")
    }

    /// The last name of `path` is none of those that are `known`.
    pub fn unknown(path: &str, known: &[&str]) -> Self {
        let name = path.rsplit('.').next().unwrap_or(path);
        ArgumentsError::unknown_member(path, name, known)
    }

    /// For names that may hold a full stop themselves.
    pub(super) fn unknown_member(path: &str, name: &str, known: &[&str]) -> Self {
        let expected = words::one_of(known);
        let error = ArgumentsError::new(ArgumentsErrorKind::Unknown, path, &expected);
        match nearest_name(name, known.iter().copied()) {
            Some(name) => error.with_nearest(name),
            None => error,
        }
    }

    /// Sets what was found instead.
    #[must_use]
    pub fn with_found(mut self, found: &str) -> Self {
        self.0.found = Some(bounded(found, LONGEST_FOUND));
        self
    }

    /// Sets the valid name that was probably meant.
    #[must_use]
    pub fn with_nearest(mut self, name: &str) -> Self {
        self.0.nearest = Some(bounded(name, LONGEST_FOUND));
        self
    }

    pub(super) fn not_json(text: &str, error: &serde_json::Error) -> Self {
        let kind = match error.is_eof() || is_cut_in_number(text, error) {
            true => ArgumentsErrorKind::Cut,
            false => ArgumentsErrorKind::NotJson,
        };
        ArgumentsError::new(kind, "", &error.to_string())
    }

    pub(super) fn new(kind: ArgumentsErrorKind, path: &str, expected: &str) -> Self {
        ArgumentsError(Box::new(Detail {
            kind,
            path: bounded(path, LONGEST_PATH),
            expected: bounded(expected, LONGEST_EXPECTED),
            found: None,
            nearest: None,
        }))
    }

    /// In what way the arguments are wrong.
    pub fn kind(&self) -> ArgumentsErrorKind {
        self.0.kind
    }

    /// Whether the text ended too early: the model was probably cut.
    pub fn is_cut(&self) -> bool {
        self.0.kind == ArgumentsErrorKind::Cut
    }

    /// Where, such as `filters[2].city`; empty for the arguments as a whole.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What was expected there, or of text that is not JSON what is wrong with it; may be empty.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What was found there.
    pub fn found(&self) -> Option<&str> {
        self.0.found.as_deref()
    }

    /// The valid name that was probably meant.
    pub fn nearest(&self) -> Option<&str> {
        self.0.nearest.as_deref()
    }
}

/// Serde takes the end of the text after `-`, `1.` or `1e` for a wrong number.
fn is_cut_in_number(text: &str, error: &serde_json::Error) -> bool {
    let last_line = text.rsplit('\n').next().unwrap_or(text);
    let is_at_the_end =
        error.line() == text.split('\n').count() && error.column() >= last_line.len();
    is_at_the_end && text.ends_with(['-', '+', '.', 'e', 'E'])
}

/// The text, cut at a char border with an ellipsis where it is longer than `longest` bytes.
fn bounded(text: &str, longest: usize) -> Text {
    if text.len() <= longest {
        return text.into();
    }
    let borders = (0..=longest).rev();
    let cut = borders.into_iter().find(|at| text.is_char_boundary(*at));
    format!("{}…", &text[..cut.unwrap_or(0)]).into()
}

impl fmt::Display for ArgumentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let detail = &*self.0;
        let place = match detail.path.as_str() {
            "" => "the arguments".to_owned(),
            path => format!("`{path}`"),
        };
        let expected = &detail.expected;
        match detail.kind {
            ArgumentsErrorKind::Cut => write!(f, "the JSON ends too early: {expected}")?,
            ArgumentsErrorKind::NotJson => write!(f, "not JSON: {expected}")?,
            ArgumentsErrorKind::Missing => write!(f, "{place} is missing")?,
            ArgumentsErrorKind::Unknown => write!(f, "{place}: not known, expected {expected}")?,
            ArgumentsErrorKind::Mismatch => write!(f, "{place}: expected {expected}")?,
            ArgumentsErrorKind::Invalid => write!(f, "{place}: {expected}")?,
        }
        if let Some(found) = self.found() {
            write!(f, ", found {found}")?;
        }
        match self.nearest() {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ArgumentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let detail = &*self.0;
        f.debug_struct("ArgumentsError")
            .field("kind", &detail.kind)
            .field("path", &detail.path)
            .field("expected", &detail.expected)
            .field("found", &detail.found)
            .field("nearest", &detail.nearest)
            .finish()
    }
}

impl std::error::Error for ArgumentsError {}
