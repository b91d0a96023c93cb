//! Why a run ended as it did, in words and as data.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use windlass_core::{ModelId, Text, Usage};

use crate::limits::unpriced;
use crate::{
    AttemptRecord, CompactReport, ContextUse, Left, LimitKind, PrefixChange, Report, Stop,
};

#[cfg(test)]
mod tests;

/// Why a run ended as it did, and what to do about it.
///
/// It shows as a few lines for people; programs read its fields, or write it down.
///
/// ```
/// use windlass_agent::Agent;
/// use windlass_core::{ErrorKind, ModelError, Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let refused = ModelError::new(ErrorKind::Authentication, "no such key");
/// let agent = Agent::builder(Scripted::new([Script::refuse(refused)])).build()?;
/// let error = agent.run("Hello").await.expect_err("the key is wrong");
/// let explanation = error.report().explain();
/// assert_eq!(explanation.attempts.len(), 1);
/// assert!(explanation.to_string().starts_with(
///     "authentication failed: no such key\nwhat to do: check that the key is set, complete and of this provider\n"
/// ));
/// # Ok::<(), windlass_agent::ToolboxError>(())
/// # }).expect("no tools, no trouble");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// Why it ended.
    pub stop: Stop,
    /// The same in one line.
    pub why: Text,
    /// What to do about it, in one line.
    pub hint: Text,
    /// How many turns it took.
    pub turns: u32,
    /// How many calls ran.
    pub calls: u32,
    /// How long it took.
    pub duration: Duration,
    /// What the run and its sub-agents used.
    pub usage: Usage,
    /// What that cost in micro-dollars, as far as prices are known.
    pub cost: u64,
    /// How many answers came of models without a known price.
    pub unpriced: u64,
    /// Every attempt at an answer, in order.
    pub attempts: Vec<AttemptRecord>,
    /// The models that want to be left alone.
    pub cooldowns: Vec<Cooldown>,
    /// What is left of the limits.
    pub left: Vec<Left>,
    /// What the last request took of its window, where anybody wanted to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<ContextUse>,
    /// How the conversation was made smaller, each time.
    pub compactions: Vec<CompactReport>,
    /// Why it could not be, the last time that it could not, and what to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_compacted: Option<Text>,
    /// What kept providers from reading their prompt caches, each time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix_changes: Vec<PrefixChange>,
}

/// A model that said when to come back, and has not answered since.
///
/// ```
/// use std::time::Duration;
/// use windlass_agent::Agent;
/// use windlass_core::{ErrorKind, ModelError, Never, Script, Scripted};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let busy = ModelError::new(ErrorKind::RateLimited, "slowly").with_retry_after(Duration::from_secs(90));
/// let agent = Agent::builder(Scripted::new([Script::refuse(busy)])).retry(Never).build()?;
/// let error = agent.run("Where is it warmer?").await.expect_err("it is busy");
/// let cooldowns = error.report().explain().cooldowns;
/// assert_eq!(cooldowns[0].to_string(), "scripted/script for 90s since turn 1");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cooldown {
    /// The model.
    pub model: ModelId,
    /// How long it wants to be left alone, counted from when it said so.
    pub wait: Duration,
    /// The turn in which it said so.
    pub turn: u32,
}

impl Report {
    /// Says why the run ended as it did, and what to do about it.
    pub fn explain(&self) -> Explanation {
        Explanation {
            why: self.stop.to_string().into(),
            hint: self.stop.hint().into(),
            stop: self.stop.clone(),
            turns: self.turns,
            calls: self.calls,
            duration: self.duration,
            usage: self.usage,
            cost: self.cost,
            unpriced: self.unpriced,
            cooldowns: cooldowns(&self.attempts),
            attempts: self.attempts.clone(),
            left: self.left.clone(),
            context: self.context,
            compactions: self.compactions.clone(),
            not_compacted: self
                .compact_error
                .as_ref()
                .map(|error| format!("{error}; what to do: {}", error.hint()).into()),
            prefix_changes: self.prefix_changes.clone(),
        }
    }
}

/// Of each model what it said last, in the order in which they were first told to wait for.
fn cooldowns(attempts: &[AttemptRecord]) -> Vec<Cooldown> {
    let mut cooldowns: Vec<Cooldown> = Vec::new();
    for attempt in attempts {
        let known = cooldowns
            .iter()
            .position(|cooldown| cooldown.model == attempt.model);
        let wait = attempt.error.as_ref().map(|error| error.retry_after);
        match (wait, known) {
            // It answered, so it is there again.
            (None, Some(known)) => drop(cooldowns.remove(known)),
            (Some(Some(wait)), Some(known)) => {
                (cooldowns[known].wait, cooldowns[known].turn) = (wait, attempt.turn);
            }
            (Some(Some(wait)), None) => cooldowns.push(Cooldown {
                model: attempt.model.clone(),
                wait,
                turn: attempt.turn,
            }),
            (None, None) | (Some(None), _) => {}
        }
    }
    cooldowns
}

