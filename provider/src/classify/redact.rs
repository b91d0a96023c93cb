//! Keys are taken out of what is kept of an error.

use std::borrow::Cow;

/// What stands where a key was.
const MASK: &str = "***";

/// How keys begin, and how many characters at least follow.
const PREFIXES: [(&str, usize); 22] = [
    ("sk-", 8),
    ("sk_", 16),
    ("pk-lf-", 8),
    ("AIza", 16),
    ("AKIA", 12),
    ("ASIA", 12),
    ("ABSK", 16),
    ("bedrock-api-key-", 8),
    ("ya29.", 8),
    ("eyJ", 24),
    ("gsk_", 8),
    ("xai-", 16),
    ("pplx-", 16),
    ("csk-", 8),
    ("hf_", 8),
    ("r8_", 16),
    ("nvapi-", 8),
    ("tgp_v1_", 8),
    ("fw_", 16),
    ("ghp_", 16),
    ("gho_", 16),
    ("ghu_", 16),
];

/// Names of headers, members and query parameters whose value is a key.
const NAMES: [&str; 12] = [
    "bearer",
    "authorization",
    "api-key",
    "api_key",
    "apikey",
    "goog-api-key",
    "key",
    "access_token",
    "token",
    "signature",
    "security-token",
    "sig",
];

/// Masks what looks like a key: known beginnings, bearer tokens, and the values of headers, members and query parameters
/// that hold keys.
///
/// ```
/// use windlass_provider::classify::redact;
///
/// assert_eq!(redact("Incorrect API key provided: sk-abcdefgh1234."), "Incorrect API key provided: ***.");
/// assert_eq!(redact("https://host.example/v1?key=a1b2c3d4e5&alt=sse"), "https://host.example/v1?key=***&alt=sse");
/// assert_eq!(redact("invalid x-api-key"), "invalid x-api-key");
/// ```
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut done = 0;
    let mut at = 0;
    while at < text.len() {
        let key = starts_word(text, at).then(|| key_at(text, at)).flatten();
        if let Some((start, end)) = key {
            kept.push_str(&text[done..start]);
            kept.push_str(MASK);
            (done, at) = (end, end);
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(&text[done..]);
    Cow::Owned(kept)
}

/// Masks every place where `secret` stands in `text`.
///
/// ```
/// use windlass_provider::classify::redact_secret;
///
/// assert_eq!(redact_secret("no such key: hunter2", "hunter2"), "no such key: ***");
/// ```
pub fn redact_secret<'a>(text: &'a str, secret: &str) -> Cow<'a, str> {
    if secret.is_empty() || !text.contains(secret) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(secret, MASK))
}

fn starts_word(text: &str, at: usize) -> bool {
    let before = text[..at].bytes().next_back();
    before.is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// Where the key that begins or is named at `at` starts and ends.
fn key_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = &text[at..];
    let known = PREFIXES.iter().find_map(|(prefix, least)| {
        let length = key_length(rest.strip_prefix(prefix)?);
        (length >= *least).then_some((at, at + prefix.len() + length))
    });
    known.or_else(|| {
        let name = NAMES.iter().find(|name| has_prefix(rest, name))?;
        named(text, at + name.len(), *name == "bearer")
    })
}

/// The value of a name that ends at `at`, if it looks like a key rather than like a word or a number. It follows a colon or
/// an equals sign, or where it may be `spaced` only a space.
fn named(text: &str, at: usize, spaced: bool) -> Option<(usize, usize)> {
    let between = |c: char| matches!(c, ' ' | ':' | '=' | '"' | '\'' | '\\');
    let start = at + text[at..].find(|c| !between(c))?;
    let assigned = text[at..start].contains([':', '=']);
    let length = key_length(&text[start..]);
    let head = text[start..start + length]
        .split('.')
        .next()
        .unwrap_or_default();
    let digit = head.bytes().any(|byte| byte.is_ascii_digit());
    let letter = head.bytes().any(|byte| byte.is_ascii_alphabetic());
    let random = digit && letter || head.len() >= 32;
    (random && length >= 8 && start > at && (assigned || spaced)).then_some((start, start + length))
}

fn key_length(text: &str) -> usize {
    let part = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '*' | '~' | '%')
    };
    let length = text.find(|c| !part(c)).unwrap_or(text.len());
    text[..length].trim_end_matches('.').len()
}

fn has_prefix(text: &str, prefix: &str) -> bool {
    let start = text.as_bytes().get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}
