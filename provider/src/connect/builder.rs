use std::sync::Arc;

use indexmap::IndexMap;
use windlass_core::{ModelId, Options, Profile, Text};

use super::{ConnectError, ConnectErrorKind};
use crate::address::Address;
use crate::auth::Credentials;
use crate::catalog;
use crate::client::{Client, Parts};
use crate::codec::{Delivery, encoding_key};
use crate::embed::EmbedClient;
use crate::host::{Auth, Host, KeyNeed};
use crate::percent;
use crate::secret::Secret;
use crate::transport::{Clocks, Transport};

/// Settings of a [`Client`]. It reads nothing from the environment unless [`from_env`](ClientBuilder::from_env) is called.
///
/// ```
/// use windlass_provider::{Client, hosts};
///
/// let client = Client::builder(hosts::OPENAI, "gpt-5").key("sk-…").base_url("http://localhost:8080/v1").build()?;
/// # Ok::<(), windlass_provider::ConnectError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    host: Host,
    model: Text,
    base_url: Option<String>,
    auth: Auth,
    credentials: Option<Credentials>,
    settings: IndexMap<String, String>,
    headers: IndexMap<Text, Text>,
    options: Options,
    profile: Option<Profile>,
    clocks: Clocks,
    delivery: Delivery,
    max_event: usize,
    max_response: usize,
    transport: Option<Arc<dyn Transport>>,
}

impl ClientBuilder {
    pub(crate) fn new(host: Host, model: impl Into<Text>) -> Self {
        ClientBuilder {
            host,
            model: model.into(),
            base_url: None,
            auth: host.auth,
            credentials: None,
            settings: IndexMap::new(),
            headers: IndexMap::new(),
            options: Options::new(),
            profile: None,
            clocks: Clocks::new(),
            delivery: Delivery::Streamed,
            max_event: crate::frame::DEFAULT_MAX_FRAME,
            max_response: DEFAULT_MAX_RESPONSE,
            transport: None,
        }
    }

    /// Sets the key.
    pub fn key(mut self, key: impl Into<Secret>) -> Self {
        self.credentials = Some(Credentials::Key(key.into()));
        self
    }

