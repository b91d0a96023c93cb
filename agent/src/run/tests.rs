use std::future::poll_fn;
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, advance, sleep};
use windlass_core::{
    CallStart, CancellationToken, Event, EventStream, Finish, FinishReason, ModelId, PartIndex,
    Text,
};

use super::relay::Step;
use super::stopper::Stopper;
use super::*;
use crate::limits::{OutputLeft, Watch};
use crate::observe::Observers;
use crate::trace::AttemptSpan;

/// An answer of these events, on its way to a run.
fn relay(events: Vec<Event>, thinking: ThinkingEvents) -> Relay {
    let stream = EventStream::from_events(ModelId::new("test", "m"), events);
    let watch = Watch::new(OutputLeft {
        output: None,
        reasoning: None,
    });
    let shown = Shown::new(RunId::new("run_1"), 2, 3, thinking);
    Relay::new(stream, watch, shown, AttemptSpan::default())
}

fn outbox() -> Outbox {
    Outbox::new(Observers::default())
}

fn text(part: u32, text: &str) -> Event {
    let (part, text) = (PartIndex(part), Text::from(text));
    Event::Text { part, text }
}

/// What an answer tells, a word for each step.
fn steps(mut relay: Relay, outbox: &Outbox) -> Vec<String> {
    let mut cx = Context::from_waker(Waker::noop());
    let mut steps = Vec::new();
    loop {
        steps.push(match relay.poll(&mut cx, outbox) {
            Poll::Ready(Step::Event(event)) => {
                assert_eq!((event.turn, event.attempt), (2, 3));
                match event.what {
                    What::Text { text, .. } => text.to_string(),
                    What::Thinking { text, .. } => format!("~{text}"),
                    What::CallStarted { call, .. } => format!("call {call}"),
                    What::Arguments { call, text } => format!("{call} {text}"),
                    What::Discarded => "void".to_owned(),
                    what => format!("{what:?}"),
                }
            }
            Poll::Ready(Step::Again) => "again".to_owned(),
            Poll::Ready(Step::Ended) | Poll::Pending => return steps,
        });
    }
}

//
#[test]
fn an_answer_is_told_event_by_event_to_who_listens() {
    let (part, id) = (PartIndex(1), "c1");
    let call = || Event::Call {
        part,
        call: Box::new(CallStart::new(id, "look")),
    };
    let piece = || Event::Arguments {
        part,
        text: "{}".into(),
    };
    let thinking = Event::Thinking {
        part: PartIndex(0),
        text: "hm".into(),
    };
    let void = Event::Discarded { attempt: 1 };
    let finish = Event::Finish(Finish::new(FinishReason::Calls, ""));
    let events = vec![
        thinking,
        call(),
        piece(),
        void,
        text(0, "so"),
        call(),
        piece(),
        finish,
    ];

    let listened = outbox();
    listened.listen(true);
    let told = steps(relay(events.clone(), ThinkingEvents::Show), &listened);
    assert_eq!(
        told,
        ["~hm", "call c1", "c1 {}", "void", "so", "call c1", "c1 {}"]
    );
    let told = steps(relay(events.clone(), ThinkingEvents::Hide), &listened);
    assert_eq!(told[0], "call c1");
    assert_eq!(
        steps(relay(events, ThinkingEvents::Show), &outbox()),
        [""; 0]
    );
}

//
#[test]
fn a_long_answer_that_nobody_hears_looks_up_now_and_then() {
    let events: Vec<_> = (0..200).map(|_| text(0, "word ")).collect();
    let told = steps(relay(events, ThinkingEvents::Show), &outbox());
    assert_eq!(told, ["again"; 3]);
}

//
#[tokio::test(start_paused = true)]
async fn a_run_is_broken_off_for_the_first_reason() {
    let outbox = outbox();
    assert_eq!(outbox.halted(), None);
    outbox.halt(Halt::Time);
    outbox.halt(Halt::Cancelled);
    assert_eq!(outbox.halted(), Some(Halt::Time));
    let never = outbox.unless_halted(std::future::pending::<()>());
    assert_eq!(never.await, Err(Halt::Time));
}

//
#[tokio::test(start_paused = true)]
async fn a_stopper_wakes_for_what_comes_first_and_sees_it_at_a_look() {
    let second = Duration::from_secs(1);
    let token = CancellationToken::new();
    let mut stopper = Stopper::new(&token, Some(Instant::now() + second));
    assert_eq!(stopper.look(), None);
    let began = Instant::now();
    assert_eq!(poll_fn(|cx| stopper.poll(cx)).await, Halt::Time);
    assert_eq!(began.elapsed(), second);
    assert_eq!(stopper.look(), Some(Halt::Time));

    stopper.until(Instant::now() + second);
    assert_eq!(stopper.look(), None, "the deadline was moved");
    let cancel = async {
        sleep(second / 2).await;
        token.cancel();
    };
    let (halt, ()) = tokio::join!(poll_fn(|cx| stopper.poll(cx)), cancel);
    assert_eq!(halt, Halt::Cancelled);
    advance(second).await;
    assert_eq!(stopper.look(), Some(Halt::Cancelled));
}
