use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{Assistant, Call, Finish, FinishReason, Outcome, OutcomeStatus, Response};

use super::City;
use crate::output::read::objects;
use crate::output::{Reading, Shape, Way};

fn answer(message: Assistant) -> Response {
    Response::new(message, Finish::new(FinishReason::Stop, "stop"))
}

/// The value as text, or what is wrong; and what each call is told.
fn read(shape: &Shape, way: Way, message: Assistant) -> (Result<String, String>, Vec<String>) {
    let told = |outcomes: Vec<Outcome>| {
        let told = outcomes.iter();
        told.map(|outcome| format!("{} {:?}: {}", outcome.call, outcome.status, outcome.text()))
            .collect()
    };
    match shape.read(&answer(message), way) {
        Reading::Value { json, outcomes } => (Ok(json.as_str().to_owned()), told(outcomes)),
        Reading::Wrong { why, outcomes } => (Err(why.into_string()), told(outcomes)),
        Reading::NotYet => (Err("not yet".to_owned()), Vec::new()),
    }
}

fn check_text(shape: &Shape, text: &str, expected: Result<&str, &str>) {
    for way in [Way::Native, Way::Prompted] {
        let (found, outcomes) = read(shape, way, Assistant::new(text));
        let again = "; answer again with the whole JSON object and nothing else";
        let expected = expected
            .map(str::to_owned)
            .map_err(|why| format!("{why}{again}"));
        assert_eq!((found, outcomes), (expected, Vec::new()), "{text}");
    }
}

