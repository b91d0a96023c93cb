//! One model of one host, over HTTP: encode, send, frame, decode.

mod answer;
mod timer;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use indexmap::IndexMap;
use windlass_core::{
    EncodingKey, ErrorKind, EventStream, Model, ModelError, Options, Profile, Request, Sampling,
    Text,
};

use crate::address::Address;
use crate::auth::{self, Credentials};
use crate::classify::{self, Failure};
use crate::codec::{Delivery, Encode, WireRequest};
use crate::connect::ClientBuilder;
use crate::frame::Framing;
use crate::host::{Auth, Host};
#[cfg(feature = "bedrock")]
use crate::sigv4::Scope;
use crate::transport::{Clocks, HttpRequest, HttpResponse, Transport, TransportError};
use answer::Answer;
use timer::Timer;

#[cfg(test)]
mod tests;

/// A model of a host.
///
/// A clone shares everything, connections included. Each call of [`stream`](Model::stream) sends one request and repeats
/// nothing.
///
/// ```
/// use windlass_core::Model;
/// use windlass_provider::{Client, hosts};
///
/// let model = Client::builder(hosts::ANTHROPIC, "claude-sonnet-4-5").key("sk-ant-…").build()?;
/// assert_eq!(model.profile().id.to_string(), "anthropic/claude-sonnet-4-5");
/// # Ok::<(), windlass_provider::ConnectError>(())
/// ```
#[derive(Clone)]
pub struct Client(Arc<Parts>);

/// What a client is made of; the builder fills it in.
pub(crate) struct Parts {
    pub(crate) host: Host,
    pub(crate) address: Address,
    pub(crate) auth: Auth,
    pub(crate) credentials: Credentials,
    pub(crate) headers: IndexMap<Text, Text>,
    pub(crate) options: Options,
    pub(crate) key: EncodingKey,
    pub(crate) profile: Profile,
    pub(crate) clocks: Clocks,
    pub(crate) delivery: Delivery,
    pub(crate) max_event: usize,
    pub(crate) max_response: usize,
    pub(crate) region: Option<Text>,
    pub(crate) transport: Arc<dyn Transport>,
}

/// How much of an error's body is read.
const ERROR_BODY: usize = 64 * 1024;

impl Client {
    /// Begins a client for a model of `host`.
    pub fn builder(host: Host, model: impl Into<Text>) -> ClientBuilder {
        ClientBuilder::new(host, model)
    }

    pub(crate) fn new(parts: Parts) -> Self {
        Client(Arc::new(parts))
    }

    async fn attempt(&self, request: &Request) -> Result<EventStream, ModelError> {
        let parts = &*self.0;
        let options = request.options.clone().or(&parts.options);
        check_numbers(&options.sampling)?;
        let call = Encode::new(request, &parts.profile, &parts.key)
            .with_options(&options)
            .with_delivery(parts.delivery);
        let mut wire = parts.host.codec.encode(&call)?;
        let warnings = std::mem::take(&mut wire.warnings);
        let http = self.http_request(wire, &options).await?;

        let mut timer = Timer::start(parts.clocks);
        let response = timer
            .watch(parts.transport.send(http))
            .await?
            .map_err(unreachable_host)?;
        if !(200..300).contains(&response.status) {
            return Err(self.refused(response, &mut timer).await);
        }
        let id = classify::request_id(&response.headers);
        let answer = self
            .answer(request, response, timer)?
            .with_warnings(warnings)
            .with_id(id.clone());
        let stream = EventStream::new(parts.profile.id.clone(), answer);
        Ok(match id {
            Some(id) => stream.with_request_id(id),
            None => stream,
        })
    }

    /// Puts the address, the headers and the key to what the wire has written. Later layers win: wire, host, client,
    /// request.
    async fn http_request(
        &self,
        wire: WireRequest,
        options: &Options,
    ) -> Result<HttpRequest, ModelError> {
        let parts = &*self.0;
        let mut http = HttpRequest::new(parts.address.join(&wire.path), wire.body);
        http.set_header("content-type", "application/json");
        for (name, value) in wire.headers {
            http.set_header(name, value);
        }
        for (name, value) in parts.host.headers {
            http.set_header(*name, *value);
        }
        for (name, value) in parts.headers.iter().chain(&options.headers) {
            http.set_header(name.clone(), value.clone());
        }
        self.authorise(&mut http).await?;
        Ok(http)
    }

