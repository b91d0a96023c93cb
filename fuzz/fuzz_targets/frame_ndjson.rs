#![no_main]
//! One JSON value per line.

use libfuzzer_sys::fuzz_target;
use windlass_fuzz::{Input, check_framer};
use windlass_provider::frame::Framing;

fuzz_target!(|data: &[u8]| {
    if let Some(input) = Input::new(data) {
        check_framer(Framing::Ndjson, &input);
    }
});
