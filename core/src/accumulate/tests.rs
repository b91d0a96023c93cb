use proptest::prelude::*;

use super::*;
use crate::{
    AssistantPart, CallId, CallStart, Citation, FinishReason, Item, JsonText, Media, Seal, Text,
    TextPart, Thinking, Unknown,
};

fn at(part: u32) -> PartIndex {
    PartIndex(part)
}

fn text(part: u32, text: &str) -> Event {
    Event::Text {
        part: at(part),
        text: text.into(),
    }
}

fn thinking(part: u32, text: &str) -> Event {
    Event::Thinking {
        part: at(part),
        text: text.into(),
    }
}

fn call(part: u32, id: &str) -> Event {
    Event::Call {
        part: at(part),
        call: Box::new(CallStart::new(id, "weather")),
    }
}

fn arguments(part: u32, text: &str) -> Event {
    Event::Arguments {
        part: at(part),
        text: text.into(),
    }
}

fn seal(part: u32, seal: Seal) -> Event {
    Event::Seal {
        part: at(part),
        seal: Box::new(seal),
    }
}

fn citation(part: u32) -> Event {
    Event::Citation {
        part: at(part),
        citation: Box::default(),
    }
}

fn item(part: u32) -> Event {
    Event::Item {
        part: at(part),
        item: Box::new(Item::new("search", JsonText::parse("{}").unwrap())),
    }
}

fn media(part: u32) -> Event {
    Event::Media {
        part: at(part),
        media: Box::new(Media::from_bytes("image/png", b"x")),
    }
}

fn end(part: u32) -> Event {
    Event::PartEnd { part: at(part) }
}

fn usage(usage: Usage) -> Event {
    Event::Usage(usage)
}

fn finish() -> Event {
    Event::Finish(Finish::new(FinishReason::Stop, "stop"))
}

fn fold(events: &[Event]) -> Result<Accumulator, OrderError> {
    let mut answer = Accumulator::new();
    for event in events {
        answer.push(event)?;
    }
    Ok(answer)
}

/// The events and the complaint that the last of them meets; a finish is put behind an empty complaint.
fn check(events: &[Event], complaint: &str) {
    match (fold(events), complaint) {
        (Ok(mut answer), "") => {
            answer.push(&finish()).unwrap();
            assert!(answer.finish().is_ok());
        }
        (Err(error), _) => assert_eq!(
            error.to_string(),
            format!("impossible event order: {complaint}")
        ),
        (Ok(_), _) => panic!("{events:?} was taken, expected: {complaint}"),
    }
}

// R-8
#[test]
fn only_possible_orders_are_taken() {
    check(&[], "");
    check(&[Event::Started(Box::default()), text(0, "a")], "");
    let warning = Event::Warning(Box::new(Warning::new("top_k", "left out")));
    check(&[warning, Event::Started(Box::default())], "");
    check(
        &[text(0, "a"), thinking(1, "b"), text(0, "c"), end(1), end(0)],
        "",
    );
    check(&[text(0, ""), seal(0, Seal::new().with_signature("s"))], "");
    check(
        &[
            text(0, "a"),
            end(0),
            seal(0, Seal::new().with_signature("s")),
        ],
        "",
    );
    check(
        &[
            call(4, "a"),
            arguments(4, "{"),
            call(2, "b"),
            arguments(4, "}"),
        ],
        "",
    );
    check(
        &[
            usage(Usage::UNKNOWN),
            Event::Unknown(Box::new(Unknown::new("x", JsonText::parse("1").unwrap()))),
        ],
        "",
    );

    check(
        &[text(0, "a"), Event::Started(Box::default())],
        "a start after the answer began",
    );
    check(
        &[
            Event::Started(Box::default()),
            Event::Started(Box::default()),
        ],
        "a start after the answer began",
    );
    check(&[finish(), text(0, "a")], "text after the finish");
    check(&[finish(), finish()], "a second finish after the finish");
    check(&[finish(), usage(Usage::UNKNOWN)], "usage after the finish");
    check(
        &[arguments(0, "{}")],
        "arguments for part 0: no event opened the part",
    );
    check(
        &[citation(3)],
        "a citation for part 3: no event opened the part",
    );
    check(
        &[seal(3, Seal::new())],
        "a seal for part 3: no event opened the part",
    );
    check(&[end(3)], "an end for part 3: no event opened the part");
    check(
        &[text(0, "a"), thinking(0, "b")],
        "thinking for part 0: the part is a text",
    );
    check(
        &[thinking(0, "a"), citation(0)],
        "a citation for part 0: the part is thinking",
    );
    check(
        &[text(0, "a"), arguments(0, "b")],
        "arguments for part 0: the part is a text",
    );
    check(
        &[call(0, "a"), call(0, "b")],
        "a call for part 0: another call is there already",
    );
    check(
        &[call(0, "a"), text(0, "b")],
        "text for part 0: the part is a call",
    );
    check(
        &[item(0), text(0, "a")],
        "text for part 0: the part is an item",
    );
    check(
        &[item(0), seal(0, Seal::new())],
        "a seal for part 0: the part is an item",
    );
    check(
        &[text(0, "a"), end(0), text(0, "b")],
        "text for part 0: the part has ended",
    );
    check(
        &[text(0, "a"), end(0), end(0)],
        "an end for part 0: the part has ended",
    );
}

