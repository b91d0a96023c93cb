//! Wires.
