//! What of a request the provider can read from its prompt cache, and what keeps it from doing so.

mod change;
mod prior;

use std::time::Duration;

use tokio::time::Instant;
use windlass_core::{Ability, CachePolicy, CacheTime, ModelId, Options, Profile, Request, Usage};

pub use change::{PrefixChange, PrefixSection};
use prior::Prior;

#[cfg(test)]
mod tests;

/// Watches that each request begins as the one before it did, because only then the provider reads it from its cache.
///
/// It is told of each request, and of what the provider reported for it, and names the first part that changed: the model, a
/// tool, a block of instructions, an option, or a message. When nothing changed and the provider still read much less than
/// it could, it says that, too. A run has one of its own, whose findings are in
/// [`Report::prefix_changes`](crate::Report::prefix_changes), among the events, and in [`Report::explain`](crate::Report::explain);
/// the runs of a session share one.
///
/// It costs one comparison of pointers for each message, and keeps one; nothing where nobody caches, as far as is known.
///
/// ```
/// use windlass_agent::{PrefixGuard, PrefixSection};
/// use windlass_core::{Assistant, CachePolicy, CacheTime, ModelId, Options, Request, Usage};
///
/// let model = ModelId::new("anthropic", "claude-sonnet-4-5");
/// let mut guard = PrefixGuard::new();
/// let options = Options::new().with_cache(CachePolicy::Auto(CacheTime::Short));
/// let mut request = Request::new("Is it warmer in Oslo or in Rome?")
///     .with_instructions("It is 9:41.")
///     .with_options(options);
/// guard.asking(&model, &request);
/// assert_eq!(guard.answered(1, Usage::UNKNOWN), None, "there was no request before");
///
/// request.conversation.push_assistant(Assistant::new("In Rome."))?;
/// request.conversation.push_user("And in Cairo?")?;
/// request.instructions = ["It is 9:42.".into()].into();
/// guard.asking(&model, &request);
/// let change = guard.answered(2, Usage::UNKNOWN).expect("the time has changed");
/// assert_eq!(change.section, Some(PrefixSection::Instructions(0)));
/// assert_eq!(change.to_string(), "turn 2: block 0 of the instructions is not what it was");
/// # Ok::<(), windlass_core::ConversationError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PrefixGuard {
    slack_tokens: u64,
    slack_percent: u8,
    prior: Option<Prior>,
    /// What the provider has kept: so many tokens, since then.
    kept: Option<(u64, Instant)>,
    /// What is known of the request that is under way.
    asked: Asked,
    /// Whether a provider ever said what it read from a cache.
    reports: bool,
}

#[derive(Clone, Debug, Default)]
struct Asked {
    section: Option<PrefixSection>,
    expected: Option<u64>,
    is_cached: bool,
}

impl Default for PrefixGuard {
    fn default() -> Self {
        PrefixGuard {
            slack_tokens: 4_096,
            slack_percent: 20,
            prior: None,
            kept: None,
            asked: Asked::default(),
            reports: false,
        }
    }
}

impl PrefixGuard {
    /// A guard that has seen no request.
    pub fn new() -> Self {
        PrefixGuard::default()
    }

    /// Sets how many tokens less than expected may be read from the cache: 4,096 unless set, which is the least that some
    /// providers cache.
    #[must_use]
    pub fn with_slack_tokens(mut self, tokens: u64) -> Self {
        self.slack_tokens = tokens;
        self
    }

    /// Sets which share of what is expected may not be read from the cache, in per cent: 20 unless set.
    #[must_use]
    pub fn with_slack_percent(mut self, percent: u8) -> Self {
        self.slack_percent = percent.min(100);
        self
    }

    /// Notes what a model is asked, and compares it with what was asked before, where something is cached: because the options
    /// say so, or because a provider has reported that it did.
    pub fn asking(&mut self, model: &ModelId, request: &Request) {
        let lifetime = lifetime(&request.options);
        if lifetime.is_none() && !self.reports {
            // Nobody caches, as far as is known, and there is nothing to compare.
            self.prior = None;
            return;
        }
        let section = match &mut self.prior {
            Some(prior) => {
                let shared = prior.shared(request);
                let section = prior.first_change(model, request, shared);
                let is_shorter = prior.messages() > request.conversation.len();
                if section.is_some() || is_shorter {
                    self.kept = None;
                }
                prior.replace(model, request, shared);
                section
            }
            None => {
                self.prior = Some(Prior::new(model, request));
                None
            }
        };
        let is_kept = |since: &Instant| lifetime.is_some_and(|time| since.elapsed() < time);
        let kept = self.kept.filter(|(_, since)| is_kept(since));
        self.asked = Asked {
            section,
            expected: kept.map(|(tokens, _)| tokens),
            is_cached: lifetime.is_some(),
        };
    }

    /// Notes what the provider reported for the request, and says what kept it from reading its cache, if anything did.
    /// `turn` is the turn of the run, for the finding.
    pub fn answered(&mut self, turn: u32, usage: Usage) -> Option<PrefixChange> {
        let asked = std::mem::take(&mut self.asked);
        if asked.is_cached
            && let Some(input) = usage.total_input()
        {
            self.kept = Some((input, Instant::now()));
        }
        let reported = usage.cache_read();
        self.reports |= reported.is_some();
        let is_missed = asked
            .expected
            .zip(reported)
            .is_some_and(|(expected, read)| {
                let share = u128::from(expected) * u128::from(self.slack_percent) / 100;
                let slack = u128::from(self.slack_tokens).max(share);
                u128::from(expected.saturating_sub(read)) > slack
            });
        (asked.section.is_some() || is_missed).then_some(PrefixChange {
            turn,
            section: asked.section,
            expected: asked.expected,
            reported,
        })
    }
}

/// How long the provider keeps what it is asked to.
fn lifetime(options: &Options) -> Option<Duration> {
    match &options.cache {
        Some(CachePolicy::Auto(CacheTime::Hour)) => Some(Duration::from_secs(3_600)),
        Some(CachePolicy::Auto(_)) => Some(Duration::from_secs(300)),
        _ => None,
    }
}

/// Has the stable beginning of a request cached where the model's host can do that and nobody says otherwise.
pub(crate) fn cache_by_default(options: &mut Options, profile: &Profile) {
    if options.cache.is_none() && profile.abilities.has(Ability::Caching) == Some(true) {
        options.cache = Some(CachePolicy::Auto(CacheTime::Short));
    }
}
