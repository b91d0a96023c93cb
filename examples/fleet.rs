//! Six agents on one key that allows two requests a second: who sits and waits goes first, and who would wait too long is
//! answered by a small model.
//!
//! Offline: both models play a script. The window is a second instead of a minute, and the clock is paused: it jumps on
//! when nobody has anything to do.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use std::time::Duration;

use tokio::task::JoinSet;
use windlass_core::{Model, ModelError, ModelId, Profile, Request, Script, Scripted};
use windlass_provider::governor::{Governed, Governor, Priority, Rates};

const SECOND: Duration = Duration::from_secs(1);

fn model(name: &str, answer: &str) -> Scripted {
    Scripted::new((0..6).map(|_| Script::text(answer)))
        .with_profile(Profile::new(ModelId::new("demo", name)))
}

/// What an agent does here: it asks, and shows who answered and after what wait.
async fn agent(name: &str, model: impl Model) -> Result<String, ModelError> {
    let answer = model.stream(Request::new("Is it warmer in Rome?")).await?;
    let (who, waited) = (answer.model().clone(), answer.waited().as_secs());
    let text = answer.response().await?.message.text();
    Ok(format!("{name}: {who} after {waited} s: {text}"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tokio::time::pause();
    let rates = Rates::new().with_requests(2).with_window(SECOND);
    let governor = Governor::new(rates.with_margin(Duration::ZERO));
    let large = Governed::new(model("large", "Yes, by 27 °C."), &governor);
    let night = large.clone().with_priority(Priority::Low);
    let visitor = large.clone().with_priority(Priority::High);
    let hasty = visitor
        .clone()
        .with_overflow(model("small", "Yes."), SECOND / 2);

    let mut agents = JoinSet::new();
    for number in 1..=4 {
        let model = night.clone();
        agents.spawn(async move { agent(&format!("night {number}"), model).await });
    }
    // The night's work is in line before the visitors come.
    tokio::task::yield_now().await;
    agents.spawn(agent("visitor", visitor));
    agents.spawn(agent("hasty visitor", hasty));
    while let Some(said) = agents.join_next().await {
        println!("{}", said??);
    }

    let totals = governor.metrics().totals;
    println!(
        "{} by the large model, {} by the small one, longest wait {} s",
        totals.granted,
        totals.degraded,
        totals.longest_wait.as_secs()
    );
    Ok(())
}
