//! What stays the same while a run lasts.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use windlass_core::{Chance, Model as _, Options, Profile, Request, ToolChoice};

use super::{Control, Halt, Outbox, RunHandle, Setup, Tie};
use crate::agent::{Agent, Settings};
use crate::hook::{At, Hooks};
use crate::journal::{self, Given};
use crate::ledger::{Books, Ledger};
use crate::limits::{Purse, Watch};
use crate::output::Shape;
use crate::subagent::Family;
use crate::trace::{RunOrigin, RunSpan};
use crate::{
    Cancel, Engine, Journal, JournalError, Report, RunId, RunScope, Step, Stop, Target,
    TargetIndex, Toolbox,
};

/// What a run knows of its agent and its family.
pub(crate) struct Scope {
    agent: Agent,
    /// What is the same in the requests of all turns.
    frame: Request,
    pub(crate) engine: Engine,
    pub(crate) tools: RunScope,
    pub(crate) control: Arc<Control>,
    pub(crate) books: Arc<Books>,
    pub(crate) shape: Option<Shape>,
    family: Arc<Family>,
    pub(crate) journal: Option<Arc<dyn Journal>>,
    keeps_context: bool,
}

/// Opens the books of a run.
pub(super) fn open(setup: Setup, control: &Arc<Control>, outbox: &Arc<Outbox>) -> (Ledger, Scope) {
    let settings = setup.agent.settings();
    let parent = setup.family.as_deref();
    let limits = setup.limits.unwrap_or_else(|| settings.limits.clone());
    let purse = Purse::new(limits, parent.map(Family::purse));
    let above = above(setup.session.as_ref(), parent);
    let books = Arc::new(Books::new(purse, above));
    let run = control.run().clone();
    let engine = engine(settings, parent);
    let family = Arc::new(Family::new(
        run.clone(),
        setup.family.clone(),
        Arc::clone(&books),
        Arc::clone(outbox),
        engine.approver().cloned(),
    ));
    let state = setup.state.unwrap_or_else(|| settings.state.clone());
    let state = state
        .with(RunHandle::new(Arc::clone(control)))
        .with_shared(Arc::clone(&family));
    let mut ledger = Ledger::new(
        run,
        Arc::clone(outbox),
        setup.conversation,
        Arc::clone(&books),
    );
    let origin = RunOrigin {
        run: control.run().as_str(),
        agent: settings.name.as_deref(),
        session: setup.session.as_ref().map(|session| session.id.as_str()),
        model: &settings.own.model.profile().id,
    };
    ledger.span = RunSpan::begin(origin, settings.trace);
    ledger.guard = settings.guard.clone();
    ledger.prefix = match &setup.session {
        Some(session) => Arc::clone(&session.prefix),
        None => Arc::new(settings.prefix.clone().into()),
    };
    ledger.resumed = setup.resumed;
    ledger.toolbox = settings.toolbox.clone();
    let keeps_context = settings.compactor.is_some()
        || settings.context.is_some()
        || books.purse().counts_requests();
    let scope = Scope {
        keeps_context,
        tools: settings.run_scope(state, control.cancel_token().clone()),
        frame: frame(settings, &setup.options),
        engine,
        control: Arc::clone(control),
        books,
        shape: setup.shape,
        journal: setup.journal,
        family,
        agent: setup.agent,
    };
    (ledger, scope)
}

/// The books that are charged, too: those of the session, or of the run whose tool this one is.
fn above(session: Option<&Tie>, parent: Option<&Family>) -> Option<Arc<Books>> {
    let session = session.map(|session| &session.books);
    session.or(parent.map(Family::books)).map(Arc::clone)
}

/// What is asked in every turn: the instructions, and the options of the run over those of the agent.
fn frame(settings: &Settings, options: &Options) -> Request {
    let mut frame = Request::default();
    frame.instructions = Arc::clone(&settings.instructions);
    let options = options.clone().or(&settings.own.options);
    frame.options = options.or(&settings.options);
    frame
}

/// How the calls are run: whoever allows those of the family allows these, unless somebody else is to.
fn engine(settings: &Settings, parent: Option<&Family>) -> Engine {
    let engine = settings.engine.clone();
    match parent.and_then(Family::approver) {
        Some(approver) if engine.approver().is_none() => engine.with_approver(Arc::clone(approver)),
        _ => engine,
    }
}

impl Scope {
    pub(crate) fn settings(&self) -> &Settings {
        self.agent.settings()
    }

    /// A step of the journal, if there is one.
    pub(crate) fn journaled(&self, step: impl FnOnce() -> Step) -> Option<(&dyn Journal, Step)> {
        let journal = self.journal.as_deref()?;
        Some((journal, step()))
    }

