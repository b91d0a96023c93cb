//! Framing: bytes in, frames out, wherever the network cut them.
//!
//! A [`Framer`] does no I/O. Feed it the chunks of a response body as they come, take the frames of each chunk until
//! there are none, and call [`Framer::finish`] at the end of the body:
//!
//! ```
//! use windlass_provider::frame::{FrameError, Framing, SseOptions};
//!
//! let mut framer = Framing::Sse(SseOptions::new()).framer();
//! let mut seen = Vec::new();
//! for chunk in [&b"event: ping\ndata: {\"n\""[..], b": 1}\n\n"] {
//!     let mut frames = framer.feed(chunk);
//!     while let Some(frame) = frames.next()? {
//!         seen.push((frame.event.map(str::to_owned), frame.data.to_vec()));
//!     }
//! }
//! assert!(framer.finish()?.is_none());
//! assert_eq!(seen, [(Some("ping".to_owned()), b"{\"n\": 1}".to_vec())]);
//! # Ok::<(), FrameError>(())
//! ```
//!
//! # What a frame costs
//!
//! A frame that lies in one chunk is lent from it: nothing is allocated and nothing is copied. Only what a chunk leaves
//! unfinished is kept, in a buffer that is used again, grows with the bytes received and never with a length the wire
//! claims, and is given back after a very large frame. Every byte is searched once, so a frame costs time linear in its
//! size.
//!
//! # Progress
//!
//! Only payload becomes a frame. Comments, blank lines and other keep-alive bytes of a stream never do, so "a frame
//! arrived" is the signal for a clock that watches for progress.
//!
//! # The end
//!
//! A body that ends inside a frame is never taken for a whole one: [`Framer::finish`] gives an error of the kind
//! [`FrameErrorKind::Unfinished`]. After an error every further question gives the same error.

#[cfg(feature = "bedrock")]
pub mod aws;
mod buffer;
mod error;
mod json;
mod ndjson;
mod sse;
#[cfg(test)]
pub(crate) mod testing;

pub use self::error::{FrameError, FrameErrorKind};
pub use self::sse::{LastEvent, SseOptions};

#[cfg(feature = "bedrock")]
use self::aws::{HeaderValue, Headers};

/// How many bytes a single frame may have unless [`Framer::max_frame`] says otherwise: 16 MiB.
pub const DEFAULT_MAX_FRAME: usize = 16 * 1024 * 1024;

/// How the body of a response is cut into frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// Server-sent events, by the rules of WHATWG.
    Sse(SseOptions),
    /// One JSON value per line. A last line without a line end counts; blank lines do not.
    Ndjson,
    /// The whole body is one frame, given by [`Framer::finish`]. A blank body gives none.
    Json,
    /// One JSON array over the whole body, each of its items a frame as soon as it is complete.
    ///
    /// A body that is a single object is one frame; so is one that is no array at all, at its end, so that whoever
    /// decodes can report what it is.
    JsonArray,
    /// AWS event stream messages, both checksums verified.
    #[cfg(feature = "bedrock")]
    AwsEventStream,
}

impl Framing {
    /// Starts a framer for one body.
    #[must_use]
    pub fn framer(self) -> Framer {
        Framer::new(self)
    }
}

/// What a frame says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FrameKind {
    /// Payload of the stream, and the only kind outside AWS event streams.
    #[default]
    Event,
    /// An AWS message of the type `exception`: a modelled error whose name is in [`Frame::event`].
    Exception,
    /// An AWS message of the type `error`: its code is in [`Frame::event`], its text in the header `:error-message`.
    Error,
    /// An AWS message of a type this version does not know; the header `:message-type` has it.
    Unknown,
}

/// One frame of a body, lent from the network's buffer or the framer's own.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// What the frame says of itself.
    pub kind: FrameKind,
    /// The event's name, if the stream names it: the `event` field of a server-sent event, or `:event-type`,
    /// `:exception-type` or `:error-code` of an AWS message.
    pub event: Option<&'a str>,
    /// The `id` field of this server-sent event. It is not carried over to later events.
    pub id: Option<&'a str>,
    /// The header `:content-type` of an AWS message.
    pub content_type: Option<&'a str>,
    /// The payload, not yet checked to be UTF-8 or JSON. It can be empty.
    pub data: &'a [u8],
    /// All headers of an AWS message; empty for other framings.
    #[cfg(feature = "bedrock")]
    pub headers: Headers<'a>,
}

impl<'a> Frame<'a> {
    /// A frame of this payload and nothing else, for instance to test a decoder.
    #[must_use]
    pub fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            ..Self::default()
        }
    }

    /// The same frame with the name of its event.
    #[must_use]
    pub fn named(mut self, event: &'a str) -> Self {
        self.event = Some(event);
        self
    }

    /// The same frame as another kind.
    #[must_use]
    pub fn of_kind(mut self, kind: FrameKind) -> Self {
        self.kind = kind;
        self
    }

    /// The value of the first AWS header of this name.
    #[cfg(feature = "bedrock")]
    #[must_use]
    pub fn header(&self, name: &str) -> Option<HeaderValue<'a>> {
        self.headers
            .into_iter()
            .find(|header| header.name == name)
            .map(|header| header.value)
    }
}

