//! One turn, top to bottom: from what was said to what came of it.
//!
//! ```text
//! limits ─ mail ─ tools ─ fits? ─▶ request ─ attempts ─▶ answer ─▶ calls ─ hooks, checks, approval ─▶ run ─▶ outcomes
//! ```

use std::collections::VecDeque;
use std::ops::ControlFlow::{self, Break, Continue};

use windlass_core::{Call, FinishReason, Outcome, OutcomeStatus, User};

use crate::attempt::{self, Answer};
use crate::context::{self, fit};
use crate::hook::HookPanicked;
use crate::journal::{self, Approved, Began, Source};
use crate::ledger::{Ledger, OpenCalls};
use crate::output::{Reading, Shape};
use crate::run::Scope;
use crate::{
    AtLimit, Cancel, PendingSet, Prepared, Reached, Settled, Steered, Step, Stop, Toolbox, Turning,
    What,
};

/// Turn after turn, up to a stop.
pub(crate) async fn turns(run: &mut Ledger, scope: &Scope) -> Stop {
    if run.conversation.is_empty() {
        return Stop::Illegal("nothing was said".into());
    }
    if run.resumed.is_some() && !run.has_open_calls() {
        return Stop::Illegal("the calls that were decided on are not there".into());
    }
    run.context.begin(&run.conversation);
    loop {
        if let Break(stop) = turn(run, scope).await {
            return stop;
        }
    }
}

async fn turn(run: &mut Ledger, scope: &Scope) -> ControlFlow<Stop> {
    let toolbox = begin(run, scope).await?;
    if !run.has_open_calls() {
        let asked = ask(run, scope, &toolbox).await;
        near_limits(run, scope).await;
        if let Taken::Nothing = asked? {
            return end(run, scope).await;
        }
    }
    if run.has_open_calls() {
        let (prepared, reached) = prepare(run, scope, &toolbox).await?;
        let settled = execute(run, scope, prepared).await?;
        close(run, scope, &toolbox, settled)?;
        reached.map_or(Continue(()), |reached| at_limit(run, reached))?;
    }
    end(run, scope).await
}

/// Takes a turn off the limits, hands over what the user said meanwhile, and freezes the tools.
async fn begin(run: &mut Ledger, scope: &Scope) -> ControlFlow<Stop, Toolbox> {
    if run.last_turn.is_none()
        && let Err(reached) = scope.purse().begin_turn(run.estimate_next(scope))
    {
        if run.is_answered {
            // What the user said meanwhile is refused, and the answer stands.
            return Break(Stop::Answered);
        }
        at_limit(run, reached)?;
    }
    if run.last_turn.is_some() {
        or_stop(scope.purse().begin_last_turn().map_err(Stop::Limit))?;
    }
    run.begin_turn().await;
    near_limits(run, scope).await;
    deliver_mail(run, scope).await?;
    if let Some(toolbox) = scope.control.take_tools() {
        run.toolbox = toolbox;
    }
    Continue(run.toolbox.clone())
}

/// Hands over what the user said, unless calls wait for their outcomes or an answer is to be continued.
async fn deliver_mail(run: &mut Ledger, scope: &Scope) -> ControlFlow<Stop> {
    let mut told = Vec::new();
    let take = async {
        let waiting = match run.has_open_calls() || run.is_paused_answer {
            true => VecDeque::new(),
            false => scope.control.take_mail(),
        };
        let mut mail = Vec::with_capacity(waiting.len());
        for (message, tell) in waiting {
            mail.push(message);
            told.push(tell);
        }
        let elapsed = scope.purse().elapsed();
        let factors = context::factors(scope);
        Began {
            elapsed,
            factors,
            mail,
        }
    };
    let step = scope.journaled(|| Step::turn(run.turn));
    let (began, source) = or_stop(journal::known(step, take).await.map_err(Stop::from))?;
    if source == Source::Journal {
        scope.purse().set_elapsed(began.elapsed);
        if let Some(deadline) = scope.deadline() {
            run.outbox().move_deadline(deadline).await;
        }
    }
    run.context.rest_on(began.factors);
    let messages = u32::try_from(began.mail.len()).unwrap_or(u32::MAX);
    for message in began.mail {
        or_stop(run.push_user(message))?;
    }
    for tell in told {
        // Who asked may be gone, and then nobody wants to know.
        let _ = tell.send(Steered::Delivered { turn: run.turn });
    }
    if messages > 0 {
        run.tell(|| What::Steered { messages }).await;
    }
    Continue(())
}

/// What came of asking in a turn that goes on.
enum Taken {
    Answer,
    /// A limit does not allow the request, and grants a last turn after this one.
    Nothing,
}

