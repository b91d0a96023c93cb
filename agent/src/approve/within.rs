//! Whether what an argument names lies inside what was granted.
//!
//! The reading is narrow on purpose: what two programs could read in two ways fits nothing, and excludes nothing.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass_core::Text;

/// Inside of what an argument must lie.
///
/// ```
/// use windlass_agent::{PendingCall, Scope, Within};
/// use windlass_core::{Call, Schema, ToolSpec};
///
/// let scope = Scope::tool("read").within("path", Within::Path("src".into()));
/// let covers = |arguments: &str| {
///     let spec = ToolSpec::new("read", "Reads.", Schema::empty_object());
///     scope.covers(&PendingCall::new(Call::new("call_1", "read", arguments), spec))
/// };
/// assert!(covers(r#"{"path":"src/lib.rs"}"#));
/// assert!(!covers(r#"{"path":"src/../.env"}"#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Within {
    /// A path that is this one or lies below it: `/a/b` holds `/a/b/c`, but neither `/a/bc` nor `/a/b/../c`. A
    /// relative path and an absolute one never fit. `.` holds every relative path.
    Path(Text),
    /// A URL of this host and the default port of its scheme, or `host:port`.
    Host(Text),
    /// A URL of this host or one below it: `example.com` holds `api.example.com`, but not `myexample.com`.
    Domain(Text),
    /// A command that begins with these words, and uses nothing that a shell would act on.
    Command(Text),
}

/// How sure it is that an argument lies inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Inside,
    Outside,
    Unsure,
}

impl Fit {
    fn of(inside: bool) -> Self {
        if inside { Fit::Inside } else { Fit::Outside }
    }

    /// What holds of several conditions that must all hold.
    pub(super) fn and(self, other: Fit) -> Fit {
        match (self, other) {
            (Fit::Outside, _) | (_, Fit::Outside) => Fit::Outside,
            (Fit::Inside, Fit::Inside) => Fit::Inside,
            _ => Fit::Unsure,
        }
    }

    /// What holds of several things that are asked the same.
    fn together(self, other: Fit) -> Fit {
        if self == other { self } else { Fit::Unsure }
    }
}

impl Within {
    /// Whether a value lies inside: a text, or a list of texts that all do.
    pub(super) fn fit(&self, value: &Value) -> Fit {
        match (self, value) {
            (_, Value::String(text)) => self.fit_text(text),
            (Within::Command(prefix), Value::Array(items)) => fit_words(prefix, items),
            (_, Value::Array(items)) => items
                .iter()
                .map(|item| {
                    item.as_str()
                        .map_or(Fit::Unsure, |text| self.fit_text(text))
                })
                .reduce(Fit::together)
                .unwrap_or(Fit::Unsure),
            _ => Fit::Unsure,
        }
    }

    fn fit_text(&self, text: &str) -> Fit {
        let fit = match self {
            Within::Path(prefix) => fit_path(prefix, text),
            Within::Host(host) => host_of(text).map(|named| Fit::of(named == host.to_lowercase())),
            Within::Domain(domain) => host_of(text).map(|named| fit_domain(domain, &named)),
            Within::Command(prefix) => {
                words_of(text).map(|words| Fit::of(begins_with(prefix, &words)))
            }
        };
        fit.unwrap_or(Fit::Unsure)
    }
}

/// A path whose parts say where it leads, whatever the file system.
#[derive(PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) absolute: bool,
    pub(super) names: Vec<&'a str>,
}

/// Reads a path, unless where it leads depends on more than its parts.
pub(super) fn parts_of(path: &str) -> Option<Parts<'_>> {
    let names: Vec<&str> = path
        .split('/')
        .filter(|name| !name.is_empty() && *name != ".")
        .collect();
    let odd = |c: char| c.is_control() || matches!(c, '\\' | ':');
    let leads_elsewhere =
        path.is_empty() || path.contains(odd) || path.starts_with('~') || names.contains(&"..");
    (!leads_elsewhere).then(|| Parts {
        absolute: path.starts_with('/'),
        names,
    })
}

fn fit_path(prefix: &str, path: &str) -> Option<Fit> {
    let (prefix, path) = (parts_of(prefix)?, parts_of(path)?);
    if prefix.absolute != path.absolute {
        return None;
    }
    if path.names.starts_with(&prefix.names) {
        return Some(Fit::Inside);
    }
    // A file system that ignores case would lead the path inside.
    let lower = |names: &[&str]| {
        names
            .iter()
            .map(|name| name.to_lowercase())
            .collect::<Vec<_>>()
    };
    let may_be_inside = lower(&path.names).starts_with(&lower(&prefix.names));
    (!may_be_inside).then_some(Fit::Outside)
}

/// The host of a URL in lower case, with the port if it is not the scheme's own; nothing of a URL that is unusual.
pub(super) fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let default_port = match scheme.to_ascii_lowercase().as_str() {
        "http" => "80",
        "https" => "443",
        _ => return None,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    if rest.contains(|c: char| c.is_control() || c == '\\') {
        return None;
    }
    let (host, port) = authority
        .split_once(':')
        .unwrap_or((authority, default_port));
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if !is_port || !is_name(&host) {
        return None;
    }
    Some(match port == default_port {
        true => host,
        false => format!("{host}:{port}"),
    })
}

/// Whether a host is a plain name: numbers are not, because `0x7f.1` and `2130706433` are addresses to some.
fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.split('.').all(is_label) && last.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn fit_domain(domain: &str, host: &str) -> Fit {
    let domain = domain.to_lowercase();
    let below = host
        .strip_suffix(&domain)
        .is_some_and(|rest| rest.ends_with('.'));
    Fit::of(!domain.is_empty() && (host == domain || below))
}

/// The words of a command without anything that a shell would act on.
pub(super) fn words_of(command: &str) -> Option<Vec<&str>> {
    let plain = |c: char| c.is_ascii_alphanumeric() || " _-./:,@+%".contains(c);
    let words: Vec<&str> = command.split(' ').filter(|word| !word.is_empty()).collect();
    (command.chars().all(plain) && !words.is_empty()).then_some(words)
}

/// A list of words reaches no shell, so every character stands for itself.
fn fit_words(prefix: &str, items: &[Value]) -> Fit {
    let words: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
    words.map_or(Fit::Unsure, |words| Fit::of(begins_with(prefix, &words)))
}

fn begins_with(prefix: &str, words: &[&str]) -> bool {
    let prefix: Vec<&str> = prefix.split_whitespace().collect();
    !prefix.is_empty() && words.starts_with(&prefix)
}