// R-52
#[test]
fn a_text_is_read_and_what_is_wrong_is_told_by_path() {
    let shape = Shape::of::<City>();
    for (text, expected) in [
        (r#"{"city":"Oslo"}"#, Ok(r#"{"city":"Oslo"}"#)),
        (" {\"city\": \"Oslo\"}\n", Ok(r#"{"city": "Oslo"}"#)),
        (
            "Here:\n```json\n{\"city\":\"Oslo\"}\n```\nBye {you}.",
            Ok(r#"{"city":"Oslo"}"#),
        ),
        (
            r#"Not {"city":1} but {"city":"Oslo"}, nor {"town":2}"#,
            Ok(r#"{"city":"Oslo"}"#),
        ),
        (
            r#"First {"city":"Rome"}, no: {"city":"Oslo"}"#,
            Ok(r#"{"city":"Oslo"}"#),
        ),
        (r#"{"city":"Oslo","days":null}"#, Ok(r#"{"city":"Oslo"}"#)),
        ("", Err("there is no JSON object in the answer")),
        ("Oslo", Err("there is no JSON object in the answer")),
        (r#""Oslo""#, Err("there is no JSON object in the answer")),
        ("{}", Err("`city` is missing")),
        (
            r#"{"city":7}"#,
            Err("`city`: expected a string, found integer 7"),
        ),
        (
            r#"{"city":"Oslo","days":300}"#,
            Err("`days`: expected an integer from 0 to 255, found integer 300"),
        ),
        (
            r#"{"city":"Os"#,
            Err("the JSON ends too early: EOF while parsing a string at line 1 column 11"),
        ),
        (
            r#"{"city":null}"#,
            Err("`city`: expected a string, found null"),
        ),
    ] {
        check_text(&shape, text, expected);
    }
}

#[test]
fn what_is_no_object_is_read_out_of_one() {
    check_text(
        &Shape::of::<Vec<u8>>(),
        r#"{"value":[1,2]}"#,
        Ok(r#"{"value":[1,2]}"#),
    );
    check_text(
        &Shape::of::<Option<u8>>(),
        r#"{"value":null}"#,
        Ok(r#"{"value":null}"#),
    );
    let wrong = "`value[1]`: expected an integer from 0 to 255, found string \"x\"";
    check_text(&Shape::of::<Vec<u8>>(), r#"{"value":[1,"x"]}"#, Err(wrong));
    check_text(
        &Shape::of::<u8>(),
        "7",
        Err("there is no JSON object in the answer"),
    );
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[test]
fn a_blank_text_is_no_answer_even_where_nothing_is_required() {
    let shape = Shape::of::<Nothing>();
    check_text(&shape, " ", Err("there is no JSON object in the answer"));
    check_text(&shape, "{}", Ok("{}"));
    let call = Assistant::default().with(Call::new("c1", "final_answer", ""));
    assert_eq!(read(&shape, Way::Tool, call).0, Ok("{}".to_owned()));
}

#[test]
fn validators_come_after_the_type_in_their_order() {
    let shape = Shape::of::<City>()
        .with_validator(|city: &City| match city.days {
            0 => Err("`days` must be positive"),
            _ => Ok(()),
        })
        .with_validator(|city: &City| match city.city.as_str() {
            "Oslo" => Ok(()),
            other => Err(format!("there is no `{other}`")),
        });
    for (text, expected) in [
        (r#"{"days":1}"#, Err("`city` is missing")),
        (r#"{"city":"Rome"}"#, Err("`days` must be positive")),
        (r#"{"city":"Rome","days":1}"#, Err("there is no `Rome`")),
        (
            r#"{"city":"Oslo","days":1}"#,
            Ok(r#"{"city":"Oslo","days":1}"#),
        ),
    ] {
        check_text(&shape, text, expected);
    }
}

fn calls(calls: &[(&str, &str)]) -> Assistant {
    let named = calls.iter().zip(1..);
    let named = named.map(|((name, arguments), at)| Call::new(format!("c{at}"), *name, *arguments));
    named.fold(Assistant::new("Let me see."), Assistant::with)
}

// R-49, R-52
#[test]
fn each_call_that_is_the_answer_gets_one_outcome() {
    let shape = Shape::of::<City>();
    let (right, wrong) = (r#"{"city":"Oslo"}"#, r#"{"town":"Oslo"}"#);
    let missing = "`city` is missing";
    let again = "BadArguments: `city` is missing; call `final_answer` again with the whole answer";
    let value = || Ok(right.to_owned());
    for (message, expected, outcomes) in [
        (
            calls(&[("final_answer", right)]),
            value(),
            vec!["c1 Success: taken".to_owned()],
        ),
        (
            calls(&[("final_answer", wrong)]),
            Err(missing.to_owned()),
            vec![format!("c1 {again}")],
        ),
        (
            calls(&[
                ("final_answer", wrong),
                ("final_answer", right),
                ("final_answer", right),
            ]),
            value(),
            vec![
                format!("c1 {again}"),
                "c2 Success: taken".to_owned(),
                "c3 Denied: not taken: the call before it was".to_owned(),
            ],
        ),
        (
            calls(&[("final_answer", wrong), ("final_answer", "{}")]),
            Err(missing.to_owned()),
            vec![format!("c1 {again}"), format!("c2 {again}")],
        ),
        (
            calls(&[("final_answer", right), ("weather", "{}")]),
            Err("not yet".to_owned()),
            vec![],
        ),
        (
            calls(&[("weather", "{}")]),
            Err("not yet".to_owned()),
            vec![],
        ),
    ] {
        assert_eq!(
            read(&shape, Way::Tool, message.clone()),
            (expected, outcomes),
            "{message:?}"
        );
    }
}

#[test]
fn a_tool_of_the_run_may_have_the_name_where_the_answer_is_no_call() {
    let message = calls(&[("final_answer", r#"{"city":"Oslo"}"#)]);
    for way in [Way::Native, Way::Prompted] {
        assert_eq!(
            read(&Shape::of::<City>(), way, message.clone()).0,
            Err("not yet".to_owned())
        );
    }
}

#[test]
fn an_answer_in_words_is_taken_if_it_fits_and_else_the_call_is_asked_for() {
    let shape = Shape::of::<City>().with_name("city");
    let words = |text| read(&shape, Way::Tool, Assistant::new(text)).0;
    assert_eq!(
        words(r#"It is {"city":"Oslo"}."#),
        Ok(r#"{"city":"Oslo"}"#.to_owned())
    );
    let why = "there is no JSON object in the answer; call `city` with the whole answer";
    assert_eq!(words("It is Oslo."), Err(why.to_owned()));
}

// R-49
#[test]
fn a_value_beside_other_calls_is_put_off() {
    let shape = Shape::of::<City>();
    let message = calls(&[("weather", "{}"), ("final_answer", "{}")]);
    for (way, expected) in [
        (Way::Native, [None, None]),
        (Way::Prompted, [None, None]),
        (Way::Tool, [None, Some(OutcomeStatus::Denied)]),
    ] {
        let put_off = message.calls().map(|call| shape.put_off(way, call));
        let put_off: Vec<_> = put_off
            .map(|outcome| outcome.map(|outcome| outcome.status))
            .collect();
        assert_eq!(put_off, expected, "{way:?}");
    }
}

#[test]
fn objects_are_found_in_one_go() {
    for (text, expected) in [
        ("", vec![]),
        ("none", vec![]),
        (
            r#"a {"b":{"c":1}} d {} {"e""#,
            vec![r#"{"b":{"c":1}}"#, "{}", r#"{"e""#],
        ),
        (r#"{not} {"a":1}"#, vec![r#"{"a":1}"#]),
        ("{é{\"a\":1}", vec![r#"{"a":1}"#]),
    ] {
        assert_eq!(objects(text), expected, "{text}");
    }
    let deep = "{\"a\":".repeat(100_000);
    assert!(objects(&deep).len() < 2);
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in r#"[{}\[\]",:ciy \n\\é]{0,60}"#) {
        let (found, _) = read(&Shape::of::<City>(), Way::Prompted, Assistant::new(text.as_str()));
        prop_assert!(found.is_ok() || found.is_err_and(|why| !why.is_empty()));
    }
}
