//! Deltas that are alike: reading them by what differs changes nothing.

use proptest::prelude::*;

use super::*;

/// The events of the frames, and the error that ends them; without the template it is forgotten before each frame.
fn run(frames: &[(Option<&str>, String)], with_template: bool) -> (Vec<Event>, Option<String>) {
    let mut decoder = ResponsesDecoder::new(0, Delivery::Streamed);
    let mut events = VecDeque::new();
    let mut feed = || {
        for (event, data) in frames {
            if !with_template {
                decoder.alike.forget();
            }
            let mut frame = Frame::new(data.as_bytes());
            frame.event = *event;
            decoder.frame(&frame, &mut events)?;
        }
        decoder.finish(&mut events)
    };
    let error = feed().err().map(|error| error.to_string());
    (events.into(), error)
}

fn frame() -> impl Strategy<Value = (Option<&'static str>, String)> {
    let kind = prop_oneof![
        6 => Just("response.output_text.delta"),
        1 => Just("response.refusal.delta"),
        1 => Just("response.reasoning_summary_text.delta"),
        1 => Just("response.function_call_arguments.delta"),
        1 => Just("response.output_text.done"),
    ];
    let words = prop_oneof![
        Just(String::new()),
        Just(r"a\n".to_owned()),
        Just(r"\ud83d".to_owned()),
        Just(r"\ude00".to_owned()),
        "[a-z]{1,5}",
    ];
    let place = prop_oneof![
        6 => Just(r#","output_index":0,"content_index":0"#),
        1 => Just(r#","output_index":0,"content_index":1"#),
        1 => Just(r#","output_index":1,"content_index":0"#),
        1 => Just(""),
    ];
    (kind, any::<bool>(), 0..20_u64, words, place).prop_map(|(kind, named, number, words, place)| {
        let data = format!(
            r#"{{"type":"{kind}","sequence_number":{number},"item_id":"i{}"{place},"delta":"{words}","obfuscation":"{number}"}}"#,
            number % 2
        );
        (named.then_some(kind), data)
    })
}

proptest! {
    // R-1
    #[test]
    fn the_template_never_changes_a_result(frames in proptest::collection::vec(frame(), 1..14)) {
        prop_assert_eq!(run(&frames, true), run(&frames, false));
    }
}

#[test]
fn the_template_is_used() {
    let delta = |number: u64, words: &str| {
        format!(
            r#"{{"type":"response.output_text.delta","sequence_number":{number},"output_index":0,"delta":"{words}","obfuscation":"{words}"}}"#
        )
    };
    let mut decoder = ResponsesDecoder::new(0, Delivery::Streamed);
    let first = delta(9, "a");
    decoder
        .frame(&Frame::new(first.as_bytes()), &mut VecDeque::new())
        .unwrap();
    assert!(decoder.alike.recall(delta(10, "bc").as_bytes()).is_some());
}
