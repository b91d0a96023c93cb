//! Toy tools, and a run that checks what holds of every run.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use windlass_core::{
    Arguments, ArgumentsError, Assistant, Call, Conversation, Outcome, Safety, Schema, Tool,
    ToolContext, ToolError, ToolOutput, ToolSpec, async_trait,
};

use crate::{Engine, RunScope, Settled, ToolEvent, Toolbox};

type Output = Result<ToolOutput, ToolError>;
type Body = Box<
    dyn Fn(Arguments, ToolContext) -> Pin<Box<dyn Future<Output = Output> + Send>> + Send + Sync,
>;
type Check = Box<dyn Fn(&Arguments) -> Result<(), ArgumentsError> + Send + Sync>;

/// A tool made of closures.
pub(super) struct Toy {
    pub(super) spec: ToolSpec,
    safety: Option<fn(&Arguments) -> Safety>,
    check: Option<Check>,
    body: Body,
}

impl Toy {
    pub(super) fn new<F>(
        name: &str,
        body: impl Fn(Arguments, ToolContext) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Output> + Send + 'static,
    {
        Toy {
            spec: ToolSpec::new(name, "", Schema::empty_object()),
            safety: None,
            check: None,
            body: Box::new(move |arguments, context| Box::pin(body(arguments, context))),
        }
    }

    /// Says `text`.
    pub(super) fn says(name: &str, text: &'static str) -> Self {
        Toy::new(name, move |_, _| async move { Ok(ToolOutput::from(text)) })
    }

    /// Sleeps, then is done.
    pub(super) fn sleeps(name: &str, time: Duration) -> Self {
        Toy::new(name, move |_, _| async move {
            sleep(time).await;
            Ok(ToolOutput::from("slept"))
        })
    }

    pub(super) fn with_spec(mut self, change: impl FnOnce(ToolSpec) -> ToolSpec) -> Self {
        self.spec = change(self.spec);
        self
    }

    pub(super) fn with_safety(mut self, safety: fn(&Arguments) -> Safety) -> Self {
        self.safety = Some(safety);
        self
    }

    pub(super) fn with_check(
        mut self,
        check: impl Fn(&Arguments) -> Result<(), ArgumentsError> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Box::new(check));
        self
    }
}

#[async_trait]
impl Tool for Toy {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn safety(&self, arguments: &Arguments) -> Safety {
        match self.safety {
            Some(safety) => safety(arguments),
            None => self.spec.safety.clone(),
        }
    }

    fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
        match &self.check {
            Some(check) => check(arguments),
            None => arguments.check(&self.spec.parameters),
        }
    }

    async fn call(&self, arguments: &Arguments, context: &ToolContext) -> Output {
        (self.body)(arguments.clone(), context.clone()).await
    }
}

pub(super) fn toolbox(toys: impl IntoIterator<Item = Toy>) -> Toolbox {
    Toolbox::of(toys.into_iter().map(|toy| Arc::new(toy) as Arc<dyn Tool>)).unwrap()
}

/// Calls `c0`, `c1`, … of these tools with these arguments.
pub(super) fn calls(of: &[(&str, &str)]) -> Vec<Call> {
    let numbered = of.iter().enumerate();
    let call = |(at, (name, arguments)): (usize, &(&str, &str))| {
        Call::new(format!("c{at}"), *name, *arguments)
    };
    numbered.map(call).collect()
}

/// What a run told and what came of it.
pub(super) struct Ran {
    pub(super) events: Vec<ToolEvent>,
    pub(super) settled: Settled,
}

impl Ran {
    pub(super) fn texts(&self) -> Vec<String> {
        self.settled.outcomes.iter().map(Outcome::text).collect()
    }

    pub(super) fn finished(&self, id: &str) -> (Duration, u32) {
        let found = self.events.iter().find_map(|event| match event {
            ToolEvent::Finished {
                call,
                duration,
                attempts,
                ..
            } if call.as_str() == id => Some((*duration, *attempts)),
            _ => None,
        });
        found.unwrap()
    }
}

