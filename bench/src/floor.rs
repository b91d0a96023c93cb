//! The floor: what a careful person writes by hand for one protocol, and no more.
//!
//! reqwest, a split into lines, a typed and borrowed parse per event, the history as the bytes that the next request sends.

mod anthropic;
mod chat;
mod gemini;
mod lines;
mod responses;
mod runs;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use crate::{Client, Failure, Wire};
use lines::Lines;

pub use runs::FloorRunner;

/// One protocol by hand.
#[derive(Clone, Debug)]
pub struct Floor {
    http: reqwest::Client,
    protocol: &'static Protocol,
    url: String,
    history: Vec<u8>,
}

/// What differs between protocols.
#[derive(Debug)]
struct Protocol {
    path: &'static str,
    /// Headers beside the content type.
    headers: &'static [(&'static str, &'static str)],
    /// The body before and after the history.
    around: (&'static str, &'static str),
    /// Writes what the user says.
    ask: fn(&str) -> String,
    /// Reads the data of one event.
    read: fn(&str, &mut Answer) -> serde_json::Result<()>,
}

/// What has come of an answer.
#[derive(Debug, Default)]
struct Answer {
    text: String,
    input_tokens: u64,
    output_tokens: u64,
    finish: Option<String>,
    /// Whether the protocol said that nothing follows.
    ended: bool,
}

impl Floor {
    /// A client of one wire below a base URL, with one question in its history.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be built.
    pub fn new(wire: Wire, base: &str) -> Result<Self, Failure> {
        let protocol = match wire {
            Wire::Chat => &chat::PROTOCOL,
            Wire::Responses => &responses::PROTOCOL,
            Wire::Anthropic => &anthropic::PROTOCOL,
            Wire::Gemini => &gemini::PROTOCOL,
        };
        Ok(Floor {
            http: reqwest::Client::builder().build()?,
            protocol,
            url: format!("{base}{}", protocol.path),
            history: (protocol.ask)(crate::QUESTION).into_bytes(),
        })
    }
}

impl Client for Floor {
    async fn ask(&self, mut show: impl FnMut(&str) + Send) -> Result<String, Failure> {
        let (before, after) = self.protocol.around;
        let body = [before.as_bytes(), &self.history, after.as_bytes()].concat();
        let mut request = self
            .http
            .post(&self.url)
            .header("content-type", "application/json");
        for (name, value) in self.protocol.headers {
            request = request.header(*name, *value);
        }
        let mut response = request.body(body).send().await?.error_for_status()?;
        let mut answer = Answer::default();
        let mut lines = Lines::default();
        while let Some(chunk) = response.chunk().await? {
            lines.feed(&chunk, |line| {
                let Some(data) = line.strip_prefix("data: ") else {
                    return Ok(());
                };
                let before = answer.text.len();
                (self.protocol.read)(data, &mut answer)?;
                if answer.text.len() > before {
                    show(&answer.text[before..]);
                }
                Ok(())
            })?;
        }
        if answer.ended && answer.finish.is_some() && answer.input_tokens + answer.output_tokens > 0
        {
            return Ok(answer.text);
        }
        Err(format!("the answer was cut: {answer:?}").into())
    }
}

/// A string, borrowed unless it has escapes.
#[derive(Deserialize)]
struct Str<'a>(#[serde(borrow)] Cow<'a, str>);

/// The first member of a list.
struct First<T>(Option<T>);

impl<T> Default for First<T> {
    fn default() -> Self {
        First(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for First<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
            type Value = First<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<First<T>, A::Error> {
                let first = list.next_element()?;
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(First(first))
            }
        }

        deserializer.deserialize_seq(List(PhantomData))
    }
}
