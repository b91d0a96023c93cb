#![no_main]
//! Answers of Cohere's chat, streamed and whole.

use libfuzzer_sys::fuzz_target;
use windlass_fuzz::{Input, Wire, check_decoder};
use windlass_provider::wire::cohere::Cohere;

static CODEC: Cohere = Cohere::new();

fuzz_target!(|data: &[u8]| {
    if let Some(input) = Input::new(data) {
        let wire = Wire {
            codec: &CODEC,
            streamed: "text/event-stream",
        };
        check_decoder(&wire, &input);
    }
});
