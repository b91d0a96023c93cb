//! How a client shows that it may: a key, an AWS identity, or a source of tokens that expire.

use std::fmt;
use std::sync::Arc;
#[cfg(feature = "bedrock")]
use std::time::SystemTime;

use async_trait::async_trait;
use windlass_core::{ErrorKind, ModelError, Text};

use crate::connect::ConnectError;
use crate::host::Auth;
use crate::secret::Secret;
#[cfg(feature = "bedrock")]
use crate::sigv4;
use crate::transport::HttpRequest;

/// How a client shows that it may.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// Not at all.
    None,
    /// By a key that does not change.
    Key(Secret),
    /// By tokens that expire, from a source that knows when.
    Tokens(Arc<dyn TokenSource>),
    /// By an AWS identity, which signs each request.
    #[cfg(feature = "bedrock")]
    Aws(sigv4::Credentials),
}

/// Gives tokens that expire: Vertex and Entra hand out such.
///
/// It is asked before every request, so it keeps a token until shortly before its end.
#[async_trait]
pub trait TokenSource: Send + Sync + fmt::Debug {
    /// A token that is good for the next minute.
    ///
    /// # Errors
    ///
    /// When there is none to be had; the request fails with this error.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future must leave the source usable.
    async fn token(&self) -> Result<Secret, ModelError>;
}

impl Credentials {
    /// The AWS identity that the environment holds, for hosts that take one.
    pub(crate) fn from_env(
        auth: Auth,
        variable: impl Fn(&str) -> Result<Option<String>, ConnectError>,
    ) -> Result<Option<Self>, ConnectError> {
        #[cfg(feature = "bedrock")]
        if let Auth::Aws(_) = auth
            && let (Some(access), Some(secret)) = (
                variable("AWS_ACCESS_KEY_ID")?,
                variable("AWS_SECRET_ACCESS_KEY")?,
            )
        {
            let mut identity = sigv4::Credentials::new(access.trim(), secret.trim());
            identity.session_token =
                variable("AWS_SESSION_TOKEN")?.map(|token| Secret::new(token.trim()));
            return Ok(Some(Credentials::Aws(identity)));
        }
        let _ = (auth, variable);
        Ok(None)
    }

    /// The key to be sent, if it is not a signature.
    pub(crate) async fn key(&self) -> Result<Option<Secret>, ModelError> {
        match self {
            Credentials::Key(key) => Ok(Some(key.clone())),
            Credentials::Tokens(source) => source.token().await.map(Some),
            _ => Ok(None),
        }
    }
}

/// Puts a key where the host wants it.
pub(crate) fn attach(request: &mut HttpRequest, auth: Auth, key: &Secret) {
    match auth {
        Auth::Header(name) => request.set_header(Text::from_static(name), key.clone()),
        Auth::Bearer | Auth::Aws(_) => {
            let value = Secret::new(format!("Bearer {}", key.expose()));
            request.set_header(Text::from_static("authorization"), value);
        }
    }
}

/// The error for a host that wants a signature and a client that has none to give.
pub(crate) fn unsigned(host: &str) -> ModelError {
    ModelError::new(
        ErrorKind::Authentication,
        format!("`{host}` wants an AWS identity with a region"),
    )
    .with_hint("give the setting `region`, and keys of AWS or of Bedrock")
}

/// Signs the request for an AWS service.
#[cfg(feature = "bedrock")]
pub(crate) fn sign(
    request: &mut HttpRequest,
    identity: &sigv4::Credentials,
    scope: &sigv4::Scope,
    now: SystemTime,
) {
    let rest = request
        .url
        .split_once("://")
        .map_or(request.url.as_str(), |(_, rest)| rest);
    let (host, target) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let content_type = request
        .header("content-type")
        .map(|value| ("content-type", value));
    let covered: Vec<_> = content_type.into_iter().collect();
    let signing = sigv4::SigningRequest::new("POST", host, path)
        .with_query(query)
        .with_headers(&covered)
        .with_body(&request.body);
    for (name, value) in sigv4::sign(&signing, identity, scope, now) {
        request.set_header(Text::from_static(name), value);
    }
}
