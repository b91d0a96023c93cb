//! Reads a body in many cuts and asserts that each gives the same.

use super::{Frame, FrameErrorKind, FrameKind, Framer};

/// A frame that outlives its framer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnedFrame {
    pub(super) kind: FrameKind,
    pub(super) event: Option<String>,
    pub(super) id: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) data: Vec<u8>,
    #[cfg(feature = "bedrock")]
    pub(super) headers: String,
}

/// All that a framer says of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) frames: Vec<OwnedFrame>,
    pub(super) error: Option<FrameErrorKind>,
}

impl Reading {
    pub(super) fn data(&self) -> Vec<&[u8]> {
        self.frames.iter().map(|frame| &*frame.data).collect()
    }

    pub(super) fn text(&self) -> Vec<&str> {
        self.data()
            .into_iter()
            .map(|data| std::str::from_utf8(data).unwrap())
            .collect()
    }
}

impl From<Frame<'_>> for OwnedFrame {
    fn from(frame: Frame<'_>) -> Self {
        Self {
            kind: frame.kind,
            event: frame.event.map(str::to_owned),
            id: frame.id.map(str::to_owned),
            content_type: frame.content_type.map(str::to_owned),
            data: frame.data.to_vec(),
            #[cfg(feature = "bedrock")]
            headers: format!("{:?}", frame.headers),
        }
    }
}

/// Reads a body that comes in these chunks.
pub(super) fn read<'c>(mut framer: Framer, chunks: impl IntoIterator<Item = &'c [u8]>) -> Reading {
    let mut reading = Reading {
        frames: Vec::new(),
        error: None,
    };
    for chunk in chunks {
        let mut frames = framer.feed(chunk);
        loop {
            match frames.next() {
                Ok(Some(frame)) => reading.frames.push(frame.into()),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(
                        frames.next().unwrap_err(),
                        error,
                        "nothing follows an error"
                    );
                    assert_eq!(
                        framer.finish().unwrap_err(),
                        error,
                        "nothing follows an error"
                    );
                    reading.error = Some(error.kind());
                    return reading;
                }
            }
        }
    }
    match framer.finish() {
        Ok(last) => reading.frames.extend(last.map(OwnedFrame::from)),
        Err(error) => reading.error = Some(error.kind()),
    }
    reading
}

/// The longest body that is cut at every pair of positions.
const PAIRS: usize = 48;

/// Reads a body whole, byte by byte, with empty chunks, cut at every position, and at every pair if it is short.
pub(super) fn read_in_all_cuts(framer: impl Fn() -> Framer, body: &[u8]) -> Reading {
    let whole = read(framer(), [body]);
    let cuts_equal = |chunks: &[&[u8]]| {
        assert_eq!(
            read(framer(), chunks.iter().copied()),
            whole,
            "cut as {chunks:?}"
        );
    };
    cuts_equal(&body.chunks(1).collect::<Vec<_>>());
    cuts_equal(
        &body
            .chunks(1)
            .flat_map(|byte| [&[][..], byte, &[]])
            .collect::<Vec<_>>(),
    );
    for first in 0..=body.len() {
        let (head, rest) = body.split_at(first);
        cuts_equal(&[head, rest]);
        for second in 0..=if body.len() <= PAIRS { rest.len() } else { 0 } {
            let (middle, tail) = rest.split_at(second);
            cuts_equal(&[head, middle, tail]);
        }
    }
    whole
}

/// Checks that a body gives the same frames and the same error when it is cut in two, at every position.
///
/// A decoder sees frames and nothing else, so what it makes of the body is then the same too. Decoding every cut would
/// say no more, and takes many times as long.
pub(crate) fn check_cuts(framer: impl Fn() -> Framer, body: &[u8]) {
    let whole = read(framer(), [body]);
    for at in 0..=body.len() {
        let (left, right) = body.split_at(at);
        assert_eq!(read(framer(), [left, right]), whole, "cut at {at}");
    }
}

/// Cuts a body at these positions, which need be neither sorted nor inside it.
pub(super) fn cut(body: &[u8], mut positions: Vec<usize>) -> Vec<&[u8]> {
    positions
        .iter_mut()
        .for_each(|position| *position %= body.len() + 1);
    positions.sort_unstable();
    let mut chunks = Vec::new();
    let mut from = 0;
    for to in positions.into_iter().chain([body.len()]) {
        chunks.push(&body[from..to]);
        from = to;
    }
    chunks
}
