//! Which call a piece of a stream belongs to.

use crate::{CallId, PartIndex, Text};

/// Tells the calls of one answer apart, whatever the provider leaves out (R-10), and names those without an id (R-11).
///
/// A decoder asks it at each piece of a call: a new id on a used index opens a new call; a missing index goes by id,
/// then by position; a piece with neither continues the last call.
///
/// ```
/// use windlass_core::{CallKey, CallSlots, PartIndex, Slot};
///
/// let mut calls = CallSlots::new(0);
/// let mut next = || PartIndex(7);
/// let first = calls.slot(CallKey { index: Some(0), id: Some("call_a"), begins: true }, &mut next);
/// assert!(matches!(first, Slot::Opened { part: PartIndex(7), .. }));
/// let more = calls.slot(CallKey { index: Some(0), id: None, begins: false }, &mut next);
/// assert_eq!(more, Slot::Continued(PartIndex(7)));
/// ```
#[derive(Clone, Debug)]
pub struct CallSlots {
    open: Vec<OpenCall>,
    next_number: u64,
}

#[derive(Clone, Debug)]
struct OpenCall {
    index: Option<u64>,
    id: Option<Text>,
    part: PartIndex,
}

/// What a piece of a stream says about the call it belongs to.
#[derive(Clone, Copy, Debug, Default)]
#[allow(
    clippy::exhaustive_structs,
    reason = "what a wire can say about a call is complete"
)]
pub struct CallKey<'a> {
    /// The provider's number of the call within the answer.
    pub index: Option<u64>,
    /// The id of the call; a blank one counts as none.
    pub id: Option<&'a str>,
    /// Whether the piece can only be the first of a call, because it carries a name or a whole call.
    pub begins: bool,
}

/// Where a piece belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a call is either new or known")]
pub enum Slot {
    /// It opens a call.
    Opened {
        /// The part that the call is.
        part: PartIndex,
        /// The provider's id, or a synthesised one.
        id: CallId,
    },
    /// It continues the call that is this part.
    Continued(PartIndex),
}

/// What synthesised ids begin with.
const SYNTHESISED: &str = "call_w";

impl CallSlots {
    /// No calls yet; ids are numbered from `first_number`, which
    /// [`Conversation::next_call_number`](crate::Conversation::next_call_number) gives.
    pub fn new(first_number: u64) -> Self {
        CallSlots {
            open: Vec::new(),
            next_number: first_number,
        }
    }

    /// Where a piece with this key belongs; `next_part` gives the place of a call that opens.
    pub fn slot(&mut self, key: CallKey<'_>, next_part: &mut dyn FnMut() -> PartIndex) -> Slot {
        let id = key.id.filter(|id| !id.trim().is_empty());
        if let Some(known) = self.known(key.index, id, key.begins) {
            let call = &mut self.open[known];
            if call.id.is_none() {
                call.id = id.map(Text::from);
            }
            let part = call.part;
            self.make_last(known);
            return Slot::Continued(part);
        }
        let part = next_part();
        self.open.push(OpenCall {
            index: key.index,
            id: id.map(Text::from),
            part,
        });
        Slot::Opened {
            part,
            id: id.map_or_else(|| self.synthesise(), CallId::from),
        }
    }

    /// An id for a call that came without one: unique in the conversation and the same every time.
    fn synthesise(&mut self) -> CallId {
        let number = self.next_number;
        self.next_number += 1;
        CallId::from(format!("{SYNTHESISED}{number}"))
    }

    /// The open call that the piece continues.
    fn known(&self, index: Option<u64>, id: Option<&str>, begins: bool) -> Option<usize> {
        match (index, id) {
            (Some(_), _) => {
                let at = self.open.iter().rposition(|call| call.index == index)?;
                let other = id
                    .is_some_and(|id| self.open[at].id.as_deref().is_some_and(|known| known != id));
                (!other).then_some(at)
            }
            (None, Some(id)) => self
                .open
                .iter()
                .rposition(|call| call.id.as_deref() == Some(id)),
            (None, None) if begins => None,
            (None, None) => self.open.len().checked_sub(1),
        }
    }

