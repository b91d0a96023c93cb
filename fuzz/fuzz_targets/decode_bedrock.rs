#![no_main]
//! Answers of Bedrock Converse, streamed, with checksums that hold, and whole.

use libfuzzer_sys::fuzz_target;
use windlass_fuzz::{Input, Wire, check_decoder, with_checksums};
use windlass_provider::wire::bedrock::Converse;

static CODEC: Converse = Converse::new();

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::new(data) else {
        return;
    };
    let wire = Wire {
        codec: &CODEC,
        streamed: "application/vnd.amazon.eventstream",
    };
    if input.chooses(0) {
        check_decoder(&wire, &input);
    } else {
        let body = with_checksums(input.body);
        let body = &body[..];
        check_decoder(&wire, &Input { body, ..input });
    }
});
