//! Every model provider's own protocol: bytes in, events out.

pub mod classify;
pub mod codec;
pub mod frame;
pub mod schema;
pub mod secret;
#[cfg(feature = "bedrock")]
pub mod sigv4;
pub mod wire;

#[allow(dead_code, reason = "the wires that use it land next")]
mod body;
#[allow(dead_code, reason = "the wires that use it land next")]
mod json;
