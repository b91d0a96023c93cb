use std::collections::VecDeque;

use windlass_core::{Accumulator, ErrorKind, Event, ModelError, Request};
use windlass_provider::codec::{self, Codec, Decoder, Delivery};
use windlass_provider::frame::Framer;

use crate::{Input, check_cuts};

/// A protocol with the media types that its answers come as.
#[derive(Clone, Copy, Debug)]
pub struct Wire<'a> {
    /// The protocol.
    pub codec: &'a dyn Codec,
    /// The media type of a streamed answer.
    pub streamed: &'a str,
}

/// What a body was read as.
#[derive(Debug, PartialEq)]
struct Reading {
    events: Vec<Event>,
    error: Option<(ErrorKind, String)>,
}

/// Checks that a decoder gives the same events and the same error in every cut, in an order that an answer can have, and
/// a finish exactly when there is no error. The choice 0 asks for a whole answer.
///
/// # Panics
///
/// If it does not.
pub fn check_decoder(wire: &Wire<'_>, input: &Input<'_>) {
    let (delivery, media_type) = match input.chooses(0) {
        true => (Delivery::Whole, "application/json"),
        false => (Delivery::Streamed, wire.streamed),
    };
    let reading = check_cuts(input.body, input.cut, |chunks| {
        let framer = wire.codec.framing(media_type, delivery).framer();
        let decoder = wire.codec.decoder(&Request::default(), delivery);
        Reading::of(framer, decoder, chunks)
    });
    reading.check();
}

impl Reading {
    fn of(framer: Framer, decoder: Box<dyn Decoder>, chunks: &[&[u8]]) -> Self {
        let mut events = VecDeque::new();
        let outcome = read(framer, decoder, chunks, &mut events);
        let error = outcome.err();
        Reading {
            events: events.into(),
            error: error.map(|error| (error.kind(), error.to_string())),
        }
    }

    fn check(&self) {
        let mut answer = Accumulator::new();
        for event in &self.events {
            if let Err(error) = answer.push(event) {
                panic!("{error}, in {self:#?}");
            }
        }
        let ends_well = self.error.is_none();
        assert_eq!(
            answer.is_finished(),
            ends_well,
            "a finish or an error: {self:#?}"
        );
    }
}

fn read(
    mut framer: Framer,
    mut decoder: Box<dyn Decoder>,
    chunks: &[&[u8]],
    events: &mut VecDeque<Event>,
) -> Result<(), ModelError> {
    for chunk in chunks {
        codec::feed(&mut framer, &mut *decoder, chunk, events)?;
    }
    codec::finish(&mut framer, &mut *decoder, events)
}
