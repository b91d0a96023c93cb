//! What listeners are told: where it happened, what is shared, and what slow ones lose.

use std::sync::Arc;
use std::time::Duration;

use windlass_agent::{Agent, AgentEvent, Observed, Observer, RunId, Stop, ThinkingEvents, What};
use windlass_core::{
    AssistantPart, CallStart, Event, Finish, FinishReason, Message, PartIndex, Script, Scripted,
    Text,
};

use crate::kit::{agent, ended, looks, model, plot, told};

fn scripts() -> [Script; 2] {
    [
        Script::thinking("Hm.").then_call("c1", "look", r#"{"at":"sky"}"#),
        Script::text("It is blue."),
    ]
}

fn runs() -> Agent {
    agent(model("m", scripts())).build().unwrap()
}

// R-69, R-70
#[tokio::test(start_paused = true)]
async fn the_plot_of_a_run() {
    let (events, _) = told(runs().run("Go.")).await;
    let expected = "run turn ask:m ~Hm. call:c1 answered ready:c1 start:c1 end:c1:Success /turn \
                    turn ask:m \"It is blue.\" answered /turn /run";
    assert_eq!(plot(&events), expected);
}

// R-70
#[tokio::test(start_paused = true)]
async fn every_event_says_where_it_happened() {
    let run = runs().run("Go.").with_id(RunId::new("run_7"));
    let (events, report) = told(run).await;
    assert_eq!(report.run.as_str(), "run_7");
    assert!(events.iter().all(|event| event.run.as_str() == "run_7"));
    let places: Vec<_> = events
        .iter()
        .map(|event| (event.turn, event.attempt))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    for event in &events {
        let place = (event.turn, event.attempt);
        match &event.what {
            What::RunStarted { parent } => assert_eq!((place, parent), ((0, 0), &None)),
            What::TurnStarted => assert_eq!(event.attempt, 0),
            What::AttemptEnded(record) => assert_eq!(place, (record.turn, record.number)),
            What::Arguments { call, .. } | What::ToolStarted { call, .. } => {
                assert_eq!((place, call.as_str()), ((1, 1), "c1"));
            }
            What::ToolEnded(ended) => assert_eq!(ended.outcome.call.as_str(), "c1"),
            What::RunEnded(_) => assert_eq!(place, (2, 1)),
            _ => assert_ne!(event.turn, 0),
        }
    }
}

// R-70
#[tokio::test(start_paused = true)]
async fn events_come_back_as_they_were_written() {
    let (events, _) = told(runs().run("Go.")).await;
    for event in events {
        let written = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<AgentEvent>(&written).unwrap(), event);
    }
}

// R-70
#[tokio::test(start_paused = true)]
async fn the_snapshot_of_a_request_is_shared() {
    let model = model("m", scripts());
    let agent = agent(model.clone())
        .instructions("Be brief.")
        .build()
        .unwrap();
    let mut observer = agent.observe();
    let (events, report) = told(agent.run("Go.")).await;
    let started = events.iter().filter_map(|event| match &event.what {
        What::AttemptStarted(started) => Some(&started.request),
        _ => None,
    });
    let started: Vec<_> = started.collect();
    for (told, sent) in started.iter().zip(model.requests()) {
        let entries = told.conversation.entries().iter();
        let mut pairs = entries.zip(sent.conversation.entries());
        assert!(pairs.all(|(one, two)| Arc::ptr_eq(one, two)));
        assert!(Arc::ptr_eq(&told.instructions, &sent.instructions));
        let kept = report.conversation.entries().iter();
        let mut pairs = kept.zip(told.conversation.entries());
        assert!(pairs.all(|(one, two)| Arc::ptr_eq(one, two)));
    }
    let mut shared = started.into_iter();
    while let Some(Observed::Event(event)) = observer.next().await {
        if let What::AttemptStarted(started) = &event.what {
            let same = shared.next().unwrap();
            assert!(
                Arc::ptr_eq(&started.request, same),
                "observers share it as well"
            );
        }
        if let What::RunEnded(_) = event.what {
            break;
        }
    }
    assert_eq!(shared.next(), None);
}

async fn all(mut observer: Observer) -> (Vec<AgentEvent>, u64) {
    let (mut events, mut lost) = (Vec::new(), 0);
    while let Some(observed) = observer.next().await {
        match observed {
            Observed::Event(event) => events.push(event),
            Observed::Lost(count) => lost += count,
            _ => unreachable!(),
        }
    }
    (events, lost)
}

// R-71
#[tokio::test(start_paused = true)]
async fn an_observer_hears_what_the_consumer_hears_and_also_without_one() {
    for is_iterated in [true, false] {
        let agent = runs();
        let (of_agent, mut run) = (agent.observe(), agent.run("Go."));
        let of_run = run.observe();
        let mut events = Vec::new();
        if is_iterated {
            while let Some(event) = run.next().await {
                events.push(event);
            }
        }
        assert_eq!(ended(run).await.stop, Stop::Answered);
        drop(agent);
        let (heard, lost) = all(of_run).await;
        assert_eq!(lost, 0);
        assert_eq!(all(of_agent).await, (heard.clone(), 0));
        match is_iterated {
            true => assert_eq!(heard, events),
            false => assert!(matches!(heard.last().unwrap().what, What::RunEnded(_))),
        }
    }
}

