//! The protocols, one file each: a codec with the fields in which hosts differ, and its decoder.

pub mod cohere;
pub mod ollama;

pub mod anthropic;
#[cfg(feature = "bedrock")]
pub mod bedrock;
pub mod gemini;
mod lacking;
pub(crate) mod lenient;
mod names;
pub mod openai_chat;
pub mod openai_responses;
mod plain;
#[cfg(test)]
#[allow(dead_code, reason = "not every wire needs all of it")]
mod testkit;
