use std::collections::VecDeque;
use std::time::Duration;

use crate::group::policy::FailureShare;

const SLOTS: u32 = 10;

/// How many answers of the last while were good: counts in slots, so that memory does not grow with traffic.
#[derive(Debug, Default)]
pub(super) struct Recent {
    slots: VecDeque<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    number: u128,
    good: u32,
    failed: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Good,
    Failed,
}

impl Recent {
    /// Counts an outcome; without a share that asks for it, nothing is kept.
    pub(super) fn add(&mut self, now: Duration, share: Option<FailureShare>, outcome: Outcome) {
        let Some(share) = share else {
            return;
        };
        let number = slot_number(now, share.window);
        self.slots
            .retain(|slot| slot.number + u128::from(SLOTS) > number);
        if self.slots.back().is_none_or(|slot| slot.number < number) {
            self.slots.push_back(Slot {
                number,
                ..Slot::default()
            });
        }
        if let Some(slot) = self.slots.back_mut() {
            let count = match outcome {
                Outcome::Good => &mut slot.good,
                Outcome::Failed => &mut slot.failed,
            };
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn reaches(&self, now: Duration, share: FailureShare) -> bool {
        let oldest = (slot_number(now, share.window) + 1).saturating_sub(u128::from(SLOTS));
        let slots = self.slots.iter().filter(|slot| slot.number >= oldest);
        let (good, failed) = slots.fold((0_u64, 0_u64), |(good, failed), slot| {
            (good + u64::from(slot.good), failed + u64::from(slot.failed))
        });
        let all = good + failed;
        all >= u64::from(share.at_least.max(1)) && failed * 100 >= all * u64::from(share.percent)
    }
}

fn slot_number(now: Duration, window: Duration) -> u128 {
    now.as_nanos() / (window / SLOTS).as_nanos().max(1)
}
