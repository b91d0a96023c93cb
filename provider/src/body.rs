//! The body of a request: one contiguous buffer, in an order that lets the next turn's body extend this one's.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value};
use windlass_core::{ErrorKind, ModelError, Text, Unsupported, Warning};

#[cfg(test)]
mod tests;

/// Writes a JSON object: first what is small and typed, then what is large and already encoded, the messages last.
///
/// The user's extra members are merged into the typed ones, object by object, and win. A large member that the user sets
/// is replaced as a whole.
pub(crate) struct Body<'a> {
    out: Vec<u8>,
    extra: &'a IndexMap<Text, Value>,
}

impl<'a> Body<'a> {
    /// Begins with the members of `head`, which is a struct or a map.
    ///
    /// # Errors
    ///
    /// When `head` has no JSON form, which only a number that is not finite can cause.
    pub(crate) fn begin<H: Serialize>(
        head: &H,
        extra: &'a IndexMap<Text, Value>,
        capacity: usize,
    ) -> Result<Self, ModelError> {
        let mut out = Vec::with_capacity(capacity);
        if extra.is_empty() {
            serde_json::to_writer(&mut out, head).map_err(unwritable)?;
        } else {
            let mut merged = serde_json::to_value(head).map_err(unwritable)?;
            for (name, value) in extra {
                merge(&mut merged, name, value);
            }
            serde_json::to_writer(&mut out, &merged).map_err(unwritable)?;
        }
        out.pop();
        Ok(Body { out, extra })
    }

    /// Adds a member whose JSON `write` appends, unless the user has set it.
    ///
    /// # Errors
    ///
    /// Those of `write`.
    pub(crate) fn member(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        if self.extra.contains_key(name) {
            return Ok(());
        }
        if self.out.len() > 1 {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        write(&mut self.out)
    }

    /// The whole object.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }
}

/// Sets a member, object into object.
fn merge(target: &mut Value, name: &str, value: &Value) {
    let Value::Object(members) = target else {
        return;
    };
    match (members.get_mut(name), value) {
        (Some(known @ Value::Object(_)), Value::Object(new)) => merge_all(known, new),
        _ => {
            members.insert(name.to_owned(), value.clone());
        }
    }
}

fn merge_all(target: &mut Value, new: &Map<String, Value>) {
    for (name, value) in new {
        merge(target, name, value);
    }
}

/// Appends the JSON of `value`.
pub(crate) fn write_json<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
) -> Result<(), ModelError> {
    serde_json::to_writer(out, value).map_err(unwritable)
}

/// Makes room for pieces with at most `between` bytes from one to the next, so that a long history is not copied each time
/// the buffer grows.
///
/// # Errors
///
/// The first of the pieces that is one.
pub(crate) fn make_room<'p>(
    out: &mut Vec<u8>,
    between: usize,
    pieces: impl Iterator<Item = Result<&'p [u8], ModelError>>,
) -> Result<(), ModelError> {
    let sizes = pieces.map(|piece| Ok(piece?.len() + between));
    let size = sizes.sum::<Result<usize, ModelError>>()?;
    out.reserve(size + AFTER_PIECES);
    Ok(())
}

/// What stands between two pieces of most lists, in bytes.
pub(crate) const COMMA: usize = 1;

/// Room for what a host wants after the pieces, or within some of them.
const AFTER_PIECES: usize = 256;

/// Appends pieces with commas between them, within `open` and `close`.
#[derive(Debug)]
pub(crate) struct Separated {
    first: bool,
}

impl Separated {
    pub(crate) fn new() -> Self {
        Separated { first: true }
    }

    /// Appends the comma that is due before the next piece.
    pub(crate) fn next(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.first, false) {
            out.push(b',');
        }
    }
}

fn unwritable(error: serde_json::Error) -> ModelError {
    ModelError::new(
        ErrorKind::InvalidRequest,
        format!("the request has no JSON form: {error}"),
    )
    .with_hint("use finite numbers")
    .with_source(error)
}

/// What was asked for and the wire or the model does not have: refused, or left out with a warning, as the caller chose.
#[derive(Debug, Default)]
pub(crate) struct Degraded {
    policy: Option<Unsupported>,
    warnings: Vec<Warning>,
}

impl Degraded {
    pub(crate) fn new(policy: Option<Unsupported>) -> Self {
        Degraded {
            policy,
            warnings: Vec::new(),
        }
    }

    /// Leaves `option` out, if the caller allows it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] with the option's name, where the caller does not.
    pub(crate) fn leave_out(&mut self, option: &'static str, why: &str) -> Result<(), ModelError> {
        if self.policy == Some(Unsupported::Warn) {
            self.warnings.push(Warning::new(
                Text::from_static(option),
                format!("left out: {why}"),
            ));
            return Ok(());
        }
        Err(unsupported(option, why))
    }

    pub(crate) fn into_warnings(self) -> Vec<Warning> {
        self.warnings
    }
}

/// The error for what a wire or a model cannot do.
pub(crate) fn unsupported(option: &str, why: &str) -> ModelError {
    ModelError::new(ErrorKind::Unsupported, format!("`{option}`: {why}")).with_code(option)
}