    /// Moves the call to the end, where a piece without index and id finds it.
    fn make_last(&mut self, at: usize) {
        let call = self.open.remove(at);
        self.open.push(call);
    }
}

impl CallId {
    /// Whether the id was made here, for a call that came without one. It means nothing to the provider.
    ///
    /// ```
    /// use windlass_core::{CallKey, CallSlots, PartIndex, Slot};
    ///
    /// let nameless = CallSlots::new(0).slot(CallKey::default(), &mut || PartIndex(0));
    /// assert!(matches!(nameless, Slot::Opened { id, .. } if id.is_synthesised()));
    /// ```
    pub fn is_synthesised(&self) -> bool {
        synthesised_number(self).is_some()
    }
}

/// The number of a synthesised id.
pub(crate) fn synthesised_number(id: &CallId) -> Option<u64> {
    id.as_str().strip_prefix(SYNTHESISED)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Piece = (Option<u64>, Option<&'static str>, bool);

    /// Runs the pieces and shows for each the part it went to, with the id where it opened a call.
    fn check(pieces: &[Piece], expected: &[&str]) {
        let mut slots = CallSlots::new(3);
        let mut parts = 0..;
        let mut next = || PartIndex(parts.next().unwrap());
        let shown: Vec<_> = pieces
            .iter()
            .map(|&(index, id, begins)| {
                match slots.slot(CallKey { index, id, begins }, &mut next) {
                    Slot::Opened { part, id } => format!("{}={id}", part.0),
                    Slot::Continued(part) => part.0.to_string(),
                }
            })
            .collect();
        assert_eq!(shown, expected, "{pieces:?}");
    }

    // R-10
    #[test]
    fn pieces_find_their_call() {
        let (zero, one) = (Some(0), Some(1));
        check(
            &[
                (zero, Some("a"), true),
                (zero, None, false),
                (zero, None, false),
            ],
            &["0=a", "0", "0"],
        );
        check(
            &[
                (zero, Some("a"), true),
                (one, Some("b"), true),
                (zero, None, false),
                (one, None, false),
            ],
            &["0=a", "1=b", "0", "1"],
        );
        check(
            &[
                (zero, Some("a"), true),
                (zero, Some("b"), true),
                (zero, None, false),
            ],
            &["0=a", "1=b", "1"],
        );
        check(
            &[
                (zero, Some("a"), true),
                (zero, Some("a"), false),
                (zero, Some("a"), true),
            ],
            &["0=a", "0", "0"],
        );
        check(
            &[
                (None, Some("a"), true),
                (None, Some("b"), true),
                (None, Some("a"), false),
            ],
            &["0=a", "1=b", "0"],
        );
        check(
            &[
                (None, Some("a"), true),
                (None, None, false),
                (None, None, false),
            ],
            &["0=a", "0", "0"],
        );
        check(
            &[
                (zero, Some("a"), true),
                (one, Some("b"), true),
                (None, None, false),
            ],
            &["0=a", "1=b", "1"],
        );
        check(
            &[
                (zero, Some("a"), true),
                (one, Some("b"), true),
                (zero, None, false),
                (None, None, false),
            ],
            &["0=a", "1=b", "0", "0"],
        );
        check(
            &[(zero, None, true), (zero, Some("late"), false)],
            &["0=call_w3", "0"],
        );
    }

    // R-11
    #[test]
    fn calls_without_an_id_are_numbered_on_from_the_conversation() {
        check(
            &[
                (None, None, true),
                (None, None, true),
                (None, Some(" "), true),
            ],
            &["0=call_w3", "1=call_w4", "2=call_w5"],
        );
        assert_eq!(synthesised_number(&CallId::from("call_w41")), Some(41));
        assert_eq!(synthesised_number(&CallId::from("call_weather")), None);
        assert_eq!(synthesised_number(&CallId::from("call_7")), None);
        assert!(CallId::from("call_w41").is_synthesised());
        assert!(!CallId::from("call_weather").is_synthesised());
    }
}
