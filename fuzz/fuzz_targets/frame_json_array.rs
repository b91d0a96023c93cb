#![no_main]
//! One JSON array over the whole body, and bodies that are one value.

use libfuzzer_sys::fuzz_target;
use windlass_fuzz::{Input, check_framer};
use windlass_provider::frame::Framing;

fuzz_target!(|data: &[u8]| {
    if let Some(input) = Input::new(data) {
        let framing = match input.chooses(0) {
            true => Framing::Json,
            false => Framing::JsonArray,
        };
        check_framer(framing, &input);
    }
});
