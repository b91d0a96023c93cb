//! What an error body says, whatever envelope it came in.
//!
//! Envelopes nest and mix: an object in `error`, a text in `error`, an object in `message`, a list in `detail`, the body of
//! another provider as a JSON text inside. The innermost words are the most specific, so they are read first and hold.

use std::time::Duration;

use serde_json::{Map, Value};

use super::wait;

/// How many envelopes may lie inside each other.
const DEPTH: u8 = 6;

/// How much of a message is kept, in bytes.
const MESSAGE_LIMIT: usize = 1024;

/// What an error body says.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// What happened, in the provider's words.
    pub(super) message: Option<String>,
    /// Codes, types, statuses and reasons, the most specific first.
    pub(super) words: Vec<String>,
    /// The HTTP status that the body names.
    pub(super) status: Option<u16>,
    /// The field of the request that is at fault.
    pub(super) param: Option<String>,
    pub(super) request_id: Option<String>,
    /// Names of the quotas that are used up.
    pub(super) quotas: Vec<String>,
    /// A wait that is meant for the next request.
    pub(super) retry_in: Option<Duration>,
    /// When a quota that was used up is there again.
    pub(super) resets_in: Option<Duration>,
    /// The same as a time, in milliseconds since 1970.
    pub(super) resets_at: Option<f64>,
    code: Option<(Rank, String)>,
}

/// How well a word serves as the provider's code of the error, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Code,
    Reason,
    Type,
    Name,
    Number,
}

/// Words that say that there is an error, but not which.
const EMPTY_WORDS: [&str; 7] = [
    "error",
    "failed",
    "response.failed",
    "response.error",
    "message-end",
    "upstream_error",
    "none",
];

impl Report {
    /// Reads a body or frame: JSON of any envelope, HTML, or plain text.
    pub(super) fn read(text: &str) -> Self {
        let mut report = Report::default();
        let text = text.trim();
        match parsed(text) {
            Ok(value) => report.value(&value, DEPTH),
            Err(_) if text.starts_with('<') => report.say(&title(text)),
            Err(_) => report.say(text),
        }
        report
    }

    /// The provider's own code of the error.
    pub(super) fn code(&self) -> Option<&str> {
        self.code.as_ref().map(|(_, code)| code.as_str())
    }

    /// Drops a code that only repeats the status of the response.
    pub(super) fn forget_code(&mut self, status: &str) {
        self.code.take_if(|(_, code)| code == status);
    }

    /// Takes in the name of an error that stands beside the body: AWS names its exceptions there, sometimes with an
    /// address after a colon or a namespace before a hash.
    pub(super) fn name(&mut self, name: &str) {
        let name = name.split(':').next().unwrap_or_default();
        let name = name.rsplit('#').next().unwrap_or_default();
        if name.ends_with("Exception") || name.ends_with("Error") {
            self.word(Rank::Name, name);
        }
    }

    fn value(&mut self, value: &Value, depth: u8) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        match value {
            Value::Object(object) => self.object(object, depth),
            Value::Array(list) => self.list(list, depth),
            Value::String(text) => self.text(text, depth),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, depth: u8) {
        match serde_json::from_str::<Value>(text) {
            Ok(inner @ Value::Object(_)) => self.value(&inner, depth),
            _ => self.say(text),
        }
    }

    fn object(&mut self, object: &Map<String, Value>, depth: u8) {
        if let Some(metadata) = object.get("metadata") {
            self.metadata(metadata, depth);
        }
        for key in ["error", "response", "delta"] {
            if let Some(inner) = object.get(key) {
                self.value(inner, depth);
            }
        }
        self.words_of(object);
        self.numbers_of(object);
        for key in ["message", "Message", "msg", "detail", "error_description"] {
            if let Some(inner) = object.get(key) {
                self.value(inner, depth);
            }
        }
        for key in ["details", "errors", "innererror"] {
            if let Some(inner @ (Value::Array(_) | Value::Object(_))) = object.get(key) {
                self.value(inner, depth);
            }
        }
        self.details_of(object);
    }

    /// A router's remarks: the body of the provider that it asked, and that provider's headers.
    fn metadata(&mut self, metadata: &Value, depth: u8) {
        if let Some(raw) = metadata.get("raw") {
            self.value(raw, depth);
        }
        let reset = metadata.pointer("/headers/X-RateLimit-Reset");
        self.resets_at = self.resets_at.or(reset.and_then(number));
        self.quota(metadata.get("quota_limit"));
    }

    /// A list is either one of reports, or one of fields that are at fault.
    fn list(&mut self, list: &[Value], depth: u8) {
        let faults: Vec<_> = list.iter().filter_map(fault).collect();
        if faults.is_empty() {
            for inner in list {
                self.value(inner, depth);
            }
            return;
        }
        self.param(list.iter().find_map(place));
        self.say(&faults.join("; "));
    }

