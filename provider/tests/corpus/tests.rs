#![allow(
    clippy::unwrap_used,
    reason = "clippy knows test functions, not what they call"
)]

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use windlass_core::{
    AssistantPart, ErrorKind, Event, Finish, FinishReason, Message, ModelError, PartIndex, Request,
    Seal, Started,
};
use windlass_provider::codec::{Codec, Decoder, Delivery, Encode, WireRequest};
use windlass_provider::frame::{Frame, Framing, SseOptions};

use crate::run::check::{Check, Verdict};
use crate::run::checks::check;
use crate::run::exceptions::Exceptions;
use crate::run::report::{Report, Tested};
use crate::run::table::{Family, Row, Wire};
use crate::run::{Asked, base64, json::difference, run};

/// A protocol of words: `say TEXT`, `sign SIGNATURE`, `end REASON`, a frame each; whole, all of them in one frame.
#[derive(Debug, Default)]
struct Toy {
    /// Takes every end of the body for the end of the answer.
    ends_early: bool,
    /// Says how often it was asked.
    counts: bool,
    /// What goes to whom when an answer is sent back.
    sends: Sends,
}

#[derive(Debug, Default, PartialEq)]
enum Sends {
    #[default]
    Home,
    Everywhere,
    Nowhere,
}

struct Words {
    ends_early: bool,
    count: Option<u32>,
    end: Option<String>,
}

impl Codec for Toy {
    fn encode(&self, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
        let mut messages = Vec::new();
        for message in call.request.conversation.messages() {
            let Message::Assistant(answer) = message else {
                continue;
            };
            let sends = match self.sends {
                Sends::Home => call.reads_opaque(answer.origin.as_ref()),
                Sends::Everywhere => true,
                Sends::Nowhere => false,
            };
            for part in &answer.parts {
                if let AssistantPart::Text(text) = part {
                    let seal = text.seal.as_ref().filter(|_| sends);
                    let signature = seal.and_then(|seal| seal.signature.clone());
                    messages.push(json!([text.text, signature]));
                }
            }
        }
        let body = json!({"model": call.model(), "messages": messages}).to_string();
        Ok(WireRequest::new("/toy", body.into_bytes()))
    }

    fn decoder(&self, _: &Request, _: Delivery) -> Box<dyn Decoder> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        Box::new(Words {
            ends_early: self.ends_early,
            count: self.counts.then(|| COUNT.fetch_add(1, Ordering::Relaxed)),
            end: None,
        })
    }

    fn framing(&self, _: &str, delivery: Delivery) -> Framing {
        match delivery {
            Delivery::Streamed => Framing::Sse(SseOptions::new()),
            Delivery::Whole => Framing::Json,
        }
    }
}

impl Decoder for Words {
    fn frame(&mut self, frame: &Frame<'_>, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        let part = PartIndex(0);
        for line in String::from_utf8_lossy(frame.data).lines() {
            match line.split_once(' ') {
                Some(("id", id)) => {
                    events.push_back(Event::Started(Box::new(Started::new().with_id(id))));
                }
                Some(("say", text)) => events.push_back(Event::Text {
                    part,
                    text: text.into(),
                }),
                Some(("sign", text)) => events.push_back(Event::Seal {
                    part,
                    seal: Box::new(Seal::new().with_signature(text)),
                }),
                Some(("end", reason)) => self.end = Some(reason.to_owned()),
                _ => return Err(ModelError::new(ErrorKind::Overloaded, line).in_stream()),
            }
        }
        Ok(())
    }

    fn finish(&mut self, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        let early = self.ends_early.then(|| "early".to_owned());
        let Some(reason) = self.end.take().or(early) else {
            return Err(ModelError::new(ErrorKind::Truncated, "cut").in_stream());
        };
        let reason = match self.count {
            Some(count) => format!("{reason} {count}"),
            None => reason,
        };
        events.push_back(Event::Finish(Finish::new(FinishReason::Stop, reason)));
        Ok(())
    }
}

/// A folder with a case, gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("windlass-corpus-{}-{number}", std::process::id());
        let folder = Folder(std::env::temp_dir().join(name));
        fs::create_dir_all(&folder.0).unwrap();
        for (name, text) in files {
            fs::write(folder.0.join(name), text).unwrap();
        }
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Names are unique, so that what is left behind harms nobody.
        fs::remove_dir_all(&self.0).ok();
    }
}

const META: &str = r#"{"model": "toy-1", "streaming": true, "http_status": 200}"#;
const STREAM: &str =
    "data: id a1\n\ndata: say It \n\ndata: say rains ☂.\n\ndata: sign EqQB\n\ndata: end stop\n\n";
