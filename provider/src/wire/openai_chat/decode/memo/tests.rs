use std::collections::VecDeque;

use proptest::prelude::*;
use windlass_core::{Event, ModelError, PartIndex, Request};

use super::*;
use crate::codec::{Decoder, Delivery};
use crate::frame::Frame;
use crate::wire::openai_chat::OpenAiChat;
use crate::wire::openai_chat::decode::ChatDecoder;

const TEXT: Piece = Piece {
    kind: PieceKind::Text,
    part: PartIndex(1),
};

/// Learns a chunk by its words, and shows what it recalls of another.
fn recall(learned: &str, words: &str, chunk: &str) -> Option<String> {
    let mut memo = Memo::default();
    let at = learned.find(words).expect("the chunk has the words");
    memo.learn(learned.as_bytes(), &learned[at..at + words.len()], TEXT);
    let (piece, words) = memo.recall(chunk.as_bytes())?;
    assert_eq!(piece, TEXT);
    Some(words.text().to_string())
}

#[test]
fn only_the_words_may_differ() {
    let chunk = r#"{"id":"1","d":{"content":"word"},"n":null}"#;
    let check = |other: &str, expected: Option<&str>| {
        assert_eq!(recall(chunk, "word", other).as_deref(), expected, "{other}");
    };
    check(chunk, Some("word"));
    check(
        r#"{"id":"1","d":{"content":"other \"é\" \n"},"n":null}"#,
        Some("other \"é\" \n"),
    );
    check(r#"{"id":"1","d":{"content":""},"n":null}"#, Some(""));
    check(r#"{"id":"2","d":{"content":"word"},"n":null}"#, None);
    check(r#"{"id":"1","d":{"content":"word"},"n":7}"#, None);
    check(r#"{"id":"1","d":{"content":"word"},"n":null} "#, None);
    check(
        r#"{"id":"1","d":{"content":"word","x":"y"},"n":null}"#,
        None,
    );
    check(r#"{"id":"1","d":{"content":"word\"},"n":null}"#, None);
    check(r#"{"id":"1","d":{"content":"#, None);
    check(r#"{"id":"1","d":{"content":null},"n":null}"#, None);
    check("", None);
}

#[test]
fn padding_may_differ_too() {
    let chunk = r#"{"c":"word","n":1,"obfuscation":"Xy","m":2}"#;
    let check = |other: &str, expected: Option<&str>| {
        assert_eq!(recall(chunk, "word", other).as_deref(), expected, "{other}");
    };
    check(
        r#"{"c":"a","n":1,"obfuscation":"longer \" one","m":2}"#,
        Some("a"),
    );
    check(r#"{"c":"a","n":1,"obfuscation":"","m":2}"#, Some("a"));
    check(r#"{"c":"a","n":2,"obfuscation":"Xy","m":2}"#, None);
    check(r#"{"c":"a","n":1,"obfuscation":"Xy","m":3}"#, None);
    check(r#"{"c":"a","n":1,"obfuscation":7,"m":2}"#, None);
    check(r#"{"c":"a","n":1}"#, None);
}

#[test]
fn padding_that_is_no_json_is_not_passed_over() {
    let mut memo = Memo::default();
    let chunk = |padding: &str| format!(r#"{{"c":"word","obfuscation":"{padding}"}}"#);
    let first = chunk("xy");
    memo.learn(first.as_bytes(), &first[6..10], TEXT);
    assert!(memo.recall(chunk("z").as_bytes()).is_some());
    assert!(memo.recall(chunk("\u{1}").as_bytes()).is_none());
}

#[test]
fn words_that_are_no_slice_between_quotes_are_not_learned() {
    let mut memo = Memo::default();
    let chunk = r#"{"c":"word"}"#;
    memo.learn(chunk.as_bytes(), &String::from("word"), TEXT);
    assert!(
        memo.recall(chunk.as_bytes()).is_none(),
        "another allocation"
    );
    memo.learn(chunk.as_bytes(), &chunk[7..8], TEXT);
    assert!(memo.recall(chunk.as_bytes()).is_none(), "within the string");
}

/// The events of the chunks, and the error that ends them; without the memo it is forgotten before each chunk.
fn run(chunks: &[String], with_memo: bool) -> (Vec<Event>, Option<String>) {
    let mut decoder = ChatDecoder::new(&OpenAiChat::new(), &Request::default(), Delivery::Streamed);
    let mut events = VecDeque::new();
    let mut feed = |decoder: &mut ChatDecoder| -> Result<(), ModelError> {
        for chunk in chunks {
            if !with_memo {
                decoder.memo.forget();
            }
            decoder.frame(&Frame::new(chunk.as_bytes()), &mut events)?;
        }
        decoder.finish(&mut events)
    };
    let error = feed(&mut decoder).err().map(|error| error.to_string());
    (events.into(), error)
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("ha".to_owned()),
        Just(r"\n".to_owned()),
        Just(r"\ud83d".to_owned()),
        Just(r"\ude00x".to_owned()),
        Just("é\u{1}".to_owned()),
        Just(r#"a","content":"b"#.to_owned()),
        "[a-z ]{1,6}",
    ]
}

fn delta() -> impl Strategy<Value = String> {
    (words(), words(), 0..10).prop_map(|(a, b, shape)| match shape {
        0..=2 => format!(r#"{{"content":"{a}"}}"#),
        3 => format!(r#"{{"reasoning_content":"{a}","content":null}}"#),
        4 => format!(r#"{{"content":"{a}","reasoning":"{b}"}}"#),
        5 => format!(r#"{{"reasoning":"{a}","reasoning_details":[{{"type":"reasoning.text","text":"{b}"}}]}}"#),
        6 => format!(r#"{{"tool_calls":[{{"index":0,"function":{{"arguments":"{a}"}}}}]}}"#),
        7 => format!(r#"{{"tool_calls":[{{"index":0,"id":"x","function":{{"name":"f","arguments":"{a}"}}}}]}}"#),
        8 => format!(r#"{{"audio":{{"transcript":"{a}","data":"AAAA"}}}}"#),
        _ => format!(r#"{{"content":[{{"type":"thinking","thinking":"{a}"}}],"refusal":"{b}"}}"#),
    })
}

fn chunk() -> impl Strategy<Value = String> {
    let tail = prop_oneof![
        8 => Just(String::new()),
        1 => words().prop_map(|pad| format!(r#","obfuscation":"{pad}""#)),
        1 => words().prop_map(|pad| format!(r#","p":"{pad}""#)),
        1 => Just(r#","usage":{"prompt_tokens":1}"#.to_owned()),
        1 => Just(r#","citations":["u"]"#.to_owned()),
    ];
    (delta(), tail).prop_map(|(delta, tail)| {
        format!(
            r#"{{"id":"1","choices":[{{"index":0,"delta":{delta},"finish_reason":null}}]{tail}}}"#
        )
    })
}

/// A chunk, sent some times, perhaps with one byte changed.
fn mutated() -> impl Strategy<Value = Vec<String>> {
    let change = proptest::option::weighted(0.1, (any::<prop::sample::Index>(), 32_u8..127));
    (chunk(), 1_usize..4, change).prop_map(|(chunk, times, change)| {
        let mut chunks = vec![chunk.clone(); times];
        if let Some((at, byte)) = change {
            let mut bytes = chunk.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            chunks.extend(String::from_utf8(bytes));
        }
        chunks
    })
}

proptest! {
    // R-1
    #[test]
    fn the_memo_never_changes_a_result(chunks in proptest::collection::vec(mutated(), 1..8)) {
        let chunks = chunks.concat();
        prop_assert_eq!(run(&chunks, true), run(&chunks, false));
    }
}

#[test]
fn the_memo_is_used() {
    let chunk = |words: &str| format!(r#"{{"choices":[{{"delta":{{"content":"{words}"}}}}]}}"#);
    let mut decoder = ChatDecoder::new(&OpenAiChat::new(), &Request::default(), Delivery::Streamed);
    let mut events = VecDeque::new();
    let first = chunk("a");
    decoder
        .frame(&Frame::new(first.as_bytes()), &mut events)
        .unwrap();
    assert!(decoder.memo.recall(chunk("b").as_bytes()).is_some());
}

#[test]
fn a_host_whose_chunks_are_never_alike_is_looked_at_now_and_then() {
    let chunk = |at: usize| format!(r#"{{"n":{at},"c":"word"}}"#);
    let mut memo = Memo::default();
    let mut learned = Vec::new();
    for at in 0..40 {
        let chunk = chunk(at);
        assert!(memo.recall(chunk.as_bytes()).is_none());
        let words = chunk.find("word").unwrap();
        memo.learn(chunk.as_bytes(), &chunk[words..words + 4], TEXT);
        learned.push(memo.known.is_some());
    }
    let known = learned.iter().filter(|known| **known).count();
    assert!((5..20).contains(&known), "{learned:?}");
    assert!(learned[0] && learned[20..].contains(&true), "{learned:?}");
}
