//! Every model provider's own protocol: bytes in, events out.
//!
//! # Example: use a model
//!
//! [`connect`] takes `host/model` and reads the key from the variable that the host documents:
//!
//! ```no_run
//! use windlass_core::{Model, Request};
//!
//! # async fn ask() -> Result<(), Box<dyn std::error::Error>> {
//! let model = windlass_provider::connect("anthropic/claude-sonnet-4-5")?;
//! let answer = model.stream(Request::new("Is it warmer in Oslo or in Rome?")).await?.response().await?;
//! println!("{}", answer.message.text());
//! # Ok(())
//! # }
//! ```
//!
//! [`Client::builder`] reads nothing from the environment and sets what `connect` does not: another base URL, headers,
//! clocks, a profile, a transport of your own.
//!
//! # Example: test your program without a network
//!
//! With the feature `simulate`, a local server answers in every wire from a script, and fails on order:
//!
//! ```
//! # #[cfg(all(feature = "simulate", feature = "http"))] {
//! use windlass_core::{Model, Request};
//! use windlass_provider::hosts;
//! use windlass_provider::simulate::{Reply, Simulator};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
//! # runtime.block_on(async {
//! let simulator = Simulator::start().await?;
//! simulator.script([Reply::text("Rome."), Reply::status(529)]);
//! let model = simulator.client(hosts::ANTHROPIC, "claude-sonnet-4-5").build()?;
//! let answer = model.stream(Request::new("Oslo or Rome?")).await?.response().await?;
//! assert_eq!(answer.message.text(), "Rome.");
//! let error = model.stream(Request::new("Oslo or Rome?")).await.expect_err("no room");
//! assert_eq!(error.hint(), "try again in a while, or fall back to another model");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).expect("the simulator answers");
//! # }
//! ```
//!
//! # Many agents on one key
//!
//! The [`governor`] lets requests wait their turn, so that all who share a key stay within what it may do.
//!
//! # Example: go on when a host does not
//!
//! [`governor`], [`cost`], [`group`] and [`retrying`] wrap models, and are models themselves. Put what belongs to a key next
//! to the client, the group around those, and the retry around all; an agent has its own retries and takes the group:
//!
//! ```
//! use windlass_core::{Backoff, ErrorKind, Model, ModelError, Request, Script, Scripted};
//! use windlass_provider::cost::{Budget, CostMeter, Metered};
//! use windlass_provider::governor::{Governed, Governor, Rates};
//! use windlass_provider::group::{Group, Target};
//! use windlass_provider::retrying::Retrying;
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
//! # runtime.expect("a runtime").block_on(async {
//! let busy = || Script::refuse(ModelError::new(ErrorKind::Overloaded, "no room"));
//! let clients = [("one", vec![busy(), Script::text("Rome.")]), ("two", vec![busy()])];
//!
//! let session = CostMeter::new().scope("session 7").with_budget(Budget::new(2_000_000));
//! let [one, two] = clients.map(|(key, scripts)| {
//!     let governor = Governor::new(Rates::new().with_requests(60));
//!     let client = Governed::new(Scripted::new(scripts), &governor);
//!     Target::new(key, Metered::new(client, &session).with_label(key))
//! });
//! let model = Retrying::new(Group::new(one).with_target(two), Backoff::new());
//!
//! let answer = model.stream(Request::new("Oslo or Rome?")).await?.response().await?;
//! assert_eq!(answer.message.text(), "Rome.");
//! assert_eq!(session.totals().unpriced, 1, "nobody knows what a script costs");
//! # Ok::<(), ModelError>(())
//! # }).expect("the first key answers at the second attempt");
//! ```
//!
//! # Example: add a host
//!
//! A host is one constant: its address, the variable of its key, its wire and its dialect. It can stand in your own crate:
//!
//! ```
//! use windlass_provider::Client;
//! use windlass_provider::host::Host;
//! use windlass_provider::wire::openai_chat::{OpenAiChat, StreamEnd, ThinkingReplay};
//!
//! static DIALECT: OpenAiChat = OpenAiChat::new()
//!     .with_max_tokens("max_tokens")
//!     .with_end(StreamEnd::Reason)
//!     .with_thinking(ThinkingReplay::Field("reasoning_content"));
//! pub const MINE: Host = Host::new("mine", "https://llm.example.com/v1", &DIALECT).with_key_vars(&["MINE_API_KEY"]);
//!
//! let model = Client::builder(MINE, "my-model").key("…").build()?;
//! # Ok::<(), windlass_provider::ConnectError>(())
//! ```
//!
//! # Add a wire
//!
//! A wire is two traits without I/O, [`codec::Codec`] and [`codec::Decoder`]: a request becomes bytes, frames become events.
//! The [`frame`] module cuts a body into frames, whatever the borders of its chunks; [`classify`] knows the errors of all
//! providers. Those that ship are in [`wire`], one module each.
//!
//! # Features
//!
//! - `http` (default): the transport that ships. Without it, a client needs a [`transport::Transport`] of your own.
//! - `rustls` (default): TLS by rustls with aws-lc and the system's roots. `rustls-ring`: with ring, where there is no C
//!   compiler. `native-tls`: by the system's library.
//! - `bedrock` (default): Amazon Bedrock, with the framing of its streams and the signatures of its requests.
//! - `simulate`: the local server for tests.

pub mod auth;
pub mod cassette;
pub mod catalog;
pub mod classify;
pub mod codec;
pub mod cost;
pub mod embed;
pub mod frame;
pub mod governor;
pub mod group;
pub mod host;
pub mod hosts;
pub mod quota;
pub mod retrying;
pub mod schema;
pub mod secret;
#[cfg(feature = "bedrock")]
pub mod sigv4;
#[cfg(feature = "simulate")]
pub mod simulate;
pub mod transport;
pub mod wire;

mod address;
mod body;
mod chance;
mod client;
mod connect;
mod json;
mod percent;

pub use client::Client;
pub use connect::{ClientBuilder, ConnectError, ConnectErrorKind, connect};
