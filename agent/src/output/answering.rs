//! A run whose answer is a value.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use windlass_core::{Arguments, ArgumentsError, Text};

use super::preview::Preview;
use super::shape::parse;
use super::{AnswerMode, Reading, Shape, Way};
use crate::run::Running;
use crate::{AgentEvent, Report, Run, RunError, Stop};

/// A run that is to end with a `T`, as [`Run::answer`] gives it.
///
/// Await it for the value, or iterate it with [`next`](Answering::next) for the events of the run and for the value as far as
/// it is written. The model is asked for JSON of the type's schema by the best means that it has, see [`AnswerMode`]. What does
/// not fit is told to the model by path, expectation and what was found, and it may try once more. A type that is no object,
/// such as a list, is asked for as the member `value` of one, because providers want an object.
///
/// # Example: a list
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use windlass_agent::Agent;
/// use windlass_core::{Script, Scripted};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct City {
///     /// Its name, in English.
///     name: String,
///     celsius: f64,
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let json = r#"{"value": [{"name": "Oslo", "celsius": 4.5}, {"name": "Rome", "celsius": 21}]}"#;
/// let agent = Agent::builder(Scripted::new([Script::text(json)])).build()?;
/// let answered = agent.run("How warm is it in Oslo and in Rome?").answer::<Vec<City>>().await?;
/// assert_eq!(answered.value[1].name, "Rome");
/// assert_eq!(answered.report.turns, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the script has an answer");
/// ```
///
/// # Example: a check that the model is told of
///
/// ```
/// use windlass_agent::Agent;
/// use windlass_core::{Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let script = [Script::text(r#"{"value": 7}"#), Script::text(r#"{"value": 8}"#)];
/// let agent = Agent::builder(Scripted::new(script)).build()?;
/// let answering = agent.run("An even number, please.").answer::<u32>();
/// let answering = answering.with_validator(|number| match number % 2 {
///     0 => Ok(()),
///     _ => Err(format!("{number} is odd")),
/// });
/// let answered = answering.await?;
/// assert_eq!(answered.value, 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the second answer is even");
/// ```
#[must_use = "a run does nothing before it is awaited or iterated"]
pub struct Answering<T> {
    run: Run,
    shape: Shape,
    preview: Preview,
    value: PhantomData<fn() -> T>,
}

/// The value that a run ended with.
///
/// ```
/// use windlass_agent::Agent;
/// use windlass_core::{Script, Scripted};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let model = Scripted::new([Script::text(r#"{"value": 31}"#)]);
/// let answered = Agent::builder(model).build()?.run("How warm is it?").answer::<i32>().await?;
/// assert_eq!((answered.value, answered.report.turns), (31, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answered<T> {
    /// The value.
    pub value: T,
    /// What the run came to.
    pub report: Report,
}

/// What happens while a value is being answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AnswerEvent<'a> {
    /// Something happened in the run.
    Run(AgentEvent),
    /// More of the value is written.
    Partial(Partial<'a>),
}

/// A value as far as it is written: strings, lists and objects with what they hold so far, the rest when it is whole.
///
/// It is not checked, and what is wrong with it is known at the end alone: a draft that is not a `P` is passed over, because the
/// model is told and may answer again.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use windlass_agent::{Agent, AnswerEvent};
/// use windlass_core::{Script, Scripted};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Trip {
///     city: String,
///     days: u8,
/// }
///
/// #[derive(Deserialize)]
/// struct Draft {
///     city: Option<String>,
///     days: Option<u8>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let json = [r#"{"days": "three"}"#, r#"{"days": 3, "city": "Rome"}"#];
/// let agent = Agent::builder(Scripted::new(json.map(Script::text))).build()?;
/// let mut answering = agent.run("Where to?").answer::<Trip>();
/// let mut shown = Vec::new();
/// while let Some(event) = answering.next().await {
///     if let AnswerEvent::Partial(partial) = event
///         && let Ok(draft) = partial.parse::<Draft>()
///     {
///         shown.push((draft.days, draft.city));
///     }
/// }
/// assert_eq!(answering.await?.value.city, "Rome");
/// assert_eq!(shown.last(), Some(&(Some(3), Some("Rome".into()))));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Partial<'a>(&'a Value);

impl Run {
    /// Asks for an answer that is a `T`.
    ///
    /// Call it before the run is polled. The model is not told of it later, and what it says is read all the same.
    pub fn answer<T: DeserializeOwned + JsonSchema>(self) -> Answering<T> {
        let shape = Shape::of::<T>();
        Answering {
            preview: Preview::of(&shape),
            run: self.with_shape(shape.clone()),
            shape,
            value: PhantomData,
        }
    }
}

impl<T> Answering<T> {
    fn with(mut self, set: impl FnOnce(Shape) -> Shape) -> Self {
        self.shape = set(self.shape);
        self.preview = Preview::of(&self.shape);
        self.run = self.run.with_shape(self.shape.clone());
        self
    }

    /// Sets the name that the model is told, as that of a schema or of a tool; `final_answer` unless it is set.
    ///
    /// Providers want letters, digits, `_` and `-`.
    pub fn with_name(self, name: impl Into<Text>) -> Self {
        self.with(|shape| shape.with_name(name))
    }

