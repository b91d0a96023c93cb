//! What a session of 10,000 messages costs to look at, to fork and to load.

use std::hint::black_box;
use std::process::Command;

use windlass_agent::{Agent, Session, SessionState};
use windlass_bench::Failure;
use windlass_bench::cost::{self, Cost};
use windlass_core::{
    Assistant, Call, Conversation, EventStream, Model, ModelError, Outcome, Profile, Request,
    async_trait,
};

use crate::lab::output;
use crate::table::{Measure, Row};

pub(crate) const STATUS: &str = "session of 10,000 messages, status";
pub(crate) const FORK: &str = "session of 10,000 messages, fork";
pub(crate) const LOAD: &str = "session of 10,000 messages, load from JSON";

const MESSAGES: usize = 10_000;
/// So often, that the clock can tell.
const LOOKS: usize = 200_000;
const FORKS: usize = 20_000;
const LOADS: usize = 5;

/// What stands before the messages.
const HEAD: &str = r#""version":1,"id":"ses_bench","created_at":0,"spent":{"models":[[{"provider":"bench","model":"m"},{"output":1}]]}"#;

/// Is never asked.
struct Silent(Profile);

#[async_trait]
impl Model for Silent {
    fn profile(&self) -> &Profile {
        &self.0
    }

    async fn stream(&self, _: Request) -> Result<EventStream, ModelError> {
        Ok(EventStream::from_events(self.0.id.clone(), []))
    }
}

/// A question, a call, what came of it, and an answer, again and again: 360 bytes of JSON a message.
fn conversation() -> Result<Conversation, Failure> {
    let mut said = Conversation::new();
    for turn in 0..MESSAGES / 4 {
        let city = ["Oslo", "Rome", "Cairo", "Hammerfest"][turn % 4];
        said.push_user(format!(
            "Question {turn}: how warm is it in {city}, and how warm was it last week?"
        ))?;
        let arguments = format!(r#"{{"city":"{city}","days":{}}}"#, turn % 7);
        let call = Call::new(
            format!("call_{turn}_0123456789abcdef"),
            "weather",
            arguments,
        );
        let words = "Let me look at what the stations say. ";
        said.push_assistant(Assistant::new(words).with(call.clone()))?;
        let outcome = format!(
            "{city}: 4 °C now; last week {}.",
            "-3 °C, 2 °C, 7 °C, ".repeat(30)
        );
        said.push_outcomes([Outcome::success(&call, outcome)])?;
        let answer = format!(
            "In {city} it is 4 °C. {}",
            "Last week it was colder, as the list says. ".repeat(8)
        );
        said.push_assistant(Assistant::new(answer))?;
    }
    Ok(said)
}

/// What each costs, as lines of numbers: seconds, allocations and bytes of a look, a fork and a loading, then what is kept of
/// the latter for each byte of the JSON.
#[allow(clippy::print_stdout, reason = "the parent reads it")]
pub(crate) fn run() -> Result<(), Failure> {
    let agent = Agent::builder(Silent(Profile::default())).build()?;
    let messages = serde_json::to_string(&conversation()?)?;
    let written = format!(r#"{{{HEAD},"messages":{messages}}}"#);
    let load = || -> Result<Session, Failure> {
        let state: SessionState = serde_json::from_str(&written)?;
        Ok(Session::load(agent.clone(), state))
    };
    let before = cost::kept();
    let session = load()?;
    let kept = cost::kept().saturating_sub(before);
    if session.status().messages != MESSAGES {
        return Err("messages were lost".into());
    }
    print_cost(LOOKS, || drop(black_box(session.status())));
    print_cost(FORKS, || drop(black_box(session.fork())));
    let mut failed = None;
    print_cost(LOADS, || failed = load().map(black_box).err());
    if let Some(failure) = failed {
        return Err(failure);
    }
    println!("{}", kept as f64 / written.len() as f64);
    Ok(())
}

#[allow(clippy::print_stdout, reason = "the parent reads it")]
fn print_cost(times: usize, mut work: impl FnMut()) {
    let before = Cost::so_far();
    (0..times).for_each(|_| work());
    let cost = Cost::so_far() - before;
    println!("{}", cost.cpu.as_secs_f64() / times as f64);
    println!("{}", cost.allocations as f64 / times as f64);
    println!("{}", cost.bytes as f64 / times as f64);
}

/// The lines of the table; the floor has no sessions.
pub(crate) fn measure(contenders: usize) -> Result<Vec<Row>, Failure> {
    eprintln!("sessions of {MESSAGES} messages …");
    let said = output(Command::new(std::env::current_exe()?).arg("session"))?;
    let said = String::from_utf8(said.stdout)?;
    let numbers: Result<Vec<f64>, _> = said.lines().map(str::parse).collect();
    let numbers = numbers?;
    let of_each = [Measure::Cpu, Measure::Allocations, Measure::Bytes];
    let whats = [STATUS, FORK, LOAD].into_iter();
    let lines = whats.flat_map(|what| of_each.map(|measure| (what, measure)));
    let lines = lines.chain([(LOAD, Measure::KeptTimes)]);
    let rows = lines.zip(numbers).map(|((what, measure), value)| {
        let mut row = Row::new(what, measure, contenders);
        row.set(1, value);
        row
    });
    Ok(rows.collect())
}
