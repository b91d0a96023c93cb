use windlass_core::{Assistant, Call, CallStart, Outcome, PartIndex, Schema, ToolSpec};

use super::*;

const PLAIN: Form = Form::plain("_-").up_to(20);

//
#[test]
fn what_the_wire_takes_stays_as_it_is() {
    for (form, text) in [
        (Form::ANY, "functions.read:0 ü"),
        (PLAIN, "toolu_01-A"),
        (PLAIN, "7"),
        (Form::plain("").exactly(9), "abc123XYZ"),
        (Form::plain("_").with_letter_first(), "_read2"),
    ] {
        assert_eq!(form.fit(text), text);
        assert_eq!(form.fit(&form.fit(text)), text);
    }
}

//
#[test]
fn what_the_wire_does_not_take_is_made_to_fit() {
    for (form, text, fitted) in [
        (PLAIN, "fs.read", "fs_read_4f70ea29"),
        (PLAIN, "fs:read", "fs_read_"),
        (PLAIN, "", "_"),
        (PLAIN, "twenty_one_characters", "twenty_one_"),
        (Form::plain("").exactly(9), "call_1", ""),
        (Form::plain("_").with_letter_first(), "2nd", "_2nd_"),
        (Form::ANY.up_to(12), "übermäßig lang", "üb_"),
    ] {
        let made = form.fit(text);
        assert!(form.takes(&made), "{text:?} became {made:?}");
        assert!(made.starts_with(fitted), "{text:?} became {made:?}");
    }
    assert_ne!(PLAIN.fit("fs.read"), PLAIN.fit("fs:read"));
}

/// The ids of each message of a conversation of answers with these calls.
fn ids_of(answers: &[&[&str]], form: Form) -> Vec<Vec<String>> {
    let mut conversation = Conversation::from("Hello");
    for ids in answers {
        let calls: Vec<_> = ids.iter().map(|id| Call::new(*id, "f", "{}")).collect();
        let outcomes: Vec<_> = calls
            .iter()
            .map(|call| Outcome::success(call, "done"))
            .collect();
        let answer = calls
            .into_iter()
            .fold(Assistant::default(), Assistant::with);
        conversation.push_assistant(answer).unwrap();
        conversation.push_outcomes(outcomes).unwrap();
    }
    let ids = CallIds::of(&conversation);
    let messages = conversation.messages().enumerate().skip(1);
    messages
        .map(|(at, message)| {
            let mut fitted = ids.at(at, form);
            let calls = message.calls().map(|call| &call.id);
            let outcomes = message.outcomes().iter().map(|outcome| &outcome.call);
            calls
                .chain(outcomes)
                .map(|id| fitted.fit(id).into_owned())
                .collect()
        })
        .collect()
}

//
#[test]
fn an_id_that_comes_again_is_made_another_for_call_and_outcome_alike() {
    for form in [Form::ANY, PLAIN, Form::plain("").exactly(9)] {
        let ids = ids_of(&[&["a", "b", "a"], &["c"], &["b", "a"]], form);
        let (calls, outcomes): (Vec<_>, Vec<_>) =
            ids.chunks(2).map(|pair| (&pair[0], &pair[1])).unzip();
        assert_eq!(calls, outcomes);
        let mut all: Vec<&String> = calls.into_iter().flatten().collect();
        assert!(all.iter().all(|id| form.takes(id)), "{all:?}");
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 6, "{ids:?}");
    }
    assert_eq!(ids_of(&[&["a"], &["b"]], PLAIN)[2], ["b"]);
}

//
#[test]
fn bytes_are_kept_by_what_came_before() {
    let call = Call::new("a", "f", "{}");
    let mut conversation = Conversation::from("Hello");
    for _ in 0..2 {
        let answer = Assistant::default().with(call.clone());
        conversation.push_assistant(answer).unwrap();
        conversation
            .push_outcomes([Outcome::success(&call, "done")])
            .unwrap();
    }
    let [user, _, _, again, _] = conversation.entries() else {
        panic!("five messages");
    };
    let alone = Conversation::from_entries([user.clone(), again.clone()]).unwrap();
    let key = EncodingKey::new("wire");
    let encode = |conversation: &Conversation, place| {
        let write = |mut ids: EntryIds<'_>, out: &mut Vec<u8>| {
            out.extend_from_slice(ids.fit(&call.id).as_bytes());
            Ok(())
        };
        let ids = CallIds::of(conversation);
        ids.encoding((place, again), &key, Form::ANY, write)
            .unwrap()
            .to_vec()
    };
    let repeated = encode(&conversation, 3);
    assert_ne!(repeated, b"a");
    assert_eq!(encode(&alone, 1), b"a");
    assert_eq!(encode(&conversation, 3), repeated);
}

struct Calling(&'static str);

impl Decoder for Calling {
    fn frame(&mut self, _: &Frame<'_>, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        let call = Box::new(CallStart::new("c", PLAIN.fit(self.0).into_owned()));
        let part = PartIndex(0);
        events.push_back(Event::Call { part, call });
        Ok(())
    }

    fn finish(&mut self, _: &mut VecDeque<Event>) -> Result<(), ModelError> {
        Ok(())
    }
}

#[test]
fn calls_name_tools_as_the_program_does() {
    let spec = |name: &'static str| ToolSpec::new(name, "", Schema::empty_object());
    let request = Request::new("Hello").with_tools(vec![spec("fs.read"), spec("plain")]);
    for name in ["fs.read", "plain", "made.up"] {
        let mut decoder = restore(Box::new(Calling(name)), &request, PLAIN);
        let mut events = VecDeque::new();
        decoder.frame(&Frame::new(b""), &mut events).unwrap();
        let Some(Event::Call { call, .. }) = events.pop_front() else {
            panic!("a call");
        };
        let expected = if name == "made.up" {
            PLAIN.fit(name)
        } else {
            name.into()
        };
        assert_eq!(call.name, *expected);
    }
}
