//! An answer that is sent back has its opaque values as they came, and only its own provider gets them.

use serde_json::Value;
use windlass_core::{
    Assistant, AssistantPart, Conversation, ErrorKind, HostedTool, JsonText, ModelError, ModelId,
    Options, Outcome, Profile, Request, Seal, Text, Tools, Unsupported,
};
use windlass_provider::codec::{Encode, encoding_key};

use super::Subject;
use crate::run::check::Verdict;
use crate::run::json;
use crate::run::table::Family;

/// The members of a provider's own items that have to come back.
const OPAQUE: [&str; 6] = [
    "id",
    "call_id",
    "signature",
    "encrypted_content",
    "encrypted_index",
    "thoughtSignature",
];

/// From this length on, a string in a seal's own JSON is taken for opaque.
const LONG: usize = 32;

pub(super) fn check(subject: &Subject<'_>) -> Verdict {
    let Ok(response) = &subject.answer.end else {
        return Verdict::Absent;
    };
    let message = &response.message;
    let home = encode(subject, message, subject.reading.model.clone());
    let elsewhere = encode(subject, message, ModelId::new("elsewhere", "other"));
    let (home, elsewhere) = match (home, elsewhere) {
        (Ok(home), Ok(elsewhere)) => (home, elsewhere),
        (Err(error), _) => return Verdict::Failed(format!("cannot be sent back: {error}")),
        (_, Err(error)) => return Verdict::Failed(format!("cannot be sent elsewhere: {error}")),
    };
    let mut values = Opaque::of(message, &subject.case.body);
    if subject.is(Family::Mistral) {
        // Mistral takes ids of nine letters and digits alone; others, which only hosts behind it give, are mapped.
        values.ids.retain(|id| id.len() == 9);
    }
    let lost = values
        .lost(&home)
        .map(|value| format!("not sent back: {value}"));
    let leaked = || {
        let leaked = values.leaked(&elsewhere);
        leaked.map(|value| format!("sent to another provider: {value}"))
    };
    Verdict::unless(lost.or_else(leaked))
}

/// The body of a request that goes on after `message`.
fn encode(subject: &Subject<'_>, message: &Assistant, to: ModelId) -> Result<Value, ModelError> {
    let mut conversation = Conversation::from("What is the weather?");
    let outcomes: Vec<_> = message
        .calls()
        .map(|call| Outcome::success(call, "Rain."))
        .collect();
    conversation
        .push_assistant(message.clone())
        .expect("no call is open");
    if outcomes.is_empty() {
        conversation
            .push_user("And tomorrow?")
            .expect("no call is open");
    } else {
        conversation
            .push_outcomes(outcomes)
            .expect("one outcome for each call");
    }
    let options = Options::new().with_unsupported(Unsupported::Warn);
    let request = Request::new(conversation)
        .with_tools(hosted(message))
        .with_options(options);
    let profile = Profile::new(to);
    let codec = subject.wire.codec;
    let key = encoding_key(codec, &profile);
    let written = codec.encode(&Encode::new(&request, &profile, &key))?;
    serde_json::from_slice(&written.body).map_err(|error| {
        ModelError::new(ErrorKind::Protocol, format!("the body is no JSON: {error}"))
    })
}

/// A tool of the provider's for an answer in which there was one: it may go on where it was.
fn hosted(message: &Assistant) -> Tools {
    let mut parts = message.parts.iter();
    let is_there = parts.any(|part| matches!(part, AssistantPart::Item(_)));
    let tool = JsonText::parse(r#"{"type":"made_up","name":"made_up"}"#);
    let tool = HostedTool::new(tool.expect("it is JSON"));
    Tools::new([], is_there.then_some(tool))
}

/// What only the provider can read of a message.
#[derive(Debug, Default)]
struct Opaque {
    /// Nobody else may have it.
    secret: Vec<String>,
    /// By what parts are known.
    ids: Vec<String>,
}

impl Opaque {
    fn of(message: &Assistant, body: &[u8]) -> Self {
        let mut opaque = Opaque::default();
        for part in &message.parts {
            match part {
                AssistantPart::Text(part) | AssistantPart::Refusal(part) => {
                    opaque.add_seal(part.seal.as_deref());
                }
                AssistantPart::Thinking(part) => opaque.add_seal(part.seal.as_deref()),
                AssistantPart::Call(call) => {
                    opaque.ids.push(call.id.as_str().to_owned());
                    opaque.add_seal(call.seal.as_deref());
                }
                AssistantPart::Item(item) => opaque.add_item(&item.json),
                _ => {}
            }
        }
        // Ids that were made up here, because the provider gave none, need not go out.
        let body = String::from_utf8_lossy(body);
        opaque.ids.retain(|id| body.contains(id.as_str()));
        opaque
    }

    fn add_seal(&mut self, seal: Option<&Seal>) {
        let Some(seal) = seal else { return };
        self.ids.extend(seal.id.as_ref().map(Text::to_string));
        let secret = [&seal.signature, &seal.encrypted];
        self.secret
            .extend(secret.into_iter().flatten().map(Text::to_string));
        let extra = seal.extra.as_ref().and_then(value);
        let mut found = Vec::new();
        if let Some(extra) = &extra {
            json::strings(extra, &mut found);
        }
        let long = found.into_iter().filter(|text| text.len() >= LONG);
        self.ids.extend(long.map(str::to_owned));
    }

    fn add_item(&mut self, item: &JsonText) {
        let Some(Value::Object(members)) = value(item) else {
            return;
        };
        let named = OPAQUE
            .iter()
            .filter_map(|name| members.get(*name)?.as_str());
        self.ids.extend(named.map(str::to_owned));
    }

    fn lost(&self, body: &Value) -> Option<String> {
        let mut there = Vec::new();
        json::strings(body, &mut there);
        let mut values = self.secret.iter().chain(&self.ids);
        let lost = values.find(|value| !there.contains(&value.as_str()))?;
        Some(beginning(lost))
    }

    fn leaked(&self, body: &Value) -> Option<String> {
        let mut there = Vec::new();
        json::strings(body, &mut there);
        let mut secret = self.secret.iter();
        let leaked = secret.find(|value| there.contains(&value.as_str()))?;
        Some(beginning(leaked))
    }
}

fn value(json: &JsonText) -> Option<Value> {
    serde_json::from_str(json.as_str()).ok()
}

fn beginning(text: &str) -> String {
    match text.char_indices().nth(48) {
        Some((at, _)) => format!("`{}…`", &text[..at]),
        None => format!("`{text}`"),
    }
}
