//! What can be wrong with a body before anyone looks at its payload.

use std::fmt;

/// A body that cannot be cut into frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameError {
    kind: FrameErrorKind,
    detail: &'static str,
}

/// What kind of thing is wrong with the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FrameErrorKind {
    /// A single frame has more bytes than allowed.
    #[non_exhaustive]
    TooLarge {
        /// The most bytes that a frame may have.
        cap: usize,
    },
    /// The body ended inside a frame.
    #[non_exhaustive]
    Unfinished {
        /// How many bytes of that frame arrived.
        received: usize,
    },
    /// The checksum of an AWS message's lengths is wrong.
    PreludeChecksum,
    /// The checksum of an AWS message is wrong.
    MessageChecksum,
    /// The lengths of an AWS message contradict each other.
    Length,
    /// A header of an AWS message cannot be read, or cannot be written.
    Header,
    /// A body that should be a JSON array is none.
    Syntax,
}

impl FrameError {
    pub(super) fn too_large(cap: usize) -> Self {
        Self {
            kind: FrameErrorKind::TooLarge { cap },
            detail: "",
        }
    }

    pub(super) fn unfinished(received: usize) -> Self {
        Self {
            kind: FrameErrorKind::Unfinished { received },
            detail: "",
        }
    }

    #[cfg(feature = "bedrock")]
    pub(super) fn header(detail: &'static str) -> Self {
        Self {
            kind: FrameErrorKind::Header,
            detail,
        }
    }

    #[cfg(feature = "bedrock")]
    pub(super) fn length(detail: &'static str) -> Self {
        Self {
            kind: FrameErrorKind::Length,
            detail,
        }
    }

    pub(super) fn syntax(detail: &'static str) -> Self {
        Self {
            kind: FrameErrorKind::Syntax,
            detail,
        }
    }

    #[cfg(feature = "bedrock")]
    pub(super) fn prelude_checksum() -> Self {
        Self {
            kind: FrameErrorKind::PreludeChecksum,
            detail: "",
        }
    }

    #[cfg(feature = "bedrock")]
    pub(super) fn message_checksum() -> Self {
        Self {
            kind: FrameErrorKind::MessageChecksum,
            detail: "",
        }
    }

    /// What kind of thing is wrong.
    #[must_use]
    pub fn kind(&self) -> FrameErrorKind {
        self.kind
    }

    /// What the user can do about it, in one line.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.kind {
            FrameErrorKind::TooLarge { .. } => {
                "raise the cap with `Framer::max_frame` if such a large event is expected, or ask for less in one answer"
            }
            FrameErrorKind::Unfinished { .. } => {
                "the connection was cut or the host stopped early; repeat the request"
            }
            FrameErrorKind::PreludeChecksum | FrameErrorKind::MessageChecksum => {
                "bytes were changed on the way, or the body is no AWS event stream; check for a proxy, and repeat the request"
            }
            FrameErrorKind::Length | FrameErrorKind::Header => {
                "the host does not follow the AWS event stream format; check that the base URL leads to the right service"
            }
            FrameErrorKind::Syntax => {
                "the host does not send a JSON array; check that the base URL leads to the right service"
            }
        }
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            FrameErrorKind::TooLarge { cap } => {
                write!(f, "a frame is larger than the cap of {cap} bytes")
            }
            FrameErrorKind::Unfinished { received } => {
                write!(
                    f,
                    "the body ended inside a frame, of which {received} bytes arrived"
                )
            }
            FrameErrorKind::PreludeChecksum => {
                f.write_str("the checksum of a message's prelude does not match")
            }
            FrameErrorKind::MessageChecksum => {
                f.write_str("the checksum of a message does not match")
            }
            FrameErrorKind::Length => write!(
                f,
                "the lengths of a message are impossible: {}",
                self.detail
            ),
            FrameErrorKind::Header => write!(f, "a message header is malformed: {}", self.detail),
            FrameErrorKind::Syntax => write!(f, "the body is not a JSON array: {}", self.detail),
        }
    }
}

impl std::error::Error for FrameError {}

#[cfg(test)]
mod tests {
    use super::FrameError;

    //
    #[test]
    fn every_error_says_what_happened_and_what_to_do() {
        let errors = [
            FrameError::too_large(5),
            FrameError::unfinished(5),
            #[cfg(feature = "bedrock")]
            FrameError::prelude_checksum(),
            #[cfg(feature = "bedrock")]
            FrameError::message_checksum(),
            #[cfg(feature = "bedrock")]
            FrameError::length("too short"),
            #[cfg(feature = "bedrock")]
            FrameError::header("a name is empty"),
            FrameError::syntax("no comma"),
        ];
        for error in errors {
            let text = error.to_string();
            assert!(
                text.starts_with(char::is_lowercase) && !text.ends_with('.'),
                "{text}"
            );
            assert!(
                !error.hint().is_empty() && !error.hint().contains('\n'),
                "{text}"
            );
        }
        assert_eq!(
            FrameError::too_large(5).to_string(),
            "a frame is larger than the cap of 5 bytes"
        );
    }
}
