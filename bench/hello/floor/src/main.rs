//! Asks a model without a library.

use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = std::env::var("OPENAI_API_KEY")?;
    let body = r#"{"model":"gpt-5-mini","messages":[{"role":"user","content":"Hello."}]}"#;
    let answer = reqwest::Client::new()
        .post("https://api.openai.com/v1/chat/completions")
        .bearer_auth(key)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await?
        .error_for_status()?
        .bytes()
        .await?;
    let answer: Answer = serde_json::from_slice(&answer)?;
    for choice in answer.choices {
        println!("{}", choice.message.content);
    }
    Ok(())
}
