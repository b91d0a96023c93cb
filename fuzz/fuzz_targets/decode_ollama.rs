#![no_main]
//! Answers of Ollama's own protocol, streamed and whole.

use libfuzzer_sys::fuzz_target;
use windlass_fuzz::{Input, Wire, check_decoder};
use windlass_provider::wire::ollama::Ollama;

static CODEC: Ollama = Ollama::new();

fuzz_target!(|data: &[u8]| {
    if let Some(input) = Input::new(data) {
        let wire = Wire {
            codec: &CODEC,
            streamed: "application/x-ndjson",
        };
        check_decoder(&wire, &input);
    }
});
