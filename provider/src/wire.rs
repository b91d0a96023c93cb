//! The protocols, one file each: a codec with the fields in which hosts differ, and its decoder.

pub mod cohere;
pub mod ollama;

mod lacking;
mod lenient;
mod plain;
pub mod anthropic;
#[cfg(test)]
#[allow(dead_code, reason = "not every wire needs all of it")]
mod testkit;
pub mod openai_responses;
#[cfg(feature = "bedrock")]
pub mod bedrock;
