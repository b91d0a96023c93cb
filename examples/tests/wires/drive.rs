//! Drives a run to its end while the clock stands still, and checks what holds of every run, however it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use windlass_agent::{AgentEvent, Report, Run, RunError, What};
use windlass_core::{Conversation, Message};
use windlass_provider::simulate::Simulator;

use crate::legal;
use crate::script::Ran;

/// How often everything else is polled without waking the run before the clock is moved.
const QUIET: u32 = 50;

/// By how much it is moved then.
pub(crate) const STEP: Duration = Duration::from_secs(1);

/// A run that is over.
pub(crate) struct Driven {
    pub(crate) events: Vec<AgentEvent>,
    pub(crate) report: Report,
}

/// Drives a run to its end.
pub(crate) async fn drive(mut run: Run) -> Driven {
    let mut events = Vec::new();
    while let Some(event) = next(&mut run).await {
        events.push(event);
    }
    let report = run.await.unwrap_or_else(RunError::into_report);
    Driven { events, report }
}

/// The next event; the clock goes on when nothing has woken the run for long. The runtime is never idle meanwhile, so the
/// clock does not go on by itself while bytes are on their way.
async fn next(run: &mut Run) -> Option<AgentEvent> {
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut quiet = 0;
    loop {
        if woken.0.swap(false, Ordering::Relaxed) {
            quiet = 0;
            if let Poll::Ready(event) = run.poll_next(&mut Context::from_waker(&waker)) {
                return event;
            }
        }
        quiet += 1;
        if quiet % QUIET == 0 {
            tokio::time::advance(STEP).await;
        }
        tokio::task::yield_now().await;
    }
}

/// Whether there is something new for the run.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What holds of every run.
pub(crate) async fn check(label: &str, driven: &Driven, ran: &Ran, simulator: &Simulator) {
    let Driven { events, report } = driven;
    check_events(label, events);
    check_history(label, &report.conversation);
    let shown = shown(events);
    let said = said(&report.conversation);
    assert_eq!(shown, said, "{label}: what was shown is what is kept");
    let mut calls = ran.calls();
    let count = calls.len();
    calls.sort();
    calls.dedup();
    assert_eq!(calls.len(), count, "{label}: a tool ran twice");
    for request in simulator.requests() {
        legal::check(label, &request);
    }
    // One that is still being read to its end is not used again at once.
    check_connections(label, simulator, 2).await;
}

/// No more connections than these are open, as soon as everybody has noticed.
pub(crate) async fn check_connections(label: &str, simulator: &Simulator, most: usize) {
    for _ in 0..10_000 {
        if simulator.open_connections() <= most {
            return;
        }
        tokio::task::yield_now().await;
    }
    let open = simulator.open_connections();
    panic!("{label}: {open} connections are open");
}

/// Every start has its end, and the end of the run is the last.
fn check_events(label: &str, events: &[AgentEvent]) {
    let count = |is: fn(&What) -> bool| events.iter().filter(|event| is(&event.what)).count();
    let pairs: [(usize, usize, &str); 4] = [
        (
            count(|what| matches!(what, What::RunStarted { .. })),
            count(|what| matches!(what, What::RunEnded(_))),
            "run",
        ),
        (
            count(|what| matches!(what, What::TurnStarted)),
            count(|what| matches!(what, What::TurnEnded { .. })),
            "turn",
        ),
        (
            count(|what| matches!(what, What::AttemptStarted(_))),
            count(|what| matches!(what, What::AttemptEnded(_))),
            "attempt",
        ),
        (
            count(|what| matches!(what, What::CallReady(_))),
            count(|what| matches!(what, What::ToolEnded(_))),
            "call",
        ),
    ];
    for (starts, ends, what) in pairs {
        assert_eq!(starts, ends, "{label}: starts and ends of a {what}");
    }
    assert_eq!(pairs[0].1, 1, "{label}: one terminal event");
    let last = events.last().map(|event| &event.what);
    assert!(matches!(last, Some(What::RunEnded(_))), "{label}: {last:?}");
}

/// Every call has its outcome, and every outcome its call.
fn check_history(label: &str, conversation: &Conversation) {
    assert_eq!(conversation.open_calls().count(), 0, "{label}");
    let messages = conversation.messages().cloned();
    let (_, repairs) = Conversation::repair(messages);
    assert!(repairs.is_empty(), "{label}: {repairs:?}");
}

/// What a consumer shows at the end that takes back what is discarded.
fn shown(events: &[AgentEvent]) -> String {
    let mut shown = String::new();
    let mut kept = 0;
    for event in events {
        match &event.what {
            What::Text { text, .. } => shown.push_str(text),
            What::Discarded => shown.truncate(kept),
            What::TurnEnded { .. } => kept = shown.len(),
            _ => {}
        }
    }
    shown
}

/// What the models of a conversation said.
fn said(conversation: &Conversation) -> String {
    let texts = conversation.messages().map(|message| match message {
        Message::Assistant(answer) => answer.text(),
        _ => String::new(),
    });
    texts.collect()
}
