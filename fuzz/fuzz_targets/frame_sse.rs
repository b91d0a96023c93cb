#![no_main]
//! Server-sent events, with and without a last event that lacks its blank line.

use libfuzzer_sys::fuzz_target;
use windlass_fuzz::{Input, check_framer};
use windlass_provider::frame::{Framing, LastEvent, SseOptions};

fuzz_target!(|data: &[u8]| {
    if let Some(input) = Input::new(data) {
        let options = match input.chooses(0) {
            true => SseOptions::new().last_event(LastEvent::Dispatch),
            false => SseOptions::new(),
        };
        check_framer(Framing::Sse(options), &input);
    }
});