    async fn authorise(&self, http: &mut HttpRequest) -> Result<(), ModelError> {
        let parts = &*self.0;
        if let Some(key) = parts.credentials.key().await? {
            auth::attach(http, parts.auth, &key);
            return Ok(());
        }
        #[cfg(feature = "bedrock")]
        if let (Credentials::Aws(identity), Auth::Aws(service)) = (&parts.credentials, parts.auth) {
            let region = parts
                .region
                .clone()
                .ok_or_else(|| auth::unsigned(parts.host.name))?;
            auth::sign(
                http,
                identity,
                &Scope::new(region, service),
                SystemTime::now(),
            );
            return Ok(());
        }
        match (&parts.credentials, parts.host.key) {
            (Credentials::None, _) => Ok(()),
            _ => Err(auth::unsigned(parts.host.name)),
        }
    }

    /// A decoder over the body of a good response.
    fn answer(
        &self,
        request: &Request,
        response: HttpResponse,
        timer: Timer,
    ) -> Result<Answer, ModelError> {
        let parts = &self.0;
        let content_type = response.header("content-type").unwrap_or_default();
        let framing = parts.host.codec.framing(content_type, parts.delivery);
        // A host that cannot stream answers whole, whatever was asked for.
        let delivery = if framing == Framing::Json {
            Delivery::Whole
        } else {
            parts.delivery
        };
        if content_type.starts_with("text/html") {
            let what = "the host answered with a web page";
            return Err(ModelError::new(ErrorKind::Protocol, what)
                .with_hint("check the base URL and the proxy"));
        }
        let decoder = parts.host.codec.decoder(request, delivery);
        let framer = framing.framer().max_frame(parts.max_event);
        Ok(Answer::new(
            Arc::clone(parts),
            response.body,
            framer,
            decoder,
            timer,
        ))
    }

    /// The error that a response of another status is.
    async fn refused(&self, mut response: HttpResponse, timer: &mut Timer) -> ModelError {
        let mut body = Vec::new();
        while body.len() < ERROR_BODY {
            let chunk = timer
                .watch(std::future::poll_fn(|context| {
                    response.body.as_mut().poll_next(context)
                }))
                .await;
            match chunk {
                Ok(Some(Ok(chunk))) => {
                    body.extend_from_slice(&chunk[..chunk.len().min(ERROR_BODY - body.len())])
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
        self.0
            .decorate(classify::response(&failure, SystemTime::now()))
    }
}

impl Parts {
    /// Says which model an error comes from, and takes the key out of it.
    fn decorate(&self, error: ModelError) -> ModelError {
        let error = match error.model() {
            Some(_) => error,
            None => error.with_model(self.profile.id.clone()),
        };
        match &self.credentials {
            Credentials::Key(key) => error.without_secret(key.expose()),
            _ => error,
        }
    }
}

#[async_trait]
impl Model for Client {
    fn profile(&self) -> &Profile {
        &self.0.profile
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        self.attempt(&request)
            .await
            .map_err(|error| self.0.decorate(error))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &*self.0;
        f.debug_struct("Client")
            .field("model", &format_args!("{}", parts.profile.id))
            .field("address", &parts.address.base())
            .field("credentials", &parts.credentials)
            .finish_non_exhaustive()
    }
}

/// JSON has no form for these, so they would be sent as `null`.
fn check_numbers(sampling: &Sampling) -> Result<(), ModelError> {
    let numbers = [
        ("temperature", sampling.temperature),
        ("top_p", sampling.top_p),
        ("frequency_penalty", sampling.frequency_penalty),
        ("presence_penalty", sampling.presence_penalty),
    ];
    match numbers
        .iter()
        .find(|(_, number)| number.is_some_and(|number| !number.is_finite()))
    {
        Some((name, _)) => Err(ModelError::new(
            ErrorKind::InvalidRequest,
            format!("`{name}` is no number"),
        )),
        None => Ok(()),
    }
}

fn unreachable_host(error: TransportError) -> ModelError {
    ModelError::new(error.kind(), error.to_string()).with_source(error)
}
