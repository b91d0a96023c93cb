use std::future::poll_fn;
use std::time::SystemTime;

use windlass_core::{ModelError, Options};

use super::Parts;
use super::timer::Timer;
use crate::auth::{self, Credentials};
use crate::classify::{self, Failure};
use crate::codec::WireRequest;
#[cfg(feature = "bedrock")]
use crate::host::Auth;
use crate::quota;
#[cfg(feature = "bedrock")]
use crate::sigv4::Scope;
use crate::transport::{HttpRequest, HttpResponse, TransportError};

/// How much of an error's body is read.
pub(super) const ERROR_BODY: usize = 64 * 1024;

/// How long a key is at least that is taken out of errors.
const SHORTEST_KEY: usize = 8;

/// What every request of a client goes through, whatever it asks for.
impl Parts {
    /// Sends the request and gives a good response; any other is an error.
    pub(crate) async fn send(
        &self,
        http: HttpRequest,
        timer: &mut Timer,
    ) -> Result<HttpResponse, ModelError> {
        let response = timer
            .watch(self.transport.send(http))
            .await?
            .map_err(unreachable_host)?;
        if (200..300).contains(&response.status) {
            return Ok(response);
        }
        Err(self.refused(response, timer).await)
    }

    /// Puts the address, the headers and the key to what the wire has written. Later layers win: wire, host, client,
    /// request.
    pub(crate) async fn http_request(
        &self,
        wire: WireRequest,
        options: &Options,
    ) -> Result<HttpRequest, ModelError> {
        let mut http = HttpRequest::new(self.address.join(&wire.path), wire.body);
        http.set_header("content-type", "application/json");
        for (name, value) in wire.headers {
            http.set_header(name, value);
        }
        for (name, value) in self.host.headers {
            http.set_header(*name, *value);
        }
        for (name, value) in self.headers.iter().chain(&options.headers) {
            http.set_header(name.clone(), value.clone());
        }
        self.authorise(&mut http).await?;
        Ok(http)
    }

    async fn authorise(&self, http: &mut HttpRequest) -> Result<(), ModelError> {
        if let Some(key) = self.credentials.key().await? {
            auth::attach(http, self.auth, &key);
            return Ok(());
        }
        #[cfg(feature = "bedrock")]
        if let (Credentials::Aws(identity), Auth::Aws(service)) = (&self.credentials, self.auth) {
            let region = self
                .region
                .clone()
                .ok_or_else(|| auth::unsigned(self.host.name))?;
            auth::sign(
                http,
                identity,
                &Scope::new(region, service),
                SystemTime::now(),
            );
            return Ok(());
        }
        match (&self.credentials, self.host.key) {
            (Credentials::None, _) => Ok(()),
            _ => Err(auth::unsigned(self.host.name)),
        }
    }

    /// The error that a response of another status is.
    async fn refused(&self, mut response: HttpResponse, timer: &mut Timer) -> ModelError {
        let mut body = Vec::new();
        while body.len() < ERROR_BODY {
            let chunk = timer
                .watch(poll_fn(|context| response.body.as_mut().poll_next(context)))
                .await;
            match chunk {
                Ok(Some(Ok(chunk))) => {
                    body.extend_from_slice(&chunk[..chunk.len().min(ERROR_BODY - body.len())]);
                }
                // The status says more than why its body broke off.
                Ok(None | Some(Err(_))) | Err(_) => break,
            }
        }
        let headers: Vec<_> = response
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let failure = Failure::new(response.status, &body).with_headers(&headers);
        let now = SystemTime::now();
        let error = self.decorate(classify::response(&failure, now));
        match quota::read(self.host.quota, &response.headers, now) {
            Some(quota) => error.with_quota(quota),
            None => error,
        }
    }

    /// Says which model an error comes from, and takes the key out of it.
    pub(crate) fn decorate(&self, error: ModelError) -> ModelError {
        let error = match error.model() {
            Some(_) => error,
            None => error.with_model(self.profile.id.clone()),
        };
        match &self.credentials {
            // A placeholder of a few letters is no secret, and would stand in many a word.
            Credentials::Key(key) if key.expose().len() >= SHORTEST_KEY => {
                error.without_secret(key.expose())
            }
            _ => error,
        }
    }
}

/// The error for a response that did not come.
pub(super) fn unreachable_host(error: TransportError) -> ModelError {
    ModelError::new(error.kind(), error.to_string()).with_source(error)
}
