use super::*;

/// Does to the entries whatever the test wants.
struct Doing<F>(F);

#[async_trait]
impl<F> Compactor for Doing<F>
where
    F: Fn(Vec<Arc<Entry>>, &Compaction<'_>) -> Vec<Arc<Entry>> + Send + Sync,
{
    async fn compact(&self, work: &Compaction<'_>) -> Result<Option<Compacted>, CompactError> {
        let entries = (self.0)(work.conversation.entries().to_vec(), work);
        let smaller = work.conversation.with_entries(entries)?;
        Ok(Some(Compacted::new(work, smaller)))
    }
}

struct Failing;

#[async_trait]
impl Compactor for Failing {
    async fn compact(&self, _: &Compaction<'_>) -> Result<Option<Compacted>, CompactError> {
        Err(CompactError::new(
            CompactErrorKind::Own,
            "the archive is full",
        ))
    }
}

fn said() -> Conversation {
    let system = Message::from(System::new("Be brief."));
    of([
        system,
        user(&lines(20)),
        asks(&["a"]),
        gets("a", lines(20)),
        user("now"),
    ])
}

fn refused(
    doing: impl Fn(Vec<Arc<Entry>>, &Compaction<'_>) -> Vec<Arc<Entry>> + Send + Sync,
) -> String {
    let error = run(&said(), 100, &Doing(doing)).unwrap_err();
    assert_eq!(error.kind(), CompactErrorKind::Broken);
    error.to_string()
}

//
#[test]
fn a_compactor_that_takes_too_much_is_refused() {
    let without = |place: usize| {
        move |mut entries: Vec<Arc<Entry>>, _: &Compaction<'_>| {
            entries.remove(place);
            entries
        }
    };
    assert_eq!(
        refused(without(0)),
        "the compactor left out or changed message 0, which must stay"
    );
    assert_eq!(
        refused(without(4)),
        "the compactor left out or changed message 4, which must stay"
    );
    assert_eq!(
        refused(without(3)),
        "the compactor parted a call from its outcome"
    );
    assert_eq!(
        refused(without(1)),
        "the compactor left a conversation that does not begin with the user"
    );
    assert!(refused(|entries, _| entries).starts_with("the compactor made "));
    let copied = |entries: Vec<Arc<Entry>>, _: &Compaction<'_>| {
        let copy = |entry: &Arc<Entry>| Arc::new(Entry::new(entry.message().clone()));
        entries[..1].iter().chain(&entries[4..]).map(copy).collect()
    };
    assert_eq!(
        refused(copied),
        "the compactor left out or changed message 0, which must stay"
    );
}

//
#[test]
fn the_reach_grows_only_while_it_does_not_fit() {
    let reached = std::sync::Mutex::new(Vec::new());
    let noting = Doing(|mut entries: Vec<Arc<Entry>>, work: &Compaction<'_>| {
        reached.lock().unwrap().push(work.reach);
        let place = (0..entries.len())
            .find(|place| work.may_drop(*place))
            .unwrap();
        entries.drain(place..place + 2);
        entries
    });
    let long = lines(20);
    let history = [
        user("a"),
        says(&long),
        user("b"),
        asks(&["x"]),
        gets("x", &long),
        asks(&["y"]),
        gets("y", "z"),
    ];
    run(&of(history.clone()), 300, &noting).unwrap();
    assert_eq!(*reached.lock().unwrap(), [Reach::Past]);
    run(&of(history), 150, &noting).unwrap();
    assert_eq!(
        *reached.lock().unwrap(),
        [Reach::Past, Reach::Past, Reach::Turn]
    );
}

