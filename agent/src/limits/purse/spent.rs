use windlass_core::Usage;

use super::super::kind::Amounts;
use super::LimitKind;

/// What a run has spent, the runs below it included.
#[derive(Default)]
pub(super) struct Spent {
    pub used: Amounts<u64>,
    /// Turns that progress added.
    pub earned: u32,
    /// Input of requests that are not charged yet, also of runs below.
    reserved: u64,
    /// The part of it that is this run's own.
    pub open: u64,
    /// Answers of models without known prices.
    pub unpriced: u64,
    /// Which limits were told to be near.
    pub told: Amounts<bool>,
    /// Whether the last turn has begun.
    pub is_last: bool,
}

/// How much is about to be spent of each kind, at least; nothing where a limit is not looked at.
#[derive(Clone)]
pub(super) struct Need {
    pub amounts: Amounts<u64>,
    /// Whether only the limits on time and on the tokens of a request hold.
    pub is_lifted: bool,
}

/// A limit that would be broken.
pub(super) struct Over {
    pub limit: LimitKind,
    pub allowed: u64,
    pub used: u64,
    /// Whether it is one of a run above.
    pub is_above: bool,
}

impl Spent {
    pub(super) fn take_turn(&mut self) {
        self.add(LimitKind::Turns, 1);
    }

    pub(super) fn reserve(&mut self, tokens: u64) {
        self.reserved = self.reserved.saturating_add(tokens);
        let largest = &mut self.used[LimitKind::RequestTokens];
        *largest = tokens.max(*largest);
    }

    pub(super) fn unreserve(&mut self, tokens: u64) {
        self.reserved = self.reserved.saturating_sub(tokens);
    }

    pub(super) fn charge(&mut self, usage: Usage, cost: Option<u64>) {
        let counts = [
            (LimitKind::InputTokens, usage.total_input()),
            (LimitKind::OutputTokens, usage.output()),
            (LimitKind::TotalTokens, usage.total()),
            (LimitKind::ReasoningTokens, usage.reasoning()),
            (LimitKind::Cost, cost),
        ];
        for (kind, count) in counts {
            self.add(kind, count.unwrap_or(0));
        }
        let is_unpriced = cost.is_none() && !usage.is_unknown();
        self.unpriced = self.unpriced.saturating_add(u64::from(is_unpriced));
    }

    pub(super) fn add(&mut self, kind: LimitKind, amount: u64) {
        self.used[kind] = self.used[kind].saturating_add(amount);
    }

    /// What counts against a limit: what was used and what is reserved.
    pub(super) fn taken(&self, kind: LimitKind) -> u64 {
        match kind {
            LimitKind::RequestTokens => 0,
            LimitKind::InputTokens | LimitKind::TotalTokens => {
                self.used[kind].saturating_add(self.reserved)
            }
            _ => self.used[kind],
        }
    }
}

impl Need {
    /// A turn with a request of so many tokens.
    pub(super) fn turn(tokens: u64) -> Self {
        let mut need = Need::request(tokens);
        need.amounts[LimitKind::Turns] = 1;
        need
    }

    /// A request of so many tokens, and a little of all that its answer spends.
    pub(super) fn request(tokens: u64) -> Self {
        let mut amounts = Amounts::default();
        amounts[LimitKind::RequestTokens] = tokens;
        amounts[LimitKind::InputTokens] = tokens.max(1);
        amounts[LimitKind::TotalTokens] = tokens.saturating_add(1);
        for kind in [
            LimitKind::OutputTokens,
            LimitKind::ReasoningTokens,
            LimitKind::Cost,
            LimitKind::Time,
        ] {
            amounts[kind] = 1;
        }
        Need {
            amounts,
            is_lifted: false,
        }
    }

    /// The same in the last turn.
    pub(super) fn lifted(mut self) -> Self {
        self.is_lifted = true;
        self
    }

    /// The same to a run above, whose limits always hold.
    pub(super) fn above(mut self) -> Self {
        self.is_lifted = false;
        self
    }

    /// How much of a kind a run needs, if its limit holds.
    pub(super) fn of(&self, kind: LimitKind) -> u64 {
        match kind {
            LimitKind::Time | LimitKind::RequestTokens => self.amounts[kind],
            _ if self.is_lifted => 0,
            _ => self.amounts[kind],
        }
    }
}

impl Over {
    /// A limit of which nothing is left.
    pub(super) fn used_up(limit: LimitKind, allowed: u64) -> Self {
        Over {
            limit,
            allowed,
            used: allowed,
            is_above: false,
        }
    }

    /// The same as seen from a run so deep below.
    pub(super) fn seen_from(self, depth: usize) -> Self {
        if depth == 0 { self } else { self.above() }
    }

    /// The same as seen from a run below.
    pub(super) fn above(mut self) -> Self {
        self.is_above = true;
        self
    }
}
