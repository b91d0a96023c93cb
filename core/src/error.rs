//! What can go wrong between a request and its answer: whose fault, whether it may pass, when to come back, what to do.

mod kind;
mod written;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use kind::{Clock, ErrorKind, Phase};

use crate::{Assistant, ModelId, OrderError, Quota, Text};

#[cfg(test)]
mod tests;

/// How much of a provider's error body is kept, in bytes.
const BODY_LIMIT: usize = 2048;

/// Why a model gave no answer, or not all of it. One type for all providers.
///
/// It is one pointer wide. [`Display`](fmt::Display) says what happened, [`hint`](ModelError::hint) what to do about it,
/// and [`source`](StdError::source) what lies beneath.
///
/// ```
/// use std::time::Duration;
/// use windlass_core::{ErrorKind, ModelError, ModelId};
///
/// let error = ModelError::new(ErrorKind::RateLimited, "60 requests per minute are used up")
///     .with_model(ModelId::new("openai", "gpt-5"))
///     .with_status(429)
///     .with_retry_after(Duration::from_secs(7));
/// assert_eq!(error.to_string(), "openai/gpt-5: rate limited (status 429): 60 requests per minute are used up");
/// assert!(error.is_transient());
/// assert_eq!(error.hint(), "wait for `retry_after`, or send fewer requests at a time");
/// ```
#[derive(Clone)]
pub struct ModelError(Box<Details>);

