use std::sync::Arc;

use windlass_core::{Conversation, Request};

use super::Ledger;
use crate::run::Scope;

/// A request with its answer, as a model counted it.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    pub(super) tokens: u64,
    pub(super) messages: usize,
    /// What its instructions and tools were estimated at.
    pub(super) frame: u64,
}

impl Ledger {
    /// How many tokens the request of the next turn will be, as far as that matters to anybody and as the agent makes it.
    pub(crate) fn estimate_next(&self, scope: &Scope) -> u64 {
        match scope.purse().counts_requests() {
            true => self.count(scope, &scope.request(self, &self.toolbox)).0,
            false => 0,
        }
    }

    /// How many tokens a request will be, as far as that matters to anybody.
    pub(crate) fn estimate(&mut self, scope: &Scope, request: &Request) -> u64 {
        if !scope.purse().counts_requests() {
            return 0;
        }
        let (tokens, frame) = self.count(scope, request);
        self.frame = frame;
        tokens
    }

    /// What the model counted last and an estimate of what came after it, and what instructions and tools are of that. All
    /// of it is an estimate where the request is not about the conversation as it is.
    fn count(&self, scope: &Scope, request: &Request) -> (u64, u64) {
        let estimator = &scope.settings().estimator;
        let instructions = request.instructions.iter();
        let instructions: u64 = instructions.map(|block| estimator.text(block)).sum();
        let frame = instructions.saturating_add(estimator.tools(&request.tools));
        let is_same = shares_all(&request.conversation, &self.conversation);
        let counted = self.counted.filter(|_| is_same);
        let counted = counted.filter(|counted| counted.messages <= self.conversation.len());
        let (known, counted) = counted.map_or((0, frame), |counted| {
            let more = frame.saturating_sub(counted.frame);
            (counted.messages, counted.tokens.saturating_add(more))
        });
        let added = request.conversation.entries()[known..].iter();
        let added = added.map(|entry| estimator.entry(entry));
        (added.fold(counted, u64::saturating_add), frame)
    }
}

/// Whether both are made of the same entries.
fn shares_all(one: &Conversation, other: &Conversation) -> bool {
    let (one, other) = (one.entries(), other.entries());
    let mut pairs = one.iter().zip(other);
    one.len() == other.len() && pairs.all(|(one, other)| Arc::ptr_eq(one, other))
}
