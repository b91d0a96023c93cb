use windlass_provider::frame::{Frame, FrameErrorKind, FrameKind, Framer, Framing};

use crate::{Input, check_cuts};

/// The small cap that a choice sets, so that the cap is met by small inputs.
const SMALL_FRAME: usize = 64;

/// A frame that outlives its framer.
#[derive(Debug, PartialEq, Eq)]
struct OwnedFrame {
    kind: FrameKind,
    event: Option<String>,
    id: Option<String>,
    content_type: Option<String>,
    headers: String,
    data: Vec<u8>,
}

impl From<Frame<'_>> for OwnedFrame {
    fn from(frame: Frame<'_>) -> Self {
        OwnedFrame {
            kind: frame.kind,
            event: frame.event.map(str::to_owned),
            id: frame.id.map(str::to_owned),
            content_type: frame.content_type.map(str::to_owned),
            headers: format!("{:?}", frame.headers),
            data: frame.data.to_vec(),
        }
    }
}

/// Checks that a framer gives the same frames and the same error in every cut, and nothing after an error. The choice 7
/// sets a small cap.
///
/// # Panics
///
/// If it does not.
pub fn check_framer(framing: Framing, input: &Input<'_>) {
    let framer = || match input.chooses(7) {
        true => framing.framer().max_frame(SMALL_FRAME),
        false => framing.framer(),
    };
    check_cuts(input.body, input.cut, |chunks| read(framer(), chunks));
}

fn read(mut framer: Framer, chunks: &[&[u8]]) -> (Vec<OwnedFrame>, Option<FrameErrorKind>) {
    let mut read = Vec::new();
    for chunk in chunks {
        let mut frames = framer.feed(chunk);
        loop {
            match frames.next() {
                Ok(Some(frame)) => read.push(frame.into()),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(frames.next().err(), Some(error.clone()), "after an error");
                    assert_eq!(framer.finish().err(), Some(error.clone()), "after an error");
                    return (read, Some(error.kind()));
                }
            }
        }
    }
    match framer.finish() {
        Ok(last) => read.extend(last.map(OwnedFrame::from)),
        Err(error) => return (read, Some(error.kind())),
    }
    (read, None)
}
