//! Counting the tokens of a request before it is sent.

use indexmap::IndexMap;
use serde_json::Value;
use windlass_core::{ErrorKind, ModelError, Text};

use super::encode::{Head, with_headers, write_body};
use super::{Anthropic, Endpoint};
use crate::body::Degraded;
#[cfg(feature = "bedrock")]
use crate::body::unsupported;
use crate::codec::{Encode, WireRequest};
use crate::json::{Count, wire_object};
use crate::{classify, codec};

/// Members of a request that count, and so are taken over from [`Options::extra`](windlass_core::Options::extra).
const COUNTED: [&str; 12] = [
    "cache_control",
    "context_management",
    "mcp_servers",
    "messages",
    "model",
    "output_config",
    "output_format",
    "speed",
    "system",
    "thinking",
    "tool_choice",
    "tools",
];

wire_object! {
    struct CountAnswer<'a> {
        "input_tokens" => input: Count,
        "error" => error: Option<&'a serde_json::value::RawValue>,
    }
}

impl Anthropic {
    /// The request that asks how many input tokens this one has; [`Anthropic::decode_count`] reads the answer.
    ///
    /// What does not count (the limit on output tokens, sampling, the end user) is left out.
    ///
    /// ```
    /// use windlass_core::{ModelId, Profile, Request};
    /// use windlass_provider::codec::{Encode, encoding_key};
    /// use windlass_provider::wire::anthropic::Anthropic;
    ///
    /// let anthropic = Anthropic::new();
    /// let profile = Profile::new(ModelId::new("anthropic", "claude-haiku-4-5"));
    /// let key = encoding_key(&anthropic, &profile);
    /// let request = Request::new("Hello");
    /// let wire = anthropic.encode_count(&Encode::new(&request, &profile, &key))?;
    /// assert_eq!(wire.path, "/v1/messages/count_tokens");
    /// assert_eq!(Anthropic::decode_count(br#"{"input_tokens":8}"#)?, 8);
    /// # Ok::<(), windlass_core::ModelError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where the endpoint cannot count, and as [`Codec::encode`](codec::Codec::encode).
    pub fn encode_count(&self, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
        let path = match self.endpoint {
            Endpoint::Messages(path) => format!("{path}/count_tokens"),
            Endpoint::Vertex => "/models/count-tokens:rawPredict".to_owned(),
            #[cfg(feature = "bedrock")]
            Endpoint::BedrockInvoke => {
                return Err(unsupported("count_tokens", "the endpoint cannot count"));
            }
        };
        let counted = |(name, _): &(&Text, &Value)| COUNTED.contains(&name.as_str());
        let extra: IndexMap<Text, Value> = call
            .options
            .extra
            .iter()
            .filter(counted)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let mut degraded = Degraded::new(call.options.unsupported);
        let head = Head::of_count(self, call, &mut degraded)?;
        let body = write_body(self, call, &head, &extra, &mut degraded)?;
        let mut wire = with_headers(self, WireRequest::new(path, body));
        wire.warnings = degraded.into_warnings();
        Ok(wire)
    }

    /// How many input tokens a request has, from the answer to [`Anthropic::encode_count`].
    ///
    /// # Errors
    ///
    /// The error that the provider reports, or [`ErrorKind::Protocol`] for an answer without a count.
    pub fn decode_count(body: &[u8]) -> Result<u64, ModelError> {
        let answer: CountAnswer<'_> = serde_json::from_slice(body)
            .map_err(|error| codec::undecodable(&crate::frame::Frame::new(body), error))?;
        match answer {
            CountAnswer { error: Some(_), .. } => Err(classify::in_stream(body, None)),
            CountAnswer {
                input: Count(Some(tokens)),
                ..
            } => Ok(tokens),
            CountAnswer { .. } => Err(ModelError::new(
                ErrorKind::Protocol,
                "the answer has no `input_tokens`",
            )
            .with_body(&classify::redact(&String::from_utf8_lossy(body)))),
        }
    }
}
