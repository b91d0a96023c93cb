use windlass_core::{Media, OutcomePart};

use super::*;

fn history(files: &[&str], bytes: usize) -> Vec<Message> {
    let mut history = vec![user("look")];
    for file in files {
        history.extend([asks(&[file]), gets(file, "x y ".repeat(bytes / 4))]);
    }
    history.extend([says("done"), user("and now?")]);
    history
}

fn outputs(conversation: &Conversation) -> Vec<String> {
    let outcomes = conversation.calls().filter_map(|(_, outcome)| outcome);
    outcomes.map(Outcome::text).collect()
}

const OWN: &str = "[output left out to save room, in short]\n4000 of a";
const NOTE: &str = "[output left out to save room: 4000 bytes; call `read` again if it is needed]";

//
#[test]
fn the_oldest_outputs_go_first_and_the_newest_stays() {
    let said = of(history(&["a", "b", "c"], 4_000));
    let long = "x y ".repeat(1_000);
    let shortened = |target, shorten: &ShortenToolOutput| {
        run(&said, target, shorten).map(|compacted| outputs(&compacted.unwrap().conversation))
    };
    let plain = ShortenToolOutput::new();
    let one = said_tokens(&said) - 500;
    assert_eq!(shortened(one, &plain).unwrap(), [NOTE, &long, &long]);
    assert_eq!(shortened(one / 2, &plain).unwrap(), [NOTE, NOTE, &long]);
    assert_eq!(
        shortened(one / 2, &plain.clone().with_newest(0)).unwrap(),
        [NOTE, NOTE, &long]
    );
    assert_eq!(
        shortened(400, &plain.clone().with_newest(0)).unwrap(),
        [NOTE, NOTE, NOTE]
    );
    let error = shortened(100, &plain.with_newest(3)).unwrap_err();
    assert_eq!(error.kind(), CompactErrorKind::TooLarge);
}

fn said_tokens(said: &Conversation) -> u64 {
    Approximate::default().conversation(said)
}

//
#[test]
fn the_tools_words_win_over_a_note_and_the_note_over_ends() {
    let said = of(history(&["a", "b"], 4_000));
    let first = |shorten: ShortenToolOutput| {
        let target = said_tokens(&said) - 500;
        let compacted = run(&said, target, &shorten).unwrap().unwrap();
        outputs(&compacted.conversation).swap_remove(0)
    };
    let own = |call: &Call, outcome: &Outcome| {
        Some(format!("{} of {}", outcome.text().len(), call.id).into())
    };
    assert_eq!(first(ShortenToolOutput::new()), NOTE);
    assert_eq!(first(ShortenToolOutput::new().with_words("read", own)), OWN);
    assert_eq!(
        first(
            ShortenToolOutput::new()
                .with_words("read", own)
                .with_ends(100)
        ),
        OWN
    );
    assert_eq!(
        first(ShortenToolOutput::new().with_words("write", own)),
        NOTE
    );
    assert_eq!(
        first(ShortenToolOutput::new().with_words("read", |_, _| None)),
        NOTE
    );
    let ends = first(ShortenToolOutput::new().with_ends(100));
    assert!(
        ends.starts_with("x y x y") && ends.ends_with("x y ") && ends.contains("bytes left out"),
        "{ends}"
    );
    assert!(Approximate::default().text(&ends) <= 100, "{ends}");
}

//
#[test]
fn each_outcome_keeps_its_status_and_media_are_counted() {
    let ids = ["a", "b"];
    let failed = Outcome::new(&call("a"), OutcomeStatus::Failed, lines(100));
    let picture = Media::from_url("image/png", "https://example.com");
    let parts = [
        OutcomePart::Text(lines(10).into()),
        OutcomePart::Image(picture),
    ];
    let seen = Outcome::from_parts(&call("b"), OutcomeStatus::Success, parts);
    let said = of([
        user("look"),
        asks(&ids),
        Outcomes::from_iter([failed, seen]).into(),
        asks(&["c"]),
        gets("c", "little"),
        says("done"),
        user("now?"),
    ]);
    let compacted = run(&said, 300, &ShortenToolOutput::new()).unwrap().unwrap();
    let outcomes: Vec<_> = compacted
        .conversation
        .calls()
        .filter_map(|(_, one)| one)
        .collect();
    assert_eq!(outcomes[0].status, OutcomeStatus::Failed);
    assert!(
        outcomes[0]
            .text()
            .starts_with("[output left out to save room: 1800 bytes; call")
    );
    assert!(
        outcomes[1]
            .text()
            .starts_with("[output left out to save room: 180 bytes and 1 media;")
    );
    assert_eq!(outcomes[2].text(), "little");
    let (before, after) = (said.entries(), compacted.conversation.entries());
    assert!((0..7).all(|at| at == 2 || Arc::ptr_eq(&before[at], &after[at])));
}

//
#[test]
fn the_newest_output_is_cut_only_when_nothing_else_helps() {
    let mut messages = history(&["old"], 4_000);
    messages.extend([asks(&["big", "small"])]);
    let big = Outcome::success(&call("big"), lines(5_000));
    let small = Outcome::success(&call("small"), "tiny");
    messages.push(Outcomes::from_iter([big, small]).into());
    let said = of(messages);
    let compacted = run(&said, 2_000, &ShortenToolOutput::new())
        .unwrap()
        .unwrap();
    let texts = outputs(&compacted.conversation);
    assert_eq!((texts[0].as_str(), texts[2].as_str()), (NOTE, "tiny"));
    assert!(
        texts[1].starts_with("10:51") && texts[1].ends_with("well\n"),
        "{}",
        texts[1]
    );
    assert!(
        compacted.report.tokens_after > 1_500,
        "{:?}",
        compacted.report
    );
    let roomy = run(&said, 100_000, &ShortenToolOutput::new()).unwrap();
    assert!(roomy.is_none());
}

//
#[test]
fn as_many_of_the_newest_stay_as_is_said() {
    let said = of(history(&["a", "b", "c"], 4_000));
    let estimator = Approximate::default();
    let whole = |newest: usize| {
        let work = Compaction::new(&said, &estimator, said_tokens(&said)).with_aim(1);
        let shorten = ShortenToolOutput::new().with_newest(newest);
        let compacted = block_on(work.run(&shorten)).unwrap();
        let said = compacted.map_or(said.clone(), |compacted| compacted.conversation);
        outputs(&said)
            .iter()
            .filter(|output| *output != NOTE)
            .count()
    };
    assert_eq!([0, 1, 2, 3, 9].map(whole), [0, 1, 2, 3, 3]);
}
