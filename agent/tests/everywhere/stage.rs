//! The run: a scripted model, and three tools that know who is at work.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use windlass_agent::Agent;
use windlass_core::{
    CallStart, Event, Finish, FinishReason, PartIndex, Progress, RetryPolicy, Script, Scripted,
    Seal, State, Text, ToolContext, Usage, tool,
};

/// What the tools have done.
#[derive(Default)]
struct Work {
    begun: BTreeMap<String, u32>,
    done: BTreeMap<String, u32>,
    alive: usize,
}

type Shared = Arc<Mutex<Work>>;

/// A run that can be played again.
pub(crate) struct Stage {
    scripts: Vec<Script>,
    work: Shared,
}

/// Counts as alive until it is dropped.
struct Alive(Shared);

impl Alive {
    fn begin(work: &Shared, call: &str) -> Self {
        let mut at_work = work.lock().expect("no tool panics");
        at_work.alive += 1;
        *at_work.begun.entry(call.to_owned()).or_default() += 1;
        Alive(Arc::clone(work))
    }

    fn done(self, call: &str) {
        *self
            .0
            .lock()
            .expect("no tool panics")
            .done
            .entry(call.to_owned())
            .or_default() += 1;
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.lock().expect("no tool panics").alive -= 1;
    }
}

/// Ends at once.
#[tool]
fn quick(#[context] context: &ToolContext) -> String {
    let alive = Alive::begin(work(context), context.call().as_str());
    alive.done(context.call().as_str());
    "done at once".to_owned()
}

/// Takes a while, and says how far it has come.
#[tool]
async fn slow(#[context] context: &ToolContext) -> String {
    let alive = Alive::begin(work(context), context.call().as_str());
    for step in 0..3_u32 {
        context.report(Progress::new("on it").with_done(f64::from(step) / 3.0));
        tokio::time::sleep(Duration::from_millis(10)).await;
        tokio::task::yield_now().await;
    }
    alive.done(context.call().as_str());
    "done in a while".to_owned()
}

/// Takes longer than it is given once the run is cancelled, and never listens.
#[tool]
async fn deaf(#[context] context: &ToolContext) -> String {
    let alive = Alive::begin(work(context), context.call().as_str());
    tokio::time::sleep(Duration::from_secs(60)).await;
    alive.done(context.call().as_str());
    "done at last".to_owned()
}

fn work(context: &ToolContext) -> &Shared {
    context.state().get::<Shared>().expect("the stage is set")
}

impl Stage {
    pub(crate) fn new(answers: Vec<Vec<Event>>) -> Self {
        Stage::of(answers.into_iter().map(Script::events))
    }

    pub(crate) fn of(scripts: impl IntoIterator<Item = Script>) -> Self {
        Stage {
            scripts: scripts.into_iter().collect(),
            work: Shared::default(),
        }
    }

    /// The same, with nothing done yet.
    pub(crate) fn again(&self) -> Self {
        Stage::of(self.scripts.iter().cloned())
    }

    pub(crate) fn agent(&self, policy: impl RetryPolicy + 'static) -> Agent {
        let agent = Agent::builder(Scripted::new(self.scripts.iter().cloned()))
            .tool(quick)
            .tool(slow)
            .tool(deaf)
            .state(State::new().with(Arc::clone(&self.work)))
            .retry(policy);
        agent.build().expect("three names")
    }

    pub(crate) fn alive(&self) -> usize {
        self.work.lock().expect("no tool panics").alive
    }

    pub(crate) fn begun(&self, call: &str) -> u32 {
        let work = self.work.lock().expect("no tool panics");
        work.begun.get(call).copied().unwrap_or(0)
    }

    pub(crate) fn done(&self, call: &str) -> u32 {
        let work = self.work.lock().expect("no tool panics");
        work.done.get(call).copied().unwrap_or(0)
    }

    /// How many tools began and did not come to their end.
    pub(crate) fn stopped(&self) -> u32 {
        let work = self.work.lock().expect("no tool panics");
        work.begun.values().sum::<u32>() - work.done.values().sum::<u32>()
    }
}

/// Lets whatever was aborted go.
pub(crate) async fn quiet() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}

/// Four answers, event by event.
pub(crate) fn answers() -> Vec<Vec<Event>> {
    vec![
        answer(1, &["quick", "slow", "deaf"]),
        answer(2, &["slow", "slow", "quick"]),
        answer(3, &["deaf"]),
        answer(4, &[]),
    ]
}

fn answer(turn: u32, tools: &[&str]) -> Vec<Event> {
    let text = |words: &str| Text::from(format!("{words}{turn} "));
    let part = PartIndex;
    let mut events = vec![
        Event::Thinking {
            part: part(0),
            text: text("think"),
        },
        Event::Usage(Usage::UNKNOWN.with_input(100).with_output(1)),
        Event::Thinking {
            part: part(0),
            text: text("more"),
        },
        Event::Seal {
            part: part(0),
            seal: Box::new(Seal::new().with_signature("sealed")),
        },
        Event::Text {
            part: part(1),
            text: text("one"),
        },
        Event::Text {
            part: part(1),
            text: text("two"),
        },
    ];
    for (place, tool) in (2..).zip(tools) {
        let id = format!("call_{turn}_{place}");
        let call = Box::new(CallStart::new(id, *tool));
        events.push(Event::Call {
            part: part(place),
            call,
        });
        events.push(Event::Arguments {
            part: part(place),
            text: "{".into(),
        });
        events.push(Event::Arguments {
            part: part(place),
            text: "}".into(),
        });
    }
    events.push(Event::Usage(Usage::UNKNOWN.with_input(100).with_output(20)));
    let reason = match tools {
        [] => FinishReason::Stop,
        _ => FinishReason::Calls,
    };
    events.push(Event::Finish(Finish::new(reason, "scripted")));
    events
}
