//! Every cut of a body gives the same message.
//!
//! A decoder sees frames and nothing else, so it gives the same events where the frames are the same. That is what is
//! compared at every position: it takes a hundredth of the time of decoding. Decoding itself is compared for the body
//! in one piece, one byte at a time, and in a few cuts, for the case that a decoder depends on more than the frames.

use super::Subject;
use crate::run::check::Verdict;
use crate::run::frames;

/// The longest body that is cut at every byte.
const EVERY_CUT: usize = 8 * 1024;
/// How many cuts a longer body gets.
const CUTS: u64 = 500;
/// How many cuts are decoded.
const DECODED: u64 = 8;

pub(super) fn check(subject: &Subject<'_>) -> Verdict {
    Verdict::unless(cut_differs(subject).or_else(|| decoding_differs(subject)))
}

fn cut_differs(subject: &Subject<'_>) -> Option<String> {
    let (framing, body) = (subject.reading.framing, &subject.case.body[..]);
    let framed = match frames::read(framing, body) {
        Ok(framed) => framed,
        // Whoever decodes it in one piece gets the same error; it has no frames to compare.
        Err(error) => return subject.answer.end.is_ok().then(|| error.to_string()),
    };
    let cuts: Vec<usize> = if body.len() <= EVERY_CUT {
        (0..=body.len()).collect()
    } else {
        places(body.len()).take(CUTS as usize).collect()
    };
    cuts.into_iter().find_map(|cut| {
        match frames::is_same_when_cut(framing, body, cut, &framed.frames) {
            Ok(true) => None,
            Ok(false) => Some(format!(
                "cut at {cut}: other frames than one byte at a time"
            )),
            Err(error) => Some(format!("cut at {cut}: {error}")),
        }
    })
}

fn decoding_differs(subject: &Subject<'_>) -> Option<String> {
    let body = &subject.case.body[..];
    let by_byte = subject.reading.decode(body.chunks(1));
    if let Some(difference) = by_byte.differs(&subject.answer) {
        return Some(format!("one byte at a time: {difference}"));
    }
    places(body.len()).take(DECODED as usize).find_map(|cut| {
        let (head, tail) = body.split_at(cut);
        let answer = subject.reading.decode([head, tail]);
        let difference = answer.differs(&subject.answer)?;
        Some(format!("cut at {cut}: {difference}"))
    })
}

/// Places in a body of this length: scattered, and the same every time.
fn places(length: usize) -> impl Iterator<Item = usize> {
    let length = length.max(1);
    let mut state = length as u64;
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % length
    })
}
