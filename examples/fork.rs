//! A session is forked to try two ways from the same past, which both share.
//!
//! Offline: the model plays a script.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use std::sync::Arc;

use windlass_agent::{Agent, Session};
use windlass_core::{Script, Scripted};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = Scripted::new([
        Script::text("Rome or Oslo."),
        Script::text("Then Rome: see the Forum at dawn."),
        Script::text("Then Oslo: take the ferry to Bygdøy."),
    ]);
    let session = Session::new(Agent::builder(model).build()?);
    println!("{}", session.run("Where shall I go?").await?);

    let other = session.fork();
    println!("one way: {}", session.run("I like it warm.").await?);
    println!("another: {}", other.run("I like it cool.").await?);

    let (one, two) = (session.conversation(), other.conversation());
    let pairs = one.entries().iter().zip(two.entries());
    let shared = pairs.take_while(|(one, two)| Arc::ptr_eq(one, two)).count();
    println!(
        "{} and {} messages, {shared} of them shared",
        one.len(),
        two.len()
    );
    println!("spent by the first: {} attempts", session.status().attempts);
    println!("spent by the fork: {} attempt", other.status().attempts);
    Ok(())
}
