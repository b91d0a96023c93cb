//! Errors of all providers, as one type: status, headers and body in, [`ModelError`] out.
//!
//! Everything that decides the kind of an error is a row of a table: the codes that providers use, fragments of their
//! messages, and statuses. The same rows serve an error before a stream, inside one, and in the body of a good response,
//! so that the same words mean the same kind wherever they stand.
//!
//! What decides, in this order:
//! 1. the quotas that Google names: one for a day is used up, one for a minute is a rate;
//! 2. codes that leave no doubt (`insufficient_quota`, `context_length_exceeded`, …);
//! 3. fragments of messages, because many hosts say no more than `invalid_request_error` for an overflow;
//! 4. codes that speak for themselves as long as the message says nothing else (`rate_limit_exceeded`, …);
//! 5. the status, of the response or as the body names it;
//! 6. codes that say little (`invalid_request_error`, `server_error`).

mod advice;
pub(crate) mod date;
mod redact;
mod report;
mod tables;
pub(crate) mod wait;
mod window;

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use windlass_core::{ErrorKind, ModelError, Text};

use report::Report;
use tables::{CERTAIN, CODES, MESSAGES, STATUSES, VAGUE};

pub use redact::{redact, redact_secret};

#[cfg(test)]
mod tests;

/// A response that is no answer: its status is none of those of a success.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body, or its beginning.
    pub body: &'a [u8],
    /// The key that was sent, so that it can be taken out of what the provider repeats.
    pub secret: &'a str,
}

impl<'a> Failure<'a> {
    /// A response with this status and body.
    pub fn new(status: u16, body: &'a [u8]) -> Self {
        Failure {
            status,
            headers: &[],
            body,
            secret: "",
        }
    }

    /// Sets the headers, their names in lower case.
    #[must_use]
    pub fn with_headers(mut self, headers: &'a [(&'a str, &'a str)]) -> Self {
        self.headers = headers;
        self
    }

    /// Sets the key that was sent.
    #[must_use]
    pub fn with_secret(mut self, secret: &'a str) -> Self {
        self.secret = secret;
        self
    }

    /// The first header with this name.
    fn header(&self, name: &str) -> Option<&'a str> {
        let header = self.headers.iter().find(|(known, _)| *known == name);
        header.map(|(_, value)| *value)
    }

    fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match redact_secret(text, self.secret) {
            Cow::Borrowed(text) => redact(text),
            Cow::Owned(text) => Cow::Owned(redact(&text).into_owned()),
        }
    }
}

impl std::fmt::Debug for Failure<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Failure")
            .field("status", &self.status)
            .field("body", &self.clean(&String::from_utf8_lossy(self.body)))
            .finish_non_exhaustive()
    }
}

/// Headers that hold the id of a request, the most useful first: the last are of what lies in between.
const REQUEST_IDS: [&str; 12] = [
    "x-request-id",
    "request-id",
    "x-amzn-requestid",
    "x-amz-request-id",
    "apim-request-id",
    "x-ms-request-id",
    "x-goog-request-id",
    "x-debug-trace-id",
    "mistral-correlation-id",
    "x-generation-id",
    "x-cloud-trace-context",
    "cf-ray",
];