    /// Sets how the client shows that it may: a key, an AWS identity, or a source of tokens that expire.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets where the key goes, in place of the host's way.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Sets where the API begins, in place of the host's address. Its path and query are kept.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Fills in a name of the host's address: `region` or `resource`, for instance.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.insert(name.into(), value.into());
        self
    }

    /// Adds a header to every request, over one of the host.
    pub fn header(mut self, name: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Sets what holds where a request sets nothing.
    pub fn options(mut self, defaults: Options) -> Self {
        self.options = defaults;
        self
    }

    /// Says what is known of the model; what it leaves open is taken from the catalogue.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }

    /// Sets how long each part of a request may take.
    pub fn clocks(mut self, clocks: Clocks) -> Self {
        self.clocks = clocks;
        self
    }

    /// Sets how answers are delivered; streamed by default.
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Sets how many bytes one event of an answer may have; 16 MiB by default.
    pub fn max_event(mut self, bytes: usize) -> Self {
        self.max_event = bytes;
        self
    }

    /// Sets how many bytes a whole answer may have on the wire; 256 MiB by default.
    pub fn max_response(mut self, bytes: usize) -> Self {
        self.max_response = bytes;
        self
    }

    /// Sends requests through this transport instead of the shared one.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Takes the key and the settings that are not set yet from the host's variables.
    ///
    /// # Errors
    ///
    /// When a variable holds what is not text.
    #[allow(
        clippy::wrong_self_convention,
        reason = "it completes the builder from the environment"
    )]
    pub fn from_env(self) -> Result<Self, ConnectError> {
        self.from_variables(variable)
    }

    #[allow(
        clippy::wrong_self_convention,
        reason = "it completes the builder from the variables"
    )]
    pub(super) fn from_variables(mut self, variable: Variables) -> Result<Self, ConnectError> {
        if self.credentials.is_none() {
            self.credentials = match first_set(self.host.key_vars, variable)? {
                Some(key) => Some(Credentials::Key(Secret::new(key.trim()))),
                None => Credentials::from_env(self.auth, variable)?,
            };
        }
        for setting in self.host.settings {
            if !self.settings.contains_key(setting.name)
                && let Some(value) = first_set(setting.vars, variable)?
            {
                self.settings.insert(setting.name.to_owned(), value);
            }
        }
        Ok(self)
    }

    /// Builds the client. No connection is made yet.
    ///
    /// # Errors
    ///
    /// When the model has no name, the key or a setting is missing, the base URL is none, or the HTTP client cannot be
    /// set up.
    pub fn build(self) -> Result<Client, ConnectError> {
        self.parts().map(Client::new)
    }

    /// Builds a client for embeddings. No connection is made yet.
    ///
    /// # Errors
    ///
    /// Those of [`build`](ClientBuilder::build), and when the host has no embeddings.
    pub fn build_embedder(self) -> Result<EmbedClient, ConnectError> {
        let host = self.host;
        let codec = host.embed.ok_or_else(|| {
            let what = format!("`{}` has no embeddings", host.name);
            ConnectError::new(
                ConnectErrorKind::NoEmbeddings,
                what,
                "take another host, or give it an `EmbedCodec`",
            )
        })?;
        Ok(EmbedClient::new(self.parts()?, codec))
    }

    fn parts(self) -> Result<Parts, ConnectError> {
        if self.model.trim().is_empty() {
            let what = format!("no model of `{}` is named", self.host.name);
            return Err(ConnectError::new(
                ConnectErrorKind::NoModel,
                what,
                "name one, as the host's list spells it",
            ));
        }
        let address = self.address()?;
        let credentials = match (&self.credentials, self.host.key) {
            (Some(credentials), _) => credentials.clone(),
            (None, KeyNeed::Optional) => Credentials::None,
            (None, KeyNeed::Required) => return Err(ConnectError::no_key(&self.host)),
        };
        let id = ModelId::new(self.host.name, self.model.clone());
        #[cfg(feature = "bedrock")]
        let region = self.value_of("region").ok().map(Text::from);
        let mut profile = self.profile.unwrap_or_default();
        profile.id = id;
        let profile = catalog::complete(profile);
        Ok(Parts {
            host: self.host,
            address,
            auth: self.auth,
            credentials,
            headers: self.headers,
            options: self.options,
            key: encoding_key(self.host.codec, &profile),
            profile,
            clocks: self.clocks,
            delivery: self.delivery,
            max_event: self.max_event,
            max_response: self.max_response,
            #[cfg(feature = "bedrock")]
            region,
            transport: self.transport.map_or_else(default_transport, Ok)?,
        })
    }

    fn address(&self) -> Result<Address, ConnectError> {
        let mut address = match &self.base_url {
            Some(url) => Address::parse(url)?,
            None => Address::parse(&self.filled(self.host.base_url, percent::encode)?)?,
        };
        for (name, value) in self.host.query {
            address.add_query(name, &self.filled(value, str::to_owned)?);
        }
        Ok(address)
    }

    /// A text of the host with the settings in place of their names, each as `write` puts it.
    fn filled(&self, template: &str, write: fn(&str) -> String) -> Result<String, ConnectError> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            filled.push_str(&write(&self.value_of(name)?));
            rest = after;
        }
        Ok(filled + rest)
    }

    fn value_of(&self, name: &str) -> Result<String, ConnectError> {
        if name == "model" {
            return Ok(self.model.to_string());
        }
        let default = self
            .host
            .settings
            .iter()
            .find(|setting| setting.name == name)
            .and_then(|setting| setting.default);
        let value = self.settings.get(name).map(String::as_str).or(default);
        value
            .map(str::to_owned)
            .ok_or_else(|| ConnectError::no_setting(&self.host, name))
    }
}

/// How many bytes an answer may have on the wire unless the builder says otherwise.
const DEFAULT_MAX_RESPONSE: usize = 256 * 1024 * 1024;

#[cfg(feature = "http")]
fn default_transport() -> Result<Arc<dyn Transport>, ConnectError> {
    let shared = crate::transport::HttpTransport::shared();
    shared
        .map(|shared| shared as Arc<dyn Transport>)
        .map_err(|error| {
            ConnectError::new(
                ConnectErrorKind::Transport,
                error.to_string(),
                "check the root certificates of this machine",
            )
        })
}

#[cfg(not(feature = "http"))]
fn default_transport() -> Result<Arc<dyn Transport>, ConnectError> {
    let what = "there is no transport: the feature `http` is off";
    Err(ConnectError::new(
        ConnectErrorKind::Transport,
        what,
        "turn it on, or give one with `ClientBuilder::transport`",
    ))
}

/// Gives the value of a variable, or `None` where it is not set.
pub(super) type Variables = fn(&str) -> Result<Option<String>, ConnectError>;

fn first_set(names: &[&str], variable: Variables) -> Result<Option<String>, ConnectError> {
    for name in names {
        if let Some(value) = variable(name)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// A variable of the environment; an empty one counts as not set.
#[allow(
    clippy::disallowed_methods,
    reason = "this is what `from_env` and `connect` are for"
)]
fn variable(name: &str) -> Result<Option<String>, ConnectError> {
    match std::env::var(name) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            let what = format!("`{name}` is not text");
            Err(ConnectError::new(
                ConnectErrorKind::BadSetting,
                what,
                "set it to UTF-8 text",
            ))
        }
    }
}
