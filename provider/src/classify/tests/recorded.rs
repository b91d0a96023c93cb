//! Recorded errors, if they lie beside the repository, are of the kind that their status and their words say.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;

const RECORDINGS: &str = "../../shared/fixtures";

/// Kinds that are not what the status says, by a part of the folder's name and of the body.
const EXCEPTIONS: &[(&str, &str, ErrorKind)] = &[
    ("anthropic", "prompt is too long", ContextOverflow),
    ("bedrock", "Input Tokens Exceeded", ContextOverflow),
    ("bedrock", "model identifier is invalid", NotFound),
    ("bedrock", "Signature expired", Authentication),
    ("cohere", "TOO_MANY_TOKENS", ContextOverflow),
    ("deepseek", "maximum context length", ContextOverflow),
    ("deepseek", "API model names are", NotFound),
    ("gemini", "API_KEY_INVALID", Authentication),
    ("gemini", "location is not supported", Permission),
    ("gemini", "Responsible AI practices", ContentFiltered),
    ("gemini", "unregistered callers", Authentication),
    (
        "gemini",
        "exceeds the maximum number of tokens",
        ContextOverflow,
    ),
    ("groq", "tool_use_failed", Server),
    ("llamacpp", "exceed_context_size_error", ContextOverflow),
    ("llamacpp", "too large to process", ContextOverflow),
    ("llamacpp", "does not support embeddings", InvalidRequest),
    ("mistral", "invalid_model", NotFound),
    ("ollama", "exceeded max context length", ContextOverflow),
    ("openai", "context_length_exceeded", ContextOverflow),
    ("openai", "model_not_found", NotFound),
    ("openai", "tools is not supported", InvalidRequest),
    ("openai", "not a chat model", InvalidRequest),
    ("openrouter", "maximum context length", ContextOverflow),
    ("openrouter", "not a valid model ID", NotFound),
    ("openrouter", "does not exist", NotFound),
    ("openrouter", "violates usage guidelines", ContentFiltered),
    ("perplexity", "too_many_prompt_tokens", ContextOverflow),
    ("xai", "Incorrect API key", Authentication),
];

/// Words of bodies that do not say what the status says, so that inside a stream nobody could know.
const STATUS_ALONE: [&str; 3] = [
    "Unauthorized",
    "Field required",
    "This model doesn't support",
];

/// Kinds of errors inside good responses, by a part of the folder's name and of the frame.
const IN_STREAM: &[(&str, &str, ErrorKind)] = &[
    ("azure", "content_filter", ContentFiltered),
    (
        "bedrock",
        "does not match the expected type",
        InvalidRequest,
    ),
    ("cohere", "INVALID_TOOL_GENERATION", Server),
    ("groq", "tool_use_failed", Server),
    ("openai", "Foobar", Server),
    ("openai", "insufficient_quota", QuotaExhausted),
    ("openai", "tokens per min", ContextOverflow),
    ("openrouter", "Malformed function call", Server),
    ("openrouter", "Token limit reached", InvalidRequest),
];

fn listed(table: &[(&str, &str, ErrorKind)], name: &str, body: &str) -> Option<ErrorKind> {
    let row = table
        .iter()
        .find(|(folder, part, _)| name.contains(folder) && body.contains(part));
    row.map(|row| row.2)
}

fn plain(status: u16) -> ErrorKind {
    match status {
        401 => Authentication,
        403 => Permission,
        404 => NotFound,
        429 => RateLimited,
        500.. => Server,
        _ => InvalidRequest,
    }
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(RECORDINGS);
    let inside = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
            .collect()
    };
    let mut cases: Vec<_> = inside(&root)
        .iter()
        .flat_map(|folder| inside(folder))
        .collect();
    cases.sort();
    if cases.is_empty() {
        println!("skipped: no recordings at {RECORDINGS}");
    }
    cases
}

fn response_of(case: &Path) -> Option<String> {
    let files = [
        "response.json",
        "response.sse",
        "response.eventstream.jsonl",
    ];
    files
        .iter()
        .find_map(|file| fs::read_to_string(case.join(file)).ok())
}

