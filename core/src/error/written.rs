//! An error as data: all of it but its causes, of which the words are kept.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Details, ErrorKind, ModelError};
use crate::{Assistant, ModelId, Quota, Text};

#[derive(Serialize, Deserialize)]
#[serde(rename = "ModelError")]
struct Written {
    kind: ErrorKind,
    message: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<ModelId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_id: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<Duration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window: Option<u64>,
    #[serde(default, skip_serializing_if = "is_false")]
    delivered: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    in_stream: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partial: Option<Box<Assistant>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quota: Option<Box<Quota>>,
    /// What each cause said, the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    causes: Vec<Text>,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A cause that was read back.
#[derive(Debug)]
struct Cause {
    said: Text,
    beneath: Option<Box<Cause>>,
}

impl Cause {
    fn of(causes: Vec<Text>) -> Option<Box<Cause>> {
        let mut causes = causes.into_iter().rev();
        let deepest = causes.next().map(|said| {
            let beneath = None;
            Box::new(Cause { said, beneath })
        });
        causes.fold(deepest, |beneath, said| {
            Some(Box::new(Cause { said, beneath }))
        })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.beneath.as_deref().map(|beneath| beneath as _)
    }
}

/// Writes all of it; of its causes, what they say.
impl Serialize for ModelError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let details = (*self.0).clone();
        let mut causes = Vec::new();
        let mut cause = self.source();
        while let Some(error) = cause {
            causes.push(error.to_string().into());
            cause = error.source();
        }
        let written = Written {
            kind: details.kind,
            message: details.message,
            model: details.model,
            status: details.status,
            code: details.code,
            request_id: details.request_id,
            retry_after: details.retry_after,
            attempt: details.attempt,
            window: details.window,
            delivered: details.delivered,
            in_stream: details.in_stream,
            body: details.body,
            partial: details.partial,
            hint: details.hint,
            quota: details.quota,
            causes,
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ModelError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let source = Cause::of(written.causes)
            .map(|cause| Arc::from(cause as Box<dyn StdError + Send + Sync>));
        Ok(ModelError(Box::new(Details {
            kind: written.kind,
            message: written.message,
            model: written.model,
            status: written.status,
            code: written.code,
            request_id: written.request_id,
            retry_after: written.retry_after,
            attempt: written.attempt,
            window: written.window,
            delivered: written.delivered,
            in_stream: written.in_stream,
            body: written.body,
            partial: written.partial,
            hint: written.hint,
            quota: written.quota,
            source,
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_comes_back_as_it_was_written() {
        let deepest = "eighty".parse::<u16>().expect_err("no number");
        let error = ModelError::new(ErrorKind::RateLimited, "slow down")
            .with_model(ModelId::new("a", "b"))
            .with_status(429)
            .with_code("rate_limit")
            .with_request_id("req_1")
            .with_retry_after(Duration::from_millis(1_500))
            .with_attempt(3)
            .with_window(8_192)
            .after_output()
            .in_stream()
            .with_body("{}")
            .with_partial(Assistant::new("It is"))
            .with_hint("wait")
            .with_source(deepest);
        let written = serde_json::to_string(&error).expect("an error has a form");
        let read: ModelError = serde_json::from_str(&written).expect("the form is read back");
        assert_eq!(
            format!("{read} {}", read.hint()),
            format!("{error} {}", error.hint())
        );
        assert_eq!(read.partial(), error.partial());
        assert_eq!(read.window(), Some(8_192));
        let said = |error: &ModelError| error.source().map(ToString::to_string);
        assert_eq!(said(&read), said(&error));
        assert_eq!(serde_json::to_string(&read).expect("it too"), written);
    }
}