// R-8
#[test]
fn each_part_keeps_its_place_its_kind_and_its_seal() {
    let signed = |signature: &str| Seal::new().with_signature(signature);
    let events = [
        thinking(0, "first"),
        seal(0, signed("s0")),
        call(1, "a"),
        thinking(2, "second"),
        seal(2, signed("s2")),
        arguments(1, "{}"),
        text(3, "cited"),
        Event::Citation {
            part: at(3),
            citation: Box::new(Citation::default().with_url("u")),
        },
        item(4),
        media(5),
        seal(5, signed("s5")),
        Event::Refusal {
            part: at(6),
            text: "no".into(),
        },
    ];
    let parts = fold(&events).unwrap().partial().parts;
    let [
        AssistantPart::Thinking(first),
        AssistantPart::Call(call),
        AssistantPart::Thinking(second),
        AssistantPart::Text(cited),
        AssistantPart::Item(_),
        AssistantPart::Media(picture),
        AssistantPart::Refusal(refusal),
    ] = &parts[..]
    else {
        panic!("{parts:?}");
    };
    assert_eq!(
        (first.signature(), second.signature()),
        (Some("s0"), Some("s2"))
    );
    let seal = picture.seal.as_ref().unwrap();
    assert_eq!(seal.signature.as_deref(), Some("s5"));
    assert_eq!((call.id.as_str(), call.arguments.as_str()), ("a", "{}"));
    assert_eq!(
        cited,
        &TextPart::new("cited").with_citation(Citation::default().with_url("u"))
    );
    assert_eq!(refusal.text, "no");
}

// R-8
#[test]
fn what_a_provider_says_late_is_taken_in() {
    let newer = Item::new("search", JsonText::parse("[1]").unwrap());
    let events = [
        text(0, "cited"),
        item(1),
        end(1),
        end(0),
        Event::Item {
            part: at(1),
            item: Box::new(newer.clone()),
        },
        citation(0),
    ];
    let cited = TextPart::new("cited").with_citation(Citation::default());
    assert_eq!(
        fold(&events).unwrap().partial().parts,
        [AssistantPart::Text(cited), AssistantPart::Item(newer)]
    );
    check(
        &[thinking(0, "a"), end(0), citation(0)],
        "a citation for part 0: the part has ended",
    );
    check(
        &[media(0), item(0)],
        "an item for part 0: the part is media",
    );
}

#[test]
fn a_seal_that_comes_in_pieces_is_put_together() {
    let events = [
        thinking(0, ""),
        seal(0, Seal::new().with_id("rs_1").with_encrypted("early")),
        seal(0, Seal::new().with_encrypted("late")),
    ];
    let expected = Thinking::new("").with_seal(Seal::new().with_id("rs_1").with_encrypted("late"));
    assert_eq!(
        fold(&events).unwrap().partial().parts,
        [AssistantPart::Thinking(expected)]
    );
}

// R-14
#[test]
fn the_newest_report_of_a_count_holds() {
    let events = [
        usage(Usage::UNKNOWN.with_input(100).with_output(1)),
        text(0, "a"),
        usage(Usage::UNKNOWN.with_output(7)),
        usage(Usage::UNKNOWN.with_output(9)),
    ];
    let seen = fold(&events).unwrap().usage();
    assert_eq!(seen, Usage::UNKNOWN.with_input(100).with_output(9));
}

#[test]
fn what_was_discarded_is_gone() {
    let mut answer = Accumulator::of(ModelId::new("p", "m"));
    for event in [
        text(0, "half a"),
        usage(Usage::UNKNOWN.with_output(3)),
        finish(),
    ] {
        answer.push(&event).unwrap();
    }
    answer.push(&Event::Discarded { attempt: 1 }).unwrap();
    assert!(!answer.has_output() && !answer.is_finished() && answer.usage().is_unknown());
    let again = [
        Event::Started(Box::new(Started::new().with_id("r2").with_model("m-1"))),
        text(0, "all"),
        finish(),
    ];
    for event in again {
        answer.push(&event).unwrap();
    }
    let response = answer.finish().unwrap();
    assert_eq!(response.message.text(), "all");
    assert_eq!(response.message.id.as_deref(), Some("r2"));
    assert_eq!(response.model.as_deref(), Some("m-1"));
    assert_eq!(response.message.origin, Some(ModelId::new("p", "m")));
}

