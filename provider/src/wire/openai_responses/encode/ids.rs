//! Call ids that this wire takes.

use std::borrow::Cow;

/// The longest call id that OpenAI takes.
const LONGEST: usize = 64;

/// The ids of the calls of one answer, or of its outcomes, which come in the same order. An id goes verbatim, unless it is
/// too long, as those of other providers can be, or was there before: what is sent for it is then made from it alone and
/// from its place among its equals, so calls and outcomes come to the same.
pub(super) fn call_ids<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<Cow<'a, str>> {
    let mut sent: Vec<Cow<'a, str>> = Vec::new();
    for id in ids {
        let mut fitted = fit(id);
        let mut number = 2_u32;
        while sent.contains(&fitted) {
            fitted = Cow::Owned(numbered(id, number));
            number += 1;
        }
        sent.push(fitted);
    }
    sent
}

fn fit(id: &str) -> Cow<'_, str> {
    if id.is_empty() || id.len() > LONGEST {
        return Cow::Owned(format!("call_{:016x}", hash(id)));
    }
    Cow::Borrowed(id)
}

fn numbered(id: &str, number: u32) -> String {
    let numbered = format!("{id}_{number}");
    if numbered.len() > LONGEST || id.is_empty() {
        return format!("call_{:016x}_{number}", hash(id));
    }
    numbered
}

/// FNV-1a: the same on every machine and in every version.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::call_ids;

    fn check(ids: &[&str], expected: &[&str]) {
        assert_eq!(call_ids(ids.iter().copied()), expected);
    }

    //
    #[test]
    fn ids_fit_the_wire_and_stay_apart() {
        check(&["call_1", "call_2"], &["call_1", "call_2"]);
        check(&["a", "a", "a_2", "a"], &["a", "a_2", "a_2_2", "a_3"]);
        let long = "x".repeat(65);
        check(
            &[&long, &long],
            &["call_7d70a52549704607", "call_7d70a52549704607_2"],
        );
        check(&[""], &["call_cbf29ce484222325"]);
    }
}
