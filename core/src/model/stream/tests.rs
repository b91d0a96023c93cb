use std::sync::Arc;

use super::*;
use crate::{Finish, FinishReason, PartIndex};

/// The events that a poll appends, and what it returns.
type Step = (Vec<Event>, Poll<Option<Result<(), ModelError>>>);

/// Takes one step a poll.
struct Polls(VecDeque<Step>);

impl EventSource for Polls {
    fn poll_events(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        events: &mut VecDeque<Event>,
    ) -> Poll<Option<Result<(), ModelError>>> {
        assert!(events.is_empty(), "asked while events are left");
        let (arrived, result) = self.0.pop_front().expect("polled after its end");
        events.extend(arrived);
        if result.is_pending() {
            context.waker().wake_by_ref();
        }
        result
    }
}

fn text(words: &str) -> Event {
    Event::Text {
        part: PartIndex(0),
        text: words.into(),
    }
}

fn finish() -> Event {
    Event::Finish(Finish::new(FinishReason::Stop, "stop"))
}

fn polls(polls: impl IntoIterator<Item = Step>) -> EventStream {
    EventStream::new(
        ModelId::new("test", "polls"),
        Polls(polls.into_iter().collect()),
    )
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

//
#[test]
fn an_error_comes_after_the_events_before_it_and_ends_the_stream() {
    let error = ModelError::new(ErrorKind::Overloaded, "no room");
    let mut stream = polls([(vec![text("a"), text("b")], Poll::Ready(Some(Err(error))))]);
    run(async {
        assert_eq!(stream.next().await.unwrap().unwrap(), text("a"));
        assert_eq!(stream.next().await.unwrap().unwrap(), text("b"));
        assert_eq!(
            stream.next().await.unwrap().unwrap_err().kind(),
            ErrorKind::Overloaded
        );
        assert!(stream.next().await.is_none());
        assert!(stream.next().await.is_none());
    });
}

//
#[test]
fn an_answer_without_a_finish_is_truncated_with_what_arrived() {
    let stream = polls([
        (vec![text("It is ")], Poll::Ready(Some(Ok(())))),
        (vec![], Poll::Ready(None)),
    ]);
    let error = run(stream.response()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.partial().unwrap().text(), "It is ");
    assert!(!error.partial().unwrap().completion.is_whole());
    assert!(error.is_after_output());
    assert_eq!(error.model().unwrap().to_string(), "test/polls");
}

#[test]
fn an_impossible_order_is_the_providers_fault_and_says_which() {
    let stream = EventStream::from_events(ModelId::new("test", "x"), [finish(), text("late")]);
    let error = run(stream.response()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert_eq!(
        error.message(),
        "impossible event order: text after the finish"
    );
}

#[test]
fn polls_that_bring_nothing_are_no_end() {
    let stream = polls([
        (vec![], Poll::Ready(Some(Ok(())))),
        (vec![], Poll::Pending),
        (vec![text("a")], Poll::Pending),
        (vec![finish()], Poll::Ready(None)),
    ]);
    assert_eq!(run(stream.response()).unwrap().message.text(), "a");
}

//
#[test]
fn what_is_held_is_let_go_at_the_end_or_on_drop() {
    let permit = Arc::new(());
    let mut stream =
        EventStream::from_events(ModelId::default(), [finish()]).holding(Arc::clone(&permit));
    run(async { while stream.next().await.is_some() {} });
    assert_eq!(Arc::strong_count(&permit), 1, "let go at the end");
    let stream =
        EventStream::from_events(ModelId::default(), [finish()]).holding(Arc::clone(&permit));
    drop(stream);
    assert_eq!(Arc::strong_count(&permit), 1, "let go on drop");
}

/// Keeps what it saw.
#[derive(Default)]
struct Log(Arc<std::sync::Mutex<Vec<String>>>);

impl Witness for Log {
    fn event(&mut self, event: &Event) {
        let word = if let Event::Text { text, .. } = event {
            text.to_string()
        } else {
            "finish".to_owned()
        };
        self.0.lock().unwrap().push(word);
    }

    fn failed(&mut self, error: &ModelError) {
        self.0.lock().unwrap().push(error.kind().to_string());
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.0.lock().unwrap().push("end".to_owned());
    }
}

//
#[test]
fn a_witness_sees_each_event_once_as_it_arrives_then_the_error_then_the_end() {
    let error = ModelError::new(ErrorKind::RateLimited, "slow down");
    let log = Log::default();
    let seen = Arc::clone(&log.0);
    let mut stream = polls([
        (vec![text("a"), text("b")], Poll::Ready(Some(Ok(())))),
        (vec![text("c")], Poll::Pending),
        (vec![text("d")], Poll::Ready(Some(Err(error)))),
    ]);
    run(async {
        assert_eq!(stream.next().await.unwrap().unwrap(), text("a"));
        let mut stream = stream.witnessed_by(log);
        let now = || seen.lock().unwrap().join(" ");
        assert_eq!(now(), "b");
        assert_eq!(stream.next().await.unwrap().unwrap(), text("b"));
        assert_eq!(stream.next().await.unwrap().unwrap(), text("c"));
        assert_eq!(now(), "b c");
        assert_eq!(stream.next().await.unwrap().unwrap(), text("d"));
        assert_eq!(now(), "b c d rate limited end");
        assert!(stream.next().await.unwrap().is_err());
        assert_eq!(now(), "b c d rate limited end");
    });
}

fn usage() -> Event {
    Event::Usage(crate::Usage::UNKNOWN.with_input(3))
}

fn failure() -> Poll<Option<Result<(), ModelError>>> {
    Poll::Ready(Some(Err(ModelError::new(ErrorKind::Server, "boom"))))
}

//
#[test]
fn ready_fails_only_before_output_and_takes_nothing() {
    let check = |steps: Vec<Step>, expected: Result<usize, ErrorKind>| {
        let mut stream = polls(steps).with_attempt(7);
        let ready = run(stream.ready());
        let found = run(async {
            let mut count = 0;
            while let Some(Ok(_)) = stream.next().await {
                count += 1;
            }
            count
        });
        match ready {
            Ok(()) => assert_eq!(Ok(found), expected),
            Err(error) => {
                assert_eq!(Err(error.kind()), expected);
                assert_eq!((error.attempt(), found), (Some(7), 0));
            }
        }
    };
    let more = || Poll::Ready(Some(Ok(())));
    check(vec![(vec![usage()], failure())], Err(ErrorKind::Server));
    check(vec![(vec![text("a")], failure())], Ok(1));
    check(
        vec![
            (vec![usage()], Poll::Pending),
            (vec![], Poll::Pending),
            (vec![usage(), text("a")], Poll::Pending),
            (vec![text("b"), finish()], Poll::Ready(None)),
        ],
        Ok(5),
    );
    check(
        vec![(vec![usage()], more()), (vec![], failure())],
        Err(ErrorKind::Server),
    );
    check(vec![(vec![finish()], Poll::Ready(None))], Ok(1));
    check(
        vec![(vec![usage()], Poll::Ready(None))],
        Err(ErrorKind::Truncated),
    );
}

#[test]
fn a_witness_of_an_answer_that_has_arrived_sees_it_whole_and_is_let_go() {
    struct Count(Arc<std::sync::Mutex<(usize, Option<ErrorKind>)>>);
    impl Witness for Count {
        fn event(&mut self, _: &Event) {
            self.0.lock().unwrap().0 += 1;
        }
        fn failed(&mut self, error: &ModelError) {
            self.0.lock().unwrap().1 = Some(error.kind());
        }
    }
    let check = |steps: Vec<Step>, expected| {
        let seen = Arc::default();
        let mut stream = polls(steps);
        run(stream.ready()).unwrap();
        let stream = stream.witnessed_by(Count(Arc::clone(&seen)));
        assert_eq!(*seen.lock().unwrap(), expected);
        assert_eq!(Arc::strong_count(&seen), 1, "let go");
        drop(stream);
    };
    check(
        vec![(vec![text("a"), finish()], Poll::Ready(None))],
        (2, None),
    );
    check(
        vec![(vec![text("a")], failure())],
        (1, Some(ErrorKind::Server)),
    );
}