/// Asks for an answer and takes it in, before anything else is told: what a turn holds is forfeit when it is broken off.
async fn ask(run: &mut Ledger, scope: &Scope, toolbox: &Toolbox) -> ControlFlow<Stop, Taken> {
    let target = scope.first_target(run.answered);
    let fits = fit(run, scope, toolbox.tools(), target).await?;
    let request = scope.request(run, toolbox);
    match attempt::answer(run, scope, request, fits).await {
        Continue(answer) => take_in(run, scope, answer).map_continue(|()| Taken::Answer),
        Break(Stop::Limit(reached)) if run.has_partial() => {
            Break(Stop::Limit(reached.without_last_turn()))
        }
        Break(Stop::Limit(reached)) => at_limit(run, reached).map_continue(|()| Taken::Nothing),
        Break(stop) => Break(stop),
    }
}

/// Puts the answer into the conversation. Only the calls of an answer that came to a normal end are left open.
fn take_in(run: &mut Ledger, scope: &Scope, answer: Answer) -> ControlFlow<Stop> {
    let Answer { response, way } = answer;
    let reason = response.finish.reason;
    let reading = match (&scope.shape, way) {
        (Some(shape), Some(way)) if reason.is_normal() => shape.read(&response, way),
        _ => Reading::NotYet,
    };
    run.way = way;
    run.value = None;
    run.is_answered = false;
    run.is_paused_answer = reason == FinishReason::Paused;
    run.note_warnings(response.warnings);
    or_stop(run.push_answer(response.message))?;
    match reason {
        FinishReason::Paused => {
            run.call_off("not run: the provider paused before the calls were complete");
            unless_last(run)
        }
        FinishReason::Refused => {
            run.call_off("not run: the model declined");
            Break(Stop::Refused)
        }
        reason if !reason.is_normal() => {
            run.call_off("not run: the answer was cut");
            Break(Stop::Cut(reason))
        }
        _ => read(run, scope, reading),
    }
}

/// Whether an answer is the last one, of the form that was asked for.
fn read(run: &mut Ledger, scope: &Scope, reading: Reading) -> ControlFlow<Stop> {
    match reading {
        Reading::NotYet if !run.has_open_calls() => answered(run, scope),
        Reading::NotYet => {
            if run.last_turn.is_some() {
                run.call_off("not run: the run is at its limit");
            }
            unless_last(run)
        }
        Reading::Value { json, outcomes } => {
            run.value = Some(json);
            answer_calls(run, outcomes)?;
            answered(run, scope)
        }
        Reading::Wrong { why, outcomes } => {
            let is_told = !outcomes.is_empty();
            answer_calls(run, outcomes)?;
            let tries = scope.shape.as_ref().map_or(0, Shape::tries);
            if run.unfit >= tries || run.last_turn.is_some() {
                return Break(Stop::Unfit(why));
            }
            run.unfit += 1;
            if !is_told {
                or_stop(run.push_user(User::new(why)))?;
            }
            Continue(())
        }
    }
}

fn answer_calls(run: &mut Ledger, outcomes: Vec<Outcome>) -> ControlFlow<Stop> {
    match outcomes.is_empty() {
        true => Continue(()),
        false => or_stop(run.push_outcomes(outcomes)),
    }
}

fn answered(run: &mut Ledger, scope: &Scope) -> ControlFlow<Stop> {
    unless_last(run)?;
    run.is_answered = true;
    match scope.control.has_mail() && !scope.control.ends_after_turn() {
        true => Continue(()),
        false => Break(Stop::Answered),
    }
}

/// Goes on, unless this was the last turn.
fn unless_last(run: &Ledger) -> ControlFlow<Stop> {
    match run.last_turn.clone() {
        Some(reached) => Break(Stop::Limit(reached)),
        None => Continue(()),
    }
}

/// Says which of the open calls may run: what hooks, limits, the tools and those who are asked say.
async fn prepare(
    run: &mut Ledger,
    scope: &Scope,
    toolbox: &Toolbox,
) -> ControlFlow<Stop, (Prepared, Option<Reached>)> {
    let engine = &scope.engine;
    if let Some((paused, decisions)) = run.resumed.take() {
        run.earlier = paused.outcomes;
        let ids: Vec<_> = run.conversation.open_calls().map(|call| &call.id).collect();
        let waiting = paused.waiting.calls().iter();
        let waiting = waiting.filter(|waiting| ids.contains(&&waiting.call.id));
        let waiting = waiting.cloned().collect();
        return Continue((engine.resume(toolbox, waiting, &decisions), None));
    }
    for call in run.conversation.open_calls() {
        run.tell(|| What::CallReady(Box::new(call.clone()))).await;
    }
    let calls = run.conversation.open_calls().count();
    let wanted = u32::try_from(calls).unwrap_or(u32::MAX);
    let taken = scope.purse().take_calls(wanted);
    let at = scope.at(run);
    let mut decided = Vec::with_capacity(calls);
    for (place, call) in (0..).zip(run.conversation.open_calls()) {
        let mut call = call.clone();
        let outcome = if place >= taken.granted {
            let why = "not run: the run has used up its calls";
            Some(Outcome::new(&call, OutcomeStatus::Cancelled, why))
        } else if let Some(put_off) = put_off(run, scope, &call) {
            Some(put_off)
        } else {
            or_stop(
                scope
                    .hooks()
                    .before_call(&mut call, &at)
                    .await
                    .map_err(hook),
            )?
        };
        decided.push((call, outcome));
    }
    let mut prepared = engine.examine(toolbox, decided, &scope.tools).await;
    approve(run, scope, toolbox, &mut prepared).await?;
    Continue((prepared, taken.reached))
}

