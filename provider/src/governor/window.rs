use std::collections::VecDeque;
use std::time::Duration;

/// Into how many parts a window is cut at least, for what is remembered of it.
const GRAINS: u32 = 256;

/// A log of what was spent, so that no span of time as long as the window ever holds more than the limit.
///
/// What is spent within a grain of time is one entry, and all of it counts as spent at the last moment of the entry. So an
/// entry never expires too early, at most a grain too late, and the log has at most a few more entries than grains,
/// whatever comes. Times are since the governor began and never go back.
#[derive(Debug)]
pub(super) struct Window {
    length: Duration,
    grain: Duration,
    entries: VecDeque<Entry>,
    /// The number of the first entry; the others count on from it.
    first: u64,
    used: u64,
    /// What was asked for, and what the provider said since.
    limit: Option<u64>,
    told: Option<u64>,
    held_until: Duration,
}

#[derive(Debug)]
struct Entry {
    opened: Duration,
    last: Duration,
    amount: u64,
}

/// Which entry an amount was spent under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EntryId(u64);

impl Window {
    pub(super) fn new(length: Duration, limit: Option<u64>) -> Self {
        Window {
            length,
            grain: length / GRAINS,
            entries: VecDeque::new(),
            first: 0,
            used: 0,
            limit,
            told: None,
            held_until: Duration::ZERO,
        }
    }

    /// The lower of what was asked for and what the provider told.
    pub(super) fn limit(&self) -> Option<u64> {
        self.limit.into_iter().chain(self.told).min()
    }

    pub(super) fn used(&self) -> u64 {
        self.used
    }

    pub(super) fn held_until(&self) -> Duration {
        self.held_until
    }

    /// Forgets what has left the window.
    pub(super) fn advance(&mut self, now: Duration) {
        while let Some(entry) = self.entries.front()
            && entry.last.saturating_add(self.length) <= now
        {
            self.used = self.used.saturating_sub(entry.amount);
            self.first += 1;
            self.entries.pop_front();
        }
    }

    /// When `need` fits beside what is used and `running`, by the passing of time alone; `now` when it fits already, `None`
    /// when time does not help. What is more than the whole limit is taken for the whole limit.
    pub(super) fn ready_at(&self, now: Duration, need: u64, running: u64) -> Option<Duration> {
        if need == 0 {
            return Some(now);
        }
        let start = now.max(self.held_until);
        let Some(limit) = self.limit() else {
            return Some(start);
        };
        let room = limit - need.min(limit);
        let mut over = self.used.saturating_add(running).saturating_sub(room);
        if over == 0 {
            return Some(start);
        }
        for entry in &self.entries {
            over = over.saturating_sub(entry.amount);
            if over == 0 {
                return Some(start.max(entry.last.saturating_add(self.length)));
            }
        }
        None
    }

    /// Notes an amount as spent now.
    pub(super) fn spend(&mut self, now: Duration, amount: u64) -> EntryId {
        self.used = self.used.saturating_add(amount);
        match self.entries.back_mut() {
            Some(entry) if now < entry.opened + self.grain || now <= entry.last => {
                entry.last = entry.last.max(now);
                entry.amount = entry.amount.saturating_add(amount);
            }
            _ => self.entries.push_back(Entry {
                opened: now,
                last: now,
                amount,
            }),
        }
        EntryId(self.first + self.entries.len() as u64 - 1)
    }

    /// Replaces an amount by what it really was. What is more than was noted counts from now on.
    pub(super) fn correct(&mut self, now: Duration, id: EntryId, noted: u64, really: u64) {
        if really > noted {
            self.spend(now, really - noted);
            return;
        }
        let place = id.0.checked_sub(self.first);
        let entry = place.and_then(|place| self.entries.get_mut(usize::try_from(place).ok()?));
        if let Some(entry) = entry {
            entry.amount = entry.amount.saturating_sub(noted - really);
            self.used = self.used.saturating_sub(noted - really);
        }
    }

    /// Believes a limit that the provider told.
    pub(super) fn believe(&mut self, limit: u64) {
        self.told = Some(limit);
    }

    /// Leaves no more than the provider says is left, whoever spent the rest.
    pub(super) fn leave(&mut self, now: Duration, remaining: u64, running: u64) {
        if let Some(limit) = self.limit() {
            let free = limit.saturating_sub(self.used.saturating_add(running));
            if free > remaining {
                self.spend(now, free - remaining);
            }
        }
    }

    /// Lets nothing through until then.
    pub(super) fn hold(&mut self, until: Duration) {
        self.held_until = self.held_until.max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);

    fn window(limit: u64) -> Window {
        Window::new(MINUTE, Some(limit))
    }

    //
    #[test]
    fn what_was_spent_leaves_after_a_window_and_not_before() {
        let mut window = window(10);
        window.spend(SECOND, 4);
        window.spend(SECOND * 5, 4);
        for (need, at) in [(2, 9), (3, 61), (6, 61), (7, 65), (10, 65), (99, 65)] {
            assert_eq!(window.ready_at(SECOND * 9, need, 0), Some(SECOND * at));
        }
        assert_eq!(window.ready_at(SECOND * 9, 5, 5), Some(SECOND * 65));
        assert_eq!(window.ready_at(SECOND * 9, 6, 5), None);
        window.advance(SECOND * 61 - Duration::from_nanos(1));
        assert_eq!(window.used(), 8);
        window.advance(SECOND * 61);
        assert_eq!(window.used(), 4);
    }

    //
    #[test]
    fn entries_are_bounded_and_expire_late_by_a_grain_at_most() {
        let mut window = window(u64::MAX);
        let step = Duration::from_millis(1);
        let mut now = Duration::ZERO;
        for _ in 0..200_000 {
            now += step;
            window.advance(now);
            window.spend(now, 1);
        }
        assert!(window.entries.len() <= 260, "{}", window.entries.len());
        let (least, most) = (60_000, 60_000 + 60_000 / u64::from(GRAINS) + 1);
        assert!((least..=most).contains(&window.used()), "{}", window.used());
    }

    //
    #[test]
    fn less_is_given_back_where_it_was_taken_and_more_counts_from_now() {
        let mut window = window(10);
        let early = window.spend(SECOND, 5);
        let late = window.spend(SECOND * 9, 5);
        window.correct(SECOND * 20, late, 5, 1);
        assert_eq!(
            (window.used(), window.ready_at(SECOND * 20, 4, 0)),
            (6, Some(SECOND * 20))
        );
        window.correct(SECOND * 20, early, 5, 8);
        assert_eq!(window.used(), 9);
        window.advance(SECOND * 69);
        assert_eq!(window.used(), 3, "the three that came late");
        window.correct(SECOND * 70, early, 8, 0);
        assert_eq!(window.used(), 3, "what has left cannot be given back");
    }

    //
    #[test]
    fn the_lower_limit_is_believed_and_what_others_spent_is_missing() {
        let mut window = window(10);
        window.believe(50);
        assert_eq!(window.limit(), Some(10));
        window.believe(8);
        assert_eq!(window.limit(), Some(8));
        window.spend(SECOND, 2);
        window.leave(SECOND * 2, 7, 0);
        assert_eq!(
            window.used(),
            2,
            "there is less here than the provider says"
        );
        window.leave(SECOND * 2, 1, 0);
        assert_eq!(window.ready_at(SECOND * 2, 2, 0), Some(SECOND * 61));
        window.hold(SECOND * 90);
        assert_eq!(window.ready_at(SECOND * 2, 1, 0), Some(SECOND * 90));
        assert_eq!(window.ready_at(SECOND * 2, 0, 0), Some(SECOND * 2));
    }
}
