//! A protocol without I/O: how a request becomes bytes, and how frames become events.
//!
//! A codec is plain data: the protocol, with the fields in which hosts differ. A new protocol is one implementation of
//! [`Codec`] and one of [`Decoder`]; nothing else needs to know of it.

use std::collections::VecDeque;
use std::error::Error as _;
use std::fmt;

use windlass_core::{
    EncodingKey, ErrorKind, Event, ModelError, ModelId, Options, Profile, Request, Text, Warning,
};

use crate::classify;
use crate::frame::{Frame, FrameError, FrameErrorKind, Framer, Framing};

/// A protocol, in the dialect of one host.
///
/// It does no I/O and keeps no state, so that one value serves every request.
pub trait Codec: Send + Sync + fmt::Debug {
    /// Writes the request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`], with the name of the option, for what the wire or the model cannot do and the caller
    /// does not allow to be left out; [`ErrorKind::InvalidRequest`] for what no provider would take.
    fn encode(&self, call: &Encode<'_>) -> Result<WireRequest, ModelError>;

    /// A decoder for the answer to `request`.
    fn decoder(&self, request: &Request, delivery: Delivery) -> Box<dyn Decoder>;

    /// How the body of a good answer is cut into frames, by the media type that the host declares.
    fn framing(&self, content_type: &str, delivery: Delivery) -> Framing;
}

/// Frames of one answer in, events out. Made by [`Codec::decoder`].
///
/// The events follow the grammar of [`windlass_core::Event`]. How the answer was delivered makes no difference to the
/// message that they add up to.
pub trait Decoder: Send {
    /// Takes one frame and appends the events that it completes.
    ///
    /// # Errors
    ///
    /// An error that the provider reports, classified; or [`ErrorKind::Protocol`] for a known event that does not decode.
    /// Events that were appended before it stand.
    fn frame(&mut self, frame: &Frame<'_>, events: &mut VecDeque<Event>) -> Result<(), ModelError>;

    /// The body has ended: appends what was held back, the finish at last.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] when the protocol's end was not seen.
    fn finish(&mut self, events: &mut VecDeque<Event>) -> Result<(), ModelError>;

    /// Whether the protocol's end was seen, so that nothing but the end of the body can follow.
    ///
    /// A host that leaves the connection open after it is not waited for.
    fn is_complete(&self) -> bool {
        false
    }
}

/// How an answer is delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "an answer comes in pieces or whole"
)]
pub enum Delivery {
    /// In pieces, as the model makes it.
    #[default]
    Streamed,
    /// In one body, when it is complete.
    Whole,
}

/// What a codec needs to write a request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Encode<'a> {
    /// What the model is asked.
    pub request: &'a Request,
    /// How it is to answer: the options of the request, and the client's where the request has none.
    pub options: &'a Options,
    /// The model, with what is known of it.
    pub profile: &'a Profile,
    /// How the answer is to be delivered.
    pub delivery: Delivery,
    /// Under what the encodings of messages and tools are kept.
    pub key: &'a EncodingKey,
}

impl<'a> Encode<'a> {
    /// A request to the model of `profile`, with its own options, to be streamed.
    pub fn new(request: &'a Request, profile: &'a Profile, key: &'a EncodingKey) -> Self {
        Encode {
            request,
            options: &request.options,
            profile,
            delivery: Delivery::Streamed,
            key,
        }
    }

    /// Sets the merged options.
    #[must_use]
    pub fn with_options(mut self, options: &'a Options) -> Self {
        self.options = options;
        self
    }

    /// Sets how the answer is to be delivered.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// The model's name at the host.
    pub fn model(&self) -> &'a Text {
        &self.profile.id.model
    }

    /// Whether the opaque values of an answer from `origin` may be sent to this model: they are only ever read by the
    /// provider that made them.
    pub fn reads_opaque(&self, origin: Option<&ModelId>) -> bool {
        origin.is_none_or(|origin| origin.provider == self.profile.id.provider)
    }
}

/// Under what a codec's encodings for one model are kept: every field of the dialect, the model, and what it is known to be
/// able to do decide the bytes.
pub fn encoding_key(codec: &dyn Codec, profile: &Profile) -> EncodingKey {
    let Profile { id, abilities, .. } = profile;
    EncodingKey::new(format!("{id}|{abilities:?}|{codec:?}"))
}

