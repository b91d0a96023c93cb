use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use windlass_core::{
    Backoff, Chance, HostedTool, Model as _, Options, RetryPolicy, State, Text, Tool,
};

use super::{Agent, Settings};
use crate::hook::Hooks;
use crate::ledger::PartialAnswers;
use crate::observe::Observers;
use crate::run::ThinkingEvents;
use crate::{
    Approver, Approximate, Calibration, Compactor, ContextBudget, Engine, Estimator,
    FallbackStrategy, Guard, Hook, Limits, NoFallback, PrefixGuard, Repair, Target, Toolbox,
    ToolboxError, TraceContent,
};

/// An agent while it is put together. What is not set has a default that suits most.
///
/// ```
/// use std::time::Duration;
/// use windlass_agent::{Agent, Chain, Limits};
/// use windlass_core::{Backoff, Scripted};
///
/// let agent = Agent::builder(Scripted::new([]))
///     .name("researcher")
///     .instructions("Answer in one sentence.")
///     .retry(Backoff::new().with_attempts(6))
///     .fallback(Chain::new().then(Scripted::new([])))
///     .limits(Limits::default().with_turns(20).with_time(Duration::from_secs(120)))
///     .build()?;
/// assert_eq!(agent.name(), Some("researcher"));
/// # Ok::<(), windlass_agent::ToolboxError>(())
/// ```
#[must_use = "an agent is made by `build`"]
pub struct AgentBuilder {
    settings: Settings,
    instructions: Vec<Text>,
    hooks: Vec<Arc<dyn Hook>>,
    toolbox: Result<Toolbox, ToolboxError>,
}

impl AgentBuilder {
    pub(super) fn new(own: Target) -> Self {
        let estimator = Arc::new(Approximate::of(&own.model.profile().id));
        let settings = Settings {
            name: None,
            own,
            options: Options::default(),
            instructions: Arc::default(),
            toolbox: Toolbox::new(),
            engine: Engine::new(),
            retry: Arc::new(Backoff::default()),
            fallback: Arc::new(NoFallback),
            context: None,
            compactor: None,
            estimator,
            calibration: Calibration::new(),
            limits: Limits::default(),
            prefix: PrefixGuard::new(),
            guard: Some(Guard::default()),
            hooks: Hooks::default(),
            observers: Observers::default(),
            thinking: ThinkingEvents::default(),
            trace: TraceContent::default(),
            partials: PartialAnswers::default(),
            state: State::new(),
            grace: Duration::from_secs(5),
            concurrency: None,
            tool_concurrency: Vec::new(),
            chance: Arc::new(|| Chance::new(RandomState::new().hash_one(0_u8))),
        };
        AgentBuilder::of(settings)
    }

