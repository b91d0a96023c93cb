use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use windlass_core::{Model, Options};

use super::Opaque;

/// A model that a request can be sent to, and how it is asked.
///
/// ```
/// use windlass_agent::{Opaque, Target};
/// use windlass_core::{Effort, Options, Reasoning};
/// # let model = windlass_core::Scripted::new([]);
///
/// let target = Target::from(model)
///     .with_options(Options::new().with_reasoning(Reasoning::effort(Effort::Low)))
///     .with_opaque(Opaque::Strip);
/// assert_eq!(target.opaque, Opaque::Strip);
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Target {
    /// The model.
    pub model: Arc<dyn Model>,
    /// How it is asked; what is set here wins over the options of the agent.
    pub options: Options,
    /// What becomes of the opaque parts of answers by other models of the same provider.
    pub opaque: Opaque,
}

impl Target {
    /// The model, asked as the agent asks its own.
    pub fn new(model: Arc<dyn Model>) -> Self {
        Target {
            model,
            options: Options::default(),
            opaque: Opaque::default(),
        }
    }

    /// Sets the options that win over those of the agent.
    #[must_use]
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Says what becomes of the opaque parts of answers by other models of the same provider.
    #[must_use]
    pub fn with_opaque(mut self, opaque: Opaque) -> Self {
        self.opaque = opaque;
        self
    }

    /// Whether a request to `other` would be the same request again.
    pub(super) fn is(&self, other: &Target) -> bool {
        Arc::ptr_eq(&self.model, &other.model)
            && self.options == other.options
            && self.opaque == other.opaque
    }
}

impl<M: Model + 'static> From<M> for Target {
    fn from(model: M) -> Self {
        Target::new(Arc::new(model))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("model", &self.model.profile().id)
            .field("options", &self.options)
            .field("opaque", &self.opaque)
            .finish()
    }
}

/// Which target: the agent's own model, or one of the [targets](super::FallbackStrategy::targets) of its fallback.
///
/// ```
/// use windlass_agent::TargetIndex;
/// # let targets = [windlass_agent::Target::from(windlass_core::Scripted::new([]))];
///
/// assert_eq!(TargetIndex::OWN, TargetIndex::new(0));
/// assert!(TargetIndex::OWN.of(&targets).is_none());
/// assert!(TargetIndex::new(1).of(&targets).is_some());
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct TargetIndex(u32);

impl TargetIndex {
    /// The agent's own model.
    pub const OWN: TargetIndex = TargetIndex(0);

    /// Zero is the agent's own model, one the first target of the fallback.
    pub const fn new(number: u32) -> Self {
        TargetIndex(number)
    }

    /// The number: zero for the agent's own model.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The target at this place; nothing for the agent's own model, and where there is none.
    pub fn of(self, targets: &[Target]) -> Option<&Target> {
        let place = usize::try_from(self.0).ok()?.checked_sub(1)?;
        targets.get(place)
    }
}

impl fmt::Display for TargetIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