    /// Sets by which means the model is made to answer in the shape of the type.
    pub fn with_mode(self, mode: AnswerMode) -> Self {
        self.with(|shape| shape.with_mode(mode))
    }

    /// Sets how often the model is told what is wrong with its answer and may try again; once unless it is set.
    pub fn with_tries(self, tries: u32) -> Self {
        self.with(|shape| shape.with_tries(tries))
    }

    /// The run, to watch it, steer it or cancel it.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// What happens next; nothing after the end of the run, when awaiting it gives the value.
    ///
    /// ```
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    /// use windlass_agent::{Agent, AnswerEvent};
    /// use windlass_core::{Script, Scripted};
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Letter {
    ///     subject: String,
    ///     body: String,
    /// }
    ///
    /// /// The same while it is written.
    /// #[derive(Deserialize)]
    /// struct Draft {
    ///     subject: Option<String>,
    ///     body: Option<String>,
    /// }
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    /// # runtime.block_on(async {
    /// let json = r#"{"subject": "Rain again", "body": "It is raining."}"#;
    /// let agent = Agent::builder(Scripted::new([Script::text(json)])).build()?;
    /// let mut answering = agent.run("Write a letter about the weather.").answer::<Letter>();
    /// let mut subjects = Vec::new();
    /// while let Some(event) = answering.next().await {
    ///     if let AnswerEvent::Partial(partial) = event
    ///         && let Ok(Draft { subject, body: None }) = partial.parse()
    ///     {
    ///         subjects.extend(subject);
    ///     }
    /// }
    /// assert_eq!(subjects, ["Rain ", "Rain again"]);
    /// assert_eq!(answering.await?.value.body, "It is raining.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).expect("the script has an answer");
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, once a tool runs or something is waited for.
    pub async fn next(&mut self) -> Option<AnswerEvent<'_>> {
        if self.preview.take_grown() {
            return self
                .preview
                .value()
                .map(|value| AnswerEvent::Partial(Partial(value)));
        }
        let event = self.run.next().await?;
        self.preview.see(&event.what);
        Some(AnswerEvent::Run(event))
    }
}

impl<T: DeserializeOwned> Answering<T> {
    /// Adds a check of the value, after those that are there. The model is told what it returns, and may try again.
    ///
    /// # Panics
    ///
    /// Where the check panics, the run that is being polled does.
    pub fn with_validator<E: fmt::Display>(
        self,
        validator: impl Fn(&T) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        self.with(|shape| shape.with_validator(validator))
    }
}

impl<'a> Partial<'a> {
    /// The value so far, as JSON.
    pub fn value(&self) -> &'a Value {
        self.0
    }

    /// The value so far as a type in which everything that may not be written yet is an option or has a default.
    ///
    /// # Errors
    ///
    /// When the value so far is not a `P`.
    pub fn parse<P: DeserializeOwned>(&self) -> Result<P, ArgumentsError> {
        P::deserialize(self.0).or_else(|_| Arguments::from(self.0.to_string()).parse())
    }
}

/// Awaits the value.
///
/// # Errors
///
/// When the run did not do what it was asked to, or ended without a value: at a limit, or with calls that wait for a decision.
impl<T: DeserializeOwned> IntoFuture for Answering<T> {
    type Output = Result<Answered<T>, RunError>;
    type IntoFuture = AwaitedAnswer<T>;

    fn into_future(self) -> AwaitedAnswer<T> {
        AwaitedAnswer {
            run: self.run.into_future(),
            shape: self.shape,
            value: PhantomData,
        }
    }
}

/// A run that is awaited for its value.
///
/// # Cancel safety
///
/// Dropping it cancels the run at once.
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct AwaitedAnswer<T> {
    run: Running,
    shape: Shape,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Future for AwaitedAnswer<T> {
    type Output = Result<Answered<T>, RunError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let report = ready!(Pin::new(&mut self.run).poll(cx))?;
        Poll::Ready(finish(report, &self.shape))
    }
}

/// Takes the value out of what a run came to.
fn finish<T: DeserializeOwned>(mut report: Report, shape: &Shape) -> Result<Answered<T>, RunError> {
    let read = match (&report.value, &report.stop) {
        (Some(json), _) => Ok(json.clone()),
        // The run had begun before it was asked for a value.
        (None, Stop::Answered) => match shape.read_text(&report.text(), Way::Prompted) {
            Reading::Value { json, .. } => Ok(json),
            Reading::Wrong { why, .. } => Err(why),
            Reading::NotYet => unreachable!("a text has no calls"),
        },
        (None, _) => return Err(RunError::new(report)),
    };
    let json = read.map(|json| Arguments::from(json.text().clone()));
    match json.and_then(|json| parse::<T>(&json, shape.is_wrapped)) {
        Ok(value) => Ok(Answered { value, report }),
        Err(why) => {
            report.stop = Stop::Unfit(why);
            Err(RunError::new(report))
        }
    }
}

impl<T> fmt::Debug for Answering<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answering")
            .field("run", &self.run)
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}
