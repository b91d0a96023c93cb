//! Outcomes that keep their beginnings and ends.

use windlass_core::{Outcome, OutcomePart};

use super::excerpt::excerpt;
use super::shorten::tokens_of;
use crate::Estimator;

/// The outcome with the beginnings and ends of its texts, about `tokens` in all, and words in the place of media that do
/// not fit; none where that is not smaller.
pub(super) fn keep_ends(
    outcome: &Outcome,
    tokens: u64,
    estimator: &dyn Estimator,
) -> Option<Outcome> {
    let before = tokens_of(estimator, outcome);
    if before <= tokens {
        return None;
    }
    let mut share = tokens as f64 / before as f64;
    // Cutting adds a line, and a piece may be denser than the whole.
    for _ in 0..8 {
        let shorter = scaled(outcome, share);
        let after = tokens_of(estimator, &shorter);
        if after <= tokens {
            return Some(shorter);
        }
        share *= 0.8 * tokens as f64 / after as f64;
    }
    let least = scaled(outcome, 0.0);
    (tokens_of(estimator, &least) < before).then_some(least)
}

fn scaled(outcome: &Outcome, share: f64) -> Outcome {
    let cut = |text: &str| excerpt(text, (text.len() as f64 * share) as usize);
    let parts = outcome.parts.iter().map(|part| match part.as_text() {
        Some(text) => cut(text).map_or_else(|| part.clone(), |text| OutcomePart::Text(text.into())),
        None => OutcomePart::Text("[media left out to save room]".into()),
    });
    let mut shorter = outcome.clone();
    shorter.parts = parts.collect();
    shorter
}

/// The size that the largest may have, so that all together are at most `room`.
pub(super) fn level(sizes: &[u64], room: u64) -> u64 {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable();
    let mut room = room;
    let mut larger = sizes.len() as u64;
    for size in sizes {
        if size.saturating_mul(larger) > room {
            return room / larger;
        }
        room -= size;
        larger -= 1;
    }
    u64::MAX
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn the_largest_give_way_first() {
        for (sizes, room, most) in [
            (&[10, 20, 30][..], 60, u64::MAX),
            (&[10, 20, 30], 59, 29),
            (&[30, 10, 20], 40, 15),
            (&[30, 10, 20], 0, 0),
            (&[], 0, u64::MAX),
        ] {
            assert_eq!(level(sizes, room), most, "{sizes:?} in {room}");
        }
    }
}