const ORACLE: &str = r#"{"outcome": "message", "id": "a1", "finish": "stop",
    "parts": [{"type": "text", "text": "It rains ☂."}]}"#;
const REQUEST: &str = r#"{"messages": [["Hello.", null]], "model": "toy-1"}"#;

/// The verdicts on a case of a stream, as text: those that passed are left out.
fn failures(toy: Toy, files: &[(&str, &str)]) -> Vec<String> {
    let files = [&[("meta.json", META), ("response.sse", STREAM)][..], files].concat();
    verdicts(toy, &Folder::with(&files))
        .into_iter()
        .filter_map(|(check, verdict)| match verdict {
            Verdict::Failed(why) => Some(format!("{check}: {why}")),
            _ => None,
        })
        .collect()
}

fn verdicts(toy: Toy, folder: &Folder) -> Vec<(Check, Verdict)> {
    let codec: &'static Toy = Box::leak(Box::new(toy));
    let wire = Wire {
        provider: "toy",
        codec,
        writer: codec,
        parse: Some(|request| match request["messages"][0][0].as_str() {
            Some(text) => {
                let mut conversation = windlass_core::Conversation::new();
                let message = windlass_core::Assistant::new(text);
                conversation.push_assistant(message).unwrap();
                Ok(Request::new(conversation))
            }
            None => Err("no text".to_owned()),
        }),
        family: Family::Anthropic,
    };
    check(&Row::Chat(wire), &folder.0).unwrap()
}

// R-1, R-4, R-9
#[test]
fn a_good_codec_passes_every_check_that_the_case_allows() {
    let files = [
        ("meta.json", META),
        ("response.sse", STREAM),
        ("oracle.json", ORACLE),
        ("request.json", REQUEST),
    ];
    let all = verdicts(Toy::default(), &Folder::with(&files));
    let expected = [
        (Check::Request, Verdict::Passed),
        (Check::Decoded, Verdict::Passed),
        (Check::Cuts, Verdict::Passed),
        (Check::Truncation, Verdict::Passed),
        (Check::Same, Verdict::Absent),
        (Check::Replay, Verdict::Passed),
        (Check::Oracle, Verdict::Passed),
    ];
    assert_eq!(all, expected);
}

#[test]
fn a_decoder_that_takes_every_end_for_the_end_is_found() {
    let toy = Toy {
        ends_early: true,
        ..Toy::default()
    };
    assert_eq!(
        failures(toy, &[]),
        ["truncation: an empty body is taken for an answer"]
    );
}

#[test]
fn a_decoder_that_depends_on_more_than_the_frames_is_found() {
    let toy = Toy {
        counts: true,
        ..Toy::default()
    };
    let found = failures(toy, &[]);
    assert_eq!(found[0], "cuts: one byte at a time: another message");
}

// R-9
#[test]
fn opaque_values_that_get_lost_or_go_to_others_are_found() {
    for (sends, expected) in [
        (Sends::Nowhere, "replay: not sent back: `EqQB`"),
        (
            Sends::Everywhere,
            "replay: sent to another provider: `EqQB`",
        ),
    ] {
        let toy = Toy {
            sends,
            ..Toy::default()
        };
        assert_eq!(failures(toy, &[]), [expected]);
    }
}

#[test]
fn what_another_client_has_otherwise_is_found() {
    let check = |oracle: &str, expected: &str| {
        let found = failures(Toy::default(), &[("oracle.json", oracle)]);
        assert_eq!(found, [expected]);
    };
    check(
        &ORACLE.replace("rains", "snows"),
        "oracle: parts: `[0].text` is \"It rains ☂.\", expected \"It snows ☂.\"",
    );
    check(
        &ORACLE.replace("stop", "length"),
        "oracle: finish is `stop`, expected `length`",
    );
    check(
        r#"{"outcome": "message", "usage": {"input_tokens": 7}, "parts": [{"type": "text", "text": "It rains ☂."}]}"#,
        "oracle: usage: input is unknown, expected 7",
    );
    check(
        &ORACLE.replace("\"message\"", "\"error\""),
        "decoded: a message, and not the error that is in the body",
    );
}

#[test]
fn a_request_that_is_written_otherwise_is_found() {
    let request = REQUEST.replace("toy-1\"", "toy-1\", \"seed\": 7");
    let found = failures(Toy::default(), &[("request.json", &request)]);
    assert_eq!(found, ["request: `seed` is missing: 7"]);
}

