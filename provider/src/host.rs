//! A host as data: where it is, how it is asked, and which dialect it speaks.

use std::fmt;

use crate::codec::Codec;
use crate::embed::EmbedCodec;
use crate::quota::{self, QuotaHeaders};

/// A service that serves models: one constant.
///
/// The hosts that are known stand in [`hosts`](crate::hosts). One of your own is a constant like them:
///
/// ```
/// use windlass_provider::host::{Auth, Host};
/// use windlass_provider::wire::openai_chat::OpenAiChat;
///
/// static DIALECT: OpenAiChat = OpenAiChat::new();
///
/// pub const MINE: Host = Host::new("mine", "https://llm.example.com/v1", &DIALECT)
///     .with_auth(Auth::Bearer)
///     .with_key_vars(&["MINE_API_KEY"]);
/// assert_eq!(MINE.name, "mine");
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Host {
    /// By what `connect` and errors name it.
    pub name: &'static str,
    /// Where its API begins. Names in braces, `{region}` for instance, are [settings](Host::settings); `{model}` is the
    /// model.
    pub base_url: &'static str,
    /// The protocol, in the host's dialect.
    pub codec: &'static dyn Codec,
    /// The protocol of its embeddings, if it has any.
    pub embed: Option<&'static dyn EmbedCodec>,
    /// How a request shows that it may.
    pub auth: Auth,
    /// Environment variables that hold the key, the first that is set counts.
    pub key_vars: &'static [&'static str],
    /// Whether a key is needed.
    pub key: KeyNeed,
    /// Names in the base URL that a user fills in.
    pub settings: &'static [Setting],
    /// Headers of every request.
    pub headers: &'static [(&'static str, &'static str)],
    /// Members of the query of every request; names in braces are settings here too.
    pub query: &'static [(&'static str, &'static str)],
    /// The headers that tell of its limits.
    pub quota: &'static [QuotaHeaders],
}

impl Host {
    /// A host that takes its key as a bearer token.
    pub const fn new(
        name: &'static str,
        base_url: &'static str,
        codec: &'static dyn Codec,
    ) -> Self {
        Host {
            name,
            base_url,
            codec,
            embed: None,
            auth: Auth::Bearer,
            key_vars: &[],
            key: KeyNeed::Required,
            settings: &[],
            headers: &[],
            query: &[],
            quota: quota::OPENAI,
        }
    }

    /// Sets the protocol of its embeddings.
    #[must_use]
    pub const fn with_embed(mut self, codec: &'static dyn EmbedCodec) -> Self {
        self.embed = Some(codec);
        self
    }

    /// Sets how a request shows that it may.
    #[must_use]
    pub const fn with_auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Sets the environment variables that hold the key.
    #[must_use]
    pub const fn with_key_vars(mut self, names: &'static [&'static str]) -> Self {
        self.key_vars = names;
        self
    }

    /// Sets whether a key is needed.
    #[must_use]
    pub const fn with_key(mut self, need: KeyNeed) -> Self {
        self.key = need;
        self
    }

    /// Sets the names in the base URL that a user fills in.
    #[must_use]
    pub const fn with_settings(mut self, settings: &'static [Setting]) -> Self {
        self.settings = settings;
        self
    }

    /// Sets headers of every request.
    #[must_use]
    pub const fn with_headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }

    /// Sets members of the query of every request.
    #[must_use]
    pub const fn with_query(mut self, query: &'static [(&'static str, &'static str)]) -> Self {
        self.query = query;
        self
    }

    /// Sets the headers that tell of its limits; those of OpenAI where not set.
    #[must_use]
    pub const fn with_quota(mut self, table: &'static [QuotaHeaders]) -> Self {
        self.quota = table;
        self
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("name", &self.name)
            .field("base_url", &self.base_url)
            .field("codec", &self.codec)
            .finish_non_exhaustive()
    }
}

/// How a request shows that it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Auth {
    /// `authorization: Bearer …`.
    Bearer,
    /// The key as the value of this header.
    Header(&'static str),
    /// A signature of this AWS service (SigV4); a plain key is sent as a bearer token.
    Aws(&'static str),
}

/// Whether a host wants a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyNeed {
    /// Without one, no request is made.
    Required,
    /// A key is sent if there is one: servers at home.
    Optional,
}

/// A name in a base URL that a user fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Setting {
    /// The name, as it stands in braces.
    pub name: &'static str,
    /// Environment variables that hold it, the first that is set counts.
    pub vars: &'static [&'static str],
    /// The value where nothing is set.
    pub default: Option<&'static str>,
}

impl Setting {
    /// A setting without a default.
    pub const fn new(name: &'static str, vars: &'static [&'static str]) -> Self {
        Setting {
            name,
            vars,
            default: None,
        }
    }

    /// Sets the value where nothing is set.
    #[must_use]
    pub const fn with_default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }
}
