//! The frames of a body, whole and in cuts.

use windlass_provider::frame::{Frame, FrameError, FrameKind, Framing};

/// A frame that outlives its body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    kind: FrameKind,
    event: Option<String>,
    data: Vec<u8>,
}

impl Owned {
    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }

    fn is(&self, frame: &Frame<'_>) -> bool {
        self.kind == frame.kind && self.event.as_deref() == frame.event && self.data == frame.data
    }
}

impl From<&Frame<'_>> for Owned {
    fn from(frame: &Frame<'_>) -> Self {
        Owned {
            kind: frame.kind,
            event: frame.event.map(str::to_owned),
            data: frame.data.to_vec(),
        }
    }
}

/// The frames of a body, and how many bytes had come when each was complete. A frame that only the end of the body
/// completes has no such place.
#[derive(Debug, Default)]
pub(crate) struct Framed {
    pub(crate) frames: Vec<Owned>,
    pub(crate) ends: Vec<usize>,
}

/// Cuts `body`, which comes one byte at a time.
pub(crate) fn read(framing: Framing, body: &[u8]) -> Result<Framed, FrameError> {
    let mut framer = framing.framer();
    let mut framed = Framed::default();
    for (at, byte) in body.chunks(1).enumerate() {
        let mut frames = framer.feed(byte);
        while let Some(frame) = frames.next()? {
            framed.frames.push(Owned::from(&frame));
            framed.ends.push(at + 1);
        }
    }
    if let Some(frame) = framer.finish()? {
        framed.frames.push(Owned::from(&frame));
    }
    Ok(framed)
}

/// Whether `body`, cut in two at `cut`, gives the frames that are `expected`.
pub(crate) fn is_same_when_cut(
    framing: Framing,
    body: &[u8],
    cut: usize,
    expected: &[Owned],
) -> Result<bool, FrameError> {
    let mut framer = framing.framer();
    let mut expected = expected.iter();
    let (head, tail) = body.split_at(cut);
    for chunk in [head, tail] {
        let mut frames = framer.feed(chunk);
        while let Some(frame) = frames.next()? {
            if !expected.next().is_some_and(|owned| owned.is(&frame)) {
                return Ok(false);
            }
        }
    }
    let last = framer.finish()?;
    Ok(match last {
        Some(frame) => {
            expected.next().is_some_and(|owned| owned.is(&frame)) && expected.next().is_none()
        }
        None => expected.next().is_none(),
    })
}