#[test]
fn a_stream_and_a_whole_body_that_differ_are_found() {
    let other = Folder::with(&[
        (
            "meta.json",
            r#"{"model": "toy-1", "streaming": false, "http_status": 200}"#,
        ),
        ("response.json", "id a1\nsay It rains.\nsign EqQB\nend stop"),
    ]);
    let name = other.0.file_name().unwrap().to_string_lossy();
    let meta = META.replace('}', &format!(r#", "same_as": "{name}"}}"#));
    let found = failures(Toy::default(), &[("meta.json", &meta)]);
    assert_eq!(
        found,
        ["same: `message.parts[0].text.text` is \"It rains ☂.\", expected \"It rains.\""]
    );
}

#[test]
fn a_refused_request_is_classified_by_its_status() {
    let check = |meta: Value, body: &str| {
        let files = [("meta.json", &*meta.to_string()), ("response.json", body)];
        let all = verdicts(Toy::default(), &Folder::with(&files));
        all.into_iter()
            .find(|(check, _)| *check == Check::Error)
            .unwrap()
            .1
    };
    let body = r#"{"error": {"message": "Slow down."}}"#;
    assert_eq!(check(json!({"http_status": 429}), body), Verdict::Passed);
    let meta = json!({"http_status": 429, "error_kind": "overloaded"});
    assert!(matches!(check(meta, body), Verdict::Failed(_)));
    assert!(matches!(
        check(json!({"http_status": 418}), body),
        Verdict::Failed(_)
    ));
}

#[test]
fn differences_are_named_by_their_place() {
    let check = |one: Value, two: Value, expected: Option<&str>| {
        assert_eq!(difference(&one, &two).as_deref(), expected, "{one} {two}");
    };
    check(json!({"a": 1, "b": [2]}), json!({"b": [2.0], "a": 1}), None);
    check(
        json!({"a": [{"b": 1}]}),
        json!({"a": [{"b": 2}]}),
        Some("`a[0].b` is 2, expected 1"),
    );
    check(
        json!({"a": [1]}),
        json!({"a": [1, 2], "c": null}),
        Some("`a` has 2 items, expected 1: 2; `c` is too much: null"),
    );
}

#[test]
fn base64_is_read() {
    for (text, expected) in [
        ("", Some(&b""[..])),
        ("AA==", Some(b"\0")),
        ("/+8=", Some(b"\xff\xef")),
        ("YWJj", Some(b"abc")),
        ("YWJjZA==", Some(b"abcd")),
        ("Y", None),
        ("Y*==", None),
    ] {
        assert_eq!(base64::decode(text).as_deref(), expected, "{text}");
    }
}

fn report(exceptions: &str) -> Report {
    let failed = || Verdict::failed("it is not so");
    let tested = vec![
        Tested::of("one/a", vec![(Check::Decoded, Verdict::Passed)]),
        Tested::of("one/b", vec![(Check::Decoded, failed())]),
        Tested::of(
            "two/c",
            vec![(Check::Decoded, Verdict::Undecided("no codec".to_owned()))],
        ),
    ];
    Report::new(tested, Exceptions::read(exceptions).unwrap())
}

#[test]
fn the_last_line_counts_the_cases() {
    let report = report("");
    let text = report.text(false);
    assert!(!report.is_good());
    assert!(
        text.ends_with("\n1 passed, 1 failed, 1 skipped\n"),
        "{text}"
    );
    assert!(text.contains("one/b decoded\n      it is not so"), "{text}");
}

#[test]
fn an_exception_is_accepted_with_its_reason_and_only_while_it_applies() {
    let accepted = report("# why\none/b decoded It breaks off.");
    let text = accepted.text(false);
    assert!(accepted.is_good(), "{text}");
    assert!(text.contains("Accepted:\n  one/b decoded\n      It breaks off."));

    let stale = report("one/b decoded It breaks off.\none/a cuts Once.");
    assert!(!stale.is_good());
    assert!(
        stale
            .text(false)
            .contains("one/a cuts\n      it passes: take")
    );

    assert!(Exceptions::read("one/b decoded").is_err());
    assert!(Exceptions::read("one/b unknown Because.").is_err());
}

#[test]
fn the_projects_own_cases_pass() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/cases");
    let asked = Asked::read([folder.to_owned()].into_iter()).unwrap();
    let report = run(&asked).unwrap();
    assert!(report.is_good(), "{}", report.text(asked.verbose));
}

#[test]
fn the_command_line_is_read() {
    let check = |line: &str| Asked::read(line.split_whitespace().map(str::to_owned));
    let asked = check("a/b --only tool-call --verbose").unwrap();
    assert_eq!(asked.folder.to_string_lossy(), "a/b");
    assert_eq!(asked.only.as_deref(), Some("tool-call"));
    assert!(asked.verbose);
    let trouble = check("a --loud").unwrap_err();
    assert_eq!(trouble.to_string(), "unknown flag `--loud`");
    let trouble = run(&check("no-such-folder").unwrap()).unwrap_err();
    assert!(trouble.to_string().starts_with("no-such-folder: "));
}
