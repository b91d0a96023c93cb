use std::collections::BTreeMap;
use std::time::Duration;

use super::estimate::Estimate;
use super::rates::Priority;

/// How far a class moves back for each that went: the fewer steps, the larger its share.
const STEPS: [u64; 3] = [1, 4, 16];

/// Those who wait, each class in the order in which they came; shares between classes by stride scheduling.
///
/// Every class stands at a mark; the class with the lowest mark that has somebody waiting is next, and moves back by its
/// steps when one of it has gone. A class that was empty begins at the mark of the last who went, so idleness earns
/// nothing. So between two of a class, at most `1 + its steps / their steps` of each other class go, which is 17 of `High`
/// and 5 of `Normal` for one of `Low`.
#[derive(Debug)]
pub(super) struct Line<W> {
    classes: [BTreeMap<u64, Waiter<W>>; 3],
    marks: [u64; 3],
    mark: u64,
}

/// Somebody who waits; `handle` is how the outside knows it.
#[derive(Debug)]
pub(super) struct Waiter<W> {
    pub(super) need: Estimate,
    pub(super) arrived: Duration,
    pub(super) handle: W,
}

impl<W> Line<W> {
    pub(super) fn new() -> Self {
        Line {
            classes: [BTreeMap::new(), BTreeMap::new(), BTreeMap::new()],
            marks: [0; 3],
            mark: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.classes.iter().all(BTreeMap::is_empty)
    }

    pub(super) fn len(&self) -> usize {
        self.classes.iter().map(BTreeMap::len).sum()
    }

    pub(super) fn len_of(&self, priority: Priority) -> usize {
        self.classes[priority.index()].len()
    }

    /// Puts somebody behind all others of the class; tickets only grow.
    pub(super) fn push(&mut self, ticket: u64, priority: Priority, waiter: Waiter<W>) {
        let class = priority.index();
        if self.classes[class].is_empty() {
            self.marks[class] = self.marks[class].max(self.mark);
        }
        self.classes[class].insert(ticket, waiter);
    }

    pub(super) fn remove(&mut self, ticket: u64, priority: Priority) -> Option<Waiter<W>> {
        self.classes[priority.index()].remove(&ticket)
    }

    /// Who is next.
    pub(super) fn head(&self) -> Option<(Priority, &Waiter<W>)> {
        let waiting = Priority::ALL.into_iter().filter_map(|priority| {
            let (_, waiter) = self.classes[priority.index()].first_key_value()?;
            Some((priority, waiter))
        });
        waiting.min_by_key(|(priority, _)| self.marks[priority.index()])
    }

    /// Takes out who is next.
    pub(super) fn pop(&mut self) -> Option<(u64, Priority, Waiter<W>)> {
        let (priority, _) = self.head()?;
        let class = priority.index();
        self.mark = self.marks[class];
        self.marks[class] += STEPS[class];
        let (ticket, waiter) = self.classes[class].pop_first()?;
        Some((ticket, priority, waiter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(line: &mut Line<()>, ticket: u64, priority: Priority) {
        let waiter = Waiter {
            need: Estimate::new(0, 0),
            arrived: Duration::ZERO,
            handle: (),
        };
        line.push(ticket, priority, waiter);
    }

    fn order(line: &mut Line<()>, count: usize) -> String {
        let letter = |priority| match priority {
            Priority::High => 'H',
            Priority::Normal => 'N',
            Priority::Low => 'l',
        };
        let popped = std::iter::from_fn(|| line.pop()).take(count);
        popped.map(|(_, priority, _)| letter(priority)).collect()
    }

    //
    #[test]
    fn classes_share_and_none_starves() {
        let mut line = Line::new();
        for ticket in 0..300 {
            push(
                &mut line,
                ticket,
                Priority::ALL[usize::try_from(ticket % 3).unwrap()],
            );
        }
        let order = order(&mut line, 105);
        let count = |letter| order.matches(letter).count();
        assert_eq!((count('H'), count('N'), count('l')), (80, 20, 5), "{order}");
        let longest = order.split('l').map(str::len).max().unwrap();
        assert!(longest <= 22, "{order}");
    }

    //
    #[test]
    fn a_class_that_was_away_has_earned_nothing() {
        let mut line = Line::new();
        (0..100).for_each(|ticket| push(&mut line, ticket, Priority::Low));
        assert_eq!(order(&mut line, 50), "l".repeat(50));
        (100..200).for_each(|ticket| push(&mut line, ticket, Priority::High));
        let next = order(&mut line, 36);
        assert_eq!(next.matches('l').count(), 2, "{next}");
    }

    //
    #[test]
    fn within_a_class_who_came_first_goes_first_and_who_leaves_is_not_missed() {
        let mut line = Line::new();
        (0..6).for_each(|ticket| push(&mut line, ticket, Priority::Normal));
        assert!(line.remove(0, Priority::Normal).is_some());
        assert!(line.remove(0, Priority::Normal).is_none());
        assert!(line.remove(3, Priority::Normal).is_some());
        assert!(line.remove(4, Priority::Low).is_none(), "of another class");
        let tickets: Vec<_> = std::iter::from_fn(|| line.pop())
            .map(|(at, ..)| at)
            .collect();
        assert_eq!(tickets, [1, 2, 4, 5]);
        assert!(line.is_empty() && line.head().is_none());
    }
}
