//! What is no piece of the answer: errors in other forms, further choices, and what nobody knows.

use serde_json::value::RawValue;
use windlass_core::{Event, JsonText, ModelError, Text, Unknown};

use super::Events;
use super::chunk::{Probe, RawChoices};
use crate::classify;
use crate::codec::undecodable;
use crate::frame::Frame;

/// A chunk with nothing of the answer: known to be empty, an error in a form of its own, or something new.
pub(super) fn without_choices(frame: &Frame<'_>, events: &mut Events) -> Result<(), ModelError> {
    let data = frame.data.trim_ascii();
    let probe: Probe<'_> =
        serde_json::from_slice(data).map_err(|error| undecodable(frame, error))?;
    let is_error = |name: Option<&RawValue>| name.is_some_and(|name| name.get() == "\"error\"");
    let failed = probe.base_resp.status_code.0.is_some_and(|code| code != 0)
        || is_error(probe.object)
        || is_error(probe.kind)
        || (probe.choices.is_none() && probe.message.is_some());
    if failed {
        return Err(classify::in_stream(data, frame.event));
    }
    if probe.choices.is_none() {
        let json = JsonText::parse(Text::from_utf8_lossy(data));
        let kind = frame.event.unwrap_or("chunk");
        events.extend(json.map(|json| Event::Unknown(Box::new(Unknown::new(kind, json)))));
    }
    Ok(())
}

pub(super) fn unknown(kind: &str, raw: &RawValue) -> Event {
    Event::Unknown(Box::new(Unknown::new(kind, raw.into())))
}

/// A choice beside the first, which no message has room for.
pub(super) fn other_choice(data: &[u8], at: usize) -> Option<Event> {
    let raw: RawChoices<'_> = serde_json::from_slice(data).ok()?;
    let mut choices = raw.choices.iter().filter(|raw| raw.get() != "null");
    Some(unknown("choice", choices.nth(at)?))
}
