//! Events in, a response out: the one place where an answer is put together.

mod building;
mod words;

use crate::{
    Assistant, Completion, Event, Finish, ModelId, OrderError, PartIndex, Response, Started, Usage,
    Warning,
};
use building::Building;

#[cfg(test)]
mod tests;

/// Puts an answer together from its events, whole or streamed, and refuses an order that no answer can have.
///
/// It can be asked at any moment for the partial answer. What is kept grows with the answer alone: one string for each
/// part, nothing for each event.
///
/// ```
/// use windlass_core::{Accumulator, Event, Finish, FinishReason, PartIndex};
///
/// let part = PartIndex(0);
/// let mut answer = Accumulator::new();
/// answer.push(&Event::Text { part, text: "It is warmer ".into() })?;
/// assert_eq!(answer.partial().text(), "It is warmer ");
/// answer.push(&Event::Text { part, text: "in Rome.".into() })?;
/// answer.push(&Event::Finish(Finish::new(FinishReason::Stop, "stop")))?;
/// let response = answer.finish().expect("a finish came");
/// assert_eq!(response.message.text(), "It is warmer in Rome.");
/// # Ok::<(), windlass_core::OrderError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    /// Sorted by index.
    parts: Vec<(PartIndex, Building)>,
    /// Where the last event's part stands, because the next event mostly names the same one.
    last: usize,
    origin: Option<ModelId>,
    started: Option<Started>,
    usage: Usage,
    warnings: Vec<Warning>,
    finish: Option<Finish>,
    begun: bool,
}

impl Accumulator {
    /// An accumulator that has seen nothing.
    pub fn new() -> Self {
        Accumulator::default()
    }

    /// An accumulator for an answer of `model`, which the message will name as its origin.
    pub fn of(model: ModelId) -> Self {
        Accumulator {
            origin: Some(model),
            ..Accumulator::default()
        }
    }

    /// Takes in one event.
    ///
    /// # Errors
    ///
    /// When the event cannot follow those before it. The accumulator is as it was, so the partial answer is still there.
    pub fn push(&mut self, event: &Event) -> Result<(), OrderError> {
        if let Event::Discarded { .. } = event {
            self.discard();
            return Ok(());
        }
        if self.finish.is_some() {
            return Err(OrderError::new(format!("{} after the finish", name(event))));
        }
        match event {
            Event::Started(_) if self.begun => {
                return Err(OrderError::new("a start after the answer began".into()));
            }
            Event::Started(started) => self.started = Some((**started).clone()),
            Event::Usage(report) => self.usage.update(*report),
            Event::Warning(warning) => {
                self.warnings.push((**warning).clone());
                return Ok(());
            }
            Event::Finish(finish) => self.finish = Some(finish.clone()),
            Event::Unknown(_) | Event::Discarded { .. } => {}
            _ => self.push_part(event)?,
        }
        self.begun = true;
        Ok(())
    }

    /// The answer as far as it has come, marked as partial unless it is complete.
    pub fn partial(&self) -> Assistant {
        let completion = if self.finish.is_some() {
            Completion::Whole
        } else {
            Completion::Partial
        };
        let mut message =
            Assistant::from_parts(self.parts.iter().map(|(_, part)| part.clone().into_part()));
        message.completion = completion;
        self.name_origin(message)
    }

    /// The token counts reported so far.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Whether the answer is complete.
    pub fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// Whether anything of the answer came that a user may have been shown.
    pub fn has_output(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Ends the answer.
    ///
    /// # Errors
    ///
    /// Gives the accumulator back when no [`Event::Finish`] came: the answer is cut, never a normal stop.
    pub fn finish(mut self) -> Result<Response, Box<Accumulator>> {
        let Some(finish) = self.finish.take() else {
            return Err(Box::new(self));
        };
        let parts = std::mem::take(&mut self.parts);
        let message = self.name_origin(Assistant::from_parts(
            parts.into_iter().map(|(_, part)| part.into_part()),
        ));
        let mut response = Response::new(message, finish);
        response.usage = self.usage;
        response.model = self.started.and_then(|started| started.model);
        response.warnings = self.warnings;
        Ok(response)
    }

    fn name_origin(&self, mut message: Assistant) -> Assistant {
        message.origin = self.origin.clone();
        message.id = self.started.as_ref().and_then(|started| started.id.clone());
        message
    }

    fn discard(&mut self) {
        *self = Accumulator {
            origin: self.origin.take(),
            ..Accumulator::default()
        };
    }

    fn push_part(&mut self, event: &Event) -> Result<(), OrderError> {
        let Some(part) = part_of(event) else {
            return Ok(());
        };
        match self.place(part) {
            Ok(place) => {
                self.last = place;
                self.parts[place]
                    .1
                    .extend(event)
                    .map_err(|why| describe(event, part, why))
            }
            Err(place) => {
                let opened = Building::open(event)
                    .ok_or_else(|| describe(event, part, "no event opened the part"))?;
                self.parts.insert(place, (part, opened));
                self.last = place;
                Ok(())
            }
        }
    }

    /// Where the part stands, or where it would.
    fn place(&self, part: PartIndex) -> Result<usize, usize> {
        match self.parts.get(self.last) {
            Some((index, _)) if *index == part => Ok(self.last),
            _ => self.parts.binary_search_by_key(&part, |(index, _)| *index),
        }
    }
}

fn describe(event: &Event, part: PartIndex, why: &str) -> OrderError {
    OrderError::new(format!("{} for part {}: {why}", name(event), part.0))
}

fn part_of(event: &Event) -> Option<PartIndex> {
    match event {
        Event::Text { part, .. }
        | Event::Thinking { part, .. }
        | Event::Refusal { part, .. }
        | Event::Call { part, .. }
        | Event::Arguments { part, .. }
        | Event::Citation { part, .. }
        | Event::Media { part, .. }
        | Event::Item { part, .. }
        | Event::Seal { part, .. }
        | Event::PartEnd { part } => Some(*part),
        Event::Started(_)
        | Event::Usage(_)
        | Event::Warning(_)
        | Event::Unknown(_)
        | Event::Finish(_)
        | Event::Discarded { .. } => None,
    }
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::Started(_) => "a start",
        Event::Text { .. } => "text",
        Event::Thinking { .. } => "thinking",
        Event::Refusal { .. } => "a refusal",
        Event::Call { .. } => "a call",
        Event::Arguments { .. } => "arguments",
        Event::Citation { .. } => "a citation",
        Event::Media { .. } => "media",
        Event::Item { .. } => "an item",
        Event::Seal { .. } => "a seal",
        Event::PartEnd { .. } => "an end",
        Event::Usage(_) => "usage",
        Event::Warning(_) => "a warning",
        Event::Unknown(_) => "an unknown event",
        Event::Finish(_) => "a second finish",
        Event::Discarded { .. } => "a discard",
    }
}
