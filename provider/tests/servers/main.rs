//! A client of this crate against servers that somebody else wrote.
//!
//! `cargo xtask test --servers` installs and starts the servers and says in variables where they are. Without them the
//! tests say so and pass, so that `cargo test` needs no network.
#![cfg(all(feature = "http", feature = "bedrock"))]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

mod aimock;
mod litellm;
mod talk;
mod tiny;

use windlass_core::{Assistant, AssistantPart, Model, ModelError, Request, Response};
use windlass_provider::Client;
use windlass_provider::codec::Delivery;
use windlass_provider::host::Host;
use windlass_provider::transport::HttpTransport;

/// A host as a server plays it: below which path, with which model.
#[derive(Clone, Copy, Debug)]
struct Played {
    host: Host,
    path: &'static str,
    model: &'static str,
}

const fn played(host: Host, path: &'static str, model: &'static str) -> Played {
    Played { host, path, model }
}

impl Played {
    /// A client of the server at `url`, with connections of its own: each test has a runtime, and a connection ends with
    /// the runtime it was made on.
    fn client(&self, url: &str, delivery: Delivery) -> Client {
        Client::builder(self.host, self.model)
            .base_url(format!("{url}{}", self.path))
            .key(KEY)
            .delivery(delivery)
            .transport(HttpTransport::builder().build().unwrap())
            .build()
            .unwrap()
    }
}

/// The key of all servers; LiteLLM wants it to begin like this.
const KEY: &str = "sk-windlass-servers";

/// Where a server is, if `cargo xtask test --servers` started it.
#[allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "the ports are chosen when the servers are started, and who reads the tests is told what they left out"
)]
fn url(variable: &str) -> Option<String> {
    let url = std::env::var(variable).ok();
    if url.is_none() {
        println!("skipped: `{variable}` is not set; `cargo xtask test --servers` sets it");
    }
    url
}

/// The answer of a model that must have one.
async fn answer(model: &dyn Model, request: Request) -> Response {
    let answer = ask(model, request).await;
    answer.unwrap_or_else(|error| panic!("{error}: {error:?}"))
}

async fn ask(model: &dyn Model, request: Request) -> Result<Response, ModelError> {
    model.stream(request).await?.response().await
}

/// The readable thinking of an answer.
fn thinking(message: &Assistant) -> String {
    let parts = message.parts.iter();
    parts
        .filter_map(|part| match part {
            AssistantPart::Thinking(thinking) => Some(&*thinking.text),
            _ => None,
        })
        .collect()
}
