//! Where decisions that need chance get it from.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use windlass_core::Chance;

/// A source of draws: the system's, or one of the caller's.
#[derive(Clone)]
pub(crate) struct Dice(Arc<dyn Fn() -> Chance + Send + Sync>);

impl Dice {
    pub(crate) fn new(draw: impl Fn() -> Chance + Send + Sync + 'static) -> Self {
        Dice(Arc::new(draw))
    }

    pub(crate) fn throw(&self) -> Chance {
        (self.0)()
    }
}

impl Default for Dice {
    /// The standard library seeds its hash maps from the system; hashing with such a seed is a draw.
    fn default() -> Self {
        Dice::new(|| Chance::new(RandomState::new().hash_one(0)))
    }
}

impl fmt::Debug for Dice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dice")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use super::*;

    #[test]
    fn draws_are_spread_over_the_whole_range() {
        let whole = Duration::from_secs(16);
        let drawn: HashSet<u64> = (0..2_000)
            .map(|_| Dice::default().throw().part_of(whole).as_secs())
            .collect();
        assert_eq!(drawn.len(), 16);
    }
}