// R-66
#[test]
fn an_answer_without_a_finish_is_given_back_and_marked() {
    let cut = fold(&[text(0, "half"), call(1, "a"), arguments(1, r#"{"ci"#)])
        .unwrap()
        .finish()
        .unwrap_err();
    let partial = cut.partial();
    assert!(!partial.completion.is_whole());
    assert_eq!(partial.text(), "half");
    assert_eq!(
        partial.calls().next().unwrap().arguments.as_str(),
        r#"{"ci"#
    );
}

// R-3
#[test]
fn an_index_from_the_wire_sizes_nothing() {
    let answer = fold(&[text(u32::MAX, "last"), text(0, "first")]).unwrap();
    assert_eq!(answer.partial().text(), "firstlast");
    assert_eq!(answer.parts.len(), 2);
}

/// The events of one part, in order.
fn part_events(part: u32) -> impl Strategy<Value = Vec<Event>> {
    let pieces = || prop::collection::vec("[a-zäß😀 ]{0,30}", 1..5);
    let texts = pieces().prop_map(move |pieces| {
        let mut events: Vec<_> = pieces.iter().map(|piece| text(part, piece)).collect();
        events.push(citation(part));
        events
    });
    let thoughts = pieces().prop_map(move |pieces| {
        let mut events: Vec<_> = pieces.iter().map(|piece| thinking(part, piece)).collect();
        events.push(seal(
            part,
            Seal::new().with_signature(format!("signed {part}")),
        ));
        events
    });
    let calls = pieces().prop_map(move |pieces| {
        let begin = call(part, &format!("call_{part}"));
        std::iter::once(begin)
            .chain(pieces.iter().map(|piece| arguments(part, piece)))
            .collect()
    });
    let whole = prop_oneof![Just(item(part)), Just(media(part))].prop_map(|event| vec![event]);
    prop_oneof![4 => texts, 3 => thoughts, 3 => calls, 1 => whole]
}

/// The events of several parts: one part after the other, and in some interleaving.
fn interleaved() -> impl Strategy<Value = (Vec<Event>, Vec<Event>)> {
    let parts = (1..6_u32).prop_flat_map(|count| (0..count).map(part_events).collect::<Vec<_>>());
    (parts, any::<[u8; 32]>()).prop_map(|(parts, picks)| {
        let sequential = parts.concat();
        let mut queues: Vec<_> = parts
            .into_iter()
            .map(std::collections::VecDeque::from)
            .collect();
        let mut mixed = Vec::new();
        for pick in picks.iter().cycle() {
            queues.retain(|queue| !queue.is_empty());
            if queues.is_empty() {
                break;
            }
            let which = usize::from(*pick) % queues.len();
            mixed.extend(queues[which].pop_front());
        }
        (sequential, mixed)
    })
}

proptest! {
    // R-19, R-8
    #[test]
    fn any_interleaving_gives_the_message_of_the_sequence((sequential, mixed) in interleaved()) {
        let expected = fold(&sequential).unwrap().partial();
        prop_assert_eq!(fold(&mixed).unwrap().partial(), expected);
    }

    // R-1
    #[test]
    fn how_a_text_is_cut_makes_no_difference(words in ".{0,80}", cut in 0..80_usize) {
        let cut = words.char_indices().map(|(at, _)| at).take_while(|at| *at <= cut).last().unwrap_or(0);
        let cut_up = fold(&[text(0, &words[..cut]), text(0, &words[cut..])]).unwrap().partial();
        prop_assert_eq!(cut_up.text(), words);
    }

    #[test]
    fn random_events_never_break_it(events in prop::collection::vec(any_event(), 0..40)) {
        let mut answer = Accumulator::new();
        for event in &events {
            let before = answer.partial();
            if answer.push(event).is_err() {
                prop_assert_eq!(answer.partial(), before);
            }
        }
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let part = 0..4_u32;
    (part, 0..11).prop_map(|(part, kind)| match kind {
        0 => text(part, "t"),
        1 => thinking(part, "t"),
        2 => call(part, "c"),
        3 => arguments(part, "{}"),
        4 => citation(part),
        5 => seal(part, Seal::new().with_id("i")),
        6 => item(part),
        7 => end(part),
        8 => usage(Usage::UNKNOWN.with_output(1)),
        9 => finish(),
        _ => Event::Discarded { attempt: 1 },
    })
}

#[test]
fn a_call_id_is_kept_letter_for_letter() {
    let id = "toolu_01·ü";
    let partial = fold(&[call(0, id)]).unwrap().partial();
    assert_eq!(partial.calls().next().unwrap().id, CallId::from(id));
    assert_eq!(partial.calls().next().unwrap().name, Text::from("weather"));
}
