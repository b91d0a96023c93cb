//! Ids of calls as the wire takes them: the same id gives the same every time, and a call and its outcome agree.

use std::borrow::Cow;

use windlass_core::{Call, CallId};

/// The longest id that the wire takes.
const MOST: usize = 64;
/// What is kept of an id before its digest.
const KEPT: usize = 40;

/// Which characters an id may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Those that Bedrock takes: ids of the model's own maker are sent back as they came.
    Own,
    /// Those that every model takes.
    Every,
}

impl Alphabet {
    fn has(self, character: char) -> bool {
        character.is_ascii_alphanumeric()
            || matches!(character, '_' | '-')
            || self == Alphabet::Own && matches!(character, '.' | ':')
    }

    fn takes(self, id: &str) -> bool {
        (1..=MOST).contains(&id.len()) && id.chars().all(|character| self.has(character))
    }
}

/// The ids of the calls of one answer, in call order. An id that comes again is made another.
pub(super) fn of<'a>(
    calls: impl Iterator<Item = &'a Call>,
    alphabet: Alphabet,
) -> Vec<Cow<'a, str>> {
    let mut seen: Vec<&CallId> = Vec::new();
    let mut ids = Vec::new();
    for call in calls {
        let before = seen.iter().filter(|id| **id == &call.id).count();
        seen.push(&call.id);
        ids.push(one(call.id.as_str(), before, alphabet));
    }
    ids
}

fn one(id: &str, before: usize, alphabet: Alphabet) -> Cow<'_, str> {
    if before == 0 && alphabet.takes(id) {
        return Cow::Borrowed(id);
    }
    let legible = id.chars().take(KEPT).map(|character| {
        if Alphabet::Every.has(character) {
            character
        } else {
            '_'
        }
    });
    let legible: String = legible.collect();
    Cow::Owned(format!("{legible}_{:016x}", digest(id, before)))
}

/// FNV-1a, which is the same on every machine and in every version.
fn digest(id: &str, before: usize) -> u64 {
    let before = before.to_string();
    let bytes = id.bytes().chain([0]).chain(before.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &[&str], alphabet: Alphabet, expected: &[&str]) {
        let calls: Vec<_> = given
            .iter()
            .map(|id| Call::new(*id, "weather", "{}"))
            .collect();
        let ids = of(calls.iter(), alphabet);
        assert_eq!(ids, expected);
        assert!(ids.iter().all(|id| Alphabet::Own.takes(id)), "{ids:?}");
    }

    //
    #[test]
    fn ids_that_the_wire_does_not_take_are_replaced_by_the_same() {
        check(&["tooluse_A-1"], Alphabet::Every, &["tooluse_A-1"]);
        check(&["functions.f:0"], Alphabet::Own, &["functions.f:0"]);
        let long = "é".repeat(80);
        let ids = |id: &str| one(id, 0, Alphabet::Every).into_owned();
        assert_eq!(ids(&long), ids(&long));
        assert_ne!(ids("functions.f:0"), ids("functions.f.0"));
        assert!(Alphabet::Every.takes(&ids(&long)) && Alphabet::Every.takes(&ids("")));
        assert!(ids("functions.f:0").starts_with("functions_f_0_"));
    }

    //
    #[test]
    fn an_id_that_comes_again_is_made_another() {
        let calls = ["a", "a", "a"].map(|id| Call::new(id, "f", "{}"));
        let ids = of(calls.iter(), Alphabet::Every);
        assert_eq!(ids[0], "a");
        assert!(ids[1] != ids[2] && ids[1].starts_with("a_"), "{ids:?}");
    }
}
