//! The protocols, one file each: a codec with the fields in which hosts differ, and its decoder.
//!
//! What the protocols leave open is decided alike for all of them:
//!
//! | situation | what is sent, or said |
//! |---|---|
//! | an id of a call that the wire does not take, or that came before in the request | one made from it, the same for the call and its outcome |
//! | a name of a tool that the wire does not take | one made from it; calls in the answer carry the program's name again |
//! | arguments that are no JSON object | their text where the wire takes text, else `{"INVALID_JSON": "…"}` |
//! | blank arguments | `{}` |
//! | an outcome that is a failure | the wire's flag; without one the text begins with `error:` |
//! | an outcome of nothing | nothing where the wire takes that, else `(no output)` |
//! | media that the wire or the model does not take, in an earlier answer or an outcome | a line that names it |
//! | the same from the user, or a hint about it | it is refused before it is sent; where the caller allows it, a line that names it, and a warning |
//! | a conversation that begins with an answer | that, where the host takes it; else it is refused before it is sent |
//! | system messages within the conversation | where they stand, or after the instructions where the wire has one place |
//! | thinking, seals and items of another provider | nothing |
//! | an answer with calls that ends normally | [`FinishReason::Calls`](windlass_core::FinishReason::Calls), whatever the wire's word |
//! | an answer that declines, without calls | [`FinishReason::Refused`](windlass_core::FinishReason::Refused) |

pub mod cohere;
pub mod ollama;

pub mod anthropic;
#[cfg(feature = "bedrock")]
pub mod bedrock;
pub mod gemini;
mod lacking;
pub(crate) mod lenient;
mod media;
mod names;
pub mod openai_chat;
pub mod openai_responses;
mod opening;
mod plain;
mod template;
#[cfg(test)]
#[allow(dead_code, reason = "not every wire needs all of it")]
mod testkit;
