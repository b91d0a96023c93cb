#![no_main]
//! Answers of Chat Completions, streamed and whole, by what a dialect takes for the end of a stream.

use libfuzzer_sys::fuzz_target;
use windlass_fuzz::{Input, Wire, check_decoder};
use windlass_provider::wire::openai_chat::{OpenAiChat, ReasoningCount, StreamEnd};

static STRICT: OpenAiChat = OpenAiChat::new();
static BY_REASON: OpenAiChat = OpenAiChat::new()
    .with_end(StreamEnd::Reason)
    .with_reasoning_count(ReasoningCount::OnTop);
static BY_DONE: OpenAiChat = OpenAiChat::new().with_end(StreamEnd::DoneAlone);

fuzz_target!(|data: &[u8]| {
    if let Some(input) = Input::new(data) {
        let codec = match (input.choices >> 1) % 3 {
            0 => &STRICT,
            1 => &BY_REASON,
            _ => &BY_DONE,
        };
        let wire = Wire {
            codec,
            streamed: "text/event-stream",
        };
        check_decoder(&wire, &input);
    }
});