    /// An agent that is put together anew.
    pub(super) fn of(settings: Settings) -> Self {
        AgentBuilder {
            instructions: settings.instructions.to_vec(),
            hooks: settings.hooks.to_vec(),
            toolbox: Ok(settings.toolbox.clone()),
            settings,
        }
    }

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(&mut self.settings);
        self
    }

    /// Sets the name by which traces and sub-agents know it.
    pub fn name(self, name: impl Into<Text>) -> Self {
        self.set(|settings| settings.name = Some(name.into()))
    }

    /// Sets which model is asked, and the options that win over those of the agent.
    pub fn model(self, model: impl Into<Target>) -> Self {
        self.set(|settings| settings.own = model.into())
    }

    /// Takes away the blocks of instructions that were added so far.
    pub fn without_instructions(mut self) -> Self {
        self.instructions.clear();
        self
    }

    /// Takes away the tools that were added so far.
    pub fn without_tools(mut self) -> Self {
        self.toolbox = Ok(Toolbox::new());
        self
    }

    /// Adds a block of instructions; the stable ones first, so that a provider can cache them.
    pub fn instructions(mut self, block: impl Into<Text>) -> Self {
        self.instructions.push(block.into());
        self
    }

    /// Adds a tool.
    pub fn tool(mut self, tool: impl Tool + 'static) -> Self {
        self.toolbox = self.toolbox.and_then(|toolbox| toolbox.with(tool));
        self
    }

    /// Adds a tool that the provider runs itself.
    pub fn hosted_tool(mut self, tool: HostedTool) -> Self {
        self.toolbox = self.toolbox.map(|toolbox| toolbox.with_hosted(tool));
        self
    }

    /// Adds the tools of a box.
    pub fn tools(mut self, tools: Toolbox) -> Self {
        self.toolbox = self.toolbox.and_then(|toolbox| toolbox.combine(tools));
        self
    }

    /// Sets how the model is to answer; the options of its target win over these.
    ///
    /// A choice of tool that forces a call is for the first turn of a run and released after it.
    pub fn options(self, options: Options) -> Self {
        self.set(|settings| settings.options = options)
    }

    /// Sets when a model is asked again after a failure; [`Backoff`] with its defaults unless set.
    pub fn retry(self, policy: impl RetryPolicy + 'static) -> Self {
        self.set(|settings| settings.retry = Arc::new(policy))
    }

    /// Sets what happens when a model gives no answer, or one that is of no use.
    pub fn fallback(self, strategy: impl FallbackStrategy + 'static) -> Self {
        self.set(|settings| settings.fallback = Arc::new(strategy))
    }

    /// Sets how much of their window requests may take: what the models' profiles say unless it is set.
    ///
    /// With a [`compactor`](AgentBuilder::compactor), the conversation is made to fit before it is sent. Without one only the
    /// numbers are kept: [`What::ContextNear`](crate::What::ContextNear) warns, [`Report::context`](crate::Report::context)
    /// has what the last request took, and a request that cannot fit is still sent and left to the provider and the fallback.
    ///
    /// ```
    /// use windlass_agent::{Agent, ContextBudget, Tiers, Windows};
    /// use windlass_core::{Script, Scripted};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    /// # runtime.block_on(async {
    /// let agent = Agent::builder(Scripted::new([Script::text("Rome.")]))
    ///     .context(ContextBudget::new().with_window(32_000).with_windows(Windows::Asked))
    ///     .compactor(Tiers::default())
    ///     .build()?;
    /// let report = agent.run("Is it warmer in Oslo or in Rome?").await?;
    /// let used = report.context.expect("a budget is set");
    /// assert!(used.fits() && used.window == 32_000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).expect("the script has an answer");
    /// ```
    pub fn context(self, budget: ContextBudget) -> Self {
        self.set(|settings| settings.context = Some(budget))
    }

    /// Sets how conversations that do not fit are made smaller: before a request is made, as its tokens are estimated and as
    /// providers reported them, and once more when the provider refuses it all the same.
    ///
    /// Nobody does unless it is set.
    pub fn compactor(self, compactor: impl Compactor + 'static) -> Self {
        self.set(|settings| settings.compactor = Some(Arc::new(compactor)))
    }

    /// Sets how tokens are estimated: [`Approximate`], for the agent's model, unless set. The runs of the agent learn together
    /// from what providers report how far that is off.
    pub fn estimator(self, estimator: impl Estimator + 'static) -> Self {
        self.set(|settings| {
            settings.estimator = Arc::new(estimator);
            settings.calibration = Calibration::new();
        })
    }

    /// Sets how much a run may spend: 50 turns unless set.
    pub fn limits(self, limits: Limits) -> Self {
        self.set(|settings| settings.limits = limits)
    }

    /// Sets how much less than expected a provider may read from its prompt cache before the run says so.
    pub fn prefix_guard(self, guard: PrefixGuard) -> Self {
        self.set(|settings| settings.prefix = guard)
    }

    /// Sets who notices that calls repeat themselves.
    pub fn guard(self, guard: Guard) -> Self {
        self.set(|settings| settings.guard = Some(guard))
    }

    /// Lets calls repeat themselves.
    pub fn without_guard(self) -> Self {
        self.set(|settings| settings.guard = None)
    }

    /// Sets how tools are run.
    ///
    /// It replaces what [`approver`](AgentBuilder::approver) and [`repair`](AgentBuilder::repair) set before.
    pub fn engine(self, engine: Engine) -> Self {
        self.set(|settings| settings.engine = engine)
    }

    /// Sets who says whether a call may run: of every tool, so that [`Ask`](crate::Ask) asks about all of them and
    /// [`Rules`](crate::Rules) about some.
    ///
    /// Without it every call runs, but for those of tools that are always to be asked for: these are denied.
    pub fn approver(self, approver: impl Approver + 'static) -> Self {
        self.set(|settings| settings.engine = settings.engine.clone().with_approver(approver))
    }

    /// Sets who mends calls that cannot run.
    pub fn repair(self, repair: impl Repair + 'static) -> Self {
        self.set(|settings| settings.engine = settings.engine.clone().with_repair(repair))
    }

    /// Adds a hook after those that are there.
    pub fn hook(mut self, hook: impl Hook + 'static) -> Self {
        self.hooks.push(Arc::new(hook));
        self
    }

    /// Sets whether thinking is among the events; it is kept and sent back in any case.
    pub fn thinking(self, events: ThinkingEvents) -> Self {
        self.set(|settings| settings.thinking = events)
    }

    /// Sets whether spans hold what was said; they do not unless it is set. Without the feature `tracing` there are none.
    pub fn trace_content(self, content: TraceContent) -> Self {
        self.set(|settings| settings.trace = content)
    }

    /// Sets what becomes of the beginning of an answer that was cut.
    pub fn partial_answers(self, partials: PartialAnswers) -> Self {
        self.set(|settings| settings.partials = partials)
    }

    /// Sets what the tools share.
    pub fn state(self, state: State) -> Self {
        self.set(|settings| settings.state = state)
    }

    /// Sets how long a tool may take to end once its run is cancelled: five seconds unless set.
    pub fn grace(self, grace: Duration) -> Self {
        self.set(|settings| settings.grace = grace)
    }

    /// Sets how many tools of a run run at a time.
    pub fn concurrency(self, tools: usize) -> Self {
        self.set(|settings| settings.concurrency = Some(tools))
    }

    /// Sets how many calls of one tool run at a time.
    pub fn tool_concurrency(self, tool: impl Into<Text>, calls: usize) -> Self {
        self.set(|settings| settings.tool_concurrency.push((tool.into(), calls)))
    }

    /// Sets where the chance in the waits between attempts comes from.
    pub fn chance(self, chance: impl Fn() -> Chance + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.chance = Arc::new(chance))
    }

    /// The agent.
    ///
    /// # Errors
    ///
    /// When a tool has no name, the name of another, or parameters that are no object.
    pub fn build(self) -> Result<Agent, ToolboxError> {
        let mut settings = self.settings;
        settings.toolbox = self.toolbox?;
        settings.instructions = self.instructions.into();
        settings.hooks = Hooks::new(self.hooks);
        Ok(Agent(Arc::new(settings)))
    }
}

impl fmt::Debug for AgentBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentBuilder")
            .field("name", &self.settings.name)
            .field("model", &self.settings.own.model.profile().id)
            .field("tools", &self.toolbox)
            .finish_non_exhaustive()
    }
}
