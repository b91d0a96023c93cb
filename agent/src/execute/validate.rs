//! Whether a call can run as it is written.

use std::fmt;

use serde_json::Value;
use windlass_core::{Arguments, Call, CancellationToken, Text, nearest_name};

use super::caught::{caught, caught_now};
use super::prepare::Stage;
use super::worker::Job;
use super::{Engine, outcome};
use crate::{Problem, ToolEntry, Toolbox};

/// Why a call does not run.
pub(super) enum Flaw {
    Problem(Problem),
    /// The tool panicked when it looked at the arguments.
    Panicked(Text),
}

/// Finds the tool of a call and has it look at the arguments.
///
/// Arguments that do not fit are looked at once more without the nulls that a strict mode makes models write.
pub(super) fn examine(toolbox: &Toolbox, call: &Call) -> Result<Job, Flaw> {
    let Some(entry) = toolbox.offered(&call.name) else {
        return Err(Flaw::Problem(unknown(toolbox, &call.name)));
    };
    let flaw = match look(entry, call) {
        Err(Flaw::Problem(problem)) => Flaw::Problem(problem),
        other => return other,
    };
    match without_nulls(entry, &call.arguments) {
        Some(arguments) => {
            let mut call = call.clone();
            call.arguments = arguments;
            look(entry, &call)
        }
        None => Err(flaw),
    }
}

fn look(entry: &ToolEntry, call: &Call) -> Result<Job, Flaw> {
    let (tool, arguments) = (entry.tool(), &call.arguments);
    let look = || tool.check(arguments).map(|()| tool.safety(arguments));
    match caught_now(look) {
        Ok(Ok(safety)) => Ok(Job {
            entry: entry.clone(),
            call: call.clone(),
            safety,
        }),
        Ok(Err(error)) => Err(Flaw::Problem(Problem::Arguments {
            tool: call.name.clone(),
            error,
        })),
        Err(panic) => Err(Flaw::Panicked(panic)),
    }
}

/// The arguments without the nulls that stand for what was left out, if there are any.
fn without_nulls(entry: &ToolEntry, arguments: &Arguments) -> Option<Arguments> {
    let written: Value = serde_json::from_str(arguments.as_str()).ok()?;
    let mut meant = written.clone();
    entry.spec().parameters.drop_nulls(&mut meant);
    (meant != written).then(|| Arguments::from(meant.to_string()))
}

/// Examines a call, and once more after a repair if there is one to be had before the run is cancelled.
pub(super) async fn validate(
    engine: &Engine,
    toolbox: &Toolbox,
    call: &Call,
    cancel: &CancellationToken,
) -> Stage {
    if cancel.is_cancelled() {
        return Stage::Done(outcome::cancelled(call));
    }
    let problem = match examine(toolbox, call) {
        Ok(job) => return Stage::Ready(job),
        Err(Flaw::Panicked(panic)) => return Stage::Done(outcome::panicked(call, &panic)),
        Err(Flaw::Problem(problem)) => problem,
    };
    let Some(repair) = engine.repair() else {
        return Stage::Done(outcome::problem(call, &problem, ""));
    };
    let repair = caught(repair.repair(call, &problem, toolbox));
    let Some(repaired) = cancel.run_until_cancelled(repair).await else {
        return Stage::Done(outcome::cancelled(call));
    };
    let more = match repaired {
        Ok(None) => String::new(),
        Ok(Some(mut mended)) => {
            mended.id = call.id.clone();
            match examine(toolbox, &mended) {
                Ok(job) => return Stage::Ready(job),
                Err(flaw) => format!("; a repair was tried, and then {flaw}"),
            }
        }
        Err(panic) => format!("; a repair was tried, and panicked: {panic}"),
    };
    Stage::Done(outcome::problem(call, &problem, &more))
}

fn unknown(toolbox: &Toolbox, name: &Text) -> Problem {
    let specs = toolbox.tools().specs();
    let nearest = nearest_name(name, specs.iter().map(|spec| spec.name.as_str()));
    let mut known: Vec<Text> = specs.iter().map(|spec| spec.name.clone()).collect();
    known.sort_by_key(|known| Some(known.as_str()) != nearest);
    Problem::UnknownTool {
        name: name.clone(),
        known,
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Problem(problem) => problem.fmt(f),
            Flaw::Panicked(panic) => write!(f, "the tool panicked: {panic}"),
        }
    }
}