/// The outcome of a call that gives the typed answer before the other calls have theirs.
fn put_off(run: &Ledger, scope: &Scope, call: &Call) -> Option<Outcome> {
    scope.shape.as_ref()?.put_off(run.way?, call)
}

/// Asks who must be asked.
async fn approve(
    run: &mut Ledger,
    scope: &Scope,
    toolbox: &Toolbox,
    prepared: &mut Prepared,
) -> ControlFlow<Stop> {
    let engine = &scope.engine;
    let asked = prepared.asked(engine);
    if !asked.is_empty() {
        run.tell(|| What::ApprovalAsked(asked)).await;
    }
    let waiting = prepared.undecided(engine);
    if waiting.is_empty() {
        prepared.decided(None, toolbox, &scope.tools);
        return Continue(());
    }
    let step = scope.journaled(|| Step::approval(run.turn));
    let ask = async {
        let decisions = engine.ask(&waiting, &scope.tools).await;
        Approved { decisions }
    };
    let (approved, _) = or_stop(journal::known(step, ask).await.map_err(Stop::from))?;
    prepared.decided(Some(&approved.decisions), toolbox, &scope.tools);
    Continue(())
}

/// Runs the calls; each has its outcome then, or waits for a decision.
async fn execute(
    run: &mut Ledger,
    scope: &Scope,
    prepared: Prepared,
) -> ControlFlow<Stop, Settled> {
    let tools = scope
        .tools
        .clone()
        .with_span(run.turn_span().clone())
        .with_journal(scope.journal.as_ref(), run.turn);
    let execution = scope.engine.start(prepared, &tools);
    run.open(OpenCalls::new(execution));
    let at = scope.at(run);
    while let Some((event, told)) = run.next_of_calls(scope.hooks(), &at).await {
        run.tell_of_call(event).await;
        or_stop(told.map_err(hook))?;
    }
    let settled = run.finish_calls();
    Continue(settled)
}

/// Puts the outcomes into the conversation, or writes down what waits for a decision.
fn close(
    run: &mut Ledger,
    scope: &Scope,
    toolbox: &Toolbox,
    settled: Settled,
) -> ControlFlow<Stop> {
    let mut settled = run.with_earlier(settled);
    if !settled.is_complete() && settled.fatal.is_none() && settled.lost.is_none() {
        let waiting = PendingSet::new(settled.waiting(&run.open_calls()));
        run.note_pause(waiting, settled.outcomes);
        return Break(Stop::Paused);
    }
    let turning = match &mut run.guard {
        Some(guard) => {
            let calls = run.conversation.open_calls();
            guard.review(toolbox, calls, &mut settled.outcomes)
        }
        None => Turning::On,
    };
    if scope.purse().is_adaptive() {
        let successes = run.fresh.successes(&run.open_calls(), &settled.outcomes);
        scope.purse().progress(successes);
    }
    run.push_settled(settled.outcomes);
    if let Some(lost) = settled.lost {
        return Break(Stop::from(lost));
    }
    match (settled.fatal, turning) {
        (Some(fatal), _) => {
            let message = fatal.message().clone();
            run.note_tool_error(fatal);
            Break(Stop::Fatal { message })
        }
        (None, Turning::Stuck { tool, times }) => Break(Stop::Stuck { tool, times }),
        _ => Continue(()),
    }
}

async fn end(run: &mut Ledger, scope: &Scope) -> ControlFlow<Stop> {
    run.end_turn().await;
    match scope.control.ends_after_turn() {
        true => Break(Stop::Cancelled(Cancel::AfterTurn)),
        false => Continue(()),
    }
}

async fn near_limits(run: &Ledger, scope: &Scope) {
    for near in scope.purse().near() {
        run.tell(|| What::LimitNear(near)).await;
    }
}

/// Stops at a limit, or goes on for one last turn.
fn at_limit(run: &mut Ledger, reached: Reached) -> ControlFlow<Stop> {
    match reached.then {
        AtLimit::LastTurn if run.last_turn.is_none() => {
            run.last_turn = Some(reached);
            Continue(())
        }
        _ => Break(Stop::Limit(reached)),
    }
}

fn hook(panicked: HookPanicked) -> Stop {
    Stop::Hook(panicked.to_string().into())
}

/// Goes on with what went well, and stops with what did not.
pub(crate) fn or_stop<T>(result: Result<T, Stop>) -> ControlFlow<Stop, T> {
    match result {
        Ok(value) => Continue(value),
        Err(stop) => Break(stop),
    }
}