/// Writes a few lines: why, what to do, what it took, and whatever did not go as it should.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", line(&self.why))?;
        writeln!(f, "what to do: {}", line(&self.hint))?;
        write!(
            f,
            "it took {}, {}",
            many(self.turns, "turn"),
            many(self.calls, "call")
        )?;
        write!(f, ", {}", many(self.attempts.len(), "attempt"))?;
        write!(f, " and {}; tokens: {}", brief(self.duration), self.usage)?;
        if self.cost > 0 || self.unpriced > 0 {
            write!(f, "\nit cost {}", LimitKind::Cost.amount(self.cost))?;
            unpriced(f, self.unpriced)?;
        }
        let failed = self.attempts.iter().filter(|attempt| !attempt.is_success());
        list(f, "attempts that gave no answer", failed.map(Failure))?;
        list(f, "models to leave alone", &self.cooldowns)?;
        list(f, "limits", &self.left)?;
        list(f, "the last request", self.context.iter().map(Window))?;
        list(f, "made smaller", self.compactions.iter().map(Smaller))?;
        list(f, "not made smaller", &self.not_compacted)?;
        list(f, "prompt cache", &self.prefix_changes)
    }
}

impl fmt::Display for Cooldown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cooldown { model, wait, turn } = self;
        write!(f, "{model} for {} since turn {turn}", brief(*wait))
    }
}

/// Writes a heading and what there is below it, if anything.
fn list<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    heading: &str,
    items: impl IntoIterator<Item = T>,
) -> fmt::Result {
    for (number, item) in items.into_iter().enumerate() {
        if number == 0 {
            write!(f, "\n{heading}:")?;
        }
        write!(f, "\n  {}", line(&item.to_string()))?;
    }
    Ok(())
}

struct Failure<'a>(&'a AttemptRecord);

impl fmt::Display for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure(AttemptRecord {
            turn,
            number,
            model,
            error,
            rejected,
            ..
        }) = self;
        write!(f, "turn {turn}, attempt {number}: ")?;
        match (error, rejected) {
            // The words of an error name the model where it is known.
            (Some(error), _) if error.model.is_some() => write!(f, "{error}")?,
            (Some(error), _) => write!(f, "{model}: {error}")?,
            (None, Some(why)) => write!(f, "{model}: turned down: {why}")?,
            (None, None) => write!(f, "{model}")?,
        }
        write!(f, " (after {}", brief(self.0.duration))?;
        match &self.0.request_id {
            Some(id) => write!(f, ", request `{id}`)"),
            None => f.write_str(")"),
        }
    }
}

struct Window<'a>(&'a ContextUse);

impl fmt::Display for Window<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Window(taken) = self;
        let room = taken.window.saturating_sub(taken.reserve);
        let percent = taken.utilisation() * 100.0;
        let (input, reserve) = (taken.input, taken.reserve);
        write!(
            f,
            "{input} of {room} tokens ({percent:.0} %), with {reserve} more for the answer"
        )
    }
}

struct Smaller<'a>(&'a CompactReport);

impl fmt::Display for Smaller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Smaller(report) = self;
        let messages = many(report.messages_before, "message");
        write!(f, "{messages} to {}, ", report.messages_after)?;
        let tokens = many(report.tokens_before, "token");
        write!(
            f,
            "{tokens} to {}, {} saved",
            report.tokens_after,
            report.saved()
        )?;
        if !report.usage.is_unknown() {
            write!(f, "; it took {}", report.usage)?;
        }
        if let Some(cost) = report.cost {
            write!(f, " and {}", LimitKind::Cost.amount(cost))?;
        }
        for failure in &report.failures {
            write!(f, "; on the way: {failure}")?;
        }
        Ok(())
    }
}

fn many<N: fmt::Display + PartialEq + From<u8>>(count: N, what: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// All in one line, whatever a provider wrote.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// To the millisecond.
fn brief(duration: Duration) -> String {
    match u64::try_from(duration.as_millis()).unwrap_or(u64::MAX) {
        0 => "0ms".into(),
        millis => format!("{:?}", Duration::from_millis(millis)),
    }
}
