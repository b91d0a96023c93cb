//! A local server that speaks every wire from a script, and fails on order.
//!
//! Point a client at it to see how your program behaves when a provider does: it answers over real HTTP on the loopback
//! interface, in the bytes of the wire it is asked in, and can stall, cut, garble, drip or refuse at any place.
//!
//! ```
//! use windlass_core::{Model, Request};
//! use windlass_provider::hosts;
//! use windlass_provider::simulate::{Fault, Reply, Simulator};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
//! # runtime.block_on(async {
//! let simulator = Simulator::start().await?;
//! simulator.script([
//!     Reply::text("It is warmer in Rome."),
//!     Reply::text("It is warmer in").with_fault(Fault::CutAfter { bytes: 200 }),
//! ]);
//! let model = simulator.client(hosts::ANTHROPIC, "claude-sonnet-4-5").build()?;
//!
//! let answer = model.stream(Request::new("Oslo or Rome?")).await?.response().await?;
//! assert_eq!(answer.message.text(), "It is warmer in Rome.");
//! let cut = model.stream(Request::new("Oslo or Rome?")).await?.response().await;
//! assert!(cut.is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).expect("the simulator answers");
//! ```

mod fault;
mod http;
mod limiter;
mod render;
mod reply;

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::connect::ClientBuilder;
use crate::host::Host;
pub use fault::Fault;
use limiter::Limiter;
pub use reply::{Reply, ReplyPart};

/// A server on the loopback interface. It stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    stage: Arc<Stage>,
    /// Owns the listener and, through it, every connection.
    _tasks: JoinSet<()>,
}

/// A request that the simulator received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The path with its query.
    pub path: String,
    /// The headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Received {
    /// The value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What the server and those who hold it share.
#[derive(Default)]
struct Stage {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    replies: VecDeque<Reply>,
    always: Option<Reply>,
    received: Vec<Received>,
    connections: usize,
    open: usize,
    limiter: Option<Limiter>,
}

impl Stage {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the request and gives the reply to it, with the number of the request.
    fn take(&self, request: Received) -> (Option<Reply>, usize) {
        let mut state = self.state();
        state.received.push(request);
        let State {
            replies,
            always,
            limiter,
            ..
        } = &mut *state;
        let mut reply = || replies.pop_front().or_else(|| always.clone());
        let reply = match limiter {
            Some(limiter) => limiter.judge(reply),
            None => reply(),
        };
        (reply, state.received.len())
    }
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage").finish_non_exhaustive()
    }
}

impl Simulator {
    /// Starts a server on a free port.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    ///
    /// # Cancel safety
    ///
    /// Nothing is left when the future is dropped.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let stage = Arc::new(Stage::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(http::serve(listener, Arc::clone(&stage)));
        Ok(Simulator {
            address,
            stage,
            _tasks: tasks,
        })
    }

    /// Adds replies, one for each request to come.
    pub fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.stage.state().replies.extend(replies);
    }

    /// Sets the reply to every request for which there is none in the script.
    pub fn always(&self, reply: Reply) {
        self.stage.state().always = Some(reply);
    }

    /// Takes so many requests in any window of time from now on, tells of it in the headers that OpenAI has for it, and
    /// refuses the rest with status 429 and the time to come back.
    pub fn limit(&self, requests: usize, window: Duration) {
        self.stage.state().limiter = Some(Limiter::new(requests, window));
    }

    /// How many requests were over the limit.
    pub fn limited(&self) -> usize {
        self.stage
            .state()
            .limiter
            .as_ref()
            .map_or(0, |limiter| limiter.refused)
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Begins a client of `host` whose requests come here instead.
    pub fn client(&self, host: Host, model: &str) -> ClientBuilder {
        crate::Client::builder(host, model)
            .base_url(self.url())
            .key("sk-of-the-simulator")
    }

    /// The requests so far, oldest first.
    pub fn requests(&self) -> Vec<Received> {
        self.stage.state().received.clone()
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        self.stage.state().connections
    }

    /// How many connections are open.
    pub fn open_connections(&self) -> usize {
        self.stage.state().open
    }
}
