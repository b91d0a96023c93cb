//! The agent with two tools that all these tests run, and what its models say.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use windlass_agent::{Agent, AgentBuilder};
use windlass_core::{Chance, State, ToolContext, Usage, tool};
use windlass_provider::Client;
use windlass_provider::host::Host;
use windlass_provider::simulate::{Reply, Simulator};
use windlass_provider::transport::{Clocks, HttpTransport};

/// How long a client waits for the first event and between two.
pub(crate) const PATIENCE: Duration = Duration::from_secs(4);

/// How many bytes a client takes as one event.
pub(crate) const LONGEST_EVENT: usize = 10_000;

pub(crate) const QUESTION: &str = "Is it warmer in Oslo or in Rome?";

pub(crate) const ANSWER: &str = "It is warmer in Rome.";

/// The calls that ran, in the order in which they began: their ids, and for which city.
#[derive(Clone, Default)]
pub(crate) struct Ran(Arc<Mutex<Vec<String>>>);

impl Ran {
    fn note(&self, context: &ToolContext, city: &str) {
        let call = format!("{} {city}", context.call());
        self.0.lock().unwrap().push(call);
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// The weather in a city right now.
#[tool]
fn weather(
    #[context] context: &ToolContext,
    #[state] ran: &Ran,
    /// Its name, in English.
    city: String,
) -> String {
    ran.note(context, &city);
    format!("4 °C in {city}")
}

/// The time in a city.
#[tool]
fn clock(
    #[context] context: &ToolContext,
    #[state] ran: &Ran,
    /// Its name, in English.
    city: String,
) -> String {
    ran.note(context, &city);
    format!("noon in {city}")
}

/// A client whose requests go to the simulator, with short clocks.
pub(crate) fn client(
    simulator: &Simulator,
    transport: &HttpTransport,
    (host, model): (Host, &str),
) -> Client {
    let clocks = Clocks::new()
        .with_first_output(PATIENCE)
        .with_idle(PATIENCE);
    simulator
        .client(host, model)
        .clocks(clocks)
        .max_event(LONGEST_EVENT)
        .transport(transport.clone())
        .build()
        .unwrap()
}

/// An agent with two tools, whose calls are noted.
pub(crate) fn agent(model: Client, ran: &Ran) -> AgentBuilder {
    Agent::builder(model)
        .instructions("Be brief.")
        .tool(weather)
        .tool(clock)
        .state(State::new().with(ran.clone()))
        .chance(|| Chance::NONE)
}

/// What a model says first: it thinks, speaks, and calls both tools.
pub(crate) fn calls() -> Reply {
    Reply::thinking("Both cities need looking up. ")
        .then_text("Let me see. ")
        .then_call("call_1", "weather", r#"{"city":"Oslo"}"#)
        .then_call("call_2", "clock", r#"{"city":"Rome"}"#)
        .with_usage(Usage::UNKNOWN.with_input(40).with_output(20))
}

/// What it says once it has the outcomes.
pub(crate) fn answer() -> Reply {
    Reply::thinking("Oslo is the colder one. ")
        .then_text(ANSWER)
        .with_usage(Usage::UNKNOWN.with_input(80).with_output(15))
}
