//! An answer in pieces and the same answer whole give the same message.

use serde_json::Value;
use windlass_core::{AssistantPart, Response};
use windlass_provider::codec::Delivery;

use super::Subject;
use crate::run::case::Case;
use crate::run::check::Verdict;
use crate::run::json;
use crate::run::table::Family;

pub(super) fn check(subject: &Subject<'_>) -> Verdict {
    let Ok(found) = &subject.answer.end else {
        return Verdict::Absent;
    };
    let other = match &subject.case.meta.same_as {
        Some(name) => other_case(subject, name),
        None => match whole(subject) {
            Some(Whole::Same(body)) => decode_whole(subject, &body, found),
            Some(Whole::Other) => {
                let why = "the items of the stream are not those of its last event";
                return Verdict::Undecided(why.to_owned());
            }
            None => return Verdict::Absent,
        },
    };
    match other {
        Ok(other) => Verdict::unless(difference(&other, found)),
        Err(why) => Verdict::Failed(why),
    }
}

/// The answer in the last event of a stream.
enum Whole {
    /// It has the items that the stream had.
    Same(Vec<u8>),
    /// It has others.
    Other,
}

fn other_case(subject: &Subject<'_>, name: &str) -> Result<Response, String> {
    let folder = subject.folder.with_file_name(name);
    let case = Case::read(&folder).map_err(|trouble| trouble.to_string())?;
    let answer = case.reading(subject.wire).decode([&case.body[..]]);
    answer.end.map_err(|error| format!("`{name}`: {error}"))
}

/// The last event of a Responses stream holds the answer as it would have come whole. Some hosts leave items out of it,
/// encrypt them anew, or give them other ids; then it is another answer.
fn whole(subject: &Subject<'_>) -> Option<Whole> {
    if !subject.is(Family::Responses) || subject.reading.delivery == Delivery::Whole {
        return None;
    }
    let lines = subject.case.body.split(|byte| *byte == b'\n');
    let data = lines.filter_map(|line| line.strip_prefix(b"data:"));
    let mut items: Vec<Value> = Vec::new();
    let mut last = None;
    for data in data {
        let Ok(mut event) = serde_json::from_slice::<Value>(data) else {
            continue;
        };
        match event["type"].as_str() {
            Some("response.output_item.done") => items.push(event["item"].take()),
            Some("response.completed" | "response.incomplete") => {
                last = Some(event["response"].take());
            }
            _ => {}
        }
    }
    let last = last?;
    if last["output"] == Value::from(items) {
        Some(Whole::Same(last.to_string().into_bytes()))
    } else {
        Some(Whole::Other)
    }
}

fn decode_whole(
    subject: &Subject<'_>,
    body: &[u8],
    streamed: &Response,
) -> Result<Response, String> {
    let mut reading = subject.reading.clone();
    reading.delivery = Delivery::Whole;
    reading.framing = reading.codec.framing("application/json", Delivery::Whole);
    let answer = reading.decode([body]);
    let mut response = answer.end.map_err(|error| format!("whole: {error}"))?;
    // Some hosts change the id of the answer from event to event; the first counts.
    response.message.id.clone_from(&streamed.message.id);
    Ok(response)
}

/// Arguments are kept as the model wrote them, so their spelling may differ; what they say may not.
fn difference(one: &Response, two: &Response) -> Option<String> {
    let [one, two] = [one, two].map(|response| {
        let mut value = serde_json::to_value(response).unwrap_or_default();
        for (at, part) in response.message.parts.iter().enumerate() {
            if let AssistantPart::Call(call) = part
                && let Ok(arguments) = call.arguments.parse::<Value>()
            {
                value["message"]["parts"][at]["call"]["arguments"] = arguments;
            }
        }
        value
    });
    json::difference(&one, &two)
}
