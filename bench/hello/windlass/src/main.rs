//! Asks a model through Windlass.

use windlass_core::{Model, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = windlass_provider::connect("openai/gpt-5-mini")?;
    let answer = model.stream(Request::new("Hello.")).await?.response().await?;
    println!("{}", answer.message.text());
    Ok(())
}