fn name_of(case: &Path) -> String {
    let names: Vec<_> = case.components().rev().take(2).collect();
    let names: Vec<_> = names
        .iter()
        .rev()
        .map(|name| name.as_os_str().to_string_lossy())
        .collect();
    names.join("/")
}

//
#[test]
fn recorded_failures_have_the_kind_of_their_words() {
    let mut seen = 0;
    for case in cases() {
        let meta = fs::read_to_string(case.join("meta.json")).unwrap();
        let meta: Value = serde_json::from_str(&meta).unwrap();
        let status = meta["http_status"].as_u64().unwrap_or(200) as u16;
        if status < 400 {
            continue;
        }
        let (name, body) = (name_of(&case), response_of(&case).unwrap_or_default());
        let payload = body.trim().strip_prefix("data: ").unwrap_or(&body);
        let headers = meta["response_headers"].as_object().into_iter().flatten();
        let headers: Vec<_> = headers
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
            .collect();
        let failure = Failure::new(status, payload.as_bytes()).with_headers(&headers);
        let error = response(&failure, now());
        let kind = listed(EXCEPTIONS, &name, &body).unwrap_or_else(|| plain(status));
        assert_eq!(error.kind(), kind, "{name}: {error}");
        assert!(error.message() != "the host says no more", "{name}");
        println!(
            "{name}: {error} | {:?} | {}",
            error.retry_after(),
            error.hint()
        );
        if !STATUS_ALONE.iter().any(|words| body.contains(words)) {
            assert_eq!(
                in_stream(payload.as_bytes(), None).kind(),
                kind,
                "in a stream: {name}"
            );
        }
        seen += 1;
    }
    println!("{seen} failures");
}

//
#[test]
fn recorded_failures_inside_streams_have_the_kind_of_their_words() {
    let mut seen = 0;
    for case in cases() {
        let name = name_of(&case);
        let body = response_of(&case).unwrap_or_default();
        for (frame, exception) in error_frames(&body) {
            let error = in_stream(frame.as_bytes(), exception.as_deref());
            let kind = listed(IN_STREAM, &name, &frame);
            assert_eq!(Some(error.kind()), kind, "{name}: {error}");
            assert!(error.is_in_stream());
            seen += 1;
        }
    }
    println!("{seen} failures");
}

/// The frames of a body that report an error, with the name that AWS gives it beside.
fn error_frames(body: &str) -> Vec<(String, Option<String>)> {
    if !may_be_error(body) {
        return Vec::new();
    }
    if let Ok(whole) = serde_json::from_str::<Value>(body) {
        // The test above has the errors that are known by their status; those here claim to be answers.
        let inner =
            whole["error"]["status"].as_u64().is_some() && whole["error"]["innererror"].is_object();
        return if inner {
            vec![(body.to_owned(), None)]
        } else {
            Vec::new()
        };
    }
    let lines = body
        .lines()
        .filter(|line| may_be_error(line))
        .map(|line| line.strip_prefix("data: ").unwrap_or(line));
    let frames = lines.filter_map(|line| Some((line, serde_json::from_str::<Value>(line).ok()?)));
    let errors = frames.filter(|(_, frame)| is_error(frame) && frame["error"]["code"] != 404);
    errors
        .map(|(line, frame)| match frame[":exception-type"].as_str() {
            Some(name) => (frame["payload"].to_string(), Some(name.to_owned())),
            None => (line.to_owned(), None),
        })
        .collect()
}

/// Whether the words of [`is_error`] are there at all; most frames are not worth parsing.
fn may_be_error(text: &str) -> bool {
    ["error", "ERROR", "exception"]
        .iter()
        .any(|word| text.contains(word))
}

fn is_error(frame: &Value) -> bool {
    frame["error"].is_object()
        || frame["response"]["error"].is_object()
        || frame["delta"]["finish_reason"] == "ERROR"
        || frame[":message-type"] == "exception"
}
