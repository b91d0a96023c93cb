//! Calls: whole in one part, or streamed value by value.

use std::collections::VecDeque;

use windlass_core::{
    CallId, CallKey, CallStart, ErrorKind, Event, ModelError, PartIndex, Seal, Slot, Text,
};

use super::GeminiDecoder;
use super::arguments::ArgumentsWriter;
use crate::json::JsonStr;
use crate::wire::gemini::shape::FunctionCall;

/// A call whose arguments are being streamed.
#[derive(Debug)]
pub(super) struct OpenCall {
    part: PartIndex,
    id: CallId,
    arguments: ArgumentsWriter,
}

impl GeminiDecoder {
    /// Takes a call or a piece of one: a piece has no name, and the last one may be empty (99).
    pub(super) fn call(
        &mut self,
        call: &FunctionCall<'_>,
        signature: &JsonStr<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        self.close(events);
        let begins = !call.name.is_empty();
        let mut open = match self.take_stream(call, begins) {
            Some(open) => open,
            None if !begins && call.args.is_none() && call.partial.is_empty() => return Ok(()),
            None => self.open_call(call, events),
        };
        let part = open.part;
        if let Some(args) = call.args.filter(|_| open.arguments.is_empty()) {
            let streamed = call.will_continue || !call.partial.is_empty();
            // Beside streamed arguments an empty object says nothing.
            if !(streamed && args.get() == "{}") {
                push_text(part, whole(args.get()), events);
            }
        }
        for piece in call.partial.iter() {
            let text = open
                .arguments
                .piece(piece)
                .map_err(|_| misplaced(piece.path.as_str()))?;
            push_text(part, text.into(), events);
        }
        if !signature.is_empty() {
            let seal = Box::new(Seal::new().with_signature(signature.text()));
            events.push_back(Event::Seal { part, seal });
        }
        if call.will_continue {
            self.streams.push(open);
        } else {
            end_call(open, events);
        }
        Ok(())
    }

    /// The streamed call that a piece continues: by its id, else the last one.
    fn take_stream(&mut self, call: &FunctionCall<'_>, begins: bool) -> Option<OpenCall> {
        let id = call.id.text();
        let at = match (id.is_empty(), begins) {
            (false, _) => self.streams.iter().position(|open| *open.id.text() == id),
            (true, true) => None,
            (true, false) => self.streams.len().checked_sub(1),
        };
        at.map(|at| self.streams.remove(at))
    }

    fn open_call(&mut self, call: &FunctionCall<'_>, events: &mut VecDeque<Event>) -> OpenCall {
        if call.id.is_empty() {
            self.end_streams(true, events);
        }
        self.has_calls = true;
        let key = CallKey {
            index: None,
            id: Some(call.id.as_str()),
            begins: true,
        };
        let part = self.new_part();
        let id = match self.slots.slot(key, &mut || part) {
            Slot::Opened { id, .. } => id,
            // The model gave an id twice. That is another call, and whoever runs the calls decides what becomes of it.
            Slot::Continued(_) => CallId::from(call.id.text()),
        };
        let start = Box::new(CallStart::new(id.clone(), call.name.text()));
        events.push_back(Event::Call { part, call: start });
        OpenCall {
            part,
            id,
            arguments: ArgumentsWriter::default(),
        }
    }

    /// Ends the calls that are still streamed. Those of an answer that was cut stay as they are, so that nobody takes
    /// their arguments for complete.
    pub(super) fn end_streams(&mut self, complete: bool, events: &mut VecDeque<Event>) {
        for open in self.streams.drain(..).filter(|_| complete) {
            end_call(open, events);
        }
    }
}

fn end_call(mut open: OpenCall, events: &mut VecDeque<Event>) {
    push_text(open.part, open.arguments.end().into(), events);
    events.push_back(Event::PartEnd { part: open.part });
}

fn push_text(part: PartIndex, text: Text, events: &mut VecDeque<Event>) {
    if !text.is_empty() {
        events.push_back(Event::Arguments { part, text });
    }
}

/// Whole arguments, which some proxies send as a string that holds the JSON.
fn whole(json: &str) -> Text {
    if !json.starts_with('"') {
        return json.into();
    }
    serde_json::from_str::<JsonStr<'_>>(json).map_or_else(|_| json.into(), |text| text.text())
}

fn misplaced(path: &str) -> ModelError {
    let message = format!("streamed arguments have no place for `{path}` after what came before");
    ModelError::new(ErrorKind::Protocol, message).in_stream()
}