//
#[test]
fn the_frontier_begins_with_what_the_user_said_last() {
    let places = |messages: &[Message], reach, live: Option<usize>| {
        let (said, estimator) = (of(messages.iter().cloned()), Approximate::default());
        let mut work = Compaction::new(&said, &estimator, 0).with_reach(reach);
        if let Some(place) = live {
            work = work.with_live_from(place);
        }
        let may = |may: &dyn Fn(usize) -> bool| {
            (0..messages.len())
                .filter(|at| may(*at))
                .collect::<Vec<_>>()
        };
        (
            may(&|at| work.may_drop(at)),
            may(&|at| work.may_shorten(at)),
        )
    };
    let system = Message::from(System::new("s"));
    let history = [
        system.clone(),
        user("a"),
        says("b"),
        user("c"),
        system,
        user("d"),
        asks(&["x"]),
        gets("x", "1"),
        asks(&["y"]),
        gets("y", "2"),
    ];
    let past = (vec![1, 2], vec![1, 2]);
    assert_eq!(places(&history, Reach::Past, None), past);
    assert_eq!(
        places(&history, Reach::Turn, None),
        (vec![1, 2, 6, 7], vec![1, 2, 6, 7])
    );
    let newest = (vec![1, 2, 6, 7], vec![1, 2, 6, 7, 9]);
    assert_eq!(places(&history, Reach::Newest, None), newest);
    assert_eq!(places(&history, Reach::Past, Some(1)), (vec![], vec![]));
    assert_eq!(
        places(&history, Reach::Turn, Some(1)),
        (vec![2, 6, 7], vec![2, 6, 7])
    );
    assert_eq!(
        places(&history, Reach::Past, Some(7)),
        (vec![1, 2, 3, 5], vec![1, 2, 3, 5]),
        "a call stays with its outcome"
    );
    let silent = [says("a"), says("b")];
    assert_eq!(places(&silent, Reach::Past, None), (vec![0, 1], vec![0, 1]));
}

//
#[test]
fn nothing_is_done_when_it_fits() {
    let never = Doing(|_: Vec<Arc<Entry>>, _: &Compaction<'_>| panic!("it was asked"));
    assert_eq!(run(&said(), 100_000, &never).unwrap(), None);
    let estimator = Approximate::default();
    let tokens = estimator.conversation(&said());
    assert_eq!(run(&said(), tokens, &never).unwrap(), None);
}

//
#[test]
fn a_report_tells_what_was_done() {
    let estimator = Approximate::default();
    let long = lines(20);
    let said = of([
        user("a"),
        asks(&["x"]),
        gets("x", &long),
        says("b"),
        user("c"),
        says(&long),
        user("d"),
    ]);
    let before = estimator.conversation(&said);
    let work = Compaction::new(&said, &estimator, before).with_aim(before - 100);
    let compacted = block_on(work.run(&KeepRecent::new())).unwrap().unwrap();
    let report = compacted.report;
    assert_eq!((report.messages_before, report.messages_after), (7, 4));
    assert_eq!(
        (report.tokens_before, report.tokens_after),
        (before, estimator.conversation(&compacted.conversation))
    );
    assert_eq!((report.turns_compacted, report.turns_kept), (2, 1));
    assert_eq!(
        (report.cost, report.saved()),
        (None, before - report.tokens_after)
    );
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(
        serde_json::from_str::<CompactReport>(&json).unwrap(),
        report
    );
}

//
#[test]
fn tiers_go_on_where_one_fails() {
    let tiers = Tiers::new().with(Failing).with(KeepRecent::new());
    let compacted = run(&said(), 100, &tiers).unwrap().unwrap();
    assert_eq!(compacted.report.failures, ["the archive is full"]);
    let error = run(&said(), 100, &Tiers::new().with(Failing)).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (CompactErrorKind::Own, "the archive is full")
    );
}

//
#[test]
fn later_tiers_are_not_asked_when_earlier_ones_were_enough() {
    let long = lines(50);
    let said = of([
        user("a"),
        asks(&["x"]),
        gets("x", &long),
        asks(&["y"]),
        gets("y", "z"),
        user("b"),
    ]);
    let never = Doing(|_: Vec<Arc<Entry>>, _: &Compaction<'_>| panic!("it was asked"));
    let tiers = Tiers::new().with(ShortenToolOutput::new()).with(never);
    let compacted = run(&said, 300, &tiers).unwrap().unwrap();
    assert_eq!(compacted.report.messages_after, 6);
}
