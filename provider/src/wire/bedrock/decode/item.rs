//! Content blocks that are kept as they are.

use indexmap::IndexMap;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use windlass_core::{Item, JsonText, Text};

/// The type of a hosted tool's call.
pub(super) const SERVER_TOOL_USE: &str = "server_tool_use";

/// A block of a whole answer, under the name of the member that says what it is.
pub(super) fn of_block(block: &RawValue) -> Item {
    let members: IndexMap<String, IgnoredAny> =
        serde_json::from_str(block.get()).unwrap_or_default();
    let kind = members.keys().find(|name| *name != "type");
    let kind = kind.map_or(Text::from_static("unknown"), Text::from);
    Item::new(kind, JsonText::from(block))
}

/// A hosted call in a whole answer.
pub(super) fn of_hosted_call(block: &RawValue) -> Item {
    Item::new(Text::from_static(SERVER_TOOL_USE), JsonText::from(block))
}

/// A hosted call of a stream: what it began with, and the text of its input.
pub(super) fn hosted_call(start: &str, input: &str) -> Item {
    let input = match serde_json::from_str::<&RawValue>(input) {
        Ok(input) => input.get().to_owned(),
        Err(_) if input.trim().is_empty() => "{}".to_owned(),
        Err(_) => quoted(input).as_str().to_owned(),
    };
    let json = block("toolUse", start, &format!("\"input\":{input}"));
    Item::new(Text::from_static(SERVER_TOOL_USE), json)
}

/// A hosted tool's result of a stream: what it began with, and its content, with commas between.
pub(super) fn hosted_result(start: &str, content: &str) -> Item {
    let json = block("toolResult", start, &format!("\"content\":[{content}]"));
    Item::new(Text::from_static("toolResult"), json)
}

/// A picture that the provider could not make.
pub(super) fn failed_image(error: &JsonText) -> Item {
    let json = block("image", "{}", &format!("\"error\":{error}"));
    Item::new(Text::from_static("image"), json)
}

/// A content block whose member `name` is the object `start` with `added`.
fn block(name: &str, start: &str, added: &str) -> JsonText {
    let head = start.trim_end().strip_suffix('}').unwrap_or("{").trim_end();
    let comma = if head.ends_with('{') { "" } else { "," };
    let json = format!("{{\"{name}\":{head}{comma}{added}}}}}");
    JsonText::parse(json.as_str()).unwrap_or_else(|_| quoted(&json))
}

fn quoted(text: &str) -> JsonText {
    JsonText::of(text).expect("a string has a JSON form")
}
