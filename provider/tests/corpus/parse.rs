//! Recorded requests, read into ours: one file a protocol.
#![allow(
    unreachable_pub,
    reason = "the files are written as a library's, and this is a program"
)]

pub(crate) mod anthropic;
pub(crate) mod bedrock;
pub(crate) mod cohere;
pub(crate) mod gemini;
pub(crate) mod ollama;
pub(crate) mod openai_chat;
pub(crate) mod openai_responses;
