//! What the conventions call things.

use std::fmt;

use windlass_core::{Clock, ErrorKind, OutcomeStatus, OutputFormat, Phase};

use crate::Stop;

/// Hosts that the conventions call something else than we do. Theirs are values, so a host of the user's own is called
/// what the user calls it.
const PROVIDERS: &[(&str, &str)] = &[
    ("azure-openai", "azure.ai.openai"),
    ("azure-openai-deployment", "azure.ai.openai"),
    ("azure-openai-responses", "azure.ai.openai"),
    ("bedrock", "aws.bedrock"),
    ("gemini", "gcp.gemini"),
    ("mistral", "mistral_ai"),
    ("moonshot", "moonshot_ai"),
    ("openai-responses", "openai"),
    ("vertex", "gcp.vertex_ai"),
    ("vertex-anthropic", "gcp.vertex_ai"),
    ("xai", "x_ai"),
    ("xai-responses", "x_ai"),
];

/// What the conventions call a host.
pub(super) fn provider(host: &str) -> &str {
    let theirs = PROVIDERS.iter().find(|(ours, _)| *ours == host);
    theirs.map_or(host, |(_, theirs)| theirs)
}

/// The kind of content that is asked for.
pub(super) fn output(format: &OutputFormat) -> &'static str {
    match format {
        OutputFormat::Text => "text",
        _ => "json",
    }
}

/// The `error.type` of a failed attempt.
pub(super) fn error(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Authentication => "authentication",
        ErrorKind::Permission => "permission",
        ErrorKind::NotFound => "not_found",
        ErrorKind::InvalidRequest => "invalid_request",
        ErrorKind::ContextOverflow => "context_overflow",
        ErrorKind::ContentFiltered => "content_filtered",
        ErrorKind::RateLimited => "rate_limited",
        ErrorKind::QuotaExhausted => "quota_exhausted",
        ErrorKind::Overloaded => "overloaded",
        ErrorKind::Server => "server",
        ErrorKind::Timeout(Clock::Connect) => "timeout_connect",
        ErrorKind::Timeout(Clock::FirstOutput) => "timeout_first_output",
        ErrorKind::Timeout(Clock::Idle) => "timeout_idle",
        ErrorKind::Timeout(Clock::Queue) => "timeout_queue",
        ErrorKind::Timeout(_) => "timeout",
        ErrorKind::Connection(Phase::Connect) => "connection_connect",
        ErrorKind::Connection(Phase::Send) => "connection_send",
        ErrorKind::Connection(_) => "connection_receive",
        ErrorKind::Truncated => "truncated",
        ErrorKind::Protocol => "protocol",
        ErrorKind::Unsupported => "unsupported",
        ErrorKind::Cancelled => "cancelled",
        _ => "_OTHER",
    }
}

/// Why a run ended, and its `error.type` where that is a failure and not a model's.
pub(super) fn stop(stop: &Stop) -> &'static str {
    match stop {
        Stop::Answered => "answered",
        Stop::Paused => "paused",
        Stop::Refused => "refused",
        Stop::Cut(_) => "cut",
        Stop::Limit(_) => "limit",
        Stop::Stuck { .. } => "stuck",
        Stop::Unfit(_) => "unfit",
        Stop::Cancelled(_) => "cancelled",
        Stop::Failed(_) => "failed",
        Stop::Rejected(_) => "rejected",
        Stop::Fatal { .. } => "fatal",
        Stop::Hook(_) => "hook",
        Stop::Illegal(_) => "illegal",
        Stop::Compact { .. } => "compact",
        Stop::Journal { .. } => "journal",
    }
}

/// The `error.type` of a call that failed.
pub(super) fn status(status: OutcomeStatus) -> &'static str {
    match status {
        OutcomeStatus::Failed => "failed",
        OutcomeStatus::Panicked => "panicked",
        OutcomeStatus::TimedOut => "timed_out",
        OutcomeStatus::Cancelled => "cancelled",
        OutcomeStatus::UnknownTool => "unknown_tool",
        OutcomeStatus::BadArguments => "bad_arguments",
        OutcomeStatus::Denied => "denied",
        OutcomeStatus::DuplicateId => "duplicate_id",
        OutcomeStatus::Interrupted => "interrupted",
        _ => "_OTHER",
    }
}

/// A list of one, as JSON: fields of a span cannot be lists.
pub(super) fn list(one: &str) -> String {
    serde_json::Value::from(vec![one]).to_string()
}

/// What is done, and with what where that is known.
pub(super) struct Title<'a>(pub(super) &'static str, pub(super) &'a str);

impl fmt::Display for Title<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Title(done, "") => f.write_str(done),
            Title(done, with) => write!(f, "{done} {with}"),
        }
    }
}