/// An answer in so many pieces.
fn long(pieces: u32) -> Script {
    let part = PartIndex(0);
    let text = |at: u32| Event::Text {
        part,
        text: Text::from(format!("{at} ")),
    };
    let finish = Event::Finish(Finish::new(FinishReason::Stop, "stop"));
    Script::events((0..pieces).map(text).chain([finish]))
}

// R-71
#[tokio::test(start_paused = true)]
async fn a_slow_observer_loses_its_own_events_and_is_told_how_many() {
    let agent = agent(model("m", [long(5_000)])).build().unwrap();
    let run = agent.run("Go.");
    let (slow, gone) = (run.observe(), run.observe());
    drop(gone);
    let (events, report) = told(run).await;
    assert_eq!(report.stop, Stop::Answered);
    let (heard, lost) = all(slow).await;
    assert!(lost > 3_000);
    assert_eq!(heard.len() as u64 + lost, events.len() as u64);
    assert_eq!(
        heard[..],
        events[events.len() - heard.len()..],
        "the newest are there"
    );
}

// R-71
#[tokio::test(start_paused = true)]
async fn an_observer_that_goes_in_the_midst_disturbs_nobody() {
    let mut run = runs().run("Go.");
    let mut observer = Some(run.observe());
    let mut events = Vec::new();
    while let Some(event) = run.next().await {
        if let What::CallStarted { .. } = event.what {
            observer = None;
        }
        events.push(event);
    }
    assert!(observer.is_none());
    let (undisturbed, _) = told(runs().run("Go.")).await;
    assert_eq!(plot(&events), plot(&undisturbed));
}

// R-20, R-71
#[tokio::test(start_paused = true)]
async fn the_consumers_pace_is_the_pace_of_the_run() {
    let model = model("m", scripts());
    let agent = agent(model.clone()).build().unwrap();
    let mut run = agent.run("Go.");
    assert_eq!(
        model.requests().len(),
        0,
        "nothing happens before it is polled"
    );
    while let Some(event) = run.next().await {
        let asked = model.requests().len();
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(
            model.requests().len(),
            asked,
            "nothing happens between two polls"
        );
        if let What::TurnEnded { .. } = event.what {
            assert_eq!(asked, event.turn as usize);
        }
    }
    assert_eq!(run.next().await, None);
}

// R-69
#[tokio::test(start_paused = true)]
async fn the_rest_of_a_run_can_be_awaited_after_any_event() {
    for taken in 0..20 {
        let mut run = runs().run("Go.");
        for _ in 0..taken {
            run.next().await;
        }
        let report = ended(run).await;
        assert_eq!(
            (report.stop, report.turns),
            (Stop::Answered, 2),
            "after {taken} events"
        );
    }
}

// R-8, R-9
#[tokio::test(start_paused = true)]
async fn thinking_can_be_hidden_from_events_and_is_kept_and_sent_back() {
    for events in [ThinkingEvents::Show, ThinkingEvents::Hide] {
        let model = model("m", scripts());
        let agent = agent(model.clone()).thinking(events).build().unwrap();
        let observer = agent.observe();
        let (told, report) = told(agent.run("Go.")).await;
        drop(agent);
        let (heard, _) = all(observer).await;
        let is_shown = events == ThinkingEvents::Show;
        assert_eq!(plot(&told).contains('~'), is_shown);
        assert_eq!(plot(&heard).contains('~'), is_shown);
        let thinks = |message: &Message| match message {
            Message::Assistant(answer) => {
                matches!(answer.parts[0], AssistantPart::Thinking(_))
            }
            _ => false,
        };
        assert!(report.conversation.messages().any(thinks));
        assert!(model.requests()[1].conversation.messages().any(thinks));
    }
}

// R-10, R-70
#[tokio::test(start_paused = true)]
async fn pieces_of_parallel_calls_name_their_call() {
    let part = PartIndex;
    let call = |at: u32| Event::Call {
        part: part(at),
        call: Box::new(CallStart::new(format!("c{at}"), "look")),
    };
    let piece = |at: u32, text: &str| Event::Arguments {
        part: part(at),
        text: text.into(),
    };
    let events = [
        call(0),
        call(1),
        piece(1, r#"{"at":"#),
        piece(0, r#"{"at":"a"}"#),
        piece(1, r#""b"}"#),
        Event::Finish(Finish::new(FinishReason::Calls, "")),
    ];
    let model = Scripted::new([Script::events(events), Script::text("Done.")]);
    let (events, report) = told(agent(model).build().unwrap().run("Go.")).await;
    let pieces = events.iter().filter_map(|event| match &event.what {
        What::Arguments { call, text } => Some(format!("{call} {text}")),
        _ => None,
    });
    let pieces: Vec<_> = pieces.collect();
    assert_eq!(pieces, [r#"c1 {"at":"#, r#"c0 {"at":"a"}"#, r#"c1 "b"}"#]);
    assert_eq!(report.calls, 2);
}

// R-69
#[tokio::test(start_paused = true)]
async fn a_run_without_a_question_ends_at_once() {
    let (events, report) = told(runs().run(windlass_core::Conversation::new())).await;
    assert!(matches!(report.stop, Stop::Illegal(_)));
    assert_eq!(plot(&events), "run /run");
    let run = runs()
        .run("Go.")
        .with_limits(windlass_agent::Limits::default().with_turns(0));
    assert_eq!(plot(&told(run).await.0), "run /run");
    let looks = agent(model("m", [looks("c1")])).build().unwrap();
    assert!(plot(&told(looks.run("Go.")).await.0).ends_with("/turn /run"));
}
