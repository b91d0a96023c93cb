//! Advice that is better than that of the kind.

use windlass_core::{ErrorKind, Text};

use super::report::Report;
use super::{holds_all, is_same_word};

/// What to do, by code.
const BY_CODE: &[(&str, &str)] = &[
    ("tool_use_failed", BAD_CALL),
    ("INVALID_TOOL_GENERATION", BAD_CALL),
    ("MALFORMED_FUNCTION_CALL", BAD_CALL),
    (
        "previous_response_not_found",
        "the provider no longer has that response: send the whole conversation",
    ),
    (
        "DeploymentNotFound",
        "on Azure the model's name is that of your deployment; check it and the resource in the base URL",
    ),
    (
        "SERVICE_DISABLED",
        "switch the API on for the project, at the address in the message",
    ),
    (
        "InvalidSignatureException",
        "check the clock of this machine, the secret key and the region",
    ),
    (
        "ExpiredTokenException",
        "fetch new AWS credentials; these have expired",
    ),
    (
        "API_KEY_INVALID",
        "check that the key is complete, of this provider, and not expired",
    ),
];

/// What to do, by fragments of the message, in lower case.
const BY_MESSAGE: &[(&[&str], &str)] = &[
    (
        &["tokens per min", "request too large"],
        "the request is larger than a minute's allowance: shorten it, or raise the limit",
    ),
    (
        &["location is not supported"],
        "the provider does not serve this region: send the request through a host that does",
    ),
    (&["unregistered callers"], "no key was sent: set it"),
    (
        &["missing authentication header"],
        "no key was sent: set it",
    ),
    (&["tools is not supported"], CANNOT_CALL),
    (&["support tool use"], CANNOT_CALL),
    (
        &["tool_use", "without", "tool_result"],
        "every call needs its outcome right after it: repair the conversation before it is sent",
    ),
    (
        &["no tool output found"],
        "every call needs its outcome: repair the conversation before it is sent",
    ),
    (
        &["on-demand throughput isn"],
        "ask for the model through an inference profile, such as `us.` before its name",
    ),
    (
        &["input_schema"],
        "the provider does not take the schema of a tool: see which in the message",
    ),
    (
        &["context size", "try increasing it"],
        "start the server with a larger context, or shorten the conversation",
    ),
    (
        &["batch size", "tokens"],
        "start the server with a larger batch, or shorten the input",
    ),
];

const BAD_CALL: &str = "the model wrote a call that does not fit: try again, lower the temperature, or use another model";
const CANNOT_CALL: &str = "this model cannot call tools: leave the tools out, or use another model";

/// Advice for this very error, if there is any.
pub(super) fn hint(report: &Report, kind: ErrorKind) -> Option<Text> {
    let message = report.message.as_deref().unwrap_or_default().to_lowercase();
    let known = |code: &str| report.words.iter().any(|word| is_same_word(word, code));
    let by_code = BY_CODE.iter().find(|(code, _)| known(code));
    let by_message = BY_MESSAGE
        .iter()
        .find(|(fragments, _)| holds_all(&message, fragments));
    let listed = by_code.map(|row| row.1).or(by_message.map(|row| row.1));
    listed.map(Text::from).or_else(|| by_param(report, kind))
}

fn by_param(report: &Report, kind: ErrorKind) -> Option<Text> {
    let param = report.param.as_deref()?;
    match kind {
        ErrorKind::InvalidRequest => {
            Some(format!("change `{param}` as the message says, or leave it out").into())
        }
        _ => None,
    }
}
