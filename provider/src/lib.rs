//! Every model provider's own protocol: bytes in, events out.

pub mod auth;
pub mod cassette;
pub mod catalog;
pub mod classify;
pub mod codec;
pub mod embed;
pub mod frame;
pub mod host;
pub mod hosts;
pub mod schema;
pub mod secret;
#[cfg(feature = "bedrock")]
pub mod sigv4;
#[cfg(feature = "simulate")]
pub mod simulate;
pub mod transport;
pub mod wire;

mod address;
mod base64;
mod body;
mod client;
mod connect;
mod json;

pub use client::Client;
pub use connect::{ClientBuilder, ConnectError, ConnectErrorKind, connect};
