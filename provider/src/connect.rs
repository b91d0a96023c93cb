//! From a name to a model: `connect("anthropic/claude-sonnet-4-5")`.

mod builder;

use std::fmt;

use windlass_core::{ModelId, nearest_name};

pub use builder::ClientBuilder;

use crate::client::Client;
use crate::host::{Host, Setting};
use crate::hosts;

#[cfg(test)]
mod tests;

/// A client for `host/model`, with the key and the settings that the host's variables hold.
///
/// This and [`ClientBuilder::from_env`] are the only functions here that read the environment.
///
/// ```no_run
/// let model = windlass_provider::connect("anthropic/claude-sonnet-4-5")?;
/// # Ok::<(), windlass_provider::ConnectError>(())
/// ```
///
/// # Errors
///
/// When the host is unknown, or its key or a setting of it is missing. The error says which variable to set.
pub fn connect(model: &str) -> Result<Client, ConnectError> {
    let id: ModelId = model.parse().unwrap_or_else(|never| match never {});
    let host = hosts::find(&id.provider).ok_or_else(|| ConnectError::unknown_host(model, &id))?;
    Client::builder(*host, id.model).from_env()?.build()
}

/// Why there is no client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectError {
    kind: ConnectErrorKind,
    what: String,
    hint: String,
}

/// What kind of thing is missing or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectErrorKind {
    /// No host has this name.
    UnknownHost,
    /// No model was named.
    NoModel,
    /// The host wants a key, and there is none.
    NoKey,
    /// The base URL has a name in it that nobody filled in.
    NoSetting,
    /// The base URL is none.
    BadUrl,
    /// The host has no embeddings.
    NoEmbeddings,
    /// A header, a time or another setting of the client cannot be used.
    BadSetting,
    /// The HTTP client cannot be set up.
    Transport,
}

impl ConnectError {
    pub(crate) fn new(
        kind: ConnectErrorKind,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        ConnectError {
            kind,
            what: what.into(),
            hint: hint.into(),
        }
    }

    fn unknown_host(model: &str, id: &ModelId) -> Self {
        let names = || hosts::ALL.iter().map(|host| host.name);
        let known = names().collect::<Vec<_>>().join(", ");
        let what = if id.provider.is_empty() {
            format!("`{model}` names no host: it must be `host/model`")
        } else {
            let nearest = nearest_name(&id.provider, names());
            let meant = nearest.map(|near| format!("; did you mean `{near}`?"));
            format!(
                "`{}` is no known host{}",
                id.provider,
                meant.unwrap_or_default()
            )
        };
        let hint = format!(
            "the hosts are {known}; for any other, give `Client::builder` a `Host` of your own"
        );
        ConnectError::new(ConnectErrorKind::UnknownHost, what, hint)
    }

    pub(crate) fn no_key(host: &Host) -> Self {
        let what = format!("`{}` wants a key, and there is none", host.name);
        let hint = match host.key_vars {
            [] => "give it with `ClientBuilder::key`".to_owned(),
            vars => format!("set {}, or give it with `ClientBuilder::key`", either(vars)),
        };
        ConnectError::new(ConnectErrorKind::NoKey, what, hint)
    }

    pub(crate) fn no_setting(host: &Host, name: &str) -> Self {
        let what = format!("the address of `{}` needs `{name}`", host.name);
        let setting: Option<&Setting> = host.settings.iter().find(|setting| setting.name == name);
        let vars = setting.map_or(&[][..], |setting| setting.vars);
        let hint = match vars {
            [] => format!("give it with `ClientBuilder::setting(\"{name}\", …)`"),
            vars => format!(
                "set {}, or give it with `ClientBuilder::setting(\"{name}\", …)`",
                either(vars)
            ),
        };
        ConnectError::new(ConnectErrorKind::NoSetting, what, hint)
    }

    pub(crate) fn bad_url(url: &str, why: &str) -> Self {
        // What stands before an `@` may be a key.
        let shown = url.rsplit_once('@').map_or(url, |(_, rest)| rest);
        let hint = "give the address up to the part that all requests share, `https://host/v1` for instance";
        ConnectError::new(
            ConnectErrorKind::BadUrl,
            format!("`{shown}` is no base URL: {why}"),
            hint,
        )
    }

    /// What kind of thing is missing or wrong.
    pub fn kind(&self) -> ConnectErrorKind {
        self.kind
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

fn either(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(" or ")
}

/// What happened, and what to do: this error is mostly met by the person who starts the program.
impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for ConnectError {}
