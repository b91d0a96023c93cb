use std::fmt;
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use windlass_core::{Call, Request, Text};

/// Something that a run does or learns, under a name that is the same when the run is played again.
///
/// ```
/// use windlass_agent::{Repeat, Step};
///
/// let step = Step::new("turn/1");
/// assert_eq!((step.name(), step.digest(), step.repeat()), ("turn/1", 0, Repeat::Allowed));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    name: Text,
    digest: u64,
    repeat: Repeat,
}

/// Whether an effect may be run again when it is not known whether it ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "it may or it may not")]
pub enum Repeat {
    /// It may: running it twice does no more harm than running it once.
    Allowed,
    /// It must not: the journal notes that it begins before it runs.
    Forbidden,
}

impl Step {
    /// A step of this name that rests on nothing else and may be repeated.
    pub fn new(name: impl Into<Text>) -> Self {
        Step {
            name: name.into(),
            digest: 0,
            repeat: Repeat::Allowed,
        }
    }

    /// Its name, unique in the run.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A digest of what it rests on: a record is of this step if both are the same.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// Whether it may be run again when it is not known whether it ran.
    pub fn repeat(&self) -> Repeat {
        self.repeat
    }

    pub(crate) fn run() -> Self {
        Step::new("run")
    }

    pub(crate) fn turn(turn: u32) -> Self {
        Step::new(format!("turn/{turn}"))
    }

    /// It rests on the end of the conversation: what came before is what earlier steps rest on.
    pub(crate) fn attempt(turn: u32, number: u32, request: &Request) -> Self {
        let last = request.conversation.messages().next_back();
        let tools = request.tools.specs().iter().map(|spec| &spec.name);
        let tools: Vec<_> = tools.collect();
        let rest = (request.conversation.len(), last, tools, &request.options);
        Step::new(format!("turn/{turn}/attempt/{number}")).resting_on(&rest)
    }

    pub(crate) fn wait(turn: u32, number: u32) -> Self {
        Step::new(format!("turn/{turn}/wait/{number}"))
    }

    pub(crate) fn fallback(turn: u32, number: u32) -> Self {
        Step::new(format!("turn/{turn}/fallback/{number}"))
    }

    pub(crate) fn compact(turn: u32, number: usize) -> Self {
        Step::new(format!("turn/{turn}/compact/{number}"))
    }

    pub(crate) fn approval(turn: u32) -> Self {
        Step::new(format!("turn/{turn}/approval"))
    }

    pub(crate) fn call(turn: u32, call: &Call, repeat: Repeat) -> Self {
        let step = Step::new(format!("turn/{turn}/call/{}", call.id));
        Step { repeat, ..step }.resting_on(&(&call.name, &call.arguments))
    }

    /// Sets the digest to that of what it rests on.
    fn resting_on(mut self, what: &impl Serialize) -> Self {
        let mut hash = Hashing(Sha256::new());
        serde_json::to_writer(&mut hash, what).expect("what a step rests on has a JSON form");
        let hash = hash.0.finalize();
        self.digest = hash
            .iter()
            .take(8)
            .fold(0, |digest, byte| digest << 8 | u64::from(*byte));
        self
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
