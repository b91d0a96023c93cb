//! One model of one host, over HTTP: encode, send, frame, decode.

mod answer;
mod exchange;
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
use crate::auth::Credentials;
use crate::classify;
use crate::codec::{Delivery, Encode};
use crate::connect::ClientBuilder;
use crate::frame::Framing;
use crate::host::{Auth, Host};
use crate::quota;
use crate::transport::{Clocks, HttpResponse, Transport};
use answer::Answer;
pub(crate) use timer::Timer;

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
    #[cfg(feature = "bedrock")]
    pub(crate) region: Option<Text>,
    pub(crate) transport: Arc<dyn Transport>,
}

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
        check_calls(request)?;
        let call = Encode::new(request, &parts.profile, &parts.key)
            .with_options(&options)
            .with_delivery(parts.delivery);
        let mut wire = parts.host.codec.encode(&call)?;
        let warnings = std::mem::take(&mut wire.warnings);
        let http = parts.http_request(wire, &options).await?;

        let mut timer = Timer::start(parts.clocks).after(request.waited);
        let response = parts.send(http, &mut timer).await?;
        let id = classify::request_id(&response.headers);
        let quota = quota::read(parts.host.quota, &response.headers, SystemTime::now());
        let answer = self
            .answer(request, response, timer)?
            .with_warnings(warnings)
            .with_id(id.clone());
        let mut stream = EventStream::new(parts.profile.id.clone(), answer);
        if let Some(id) = id {
            stream = stream.with_request_id(id);
        }
        if let Some(quota) = quota {
            stream = stream.with_quota(quota);
        }
        Ok(stream)
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

/// No provider takes a call without its outcome, and none is invented here.
fn check_calls(request: &Request) -> Result<(), ModelError> {
    let Some(call) = request.conversation.open_calls().next() else {
        return Ok(());
    };
    let what = format!("call `{}` of `{}` has no outcome yet", call.id, call.name);
    Err(ModelError::new(ErrorKind::InvalidRequest, what)
        .with_hint("push the outcomes first, or `interrupt` the conversation"))
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
