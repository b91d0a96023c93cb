//! A model that plays a script: for documentation, tests and examples.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use async_trait::async_trait;

use crate::{
    CallStart, ErrorKind, Event, EventSource, EventStream, Finish, FinishReason, Model, ModelError,
    ModelId, PartIndex, Profile, Request, Text, Usage,
};

/// A model that gives prepared answers, one for each request, and keeps the requests.
///
/// Clones share the script. A request for which there is no answer is an error, never an invented one.
///
/// ```
/// use windlass_core::{Model, Request, Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let model = Scripted::new([
///     Script::thinking("Weather needs a look.").then_call("call_1", "weather", r#"{"city":"Rome"}"#),
///     Script::text("31 °C in Rome."),
/// ]);
/// let first = model.stream(Request::new("How warm is Rome?")).await?.response().await?;
/// assert_eq!(first.message.calls().count(), 1);
/// let second = model.stream(Request::new("Well?")).await?.response().await?;
/// assert_eq!(second.message.text(), "31 °C in Rome.");
/// assert_eq!(model.requests().len(), 2);
/// # Ok::<(), windlass_core::ModelError>(())
/// # }).expect("the script has two answers");
/// ```
#[derive(Clone, Debug)]
pub struct Scripted {
    profile: Profile,
    stage: Arc<Mutex<Stage>>,
}

#[derive(Debug, Default)]
struct Stage {
    scripts: VecDeque<Script>,
    requests: Vec<Request>,
}

impl Scripted {
    /// A model that gives these answers, in order.
    pub fn new(scripts: impl IntoIterator<Item = Script>) -> Self {
        let stage = Stage {
            scripts: scripts.into_iter().collect(),
            requests: Vec::new(),
        };
        Scripted {
            profile: Profile::new(ModelId::new("scripted", "script")),
            stage: Arc::new(Mutex::new(stage)),
        }
    }

    /// Sets what the model says of itself.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// The requests so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.with_stage(|stage| stage.requests.clone())
    }

    /// How many answers are left.
    pub fn remaining(&self) -> usize {
        self.with_stage(|stage| stage.scripts.len())
    }

    fn with_stage<T>(&self, act: impl FnOnce(&mut Stage) -> T) -> T {
        act(&mut self.stage.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Model for Scripted {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        let (script, number) = self.with_stage(|stage| {
            stage.requests.push(request);
            (stage.scripts.pop_front(), stage.requests.len())
        });
        let Some(script) = script else {
            let message = format!("the script has no answer to request {number}");
            let error = ModelError::new(ErrorKind::InvalidRequest, message)
                .with_model(self.profile.id.clone());
            return Err(error.with_hint("add a `Script` for each request that the program makes"));
        };
        script.play(self.profile.id.clone())
    }
}

/// One prepared answer: parts in order, then an end.
#[derive(Clone, Debug, Default)]
pub struct Script {
    events: Vec<Event>,
    next: PartIndex,
    usage: Option<Usage>,
    end: End,
}

#[derive(Clone, Debug, Default)]
enum End {
    /// The finish that fits the parts.
    #[default]
    Fitting,
    Finish(Finish),
    Error(ModelError),
    /// The request is refused; there are no events.
    Refusal(ModelError),
    /// The stream just ends.
    Cut,
}

impl Script {
    /// An answer without parts.
    pub fn new() -> Self {
        Script::default()
    }

    /// An answer of exactly these events; nothing is added to them.
    pub fn events(events: impl IntoIterator<Item = Event>) -> Self {
        Script {
            events: events.into_iter().collect(),
            end: End::Cut,
            ..Script::default()
        }
    }

    /// An answer that begins with words, streamed word by word.
    pub fn text(words: impl AsRef<str>) -> Self {
        Script::new().then_text(words)
    }

    /// An answer that begins with thinking, streamed word by word.
    pub fn thinking(words: impl AsRef<str>) -> Self {
        let mut script = Script::new();
        script.stream(words.as_ref(), |part, text| Event::Thinking { part, text });
        script
    }

    /// An answer that begins with a call.
    pub fn call(id: &str, name: &str, arguments: &str) -> Self {
        Script::new().then_call(id, name, arguments)
    }

    /// No answer: the request is refused with this error.
    pub fn refuse(error: ModelError) -> Self {
        Script {
            end: End::Refusal(error),
            ..Script::default()
        }
    }

    /// Adds words.
    #[must_use]
    pub fn then_text(mut self, words: impl AsRef<str>) -> Self {
        self.stream(words.as_ref(), |part, text| Event::Text { part, text });
        self
    }

    /// Adds a call, its arguments streamed in pieces.
    #[must_use]
    pub fn then_call(mut self, id: &str, name: &str, arguments: &str) -> Self {
        let call = Box::new(CallStart::new(id, name));
        self.events.push(Event::Call {
            part: self.next,
            call,
        });
        self.stream(arguments, |part, text| Event::Arguments { part, text });
        self
    }

    /// Sets the token counts that are reported before the end.
    #[must_use]
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = Some(usage);
        self
    }

    /// Ends the answer with this finish instead of the one that fits its parts.
    #[must_use]
    pub fn with_finish(mut self, finish: Finish) -> Self {
        self.end = End::Finish(finish);
        self
    }

    /// Ends the answer with this error instead of a finish.
    #[must_use]
    pub fn fail(mut self, error: ModelError) -> Self {
        self.end = End::Error(error);
        self
    }

    /// Ends the answer without a finish, as a broken connection does.
    #[must_use]
    pub fn cut(mut self) -> Self {
        self.end = End::Cut;
        self
    }

    /// Adds the words as one part, a piece for each word.
    fn stream(&mut self, words: &str, event: impl Fn(PartIndex, Text) -> Event) {
        let part = self.next;
        self.events.extend(
            words
                .split_inclusive(' ')
                .map(|word| event(part, word.into())),
        );
        self.next = part.next();
    }

    fn play(self, model: ModelId) -> Result<EventStream, ModelError> {
        let calls = self
            .events
            .iter()
            .any(|event| matches!(event, Event::Call { .. }));
        let fitting = if calls {
            FinishReason::Calls
        } else {
            FinishReason::Stop
        };
        let end = match self.end {
            End::Fitting => Some(Ok(Event::Finish(Finish::new(fitting, "scripted")))),
            End::Finish(finish) => Some(Ok(Event::Finish(finish))),
            End::Error(error) => Some(Err(error.in_stream())),
            End::Refusal(error) => return Err(error),
            End::Cut => None,
        };
        let usage = self.usage.map(|usage| Ok(Event::Usage(usage)));
        let items: VecDeque<_> = self
            .events
            .into_iter()
            .map(Ok)
            .chain(usage)
            .chain(end)
            .collect();
        Ok(EventStream::new(model, Played(items)))
    }
}

/// Gives one event a poll, so that a consumer sees them arrive one after the other.
struct Played(VecDeque<Result<Event, ModelError>>);

impl EventSource for Played {
    fn poll_events(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        events: &mut VecDeque<Event>,
    ) -> Poll<Option<Result<(), ModelError>>> {
        Poll::Ready(
            self.0
                .pop_front()
                .map(|item| item.map(|event| events.push_back(event))),
        )
    }
}
