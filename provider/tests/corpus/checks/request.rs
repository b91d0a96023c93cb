//! A recorded request, read into ours and written again, is the same JSON.

use serde_json::Value;
use windlass_core::{ErrorKind, Profile, Request, Text};
use windlass_provider::codec::{Delivery, Encode, encoding_key};

use crate::run::case::Case;
use crate::run::check::Verdict;
use crate::run::json;
use crate::run::table::Wire;

/// What a request is about, by the names that the wires have for it.
const SUBSTANCE: [&str; 8] = [
    "contents",
    "input",
    "instructions",
    "message",
    "messages",
    "system",
    "systemInstruction",
    "tools",
];

pub(super) fn check(case: &Case, wire: &Wire) -> Verdict {
    let (Some(parse), Some(recorded)) = (wire.parse, &case.request) else {
        return Verdict::Absent;
    };
    let request = match parse(recorded) {
        Ok(request) => request,
        Err(why) => return Verdict::Undecided(why),
    };
    if let Some(name) = unread(&request) {
        return Verdict::Failed(format!("the parser passes `{name}` on without reading it"));
    }
    let profile = Profile::new(case.model(wire));
    let key = encoding_key(wire.writer, &profile);
    let call = Encode::new(&request, &profile, &key).with_delivery(delivery(case, recorded));
    let written = match wire.writer.encode(&call) {
        Ok(written) => written,
        // The host refused it as well.
        Err(error) if error.kind() == ErrorKind::Unsupported && case.is_refused() => {
            return Verdict::Undecided(error.to_string());
        }
        Err(error) => return Verdict::Failed(error.to_string()),
    };
    match serde_json::from_slice::<Value>(&written.body) {
        Ok(body) => Verdict::unless(json::difference(recorded, &body)),
        Err(error) => Verdict::Failed(format!("the body is no JSON: {error}")),
    }
}

/// How the answer was asked for: an error comes whole, whatever was asked for.
fn delivery(case: &Case, recorded: &Value) -> Delivery {
    match recorded.get("stream").and_then(Value::as_bool) {
        Some(true) => Delivery::Streamed,
        Some(false) => Delivery::Whole,
        None => case.delivery(),
    }
}

/// What the parser hands through as it is, so that writing it proves nothing. An empty list has no other form.
fn unread(request: &Request) -> Option<&Text> {
    let is_empty = |value: &Value| matches!(value, Value::Array(items) if items.is_empty());
    let mut extra = request.options.extra.iter();
    let found = extra.find(|(name, value)| SUBSTANCE.contains(&name.as_str()) && !is_empty(value));
    found.map(|(name, _)| name)
}
