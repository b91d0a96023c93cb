//! From calls to what may run: nothing runs before all calls have come through here.

use std::fmt;

use windlass_core::{Approval, Call, Outcome, Safety};

use super::validate::{Flaw, examine, validate};
use super::worker::Job;
use super::{Engine, RunScope, outcome};
use crate::{Decision, Decisions, PendingCall, Toolbox};

/// The calls of an answer, each examined and decided on; [`Engine::start`] runs those that may run.
#[must_use = "nothing runs before it is started"]
pub struct Prepared {
    calls: Vec<(Call, Stage)>,
}

/// How far a call has come.
pub(super) enum Stage {
    Ready(Job),
    /// Nobody has decided on it.
    Pending(Box<PendingCall>, Safety),
    /// It is allowed, and waits for one that is pending.
    Held(Box<PendingCall>),
    Done(Outcome),
}

impl Prepared {
    /// The number of calls.
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether there are no calls.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// The calls that nobody has decided on.
    pub fn pending(&self) -> impl Iterator<Item = &PendingCall> {
        self.calls.iter().filter_map(|(_, stage)| match stage {
            Stage::Pending(pending, _) => Some(&**pending),
            _ => None,
        })
    }

    /// The calls that will run.
    pub(super) fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.calls.iter().filter_map(|(_, stage)| stage.job())
    }

    /// What each call does beside others, if it will run.
    pub(super) fn safeties(&self) -> impl Iterator<Item = Option<&Safety>> {
        let jobs = self.calls.iter().map(|(_, stage)| stage.job());
        jobs.map(|job| job.map(|job| &job.safety))
    }

    pub(super) fn into_stages(self) -> impl Iterator<Item = (Call, Stage)> {
        self.calls.into_iter()
    }

    /// The calls about which somebody will be asked.
    pub(crate) fn asked(&self, engine: &Engine) -> Vec<PendingCall> {
        let Some(approver) = engine.approver() else {
            return Vec::new();
        };
        let asked = self.jobs().map(Job::pending);
        asked.filter(|pending| approver.asks(pending)).collect()
    }

    /// The calls that an approver is to decide on.
    pub(crate) fn undecided(&self, engine: &Engine) -> Vec<PendingCall> {
        match engine.approver() {
            Some(_) => self.jobs().map(Job::pending).collect(),
            None => Vec::new(),
        }
    }

    /// Does what was decided; without an approver, what the tools say of themselves.
    pub(crate) fn decided(
        &mut self,
        decisions: Option<&Decisions>,
        toolbox: &Toolbox,
        scope: &RunScope,
    ) {
        match decisions {
            _ if scope.cancel.is_cancelled() => {
                self.for_each_job(|call, _| Stage::Done(outcome::cancelled(call)));
            }
            Some(decisions) => {
                self.for_each_job(|call, job| job.decided(decisions.on(&call.id), call, toolbox));
            }
            None => self.deny_without_approver(),
        }
        self.hold();
    }

    fn deny_without_approver(&mut self) {
        self.for_each_job(|call, job| match job.entry.spec().approval {
            Approval::Always => {
                let reason = "it needs approval, and there is nobody to ask";
                Stage::Done(outcome::denied(call, reason))
            }
            _ => Stage::Ready(job),
        });
    }

    /// Holds back what is to come after a pending call that it conflicts with.
    fn hold(&mut self) {
        let mut before: Vec<Safety> = Vec::new();
        for (_, stage) in &mut self.calls {
            match stage {
                Stage::Pending(_, safety) => before.push(safety.clone()),
                Stage::Ready(job) if before.iter().any(|held| job.safety.conflicts_with(held)) => {
                    before.push(job.safety.clone());
                    *stage = Stage::Held(Box::new(job.pending()));
                }
                _ => {}
            }
        }
    }

    fn for_each_job(&mut self, mut next: impl FnMut(&Call, Job) -> Stage) {
        let calls = std::mem::take(&mut self.calls);
        let decided = calls.into_iter().map(|(call, stage)| match stage {
            Stage::Ready(job) => {
                let stage = next(&call, job);
                (call, stage)
            }
            other => (call, other),
        });
        self.calls = decided.collect();
    }
}

/// Examines the calls, apart from those that have their outcome already. Nobody is asked yet.
pub(super) async fn examine_all(
    engine: &Engine,
    toolbox: &Toolbox,
    calls: impl IntoIterator<Item = (Call, Option<Outcome>)>,
    scope: &RunScope,
) -> Prepared {
    let calls = calls.into_iter();
    let mut stages: Vec<(Call, Stage)> = Vec::with_capacity(calls.size_hint().0);
    for (call, decided) in calls {
        let is_repeated = stages.iter().any(|(earlier, _)| earlier.id == call.id);
        let stage = match decided {
            _ if is_repeated => Stage::Done(outcome::duplicate(&call)),
            Some(decided) => Stage::Done(decided),
            None => validate(engine, toolbox, &call, &scope.cancel).await,
        };
        stages.push((call, stage));
    }
    Prepared { calls: stages }
}

pub(super) fn resume(
    toolbox: &Toolbox,
    pending: Vec<PendingCall>,
    decisions: &Decisions,
) -> Prepared {
    let calls = pending.into_iter().map(|pending| {
        let stage = resumed(toolbox, &pending, decisions);
        (pending.call, stage)
    });
    let mut prepared = Prepared {
        calls: calls.collect(),
    };
    prepared.hold();
    prepared
}

fn resumed(toolbox: &Toolbox, pending: &PendingCall, decisions: &Decisions) -> Stage {
    let call = &pending.call;
    if !pending.is_intact() {
        let reason = "it is not the call that was asked for";
        return Stage::Done(outcome::denied(call, reason));
    }
    match examine(toolbox, call) {
        Ok(job) => job.decided(decisions.on(&call.id), call, toolbox),
        Err(flaw) => Stage::flawed(call, flaw),
    }
}

impl Job {
    fn pending(&self) -> PendingCall {
        PendingCall::new(self.call.clone(), self.entry.spec().clone())
    }

    /// What becomes of it by a decision on `call`, which is how the model wrote it.
    fn decided(mut self, decision: &Decision, call: &Call, toolbox: &Toolbox) -> Stage {
        match decision {
            Decision::Allow => Stage::Ready(self),
            Decision::Deny { reason } => Stage::Done(outcome::denied(call, reason)),
            Decision::Later => Stage::Pending(Box::new(self.pending()), self.safety),
            Decision::Edit { arguments } => {
                self.call.arguments = arguments.clone();
                match examine(toolbox, &self.call) {
                    Ok(job) => Stage::Ready(job),
                    Err(flaw) => Stage::flawed(call, flaw),
                }
            }
        }
    }
}

impl Stage {
    fn flawed(call: &Call, flaw: Flaw) -> Self {
        Stage::Done(match flaw {
            Flaw::Problem(problem) => outcome::problem(call, &problem, ""),
            Flaw::Panicked(panic) => outcome::panicked(call, &panic),
        })
    }

    fn job(&self) -> Option<&Job> {
        match self {
            Stage::Ready(job) => Some(job),
            _ => None,
        }
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("calls", &self.calls.len())
            .field("ready", &self.jobs().count())
            .field("pending", &self.pending().count())
            .finish()
    }
}
