#![no_main]
//! Answers of Anthropic Messages, streamed and whole.

use libfuzzer_sys::fuzz_target;
use windlass_fuzz::{Input, Wire, check_decoder};
use windlass_provider::wire::anthropic::Anthropic;

static CODEC: Anthropic = Anthropic::new();

fuzz_target!(|data: &[u8]| {
    if let Some(input) = Input::new(data) {
        let wire = Wire {
            codec: &CODEC,
            streamed: "text/event-stream",
        };
        check_decoder(&wire, &input);
    }
});
