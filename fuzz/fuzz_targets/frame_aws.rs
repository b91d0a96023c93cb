#![no_main]
//! AWS event streams: as they are, and with checksums that hold, so that what lies behind them is reached.

use libfuzzer_sys::fuzz_target;
use windlass_fuzz::{Input, check_framer, with_checksums};
use windlass_provider::frame::Framing;

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::new(data) else {
        return;
    };
    if input.chooses(0) {
        check_framer(Framing::AwsEventStream, &input);
    } else {
        let body = with_checksums(input.body);
        let body = &body[..];
        check_framer(Framing::AwsEventStream, &Input { body, ..input });
    }
});
