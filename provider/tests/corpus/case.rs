//! A recorded exchange, as it lies in its folder.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};
use windlass_core::ModelId;
use windlass_provider::codec::Delivery;
use windlass_provider::frame::aws::{Header, encode};

use super::answer::Reading;
use super::oracle::Oracle;
use super::table::Wire;
use super::{Trouble, base64};

/// The names under which a body is kept, and the media type when the recording has none.
const BODIES: [(&str, &str); 4] = [
    ("response.sse", "text/event-stream"),
    ("response.ndjson", "application/x-ndjson"),
    ("response.json", "application/json"),
    (EVENT_STREAM, "application/vnd.amazon.eventstream"),
];
const EVENT_STREAM: &str = "response.eventstream.jsonl";

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) meta: Meta,
    pub(crate) body: Vec<u8>,
    media_type: String,
    pub(crate) request: Option<Value>,
    pub(crate) oracle: Option<Oracle>,
}

/// What is known of the exchange beside its bytes.
#[derive(Debug, Deserialize)]
pub(crate) struct Meta {
    pub(crate) model: Option<String>,
    #[serde(default)]
    streaming: bool,
    pub(crate) http_status: u16,
    #[serde(default)]
    pub(crate) response_headers: Option<BTreeMap<String, String>>,
    raw_base64: Option<String>,
    /// The case, in the same folder, that has the same answer delivered otherwise.
    pub(crate) same_as: Option<String>,
    /// The kind of error that this is.
    pub(crate) error_kind: Option<String>,
}

impl Case {
    pub(crate) fn read(folder: &Path) -> Result<Self, Trouble> {
        let meta = folder.join("meta.json");
        let meta: Meta = json(&meta)?.ok_or_else(|| Trouble::at(&meta, "is missing"))?;
        let (body, media_type) = body(folder, &meta)?;
        let declared = meta.headers().get("content-type");
        Ok(Case {
            media_type: declared.map_or_else(|| media_type.to_owned(), Clone::clone),
            request: json(&folder.join("request.json"))?,
            oracle: json(&folder.join("oracle.json"))?,
            meta,
            body,
        })
    }

    pub(crate) fn delivery(&self) -> Delivery {
        if self.meta.streaming {
            Delivery::Streamed
        } else {
            Delivery::Whole
        }
    }

    pub(crate) fn is_refused(&self) -> bool {
        self.meta.http_status >= 400
    }

    /// The model that was asked.
    pub(crate) fn model(&self, wire: &Wire) -> ModelId {
        let request = self.request.as_ref();
        let asked = request.and_then(|request| request.get("model")?.as_str());
        let name = asked.or(self.meta.model.as_deref()).unwrap_or("unknown");
        ModelId::new(wire.provider, name)
    }

    pub(crate) fn reading(&self, wire: &Wire) -> Reading {
        let delivery = self.delivery();
        Reading {
            codec: wire.codec,
            delivery,
            framing: wire.codec.framing(&self.media_type, delivery),
            model: self.model(wire),
        }
    }
}

impl Meta {
    pub(crate) fn headers(&self) -> &BTreeMap<String, String> {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        self.response_headers.as_ref().unwrap_or(&NONE)
    }
}

/// A file's JSON, if there is the file.
fn json<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Option<T>, Trouble> {
    if !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read(path).map_err(|error| Trouble::at(path, error))?;
    serde_json::from_slice(&text).map_err(|error| Trouble::at(path, error))
}

fn body(folder: &Path, meta: &Meta) -> Result<(Vec<u8>, &'static str), Trouble> {
    let there = |(name, _): &(&str, &str)| folder.join(name).is_file();
    let Some((name, media_type)) = BODIES.into_iter().find(there) else {
        return Err(Trouble::at(folder, "no body of a response"));
    };
    let path = folder.join(name);
    let bytes = std::fs::read(&path).map_err(|error| Trouble::at(&path, error))?;
    if name != EVENT_STREAM {
        return Ok((bytes, media_type));
    }
    let binary = match &meta.raw_base64 {
        Some(text) => base64::decode(text).ok_or_else(|| Trouble::at(folder, "not base64")),
        None => encoded(&bytes).map_err(|error| Trouble::at(&path, error)),
    };
    Ok((binary?, media_type))
}

/// The frames of an AWS event stream, of which each line has the headers and the payload.
fn encoded(lines: &[u8]) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    for line in serde_json::Deserializer::from_slice(lines).into_iter::<Map<String, Value>>() {
        let line = line.map_err(|error| error.to_string())?;
        let headers = line.iter().filter(|(name, _)| name.starts_with(':'));
        let headers: Vec<_> = headers
            .filter_map(|(name, value)| Some(Header::text(name, value.as_str()?)))
            .collect();
        let payload = line.get("payload").map(Value::to_string);
        encode(&headers, payload.unwrap_or_default().as_bytes(), &mut body)
            .map_err(|error| error.to_string())?;
    }
    Ok(body)
}
