use std::sync::Arc;

use windlass_core::{Conversation, ConversationError, Entry, Message};

use super::Compaction;

/// The oldest messages that may be left out, up to a border that parts no call from its outcome.
pub(super) struct Cut<'a> {
    work: &'a Compaction<'a>,
    /// Where they stand.
    places: Vec<usize>,
    /// What they take.
    pub(super) tokens: u64,
}

impl<'a> Cut<'a> {
    /// As few messages as bring the conversation to the aim, when `extra` tokens take their place; none where that would
    /// win nothing. What `stays` stays.
    pub(super) fn plan(
        work: &'a Compaction<'a>,
        extra: u64,
        stays: impl Fn(&Message) -> bool,
    ) -> Option<Self> {
        let entries = work.conversation.entries();
        let weights: Vec<_> = entries
            .iter()
            .map(|entry| work.estimator.entry(entry))
            .collect();
        let mut left = weights
            .iter()
            .fold(extra, |sum, tokens| sum.saturating_add(*tokens));
        let mut cut = Cut {
            work,
            places: Vec::new(),
            tokens: 0,
        };
        let mut end = None;
        for (place, entry) in entries.iter().enumerate() {
            let is_border = !matches!(entry.message(), Message::Outcomes(_));
            if left <= work.aim && is_border {
                let end = *end.get_or_insert_with(|| whole_turn(work, &weights, place));
                if place >= end {
                    break;
                }
            }
            if work.may_drop(place) && !stays(entry.message()) {
                left = left.saturating_sub(weights[place]);
                cut.tokens = cut.tokens.saturating_add(weights[place]);
                cut.places.push(place);
            }
        }
        (cut.tokens > extra).then_some(cut)
    }

    /// The messages that are left out, oldest first.
    pub(super) fn messages(&self) -> impl Iterator<Item = &'a Message> {
        let entries = self.work.conversation.entries();
        self.places.iter().map(|place| entries[*place].message())
    }

    /// The conversation with `instead` in the place of what is left out.
    pub(super) fn replace(&self, instead: Message) -> Result<Conversation, ConversationError> {
        let first = self.places.first().copied();
        let mut left_out = self.places.iter().copied().peekable();
        let mut instead = Some(Arc::new(Entry::new(instead)));
        let entries = self.work.conversation.entries().iter().enumerate();
        let kept = entries.filter_map(|(place, entry)| {
            if left_out.next_if_eq(&place).is_none() {
                return Some(Arc::clone(entry));
            }
            instead.take_if(|_| first == Some(place))
        });
        self.work.conversation.with_entries(kept)
    }
}

/// Where to end a cut that may end at `place`: with the turn of the user that it would leave a rest of, if that rest is
/// small.
fn whole_turn(work: &Compaction<'_>, weights: &[u64], place: usize) -> usize {
    let entries = work.conversation.entries();
    let is_user = |at: &usize| matches!(entries[*at].message(), Message::User(_));
    let end = (place..entries.len()).find(|at| is_user(at) || !work.may_drop(*at));
    let end = end.filter(|at| is_user(at)).unwrap_or(place);
    let rest: u64 = weights[place..end].iter().sum();
    if rest <= work.aim / 8 { end } else { place }
}
