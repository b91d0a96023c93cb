//! An agent: a model with instructions and tools, built once and run many times.

mod builder;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use windlass_core::{CancellationToken, Chance, Conversation, Options, RetryPolicy, State, Text};

use crate::hook::Hooks;
use crate::ledger::PartialAnswers;
use crate::observe::Observers;
use crate::run::ThinkingEvents;
use crate::{
    Calibration, Compactor, ContextBudget, Decisions, Engine, Estimator, FallbackStrategy, Guard,
    Journal, Limits, Observer, Paused, PrefixGuard, Run, RunScope, Target, Toolbox, TraceContent,
    Windows,
};

pub use builder::AgentBuilder;

/// A model with instructions, tools and whatever else its runs have in common. Cheap to clone; its runs share nothing
/// that changes.
///
/// # Example: a question that takes a tool
///
/// ```
/// use windlass_agent::Agent;
/// use windlass_core::{Script, Scripted, tool};
///
/// /// The weather in a city right now.
/// #[tool]
/// fn weather(
///     /// City name, in English.
///     city: String,
/// ) -> String {
///     format!("31 °C in {city}")
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let model = Scripted::new([
///     Script::call("call_1", "weather", r#"{"city":"Rome"}"#),
///     Script::text("It is 31 °C."),
/// ]);
/// let agent = Agent::builder(model)
///     .instructions("Answer in one sentence.")
///     .tool(weather)
///     .build()?;
/// let report = agent.run("How warm is it in Rome?").await?;
/// assert_eq!(report.to_string(), "It is 31 °C.");
/// assert_eq!(report.conversation.len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the script has two answers");
/// ```
#[derive(Clone)]
pub struct Agent(Arc<Settings>);

/// What the runs of an agent have in common.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) name: Option<Text>,
    pub(crate) own: Target,
    /// What the options of the target leave open.
    pub(crate) options: Options,
    pub(crate) instructions: Arc<[Text]>,
    pub(crate) toolbox: Toolbox,
    pub(crate) engine: Engine,
    pub(crate) retry: Arc<dyn RetryPolicy>,
    pub(crate) fallback: Arc<dyn FallbackStrategy>,
    pub(crate) context: Option<ContextBudget>,
    pub(crate) compactor: Option<Arc<dyn Compactor>>,
    pub(crate) estimator: Arc<dyn Estimator>,
    pub(crate) calibration: Calibration,
    pub(crate) limits: Limits,
    pub(crate) prefix: PrefixGuard,
    pub(crate) guard: Option<Guard>,
    pub(crate) hooks: Hooks,
    pub(crate) observers: Observers,
    pub(crate) thinking: ThinkingEvents,
    pub(crate) trace: TraceContent,
    pub(crate) partials: PartialAnswers,
    pub(crate) state: State,
    pub(crate) grace: Duration,
    pub(crate) concurrency: Option<usize>,
    pub(crate) tool_concurrency: Vec<(Text, usize)>,
    pub(crate) chance: Arc<dyn Fn() -> Chance + Send + Sync>,
}

impl Agent {
    /// Begins an agent that asks this model.
    pub fn builder(model: impl Into<Target>) -> AgentBuilder {
        AgentBuilder::new(model.into())
    }

    /// Begins another agent that is like this one but for what is set anew.
    ///
    /// ```
    /// use windlass_agent::Agent;
    /// use windlass_core::Scripted;
    ///
    /// let agent = Agent::builder(Scripted::new([])).name("first").instructions("Be brief.").build()?;
    /// let other = agent.rebuild().without_instructions().instructions("Be kind.").build()?;
    /// assert_eq!((agent.instructions()[0].as_str(), other.instructions()[0].as_str()), ("Be brief.", "Be kind."));
    /// assert_eq!(other.name(), Some("first"));
    /// # Ok::<(), windlass_agent::ToolboxError>(())
    /// ```
    pub fn rebuild(&self) -> AgentBuilder {
        AgentBuilder::of(Settings::clone(&self.0))
    }

    /// Runs the agent on what the user says, or on a whole conversation that wants an answer.
    ///
    /// Calls of the last answer that have no outcome yet are run first.
    pub fn run(&self, conversation: impl Into<Conversation>) -> Run {
        Run::new(self.clone(), conversation.into())
    }

    /// Goes on with a run that waited for decisions, perhaps in another process.
    ///
    /// Nobody is asked again. A call that is no longer the one that was shown is refused, and one that no decision names
    /// goes on waiting.
    pub fn resume(&self, paused: Paused, decisions: Decisions) -> Run {
        let conversation = paused.conversation.clone();
        Run::new(self.clone(), conversation).with_resumed(paused, decisions)
    }

    /// Goes on with a run that was broken off, from its journal: what is recorded is not done again.
    ///
    /// The agent must be made as the one was that began the run. A journal without a run ends it with
    /// [`JournalErrorKind::Empty`](crate::JournalErrorKind::Empty), and is as empty as before.
    pub fn recover(&self, journal: impl Journal + 'static) -> Run {
        Run::new(self.clone(), Conversation::new()).with_journal(journal)
    }

    /// Watches all runs of this agent that begin from now on; a slow observer loses events of its own and holds nobody
    /// back.
    pub fn observe(&self) -> Observer {
        self.0.observers.observe()
    }

    /// The name by which traces and sub-agents know it.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The tools that its runs begin with.
    pub fn toolbox(&self) -> &Toolbox {
        &self.0.toolbox
    }

    /// What the model is told before every conversation, in blocks.
    pub fn instructions(&self) -> &[Text] {
        &self.0.instructions
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0
    }

    /// The same agent, but for a change that cannot fail.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Settings)) -> Agent {
        let mut settings = Settings::clone(&self.0);
        change(&mut settings);
        Agent(Arc::new(settings))
    }
}

impl Settings {
    /// Whose windows count.
    pub(crate) fn windows(&self) -> Windows {
        let budget = self.context.as_ref();
        budget.map(|budget| budget.windows).unwrap_or_default()
    }

    /// What the tools of one run share.
    pub(crate) fn run_scope(&self, state: State, cancel: CancellationToken) -> RunScope {
        let mut scope = RunScope::new()
            .with_cancel(cancel)
            .with_grace(self.grace)
            .with_state(state);
        if let Some(tools) = self.concurrency {
            scope = scope.with_concurrency(tools);
        }
        for (tool, calls) in &self.tool_concurrency {
            scope = scope.with_tool_concurrency(tool.clone(), *calls);
        }
        scope
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent")
            .field("name", &self.0.name)
            .field("model", &self.0.own.model.profile().id)
            .field("tools", &self.0.toolbox)
            .finish_non_exhaustive()
    }
}
