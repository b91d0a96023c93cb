//! An answer, decoded as a client would do it.

use std::collections::VecDeque;

use windlass_core::{
    Accumulator, Assistant, ErrorKind, Event, ModelError, ModelId, Request, Response, Usage,
};
use windlass_provider::codec::{self, Codec, Decoder, Delivery};
use windlass_provider::frame::Framing;

/// How a body is to be read.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) codec: &'static dyn Codec,
    pub(crate) delivery: Delivery,
    pub(crate) framing: Framing,
    pub(crate) model: ModelId,
}

/// What became of a body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) events: Vec<Event>,
    /// The response, or why there is none.
    pub(crate) end: Result<Response, ModelError>,
    /// What had come, whole or not.
    pub(crate) partial: Assistant,
    pub(crate) usage: Usage,
}

impl Reading {
    /// Decodes a body that comes in these chunks.
    pub(crate) fn decode<'b>(&self, chunks: impl IntoIterator<Item = &'b [u8]>) -> Answer {
        let mut events = VecDeque::new();
        let result = self.read(chunks, &mut events);
        self.answer(events.into(), result)
    }

    fn read<'b>(
        &self,
        chunks: impl IntoIterator<Item = &'b [u8]>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        let mut framer = self.framing.framer();
        let mut decoder = self.decoder();
        for chunk in chunks {
            codec::feed(&mut framer, &mut *decoder, chunk, events)?;
        }
        codec::finish(&mut framer, &mut *decoder, events)
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        self.codec.decoder(
            &Request::new("What is asked makes no difference here."),
            self.delivery,
        )
    }

    fn answer(&self, events: Vec<Event>, result: Result<(), ModelError>) -> Answer {
        let mut accumulator = Accumulator::of(self.model.clone());
        let order = events
            .iter()
            .try_for_each(|event| accumulator.push(event))
            .map_err(ModelError::from);
        let (partial, usage) = (accumulator.partial(), accumulator.usage());
        let unfinished = |_| ModelError::new(ErrorKind::Protocol, "the decoder gave no finish");
        let end = order
            .and(result)
            .and_then(|()| accumulator.finish().map_err(unfinished));
        Answer {
            events,
            end,
            partial,
            usage,
        }
    }
}

impl Answer {
    /// Why this is not the `same` answer.
    pub(crate) fn differs(&self, same: &Answer) -> Option<String> {
        match (&self.end, &same.end) {
            (Ok(one), Ok(two)) if one != two => {
                return Some("another message".to_owned());
            }
            (Err(one), Err(two)) if one.to_string() != two.to_string() => {
                return Some(format!("another error: {one}"));
            }
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => {
                return Some(format!("once an answer, once an error: {error}"));
            }
            _ => {}
        }
        (self.events != same.events).then(|| "other events".to_owned())
    }

    pub(crate) fn is_truncated(&self) -> bool {
        matches!(&self.end, Err(error) if error.kind() == ErrorKind::Truncated)
    }
}
