#![no_main]
//! Answers of Gemini: server-sent events, JSON arrays and whole ones.

use libfuzzer_sys::fuzz_target;
use windlass_fuzz::{Input, Wire, check_decoder};
use windlass_provider::wire::gemini::Gemini;

static CODEC: Gemini = Gemini::new();

fuzz_target!(|data: &[u8]| {
    if let Some(input) = Input::new(data) {
        let streamed = match input.chooses(1) {
            true => "application/json",
            false => "text/event-stream",
        };
        let wire = Wire {
            codec: &CODEC,
            streamed,
        };
        check_decoder(&wire, &input);
    }
});