/// A request as the wire has it, before an address and a key are put to it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct WireRequest {
    /// What follows the base URL: `/chat/completions`, with a query if there must be one.
    pub path: String,
    /// Headers that the protocol wants, beside those of the host and the client.
    pub headers: Vec<(Text, Text)>,
    /// The body.
    pub body: Vec<u8>,
    /// What was left out because the caller allowed it.
    pub warnings: Vec<Warning>,
}

impl WireRequest {
    /// A request with this body to this path.
    pub fn new(path: impl Into<String>, body: Vec<u8>) -> Self {
        WireRequest {
            path: path.into(),
            headers: Vec::new(),
            body,
            warnings: Vec::new(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// Takes in a chunk of an answer's body: appends the events of the frames that it completes.
///
/// What comes after the protocol's end is still decoded, as usage may come late; but what is no frame there is nobody's,
/// and no error.
///
/// # Errors
///
/// [`ErrorKind::Protocol`] when the body cannot be cut into frames; otherwise those of the decoder.
pub fn feed(
    framer: &mut Framer,
    decoder: &mut dyn Decoder,
    chunk: &[u8],
    events: &mut VecDeque<Event>,
) -> Result<(), ModelError> {
    let mut frames = framer.feed(chunk);
    loop {
        match frames.next() {
            Ok(Some(frame)) => decoder.frame(&frame, events)?,
            Ok(None) => return Ok(()),
            Err(_) if decoder.is_complete() => return Ok(()),
            Err(error) => return Err(misframed(error)),
        }
    }
}

/// Ends an answer at the end of its body: the frame that the end completes, then what the decoder held back.
///
/// # Errors
///
/// [`ErrorKind::Truncated`] when the body ended inside a frame or before the protocol's end; otherwise those of the
/// decoder.
pub fn finish(
    framer: &mut Framer,
    decoder: &mut dyn Decoder,
    events: &mut VecDeque<Event>,
) -> Result<(), ModelError> {
    match framer.finish() {
        Ok(Some(last)) => decoder.frame(&last, events).map_err(cut_short)?,
        Ok(None) => {}
        Err(_) if decoder.is_complete() => {}
        Err(error) => return Err(misframed(error)),
    }
    decoder.finish(events)
}

/// A last frame that breaks off in the middle of its JSON was truncated with the body.
fn cut_short(error: ModelError) -> ModelError {
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<serde_json::Error>());
    if cause.is_some_and(serde_json::Error::is_eof) {
        truncated().with_source(error)
    } else {
        error
    }
}

fn is_unfinished(error: &FrameError) -> bool {
    matches!(error.kind(), FrameErrorKind::Unfinished { .. })
}

/// The error for a body that cannot be cut into frames.
fn misframed(error: FrameError) -> ModelError {
    if is_unfinished(&error) {
        return truncated().with_source(error);
    }
    ModelError::new(ErrorKind::Protocol, error.to_string())
        .with_hint(error.hint())
        .with_source(error)
        .in_stream()
}

/// The error for an answer that ended before its end.
pub(crate) fn truncated() -> ModelError {
    ModelError::new(ErrorKind::Truncated, "the body ended before the answer did").in_stream()
}

/// The error for a known event that does not decode.
pub(crate) fn undecodable(frame: &Frame<'_>, error: serde_json::Error) -> ModelError {
    ModelError::new(
        ErrorKind::Protocol,
        format!("an event does not decode: {error}"),
    )
    .with_body(&classify::redact(&String::from_utf8_lossy(frame.data)))
    .with_source(error)
    .in_stream()
}

#[cfg(test)]
mod tests {
    use serde::de::Error as _;
    use windlass_core::Ability;

    use super::*;
    use crate::wire::ollama::Ollama;

    // R-6, R-18
    #[test]
    fn a_frame_that_does_not_decode_is_shown_without_keys() {
        let frame = Frame::new(br#"{"echo": "sk-abcdefgh12345678", "n": "x"}"#);
        let error = undecodable(&frame, serde_json::Error::custom("no number"));
        assert_eq!(error.body(), Some(r#"{"echo": "***", "n": "x"}"#));
    }

    // R-25
    #[test]
    fn what_is_kept_depends_on_what_the_model_can_do() {
        let profile = Profile::new(ModelId::new("here", "m-1"));
        let abilities = profile.abilities.with(Ability::Images, false);
        let blind = profile.clone().with_abilities(abilities);
        let key = |profile: &Profile| encoding_key(&Ollama::new(), profile);
        assert_ne!(key(&profile), key(&blind));
    }
}
