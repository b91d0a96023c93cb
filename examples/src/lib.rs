//! Runnable programs; each one is a file in this folder: `cargo run -p windlass-examples --example quickstart`.
