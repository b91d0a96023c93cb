//! Ids of calls, as the host takes them, and unique within an answer.

use std::borrow::Cow;

use windlass_core::CallId;

use crate::wire::openai_chat::CallIds;

/// The id of a call on the wire; `earlier` are the ids of the calls or outcomes before it in the same message.
///
/// The same id and place give the same result for a call and its outcome.
pub(super) fn wire_id<'a>(
    ids: CallIds,
    id: &'a CallId,
    earlier: impl Iterator<Item = &'a CallId>,
) -> Cow<'a, str> {
    let repeated = earlier.filter(|earlier| *earlier == id).count();
    let unique = match repeated {
        0 => Cow::Borrowed(id.as_str()),
        times => Cow::Owned(format!("{}_{}", id.as_str(), times + 1)),
    };
    match ids {
        CallIds::Nine if !is_nine(&unique) => Cow::Owned(nine(&unique)),
        _ => unique,
    }
}

fn is_nine(id: &str) -> bool {
    id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Nine digits and letters that depend on all of the id: its FNV-1a hash, in base 36.
fn nine(id: &str) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let mut hash = id.bytes().fold(0xcbf2_9ce4_8422_2325, fnv);
    let digits = (0..9).map(|_| {
        let digit = DIGITS[(hash % 36) as usize];
        hash /= 36;
        char::from(digit)
    });
    digits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_nine_stay_and_others_are_mapped_alike_everywhere() {
        let check = |id: &str, expected: &str| {
            let id = CallId::from(id);
            let mapped = wire_id(CallIds::Nine, &id, std::iter::empty());
            assert_eq!(mapped, expected);
            assert!(is_nine(&mapped));
        };
        check("abc123XYZ", "abc123XYZ");
        check("call_1", &nine("call_1"));
        assert_ne!(nine("call_1"), nine("call_2"));
    }

    #[test]
    fn an_id_that_the_model_repeats_is_told_apart() {
        let id = CallId::from("a");
        let earlier = [id.clone(), CallId::from("b"), id.clone()];
        assert_eq!(wire_id(CallIds::Any, &id, earlier[..0].iter()), "a");
        assert_eq!(wire_id(CallIds::Any, &id, earlier[..2].iter()), "a_2");
        assert_eq!(wire_id(CallIds::Any, &id, earlier.iter()), "a_3");
    }
}