/// The error of a response whose status is none of those of a success.
///
/// The message, the code and the kept body are the provider's, without keys. A redirect is an error too: it is not
/// followed, because the key would go along.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use windlass_core::ErrorKind;
/// use windlass_provider::classify::{Failure, response};
///
/// let body = br#"{"error":{"message":"Slow down","type":"requests","code":"rate_limit_exceeded"}}"#;
/// let failure = Failure::new(429, body).with_headers(&[("retry-after", "7"), ("x-request-id", "req_1")]);
/// let error = response(&failure, SystemTime::now());
/// assert_eq!(error.kind(), ErrorKind::RateLimited);
/// assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
/// assert_eq!(error.request_id(), Some("req_1"));
/// ```
pub fn response(failure: &Failure<'_>, now: SystemTime) -> ModelError {
    if (300..400).contains(&failure.status) {
        return redirect(failure);
    }
    let body = String::from_utf8_lossy(failure.body);
    let body = failure.clean(&body);
    let mut report = Report::read(&body);
    if let Some(name) = failure.header("x-amzn-errortype") {
        report.name(name);
    }
    report.forget_code(&failure.status.to_string());
    let kind = kind_of(&report, Some(failure.status));
    let mut error = error_of(&report, kind, &body).with_status(failure.status);
    if let Some(wait) = retry_after(failure, &report, kind, now) {
        error = error.with_retry_after(wait);
    }
    let id = REQUEST_IDS.iter().find_map(|name| failure.header(name));
    match id.or(report.request_id.as_deref()) {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

/// The id by which the provider's support finds the request; header names are lower case.
pub(crate) fn request_id(headers: &[(Text, Text)]) -> Option<Text> {
    let find = |name: &&str| {
        headers
            .iter()
            .find(|(known, _)| known == *name)
            .map(|(_, id)| id.clone())
    };
    REQUEST_IDS.iter().find_map(find)
}

/// An error that the provider reports inside a good response: `payload` is the frame or body that holds it, in whatever
/// envelope, and `name` what the stream calls it, if it does.
///
/// Its kind is that of the same error before the stream.
pub fn in_stream(payload: &[u8], name: Option<&str>) -> ModelError {
    let body = String::from_utf8_lossy(payload);
    let body = redact(&body);
    let mut report = Report::read(&body);
    if let Some(name) = name {
        report.name(name);
    }
    let kind = kind_of(&report, None);
    let mut error = error_of(&report, kind, &body).in_stream();
    if let Some(wait) = told_wait(&report, kind) {
        error = error.with_retry_after(wait);
    }
    match &report.request_id {
        Some(id) => error.with_request_id(id.as_str()),
        None => error,
    }
}

fn redirect(failure: &Failure<'_>) -> ModelError {
    let message = match failure.header("location") {
        Some(target) => format!("the host redirects to `{}`", failure.clean(target)),
        None => "the host redirects without saying where".to_owned(),
    };
    ModelError::new(ErrorKind::NotFound, message)
        .with_status(failure.status)
        .with_hint("redirects are not followed, the key would go along: set the base URL to the new address if it can be trusted")
}

fn error_of(report: &Report, kind: ErrorKind, body: &str) -> ModelError {
    let message = report.message.as_deref().unwrap_or("the host says no more");
    let mut error = ModelError::new(kind, message);
    if !body.trim().is_empty() {
        error = error.with_body(body);
    }
    if let Some(code) = report.code() {
        error = error.with_code(code);
    }
    if let (ErrorKind::ContextOverflow, Some(tokens)) = (kind, window::of_message(message)) {
        error = error.with_window(tokens);
    }
    match advice::hint(report, kind) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn kind_of(report: &Report, status: Option<u16>) -> ErrorKind {
    let message = report.message.as_deref().unwrap_or_default().to_lowercase();
    let status = status.or(report.status);
    quota_kind(report, &message)
        .or_else(|| coded(CERTAIN, report))
        .or_else(|| said(&message))
        .or_else(|| coded(CODES, report))
        .or_else(|| status.filter(|status| *status != 400).map(kind_of_status))
        .or_else(|| coded(VAGUE, report))
        .unwrap_or(match status {
            Some(_) => ErrorKind::InvalidRequest,
            None => ErrorKind::Server,
        })
}

/// What Google's quotas mean. The delay beside a quota for a day is that of a rate and does not help: the quota comes back
/// at midnight in California.
fn quota_kind(report: &Report, message: &str) -> Option<ErrorKind> {
    let names = |part: &str| report.quotas.iter().any(|quota| quota.contains(part));
    if names("PerDay")
        || names("per_day")
        || message.contains("limit: 0,")
        || message.contains("limit: 0\n")
    {
        return Some(ErrorKind::QuotaExhausted).filter(|_| !report.quotas.is_empty());
    }
    (!report.quotas.is_empty() || report.retry_in.is_some()).then_some(ErrorKind::RateLimited)
}

fn coded(table: &[(ErrorKind, &[&str])], report: &Report) -> Option<ErrorKind> {
    let holds = |codes: &&[&str]| {
        let mut words = report.words.iter();
        words.any(|word| codes.iter().any(|code| is_same_word(word, code)))
    };
    let row = table.iter().find(|(_, codes)| holds(codes));
    row.map(|(kind, _)| *kind)
}

fn said(message: &str) -> Option<ErrorKind> {
    let row = MESSAGES
        .iter()
        .find(|(_, fragments)| holds_all(message, fragments));
    row.map(|(kind, _)| *kind)
}

fn holds_all(message: &str, fragments: &[&str]) -> bool {
    fragments.iter().all(|fragment| message.contains(fragment))
}

/// Whether two words are the same but for case and what stands between their parts: hosts that speak the same protocol
/// write `rate_limit_exceeded`, `RateLimitExceeded` and `rate-limit-exceeded`.
fn is_same_word(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

fn letters(word: &str) -> impl Iterator<Item = u8> {
    let bytes = word.bytes().filter(u8::is_ascii_alphanumeric);
    bytes.map(|byte| byte.to_ascii_lowercase())
}

fn kind_of_status(status: u16) -> ErrorKind {
    let row = STATUSES.iter().find(|(_, known)| known.contains(&status));
    row.map(|(kind, _)| *kind).unwrap_or(match status {
        500.. => ErrorKind::Server,
        _ => ErrorKind::InvalidRequest,
    })
}

fn retry_after(
    failure: &Failure<'_>,
    report: &Report,
    kind: ErrorKind,
    now: SystemTime,
) -> Option<Duration> {
    wait::of_headers(failure, now)
        .or_else(|| told_wait(report, kind))
        .or_else(|| report.resets_at.and_then(|reset| wait::at(reset, now)))
        .or_else(|| wait::of_limits(failure, now).filter(|_| failure.status == 429))
}

/// The wait that the body tells of. Where a quota is used up, only the time of its return counts.
fn told_wait(report: &Report, kind: ErrorKind) -> Option<Duration> {
    let message = || report.message.as_deref().and_then(wait::of_message);
    match kind {
        ErrorKind::QuotaExhausted => report.resets_in,
        kind if kind.is_transient() => report.retry_in.or(report.resets_in).or_else(message),
        _ => None,
    }
}
