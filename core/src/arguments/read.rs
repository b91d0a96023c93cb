//! Reads JSON as a type and knows where it was when something did not fit.
//!
//! A deserializer is wrapped around the one of serde_json. It goes over the text once and copies no string that the
//! type borrows; the path is put together only on the way out of an error. Inside a value that serde buffers
//! (an untagged or internally tagged enum, flattened members) the path ends at the buffered value.

mod fault;
mod key;
mod value;
mod visit;

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;

use super::ArgumentsError;
use fault::{Fault, Step, Trail};
use value::Tracked;

pub(super) fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, ArgumentsError> {
    read_tracked(text).map_err(|fault| explain(text, fault))
}

/// Reads the value of a member of the outermost object; the path to what does not fit begins with its name.
pub(crate) fn read_member<'de, T: Deserialize<'de>>(
    text: &'de str,
    name: &str,
) -> Result<T, ArgumentsError> {
    read_tracked(text).map_err(|fault| explain(text, fault.within(Step::member(name))))
}

fn read_tracked<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Fault> {
    let trail = Trail::default();
    let mut json = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Tracked::new(&mut json, &trail));
    value.and_then(|value| json.end().map(|()| value).map_err(Fault::custom))
}

/// Text that is no JSON at all may fail as a type first, and only the former helps the model.
fn explain(text: &str, fault: Fault) -> ArgumentsError {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(_) => fault.into(),
        Err(error) => ArgumentsError::not_json(text, &error),
    }
}
