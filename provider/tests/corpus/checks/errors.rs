//! A refused request is an error of the right kind.

use std::time::{Duration, SystemTime};

use windlass_core::ErrorKind;
use windlass_provider::classify::{Failure, response};

use crate::run::case::Case;
use crate::run::check::Verdict;

/// A time at which no recorded `retry-after` lies in the past.
const NOW: Duration = Duration::from_secs(1_500_000_000);

/// Words by which providers say that a request is longer than the window.
const OVERFLOW: [&str; 10] = [
    "maximum context length",
    "context window",
    "context_length_exceeded",
    "exceed_context_size",
    "exceeds the available context size",
    "prompt is too long",
    "input is too long",
    "too many tokens",
    "input token count",
    "maximum prompt length",
];

/// What the status allows. A body may say more than the status: a key that is wrong or a model that is not there come
/// as 400 as well.
const KINDS: &[(u16, &[ErrorKind])] = &[
    (
        400,
        &[
            ErrorKind::InvalidRequest,
            ErrorKind::ContextOverflow,
            ErrorKind::ContentFiltered,
            ErrorKind::Authentication,
            ErrorKind::NotFound,
            ErrorKind::Permission,
            ErrorKind::QuotaExhausted,
        ],
    ),
    (401, &[ErrorKind::Authentication]),
    (402, &[ErrorKind::QuotaExhausted]),
    (
        403,
        &[
            ErrorKind::Permission,
            ErrorKind::Authentication,
            ErrorKind::ContentFiltered,
            ErrorKind::QuotaExhausted,
        ],
    ),
    (404, &[ErrorKind::NotFound, ErrorKind::InvalidRequest]),
    (
        413,
        &[ErrorKind::ContextOverflow, ErrorKind::InvalidRequest],
    ),
    (
        422,
        &[ErrorKind::InvalidRequest, ErrorKind::ContextOverflow],
    ),
    (
        429,
        &[
            ErrorKind::RateLimited,
            ErrorKind::QuotaExhausted,
            ErrorKind::Overloaded,
        ],
    ),
    (
        500,
        &[
            ErrorKind::Server,
            ErrorKind::Overloaded,
            ErrorKind::InvalidRequest,
            ErrorKind::ContextOverflow,
        ],
    ),
    (
        501,
        &[
            ErrorKind::Unsupported,
            ErrorKind::InvalidRequest,
            ErrorKind::Server,
        ],
    ),
    (502, &[ErrorKind::Server, ErrorKind::Overloaded]),
    (503, &[ErrorKind::Overloaded, ErrorKind::Server]),
    (504, &[ErrorKind::Server, ErrorKind::Overloaded]),
    (529, &[ErrorKind::Overloaded]),
];

pub(super) fn check(case: &Case) -> Verdict {
    let headers: Vec<(String, &str)> = case
        .meta
        .headers()
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.as_str()))
        .collect();
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    let failure = Failure::new(case.meta.http_status, &case.body).with_headers(&headers);
    let error = response(&failure, SystemTime::UNIX_EPOCH + NOW);
    if is_right(case, error.kind()) {
        return Verdict::Passed;
    }
    let status = case.meta.http_status;
    Verdict::Failed(format!("status {status} as {:?}: {error}", error.kind()))
}

fn is_right(case: &Case, kind: ErrorKind) -> bool {
    if let Some(expected) = &case.meta.error_kind {
        return serde_json::to_value(kind).is_ok_and(|kind| kind == expected.as_str());
    }
    let body = String::from_utf8_lossy(&case.body).to_lowercase();
    if OVERFLOW.iter().any(|words| body.contains(words)) {
        return kind == ErrorKind::ContextOverflow;
    }
    let row = KINDS
        .iter()
        .find(|(status, _)| *status == case.meta.http_status);
    row.is_some_and(|(_, kinds)| kinds.contains(&kind))
}
