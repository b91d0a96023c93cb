//! Wires.

pub mod frame;