    fn words_of(&mut self, object: &Map<String, Value>) {
        let keys = [
            (Rank::Code, "code"),
            (Rank::Code, "Code"),
            (Rank::Reason, "reason"),
            (Rank::Type, "error_type"),
            (Rank::Type, "type"),
            (Rank::Type, "status"),
        ];
        for (rank, key) in keys {
            match object.get(key) {
                Some(Value::String(word)) => self.word(rank, word),
                Some(Value::Number(number)) => self.word(Rank::Number, &number.to_string()),
                _ => {}
            }
        }
        if let Some(name) = object.get("__type").and_then(Value::as_str) {
            self.name(name);
        }
        self.param(
            object
                .get("param")
                .and_then(Value::as_str)
                .map(str::to_owned),
        );
        let id = object.get("request_id").and_then(Value::as_str);
        let id = id.or_else(|| bare_id(object));
        self.request_id = self.request_id.take().or(id.map(str::to_owned));
    }

    fn numbers_of(&mut self, object: &Map<String, Value>) {
        for key in ["status_code", "raw_status_code", "http_status"] {
            if let Some(status) = object.get(key).and_then(number) {
                self.status = self.status.or_else(|| status_of(status));
            }
        }
        for key in ["resets_in_seconds", "retry_after", "estimated_time"] {
            let wait = object.get(key).and_then(number).and_then(wait::seconds);
            self.resets_in = self.resets_in.or(wait);
        }
    }

    /// What Google puts into `details`, one kind of fact in each.
    fn details_of(&mut self, object: &Map<String, Value>) {
        let delay = object.get("retryDelay").and_then(Value::as_str);
        self.retry_in = self.retry_in.or(delay.and_then(wait::spelled));
        for violation in listed(object, "violations") {
            self.quota(violation.get("quotaId"));
            self.quota(violation.get("quotaMetric"));
        }
        for violation in listed(object, "fieldViolations") {
            let field = violation.get("field").and_then(Value::as_str);
            self.param(field.map(str::to_owned));
        }
    }

    fn quota(&mut self, name: Option<&Value>) {
        let name = name.and_then(Value::as_str);
        self.quotas.extend(name.map(str::to_owned));
    }

    fn param(&mut self, param: Option<String>) {
        let param = param.filter(|param| !param.is_empty());
        self.param = self.param.take().or(param);
    }

    fn word(&mut self, rank: Rank, word: &str) {
        let word = word.trim();
        if word.is_empty() || EMPTY_WORDS.contains(&word) {
            return;
        }
        let status = word.parse().ok().and_then(status_of);
        self.status = self.status.or(status);
        let rank = status.map_or(rank, |_| Rank::Number);
        if self.code.as_ref().is_none_or(|(best, _)| rank < *best) {
            self.code = Some((rank, shortened(word)));
        }
        self.words.push(word.to_owned());
    }

    /// Keeps the first message. One that begins with `$` is a template that the host forgot to fill.
    fn say(&mut self, message: &str) {
        let message = message.trim();
        if self.message.is_none() && !message.is_empty() && !message.starts_with('$') {
            self.message = Some(shortened(message));
        }
    }
}

/// The JSON of a text. Halves of surrogate pairs, which no parser takes, are replaced.
fn parsed(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(text).or_else(|error| {
        let mut pieces = text.split("\\u");
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let half = matches!(
                piece.as_bytes(),
                [
                    b'd' | b'D',
                    b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F',
                    _,
                    _,
                    ..,
                ]
            );
            let rest = piece.get(4..).filter(|_| half);
            whole.push_str(if rest.is_some() { "\\ufffd" } else { "\\u" });
            whole.push_str(rest.unwrap_or(piece));
        }
        serde_json::from_str(&whole).map_err(|_| error)
    })
}

fn listed<'a>(object: &'a Map<String, Value>, key: &str) -> impl Iterator<Item = &'a Value> {
    let list = object.get(key).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// An `id` beside a `message` and nothing that an answer has is the id of the request.
fn bare_id(object: &Map<String, Value>) -> Option<&str> {
    let answer = ["choices", "object", "model", "error"];
    let bare =
        object.contains_key("message") && !answer.iter().any(|key| object.contains_key(*key));
    object.get("id").filter(|_| bare)?.as_str()
}

/// One fault of a list, with its place in the request.
fn fault(entry: &Value) -> Option<String> {
    let message = entry.get("msg")?.as_str()?;
    Some(match place(entry) {
        Some(place) => format!("{place}: {message}"),
        None => message.to_owned(),
    })
}

fn place(entry: &Value) -> Option<String> {
    let path = entry.get("loc")?.as_array()?.iter();
    let path: Vec<_> = path
        .map(|step| {
            step.as_str()
                .map_or_else(|| step.to_string(), str::to_owned)
        })
        .collect();
    Some(path.join("."))
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    }
}

/// A number that is the status of an error.
fn status_of(number: f64) -> Option<u16> {
    let known = (400.0..600.0).contains(&number) && number.fract() == 0.0;
    known.then_some(number as u16)
}

/// The title of a page, or that it was one.
fn title(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|start| {
        let start = start + "<title>".len();
        let end = lower[start..].find("</title>")?;
        page.get(start..start + end)
    });
    let words: Vec<_> = title.unwrap_or_default().split_whitespace().collect();
    match words.is_empty() {
        true => "the host answered with a page for people".to_owned(),
        false => words.join(" "),
    }
}

fn shortened(text: &str) -> String {
    if text.len() <= MESSAGE_LIMIT {
        return text.to_owned();
    }
    let mut end = MESSAGE_LIMIT;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}
