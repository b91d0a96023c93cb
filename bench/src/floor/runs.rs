//! An agent by hand, for Chat Completions: the history is the bytes that the next request sends.

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::lines::Lines;
use super::{First, Str};
use crate::runs::look;
use crate::{Failure, QUESTION, Runner};

const BEFORE: &str = "{\"model\":\"gpt-5-mini\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"tools\":[\
    {\"type\":\"function\",\"function\":{\"name\":\"look\",\"description\":\"What the weather in a city looks like.\",\
    \"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"description\":\"City name, in \
    English.\"},\"bytes\":{\"type\":\"integer\",\"minimum\":0,\"description\":\"How much to tell of it.\"}},\
    \"required\":[\"city\",\"bytes\"]}}}],\"messages\":[";
const AFTER: &str = "]}";

/// The loop by hand.
#[derive(Clone, Debug)]
pub struct FloorRunner {
    http: reqwest::Client,
    url: String,
}

impl FloorRunner {
    /// A loop whose model is below a base URL.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be built.
    pub fn new(base: &str) -> Result<Self, Failure> {
        Ok(FloorRunner {
            http: reqwest::Client::builder().build()?,
            url: format!("{base}/chat/completions"),
        })
    }

    async fn turn(&self, history: &[u8]) -> Result<Answer, Failure> {
        let body = [BEFORE.as_bytes(), history, AFTER.as_bytes()].concat();
        let request = self
            .http
            .post(&self.url)
            .header("content-type", "application/json")
            .header("authorization", "Bearer sk-bench");
        let mut response = request.body(body).send().await?.error_for_status()?;
        let mut answer = Answer::default();
        let mut lines = Lines::default();
        while let Some(chunk) = response.chunk().await? {
            lines.feed(&chunk, |line| match line.strip_prefix("data: ") {
                Some(data) => answer.read(data),
                None => Ok(()),
            })?;
        }
        if answer.ended && answer.finish.is_some() && answer.tokens > 0 {
            return Ok(answer);
        }
        Err(format!("the answer was cut: {answer:?}").into())
    }
}

impl Runner for FloorRunner {
    type History = Vec<u8>;

    async fn run(&self) -> Result<(String, Vec<u8>), Failure> {
        let mut history = format!("{{\"role\":\"user\",\"content\":\"{QUESTION}\"}}").into_bytes();
        loop {
            let answer = self.turn(&history).await?;
            history.push(b',');
            serde_json::to_writer(&mut history, &answer.message())?;
            if answer.calls.is_empty() {
                return Ok((answer.text, history));
            }
            for (call, found) in answer.calls.iter().zip(outcomes(&answer.calls).await?) {
                history.push(b',');
                let outcome = Outcome {
                    role: "tool",
                    tool_call_id: &call.id,
                    content: &found,
                };
                serde_json::to_writer(&mut history, &outcome)?;
            }
        }
    }
}

/// All calls at once, and what they found in their order.
async fn outcomes(calls: &[Call]) -> Result<Vec<String>, Failure> {
    let mut tools = JoinSet::new();
    for (at, call) in calls.iter().enumerate() {
        if call.function.name != "look" {
            return Err(format!("there is no tool `{}`", call.function.name).into());
        }
        let arguments: Arguments = serde_json::from_str(&call.function.arguments)?;
        tools.spawn(async move { (at, look(&arguments.city, arguments.bytes)) });
    }
    let mut found = vec![String::new(); calls.len()];
    while let Some(ended) = tools.join_next().await {
        let (at, text) = ended?;
        found[at] = text;
    }
    Ok(found)
}

#[derive(Deserialize)]
struct Arguments {
    city: String,
    bytes: usize,
}

/// What has come of an answer.
#[derive(Debug, Default)]
struct Answer {
    text: String,
    calls: Vec<Call>,
    tokens: u64,
    finish: Option<String>,
    ended: bool,
}

#[derive(Debug, Serialize)]
struct Call {
    id: String,
    r#type: &'static str,
    function: Function,
}

#[derive(Debug, Serialize)]
struct Function {
    name: String,
    arguments: String,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    content: &'a str,
    #[serde(skip_serializing_if = "<[Call]>::is_empty")]
    tool_calls: &'a [Call],
}

#[derive(Serialize)]
struct Outcome<'a> {
    role: &'static str,
    tool_call_id: &'a str,
    content: &'a str,
}

impl Answer {
    fn message(&self) -> Message<'_> {
        Message {
            role: "assistant",
            content: &self.text,
            tool_calls: &self.calls,
        }
    }

    fn read(&mut self, data: &str) -> Result<(), Failure> {
        if data == "[DONE]" {
            self.ended = true;
            return Ok(());
        }
        let chunk: Chunk<'_> = serde_json::from_str(data)?;
        if let First(Some(choice)) = chunk.choices {
            if let Some(text) = choice.delta.content {
                self.text.push_str(&text.0);
            }
            if let First(Some(piece)) = choice.delta.tool_calls {
                self.call(piece)?;
            }
            if let Some(reason) = choice.finish_reason {
                self.finish = Some(reason.0.into_owned());
            }
        }
        if let Some(usage) = chunk.usage {
            self.tokens += usage.prompt_tokens + usage.completion_tokens;
        }
        Ok(())
    }

    fn call(&mut self, piece: Piece<'_>) -> Result<(), Failure> {
        if let Some(id) = piece.id {
            self.calls.push(Call {
                id: id.0.into_owned(),
                r#type: "function",
                function: Function {
                    name: piece
                        .function
                        .name
                        .ok_or("a call without a name")?
                        .0
                        .into_owned(),
                    arguments: String::new(),
                },
            });
        }
        let call = self
            .calls
            .get_mut(piece.index)
            .ok_or("a piece of no call")?;
        if let Some(arguments) = piece.function.arguments {
            call.function.arguments.push_str(&arguments.0);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    choices: First<Choice<'a>>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Delta<'a>,
    #[serde(borrow)]
    finish_reason: Option<Str<'a>>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    content: Option<Str<'a>>,
    #[serde(borrow, default)]
    tool_calls: First<Piece<'a>>,
}

#[derive(Deserialize)]
struct Piece<'a> {
    index: usize,
    #[serde(borrow)]
    id: Option<Str<'a>>,
    #[serde(borrow)]
    function: PieceOf<'a>,
}

#[derive(Deserialize)]
struct PieceOf<'a> {
    #[serde(borrow)]
    name: Option<Str<'a>>,
    #[serde(borrow)]
    arguments: Option<Str<'a>>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
}
