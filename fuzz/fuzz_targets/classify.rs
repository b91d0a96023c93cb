#![no_main]
//! Bodies of errors, of a response and inside a stream: always an error that has a kind and does not hold the key.

use std::time::SystemTime;

use libfuzzer_sys::fuzz_target;
use windlass_core::ModelError;
use windlass_fuzz::Input;
use windlass_provider::classify::{Failure, in_stream, response};

const SECRET: &str = "sk-fuzz-0123456789abcdefghijklmnop";
const STATUSES: [u16; 8] = [200, 307, 400, 401, 404, 413, 429, 529];

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::new(data) else {
        return;
    };
    let status = STATUSES[usize::from(input.choices) % STATUSES.len()];
    // What stands before the cut is the body, what stands after it a header: times and dates are read from both.
    let (body, header) = input.body.split_at(input.cut);
    let header = String::from_utf8_lossy(header);
    let headers = [("retry-after", &*header), ("x-amzn-errortype", &*header)];
    let mut leaking = body.to_vec();
    leaking.extend_from_slice(SECRET.as_bytes());
    for body in [body, &leaking] {
        let failure = Failure::new(status, body)
            .with_headers(&headers)
            .with_secret(SECRET);
        let error = response(&failure, SystemTime::UNIX_EPOCH);
        check_secret(&error);
        assert!(!format!("{failure:?}").contains(SECRET), "a key is shown");
    }
    check(&in_stream(body, Some(&header)));
    check(&in_stream(body, None));
});

fn check_secret(error: &ModelError) {
    check(error);
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(!shown.contains(SECRET), "a key is shown");
    }
}

fn check(error: &ModelError) {
    assert!(!error.to_string().is_empty(), "an error without words");
    assert!(!error.hint().is_empty(), "an error without a hint");
}