    /// Takes from the journal what the run was given, if it was begun before.
    pub(crate) async fn given(&self, ledger: &mut Ledger) -> Result<(), Stop> {
        let Some(journaled) = self.journaled(Step::run) else {
            return Ok(());
        };
        let given = if ledger.conversation.is_empty() {
            journal::replayed(journaled)
                .await?
                .ok_or_else(JournalError::empty)?
        } else {
            let given = Given {
                id: ledger.run.clone(),
                conversation: ledger.conversation.clone(),
            };
            journal::known(Some(journaled), async { given }).await?.0
        };
        ledger.run = given.id;
        ledger.conversation = given.conversation;
        Ok(())
    }

    pub(crate) fn hooks(&self) -> &Hooks {
        &self.settings().hooks
    }

    pub(crate) fn purse(&self) -> &Purse {
        self.books.purse()
    }

    /// The run whose tool this one is.
    pub(crate) fn parent(&self) -> Option<&RunId> {
        self.family.parent().map(Family::run)
    }

    /// Whether anybody wants to know what requests take of their window.
    pub(crate) fn keeps_context(&self) -> bool {
        self.keeps_context
    }

    /// How many tokens an answer of this target may have, if anybody says.
    pub(crate) fn answer_length(&self, target: TargetIndex) -> Option<u64> {
        let own = match target {
            TargetIndex::OWN => None,
            other => self.target(other).options.sampling.max_output_tokens,
        };
        own.or(self.frame.options.sampling.max_output_tokens)
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.purse().deadline()
    }

    /// Whether there is time to wait that long.
    pub(crate) fn has_time_for(&self, wait: Duration) -> bool {
        let end = Instant::now().checked_add(wait);
        self.deadline()
            .is_none_or(|deadline| end.is_some_and(|end| end < deadline))
    }

    pub(crate) fn chance(&self) -> Chance {
        (self.settings().chance)()
    }

    /// How an answer is watched, so that it is cut where its budget ends.
    pub(crate) fn watch(&self) -> Watch {
        Watch::new(self.purse().output_left())
    }

    pub(crate) fn at(&self, ledger: &Ledger) -> At {
        At::new(ledger.run.clone(), ledger.turn, ledger.attempt_number())
    }

    /// The target that a turn begins with; the agent's own, if the strategy names one that is not there.
    pub(crate) fn first_target(&self, last: Option<TargetIndex>) -> TargetIndex {
        let strategy = &self.settings().fallback;
        let first = strategy.first(last);
        match first.of(strategy.targets()) {
            Some(_) => first,
            None => TargetIndex::OWN,
        }
    }

    /// Which model that is; the agent's own, if there is no such target.
    pub(crate) fn target(&self, index: TargetIndex) -> &Target {
        let settings = self.settings();
        index
            .of(settings.fallback.targets())
            .unwrap_or(&settings.own)
    }

    pub(crate) fn profile(&self, index: TargetIndex) -> &Profile {
        self.target(index).model.profile()
    }

    /// What a turn asks: the whole conversation, the tools as they are in this turn, and the options of the run.
    pub(crate) fn request(&self, ledger: &Ledger, toolbox: &Toolbox) -> Request {
        let mut request = self.frame.clone();
        request.conversation = ledger.conversation.clone();
        request.tools = toolbox.tools().clone();
        request
    }

    /// Forbids calls in the last turn, and forces none after the first: what was forced has been called, and forcing it again
    /// would never end. It counts for whatever the options of a target say, too.
    pub(crate) fn restrain(&self, ledger: &Ledger, request: &mut Request) {
        if ledger.last_turn.is_some() && !request.tools.is_empty() {
            request.options.tool_choice = Some(ToolChoice::None);
        } else if ledger.turn > 1 && is_forced(&request.options) {
            request.options.tool_choice = None;
        }
    }

    /// Why a run stops that was broken off from outside.
    pub(crate) fn halted(&self, halt: Halt) -> Stop {
        match halt {
            Halt::Cancelled => Stop::Cancelled(Cancel::Now),
            Halt::Time => Stop::Limit(self.purse().time_is_over()),
        }
    }

    pub(crate) fn report(&self, ledger: Ledger, stop: Stop) -> Report {
        let mut report = ledger.into_report(stop);
        report.left = self.purse().left();
        report
    }
}

fn is_forced(options: &Options) -> bool {
    matches!(
        options.tool_choice,
        Some(ToolChoice::Required | ToolChoice::Tool(_))
    )
}