#[derive(Clone)]
struct Details {
    kind: ErrorKind,
    message: Text,
    model: Option<ModelId>,
    status: Option<u16>,
    code: Option<Text>,
    request_id: Option<Text>,
    retry_after: Option<Duration>,
    attempt: Option<u32>,
    window: Option<u64>,
    delivered: bool,
    in_stream: bool,
    body: Option<Text>,
    partial: Option<Box<Assistant>>,
    quota: Option<Box<Quota>>,
    hint: Option<Text>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl ModelError {
    /// An error of this kind, with the provider's words or our own.
    pub fn new(kind: ErrorKind, message: impl Into<Text>) -> Self {
        ModelError(Box::new(Details {
            kind,
            message: message.into(),
            model: None,
            status: None,
            code: None,
            request_id: None,
            retry_after: None,
            attempt: None,
            window: None,
            delivered: false,
            in_stream: false,
            body: None,
            partial: None,
            quota: None,
            hint: None,
            source: None,
        }))
    }

    /// Names the provider and the model that was asked.
    #[must_use]
    pub fn with_model(mut self, model: ModelId) -> Self {
        self.0.model = Some(model);
        self
    }

    /// Sets the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Sets the provider's own code of the error.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Text>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Sets the id by which the provider's support finds the request.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<Text>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Sets how long the provider wants to be left alone.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Sets the attempt that failed, counted from one.
    #[must_use]
    pub fn with_attempt(mut self, attempt: u32) -> Self {
        self.0.attempt = Some(attempt);
        self
    }

    /// Sets how many tokens the provider says that a request may have, where it refused a larger one.
    #[must_use]
    pub fn with_window(mut self, tokens: u64) -> Self {
        self.0.window = Some(tokens);
        self
    }

    /// Says that output of this attempt was delivered before it failed.
    #[must_use]
    pub fn after_output(mut self) -> Self {
        self.0.delivered = true;
        self
    }

    /// Says that the error came inside a stream that had begun well.
    #[must_use]
    pub fn in_stream(mut self) -> Self {
        self.0.in_stream = true;
        self
    }

    /// Keeps the beginning of what the provider sent, up to 2 KiB. The caller has taken keys out of it.
    #[must_use]
    pub fn with_body(mut self, body: &str) -> Self {
        self.0.body = Some(beginning(body, BODY_LIMIT).into());
        self
    }

    /// Takes `secret` out of every text of the error.
    ///
    /// ```
    /// use windlass_core::{ErrorKind, ModelError};
    ///
    /// let error = ModelError::new(ErrorKind::Authentication, "bad key sk-123").with_body("key sk-123 is unknown");
    /// let error = error.without_secret("sk-123");
    /// assert_eq!((error.message(), error.body()), ("bad key ***", Some("key *** is unknown")));
    /// ```
    #[must_use]
    pub fn without_secret(mut self, secret: &str) -> Self {
        let hide = |text: &mut Text| {
            if !secret.is_empty() && text.contains(secret) {
                *text = text.replace(secret, "***").into();
            }
        };
        let Details {
            message,
            code,
            request_id,
            body,
            hint,
            ..
        } = &mut *self.0;
        hide(message);
        [code, request_id, body, hint]
            .into_iter()
            .flatten()
            .for_each(hide);
        self
    }

    /// Attaches what had arrived of the answer.
    #[must_use]
    pub fn with_partial(mut self, answer: Assistant) -> Self {
        self.0.partial = Some(Box::new(answer));
        self
    }

    /// Attaches what the provider says of its limits.
    #[must_use]
    pub fn with_quota(mut self, quota: Quota) -> Self {
        self.0.quota = Some(Box::new(quota));
        self
    }

    /// Replaces the advice of the kind by a better one.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Text>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Attaches the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What happened, in the provider's words or our own.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The model that was asked, with its provider.
    pub fn model(&self) -> Option<&ModelId> {
        self.0.model.as_ref()
    }

    /// The HTTP status.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's own code of the error.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The id by which the provider's support finds the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the provider wants to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The attempt that failed, counted from one.
    pub fn attempt(&self) -> Option<u32> {
        self.0.attempt
    }

    /// How many tokens a request may have, as the provider said when it refused a larger one.
    pub fn window(&self) -> Option<u64> {
        self.0.window
    }

    /// Whether output of the attempt was delivered before it failed.
    pub fn is_after_output(&self) -> bool {
        self.0.delivered
    }

    /// Whether the error came inside a stream that had begun well.
    pub fn is_in_stream(&self) -> bool {
        self.0.in_stream
    }

    /// The beginning of what the provider sent, without keys.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// What had arrived of the answer.
    pub fn partial(&self) -> Option<&Assistant> {
        self.0.partial.as_deref()
    }

    /// What the provider says of its limits.
    pub fn quota(&self) -> Option<&Quota> {
        self.0.quota.as_deref()
    }

    /// Whether the same request may succeed later or on another connection.
    pub fn is_transient(&self) -> bool {
        self.0.kind.is_transient()
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &str {
        self.0.hint.as_deref().unwrap_or_else(|| self.0.kind.hint())
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = &*self.0;
        if let Some(model) = &details.model {
            write!(f, "{model}: ")?;
        }
        write!(f, "{}", details.kind)?;
        match (details.status, &details.code) {
            (Some(status), Some(code)) => write!(f, " (status {status}, `{code}`)")?,
            (Some(status), None) => write!(f, " (status {status})")?,
            (None, Some(code)) => write!(f, " (`{code}`)")?,
            (None, None) => {}
        }
        if details.message.is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", details.message)
        }
    }
}

impl fmt::Debug for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = &*self.0;
        let mut shown = f.debug_struct("ModelError");
        shown
            .field("kind", &details.kind)
            .field("message", &details.message);
        let mut known = |name, value: Option<&dyn fmt::Debug>| {
            if let Some(value) = value {
                shown.field(name, value);
            }
        };
        known("model", details.model.as_ref().map(|value| value as _));
        known("status", details.status.as_ref().map(|value| value as _));
        known("code", details.code.as_ref().map(|value| value as _));
        known(
            "request_id",
            details.request_id.as_ref().map(|value| value as _),
        );
        known(
            "retry_after",
            details.retry_after.as_ref().map(|value| value as _),
        );
        known("attempt", details.attempt.as_ref().map(|value| value as _));
        known("window", details.window.as_ref().map(|value| value as _));
        known("delivered", details.delivered.then_some(&true as _));
        known("in_stream", details.in_stream.then_some(&true as _));
        known("body", details.body.as_ref().map(|value| value as _));
        known("source", details.source.as_ref().map(|value| value as _));
        shown.finish_non_exhaustive()
    }
}

impl StdError for ModelError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

impl From<OrderError> for ModelError {
    fn from(error: OrderError) -> Self {
        ModelError::new(ErrorKind::Protocol, error.to_string())
            .in_stream()
            .with_source(error)
    }
}

/// As much of `text` as fits in `limit` bytes without cutting a character.
fn beginning(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
