use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use windlass_core::{Conversation, Entry, Message, Text, Usage};

use super::Compaction;

/// A conversation that was made smaller, and what that changed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Compacted {
    /// The smaller conversation.
    pub conversation: Conversation,
    /// What was done to get it.
    pub report: CompactReport,
}

/// What a compaction did, and what it cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CompactReport {
    /// How many messages there were.
    pub messages_before: usize,
    /// How many there are.
    pub messages_after: usize,
    /// How many tokens they took, by the estimator.
    pub tokens_before: u64,
    /// How many they take.
    pub tokens_after: u64,
    /// How many turns were left out, summarised or shortened; an answer with what came of its calls is a turn.
    pub turns_compacted: usize,
    /// How many turns are as they were.
    pub turns_kept: usize,
    /// The tokens that models took to summarise.
    pub usage: Usage,
    /// What that cost, in micro-dollars, where the model's prices are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<u64>,
    /// What failed on the way and was made up for by another tier.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Text>,
}

impl Compacted {
    /// What `work` has become.
    pub fn new(work: &Compaction<'_>, conversation: Conversation) -> Self {
        let (turns, kept) = turns(work.conversation, &conversation);
        let report = CompactReport {
            messages_before: work.conversation.len(),
            messages_after: conversation.len(),
            tokens_before: work.tokens(),
            tokens_after: work.estimator.conversation(&conversation),
            turns_compacted: turns - kept,
            turns_kept: kept,
            ..CompactReport::default()
        };
        Compacted {
            conversation,
            report,
        }
    }

    /// Adds the tokens that a model took.
    #[must_use]
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.report.usage += usage;
        self
    }

    /// Adds what a model cost, in micro-dollars.
    #[must_use]
    pub fn with_cost(mut self, cost: u64) -> Self {
        self.report.cost = sum(self.report.cost, Some(cost));
        self
    }

    /// What this step and an earlier one did to the conversation that there was before both.
    pub(super) fn following(mut self, earlier: &CompactReport, before: &Conversation) -> Self {
        let (turns, kept) = turns(before, &self.conversation);
        let later = self.report;
        self.report = CompactReport {
            messages_before: earlier.messages_before,
            tokens_before: earlier.tokens_before,
            turns_compacted: turns - kept,
            turns_kept: kept,
            usage: earlier.usage + later.usage,
            cost: sum(earlier.cost, later.cost),
            failures: [earlier.failures.clone(), later.failures].concat(),
            ..later
        };
        self
    }
}

fn sum(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    let costs = one.into_iter().chain(other);
    costs.reduce(u64::saturating_add)
}

impl CompactReport {
    /// The tokens that were won.
    pub fn saved(&self) -> u64 {
        self.tokens_before.saturating_sub(self.tokens_after)
    }
}

/// How many turns there were, and how many of them are untouched.
fn turns(before: &Conversation, after: &Conversation) -> (usize, usize) {
    let there: HashSet<*const Entry, BuildHasherDefault<Address>> =
        after.entries().iter().map(Arc::as_ptr).collect();
    let is_there = |entry: &Arc<Entry>| there.contains(&Arc::as_ptr(entry));
    let entries = before.entries();
    let answers = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| matches!(entry.message(), Message::Assistant(_)));
    let kept = |at: usize| {
        let outcomes = entries.get(at + 1);
        let outcomes = outcomes.filter(|next| matches!(next.message(), Message::Outcomes(_)));
        is_there(&entries[at]) && outcomes.is_none_or(is_there)
    };
    answers.fold((0, 0), |(turns, whole), (at, _)| {
        (turns + 1, whole + usize::from(kept(at)))
    })
}

/// Hashes an address by itself: it is one of a kind, and its low bits are the same for all.
#[derive(Default)]
struct Address(u64);

impl Hasher for Address {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(32)
    }
}
