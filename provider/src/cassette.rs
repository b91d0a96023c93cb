//! Traffic on file: recorded once, played back byte for byte.
//!
//! A [`Recorder`] sits in front of a transport and keeps what passes, without keys. A [`Player`] takes the transport's place
//! and gives the same bytes in the same pieces; a request that differs from the recorded one is refused with a report of
//! what differs.
//!
//! ```
//! use windlass_core::{Model, Request};
//! use windlass_provider::cassette::{Cassette, Player};
//! use windlass_provider::{Client, hosts};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
//! # runtime.block_on(async {
//! let cassette: Cassette = r#"{
//!   "version": 1,
//!   "exchanges": [{
//!     "request": {"path": "/api/chat", "body": {"model": "tiny",
//!       "messages": [{"role": "user", "content": "Hello"}]}},
//!     "response": {"status": 200, "headers": {"content-type": "application/x-ndjson"}, "body": [
//!       {"text": "{\"message\":{\"role\":\"assistant\",\"content\":\"Hi!\"},\"done\":tr"},
//!       {"text": "ue,\"done_reason\":\"stop\"}\n"}
//!     ]}
//!   }]
//! }"#.parse()?;
//! let model = Client::builder(hosts::OLLAMA, "tiny").transport(Player::new(cassette)).build()?;
//! assert_eq!(model.stream(Request::new("Hello")).await?.response().await?.message.text(), "Hi!");
//! let other = model.stream(Request::new("Goodbye")).await;
//! assert!(other.is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).expect("the cassette plays");
//! ```

mod difference;
mod player;
mod recorder;

use std::path::Path;
use std::str::FromStr;
use std::{fmt, fs, io};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass_core::{decode_base64, encode_base64};

pub use player::Player;
pub use recorder::Recorder;

/// The version of the format that is written.
const VERSION: u32 = 1;

/// Recorded traffic: one file for one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cassette {
    version: u32,
    /// Requests with their responses, in the order they were made.
    pub exchanges: Vec<Exchange>,
}

impl Default for Cassette {
    fn default() -> Self {
        Cassette {
            version: VERSION,
            exchanges: Vec::new(),
        }
    }
}

impl Cassette {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is no cassette, or is of a newer format.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        let path = path.as_ref();
        let named = |error: CassetteError| CassetteError(format!("{}: {error}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| named(error.into()))?;
        text.parse().map_err(named)
    }

    /// Writes a file, in a form that reads well in a review.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), CassetteError> {
        fs::write(path, format!("{self}\n")).map_err(CassetteError::from)
    }
}

impl FromStr for Cassette {
    type Err = CassetteError;

    fn from_str(text: &str) -> Result<Self, CassetteError> {
        let cassette: Cassette = serde_json::from_str(text)
            .map_err(|error| CassetteError(format!("no cassette: {error}")))?;
        if cassette.version > VERSION {
            let what = format!(
                "format {} is newer than this version, which reads up to {VERSION}",
                cassette.version
            );
            return Err(CassetteError(what));
        }
        Ok(cassette)
    }
}

impl fmt::Display for Cassette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string_pretty(self).map_err(|_| fmt::Error)?)
    }
}

/// A request and its response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Exchange {
    /// What was asked.
    pub request: RecordedRequest,
    /// What came back.
    pub response: RecordedResponse,
}

/// A recorded request, without its host and its key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The path with its query.
    pub path: String,
    /// The headers that say something about the request.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, String>,
    /// The body; one that is no JSON is a string.
    pub body: Value,
}

/// A recorded response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordedResponse {
    /// The status.
    pub status: u16,
    /// The headers.
    #[serde(default)]
    pub headers: IndexMap<String, String>,
    /// The body in the pieces in which it came.
    pub body: Vec<Piece>,
    /// Why the body broke off, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
}

/// A piece of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Piece {
    /// Bytes that are text.
    Text(String),
    /// Other bytes, as base64: a character was cut, or the wire is binary.
    Base64(String),
}

impl Piece {
    fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Piece::Text(text.to_owned()),
            Err(_) => Piece::Base64(encode_base64(bytes)),
        }
    }

    fn bytes(&self) -> Result<Vec<u8>, CassetteError> {
        match self {
            Piece::Text(text) => Ok(text.clone().into_bytes()),
            Piece::Base64(text) => decode_base64(text)
                .ok_or_else(|| CassetteError("a piece of a body is no base64".into())),
        }
    }
}

/// A file that is no cassette, or cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CassetteError(String);

impl From<io::Error> for CassetteError {
    fn from(error: io::Error) -> Self {
        CassetteError(error.to_string())
    }
}