/// Cuts one body into frames. Made by [`Framing::framer`].
#[derive(Debug)]
pub struct Framer {
    splitter: Splitter,
    failed: Option<FrameError>,
}

#[derive(Debug)]
enum Splitter {
    Sse(sse::Sse),
    Ndjson(ndjson::Ndjson),
    Json(json::Json),
    #[cfg(feature = "bedrock")]
    Aws(aws::Aws),
}

impl Framer {
    /// Starts a framer for one body.
    #[must_use]
    pub fn new(framing: Framing) -> Self {
        let splitter = match framing {
            Framing::Sse(options) => Splitter::Sse(sse::Sse::new(options)),
            Framing::Ndjson => Splitter::Ndjson(ndjson::Ndjson::default()),
            Framing::Json => Splitter::Json(json::Json::whole()),
            Framing::JsonArray => Splitter::Json(json::Json::array()),
            #[cfg(feature = "bedrock")]
            Framing::AwsEventStream => Splitter::Aws(aws::Aws::default()),
        };
        Self {
            splitter,
            failed: None,
        }
    }

    /// Caps the bytes of a single frame, its field names and headers included. Larger frames are an error of the kind
    /// [`FrameErrorKind::TooLarge`].
    #[must_use]
    pub fn max_frame(mut self, bytes: usize) -> Self {
        match &mut self.splitter {
            Splitter::Sse(sse) => sse.buffer_mut().set_cap(bytes),
            Splitter::Ndjson(ndjson) => ndjson.buffer_mut().set_cap(bytes),
            Splitter::Json(json) => json.buffer_mut().set_cap(bytes),
            #[cfg(feature = "bedrock")]
            Splitter::Aws(aws) => aws.buffer_mut().set_cap(bytes),
        }
        self
    }

    /// Takes the next chunk of the body and gives the frames that it completes.
    ///
    /// Ask until there are none: dropping [`Frames`] earlier loses the rest of the chunk.
    pub fn feed<'f, 'c>(&'f mut self, chunk: &'c [u8]) -> Frames<'f, 'c> {
        Frames {
            framer: self,
            rest: chunk,
        }
    }

    /// Ends the body and gives the frame that the end completes, if there is one.
    ///
    /// That frame may have been cut short where the framing cannot tell ([`Framing::Ndjson`], [`Framing::Json`],
    /// [`LastEvent::Dispatch`]): if it does not decode, the body was truncated.
    ///
    /// # Errors
    ///
    /// [`FrameErrorKind::Unfinished`] if the body ended inside a frame, or the error that ended the frames before.
    pub fn finish(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let last = match &mut self.splitter {
            Splitter::Sse(sse) => sse.finish(),
            Splitter::Ndjson(ndjson) => ndjson.finish(),
            Splitter::Json(json) => json.finish(),
            #[cfg(feature = "bedrock")]
            Splitter::Aws(aws) => aws.finish(),
        };
        last.inspect_err(|error| self.failed = Some(error.clone()))
    }

    /// The bytes of the frame that is not complete yet, for an error report.
    #[must_use]
    pub fn leftover(&self) -> &[u8] {
        match &self.splitter {
            Splitter::Sse(sse) => sse.buffer().bytes(),
            Splitter::Ndjson(ndjson) => ndjson.buffer().bytes(),
            Splitter::Json(json) => json.buffer().bytes(),
            #[cfg(feature = "bedrock")]
            Splitter::Aws(aws) => aws.buffer().bytes(),
        }
    }
}

/// The frames of one chunk. Made by [`Framer::feed`].
///
/// Each frame is lent until the next is asked for, which is why this is not an [`Iterator`].
#[derive(Debug)]
#[must_use = "a chunk is taken in only as its frames are asked for"]
pub struct Frames<'f, 'c> {
    framer: &'f mut Framer,
    rest: &'c [u8],
}

impl Frames<'_, '_> {
    /// The next frame, or `None` when the chunk is used up.
    ///
    /// # Errors
    ///
    /// The bytes break the framing's rules or its cap. The error ends the body: it is given again for all that follows.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend")]
    pub fn next(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        let Framer { splitter, failed } = &mut *self.framer;
        if let Some(error) = failed {
            return Err(error.clone());
        }
        let next = match splitter {
            Splitter::Sse(sse) => sse.next(&mut self.rest),
            Splitter::Ndjson(ndjson) => ndjson.next(&mut self.rest),
            Splitter::Json(json) => json.next(&mut self.rest),
            #[cfg(feature = "bedrock")]
            Splitter::Aws(aws) => aws.next(&mut self.rest),
        };
        next.inspect_err(|error| *failed = Some(error.clone()))
    }
}