pub(super) async fn run(toolbox: &Toolbox, calls: Vec<Call>) -> Ran {
    run_with(&Engine::new(), toolbox, calls, &RunScope::new()).await
}

pub(super) async fn run_with(
    engine: &Engine,
    toolbox: &Toolbox,
    calls: Vec<Call>,
    scope: &RunScope,
) -> Ran {
    let prepared = engine.prepare(toolbox, calls.clone(), scope).await;
    let mut execution = engine.start(prepared, scope);
    let mut events = Vec::new();
    while let Some(event) = execution.next().await {
        events.push(event);
    }
    let settled = execution.finish();
    if settled.is_complete() {
        assert_legal(&calls, &settled.outcomes);
    }
    assert_ordered(&events);
    Ran { events, settled }
}

//
/// One outcome for each call, in call order, so that the conversation takes them and the user can go on.
pub(super) fn assert_legal(calls: &[Call], outcomes: &[Outcome]) {
    let mut conversation = Conversation::from("Go.");
    let answer = calls
        .iter()
        .cloned()
        .fold(Assistant::default(), Assistant::with);
    conversation.push_assistant(answer).unwrap();
    if !calls.is_empty() {
        conversation
            .push_outcomes(outcomes.iter().cloned())
            .unwrap();
    }
    conversation.push_user("And now?").unwrap();
}

/// Of each call: at most one start, then progress, then one end, and nothing after it.
fn assert_ordered(events: &[ToolEvent]) {
    let mut seen: HashMap<&str, Vec<u8>> = HashMap::new();
    for event in events {
        let stage = match event {
            ToolEvent::Started { .. } => 0,
            ToolEvent::Progress { .. } => 1,
            ToolEvent::Finished { .. } => 2,
        };
        seen.entry(event.call().as_str()).or_default().push(stage);
    }
    for (call, stages) in seen {
        let count = |stage: u8| stages.iter().filter(|&&other| other == stage).count();
        let ran = count(0) > 0 || count(1) > 0;
        let in_order = stages.is_sorted();
        assert!(
            in_order && (!ran || (count(0) == 1 && count(2) == 1)) || count(2) > 1,
            "{call}: {stages:?}"
        );
    }
}

/// When each call ran, by the paused clock.
#[derive(Clone)]
pub(super) struct Recorder {
    began: Instant,
    spans: Arc<Mutex<Vec<(String, u128, u128)>>>,
}

impl Recorder {
    pub(super) fn new() -> Self {
        Recorder {
            began: Instant::now(),
            spans: Arc::default(),
        }
    }

    /// A tool that sleeps for as many milliseconds as its arguments say, and records it.
    pub(super) fn toy(&self, name: &str, safety: Safety) -> Toy {
        let recorder = self.clone();
        let body = move |arguments: Arguments, context: ToolContext| {
            let recorder = recorder.clone();
            async move {
                let time: HashMap<String, u64> = arguments.parse()?;
                let from = recorder.began.elapsed().as_millis();
                sleep(Duration::from_millis(time["ms"])).await;
                let to = recorder.began.elapsed().as_millis();
                recorder
                    .spans
                    .lock()
                    .unwrap()
                    .push((context.call().to_string(), from, to));
                Ok(ToolOutput::from("done"))
            }
        };
        Toy::new(name, body).with_spec(|spec| spec.with_safety(safety))
    }

    /// From when to when each call ran, in call order.
    pub(super) fn spans(&self) -> Vec<(u128, u128)> {
        let mut spans = self.spans.lock().unwrap().clone();
        spans.sort();
        spans.into_iter().map(|(_, from, to)| (from, to)).collect()
    }
}

/// Counts what is alive: up when made, down when dropped.
#[derive(Clone, Default)]
pub(super) struct Alive(Arc<AtomicUsize>);

pub(super) struct Life(Arc<AtomicUsize>);

impl Alive {
    pub(super) fn begin(&self) -> Life {
        self.0.fetch_add(1, Ordering::SeqCst);
        Life(Arc::clone(&self.0))
    }

    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
