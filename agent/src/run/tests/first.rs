use windlass_core::{Script, Scripted, tool};

use crate::{Agent, What};

/// The weather in a city right now.
#[tool]
fn weather(
    /// City name.
    city: String,
) -> String {
    format!("31 °C in {city}")
}

#[tokio::test]
async fn a_run_with_calls() {
    let scripts = || {
        [
            Script::thinking("Hm.")
                .then_call("c1", "weather", r#"{"city":"Rome"}"#)
                .then_call("c2", "weather", r#"{"city":"Oslo"}"#),
            Script::text("It is warm."),
        ]
    };
    let agent = Agent::builder(Scripted::new(scripts()))
        .tool(weather)
        .build()
        .unwrap();
    let awaited = agent.run("How warm?").await.unwrap();
    let agent = Agent::builder(Scripted::new(scripts()))
        .tool(weather)
        .build()
        .unwrap();
    let mut run = agent.run("How warm?");
    let mut told = Vec::new();
    while let Some(event) = run.next().await {
        told.push(event.what);
    }
    let iterated = run.await.unwrap();
    assert_eq!(awaited.conversation, iterated.conversation);
    assert_eq!(awaited.text(), "It is warm.");
    for what in &told {
        eprintln!("{what:?}");
    }
    assert!(matches!(told.last(), Some(What::RunEnded(_))));
}
