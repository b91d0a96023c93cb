use serde::{Deserialize, Serialize};
use windlass_core::{Conversation, ModelId, Usage};

use super::{Factor, Scaled, Sections};
use crate::Compaction;

/// What requests may take: a window, less what is kept for the answer.
///
/// ```
/// use windlass_agent::{Approximate, ContextBudget, Factor, Sections};
/// use windlass_core::{Options, Request};
///
/// let room = ContextBudget::new().with_window(8_000).with_reserve(1_000).room([], &Options::new())?;
/// let request = Request::new("Is it warmer in Oslo or in Rome?");
/// let sections = Sections::of(&request, &Approximate::default());
/// let taken = room.weigh(&sections, Factor::default(), None);
/// assert!(taken.fits() && !taken.is_near());
/// assert_eq!(taken.input + taken.margin + taken.free(), 7_000);
/// # Ok::<(), windlass_agent::BudgetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Room {
    /// How many tokens a request and its answer may have together.
    pub window: u64,
    /// Who says so.
    pub source: WindowSource,
    /// How many tokens are kept for the answer.
    pub reserve: u64,
    /// From how much of the room on a request is near its limit, in per cent.
    pub warning_percent: u8,
    /// How much of the room a compacted conversation is to take, in per cent.
    pub aim_percent: u8,
}

/// Who says how large the window is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WindowSource {
    /// The user.
    User,
    /// The profile of this model, the smallest of the chain.
    Model(ModelId),
    /// Nobody; it is the budget's default.
    Default,
}

/// What a provider counted of an earlier request of the same conversation; another model counts differently, so this is
/// forgotten when the model changes.
///
/// ```
/// use windlass_agent::Reported;
/// use windlass_core::Usage;
///
/// let usage = Usage::UNKNOWN.with_input(200).with_cache_read(1_000);
/// let reported = Reported::new(1_100, usage).expect("the input was reported");
/// assert_eq!((reported.input, reported.estimated), (1_200, 1_100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reported {
    /// What the provider counted.
    pub input: u64,
    /// What the estimator gave for the same request, before any correction.
    pub estimated: u64,
}

impl Reported {
    /// What `usage` says of a request for which the estimator gave `estimated` tokens; none when it says nothing.
    pub fn new(estimated: u64, usage: Usage) -> Option<Self> {
        let input = usage.total_input().filter(|input| *input > 0)?;
        Some(Reported { input, estimated })
    }
}

impl Reported {
    /// What is known of a request of `estimated` tokens, and what there is more by the estimator.
    ///
    /// A report of more than there is now is of another state of the conversation and does not count.
    pub(crate) fn rest(past: Option<&Reported>, estimated: u64) -> (u64, u64) {
        past.and_then(|past| Some((past.input, estimated.checked_sub(past.estimated)?)))
            .unwrap_or((0, estimated))
    }
}

impl Room {
    /// How many tokens a request may have.
    pub fn input(&self) -> u64 {
        self.window.saturating_sub(self.reserve)
    }

    /// What a request takes, of which the estimator gave these `sections`.
    ///
    /// What the same model reported of an earlier request of the conversation counts as it is, and only what came after is
    /// estimated. A report of more than there is now is of another state of the conversation and does not count.
    pub fn weigh(
        &self,
        sections: &Sections,
        factor: Factor,
        reported: Option<&Reported>,
    ) -> ContextUse {
        let estimated = sections.total();
        let (known, added) = Reported::rest(reported, estimated);
        let added = factor.tokens(added);
        let input = known.saturating_add(added);
        let share = |part: u64| {
            let part = u128::from(part) * u128::from(input) / u128::from(estimated.max(1));
            u64::try_from(part).unwrap_or(u64::MAX)
        };
        ContextUse {
            window: self.window,
            reserve: self.reserve,
            margin: factor.margin(added),
            input,
            sections: sections.map(share),
            warning_percent: self.warning_percent,
        }
    }

    /// The work of making `conversation` fit beside the instructions and tools of its request.
    ///
    /// `sections` is what the estimator gave for the request, and `estimator` is that estimator with its correction.
    pub fn work<'a>(
        &self,
        conversation: &'a Conversation,
        sections: &Sections,
        estimator: &'a Scaled<'a>,
    ) -> Compaction<'a> {
        let factor = estimator.factor();
        let fixed = factor.tokens(sections.fixed());
        let fitting = factor.fitting(self.input());
        let aim = percent_of(fitting, self.aim_percent);
        Compaction::new(conversation, estimator, fitting.saturating_sub(fixed))
            .with_aim(aim.saturating_sub(fixed))
    }
}

/// What a request takes of its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContextUse {
    /// How many tokens the request and its answer may have together.
    pub window: u64,
    /// How many are kept for the answer.
    pub reserve: u64,
    /// How many are kept because the estimate may be too low.
    pub margin: u64,
    /// How many the request takes.
    pub input: u64,
    /// What takes them; rounded down, so the sum may be a little less.
    pub sections: Sections,
    /// From how much of the room on the request is near its limit, in per cent.
    pub warning_percent: u8,
}

impl ContextUse {
    /// How many tokens may still be added; zero when it does not fit.
    pub fn free(&self) -> u64 {
        let taken = [self.reserve, self.margin, self.input];
        let taken = taken.into_iter().fold(0, u64::saturating_add);
        self.window.saturating_sub(taken)
    }

    /// Whether the answer has its room even if the estimate is too low.
    pub fn fits(&self) -> bool {
        let taken = [self.reserve, self.margin, self.input];
        taken.into_iter().fold(0, u64::saturating_add) <= self.window
    }

    /// Whether it is time for a warning.
    pub fn is_near(&self) -> bool {
        let room = self.window.saturating_sub(self.reserve);
        self.input >= percent_of(room, self.warning_percent)
    }

    /// How much of what a request may take is taken: 1 is all of it.
    pub fn utilisation(&self) -> f64 {
        let room = self.window.saturating_sub(self.reserve);
        self.input as f64 / room.max(1) as f64
    }
}

fn percent_of(tokens: u64, percent: u8) -> u64 {
    u64::try_from(u128::from(tokens) * u128::from(percent) / 100).unwrap_or(u64::MAX)
}
