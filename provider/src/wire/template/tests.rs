use super::*;

static HOLES: [Hole; 3] = [
    Hole {
        key: "\"n\":",
        value: Value::Number,
    },
    Hole {
        key: "\"pad\":",
        value: Value::Padding,
    },
    Hole {
        key: "\"count\":",
        value: Value::Count,
    },
];

const LEARNED: &str = r#"{"n":7,"d":{"text": "word"},"pad":"xy","u":{"count": 12,"k":3}}"#;

fn words_of(event: &str) -> &str {
    let at = event.find("word").expect("the event has the words");
    &event[at..at + 4]
}

fn taught(event: &str, count: Option<u64>) -> Template<()> {
    let mut template = Template::new(&HOLES);
    template.learn(event.as_bytes(), words_of(event), count, ());
    template
}

fn check(event: &str, expected: Option<(&str, u64)>) {
    let mut template = taught(LEARNED, Some(12));
    let found = template.recall(event.as_bytes());
    let found = found.map(|it| (it.words.text().to_string(), it.count));
    let expected = expected.map(|(words, count)| (words.to_owned(), Some(count)));
    assert_eq!(found, expected, "{event}");
}

#[test]
fn only_what_is_in_holes_may_differ() {
    check(LEARNED, Some(("word", 12)));
    check(
        r#"{"n":0,"d":{"text": "a \"é\" \n"},"pad":"","u":{"count": 130,"k":3}}"#,
        Some(("a \"é\" \n", 130)),
    );
    for other in [
        r#"{"n":7,"d":{"text": "word"},"pad":"xy","u":{"count": 12,"k":4}}"#,
        r#"{"n":7,"d":{"text":"word"},"pad":"xy","u":{"count": 12,"k":3}}"#,
        r#"{"n":7,"d":{"text": "word"},"pad":"xy","u":{"count": 12,"k":3}} "#,
        r#"{"n":7,"d":{"text": "word","e":1},"pad":"xy","u":{"count": 12,"k":3}}"#,
        r#"{"n":7,"d":{"text": null},"pad":"xy","u":{"count": 12,"k":3}}"#,
        r#"{"n":7,"d":{"text": "word"},"pad":7,"u":{"count": 12,"k":3}}"#,
        r#"{"n":7,"d":{"text": "word"#,
        "",
    ] {
        check(other, None);
    }
}

#[test]
fn numbers_are_whole_and_as_json_has_them() {
    for number in [
        "012",
        "1.5",
        "1e3",
        "-1",
        "",
        "\"1\"",
        "null",
        "99999999999999999999",
    ] {
        let event = LEARNED.replace("12", number);
        check(&event, None);
        let mut template = taught(&event, Some(12));
        assert!(template.recall(event.as_bytes()).is_none(), "{number}");
    }
    let most = LEARNED.replace("12", "9999999999999999999");
    check(&most, Some(("word", 9_999_999_999_999_999_999)));
}

#[test]
fn a_count_that_was_not_read_here_is_not_learned() {
    let twice = LEARNED.replace("\"k\":3", "\"count\":12");
    for (event, count) in [(LEARNED, Some(13)), (LEARNED, None), (&twice, Some(12))] {
        let mut template = taught(event, count);
        assert!(template.recall(event.as_bytes()).is_none(), "{event}");
    }
    let without = r#"{"d":"word"}"#;
    let mut template = taught(without, None);
    assert!(template.recall(without.as_bytes()).is_some());
}

#[test]
fn words_that_are_no_slice_between_quotes_are_not_learned() {
    let mut template = Template::new(&HOLES);
    template.learn(LEARNED.as_bytes(), &String::from("word"), Some(12), ());
    assert!(template.recall(LEARNED.as_bytes()).is_none());
    template.learn(LEARNED.as_bytes(), &words_of(LEARNED)[1..], Some(12), ());
    assert!(template.recall(LEARNED.as_bytes()).is_none());
}

#[test]
fn keys_within_strings_are_no_members() {
    let event = r#"{"s":"\"n\":7","d":"word"}"#;
    let mut template = taught(event, None);
    let other = event.replace('7', "8");
    assert!(template.recall(other.as_bytes()).is_none());
}

#[test]
fn events_that_are_never_alike_are_looked_at_now_and_then() {
    let mut template = Template::new(&HOLES);
    let mut learned = 0;
    for at in 0..40 {
        let event = format!(r#"{{"x":{at},"d":"word"}}"#);
        assert!(template.recall(event.as_bytes()).is_none());
        template.learn(event.as_bytes(), words_of(&event), None, ());
        learned += usize::from(template.known.is_some());
    }
    assert!((5..20).contains(&learned), "{learned}");
}
