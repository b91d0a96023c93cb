//! The calls of an answer, in pieces or whole.

use serde_json::value::RawValue;
use windlass_core::{CallKey, CallStart, Event, Slot, Text};

use super::super::{Events, item};
use super::gathered::Gathered;
use super::{Content, Open, Parts};
use crate::json::{Count, JsonStr};
use crate::wire::bedrock::shapes::ToolUse;

impl Parts {
    /// The beginning of a call in a stream.
    pub(in super::super) fn begin_call(
        &mut self,
        index: Count,
        raw: &RawValue,
        events: &mut Events,
    ) -> serde_json::Result<()> {
        let call: ToolUse<'_> = serde_json::from_str(raw.get())?;
        if is_hosted(&call) {
            self.add(index, Gathered::call(raw).into());
        } else if !self.is_open_call(index, &call) {
            self.open_call(index, &call, events);
        }
        Ok(())
    }

    /// A call in a whole answer; `block` is the content block that holds it.
    pub(in super::super) fn whole_call(
        &mut self,
        index: Count,
        raw: &RawValue,
        block: &RawValue,
        events: &mut Events,
    ) -> serde_json::Result<()> {
        let call: ToolUse<'_> = serde_json::from_str(raw.get())?;
        if is_hosted(&call) {
            self.item(item::of_hosted_call(block), events);
            return Ok(());
        }
        self.open_call(index, &call, events);
        if let Some(input) = call.input {
            self.raw_arguments(index, input, events);
        }
        Ok(())
    }

    /// Whether the beginning repeats that of an open call.
    fn is_open_call(&mut self, index: Count, call: &ToolUse<'_>) -> bool {
        let index = self.index(index);
        let id = call.id.as_ref().map(JsonStr::text);
        self.open.iter().any(|open| {
            open.index == index && matches!(&open.content, Content::Call(known) if *known == id)
        })
    }

    fn open_call(&mut self, index: Count, call: &ToolUse<'_>, events: &mut Events) {
        let given = call.id.as_ref().map(JsonStr::text);
        let at = self.add(index, Content::Call(given.clone()));
        self.open[at].shown = true;
        let part = self.open[at].part;
        // Blocks may use an index again, so the calls are numbered anew.
        let key = CallKey {
            index: Some(self.begun_calls),
            id: given.as_deref(),
            begins: true,
        };
        self.begun_calls += 1;
        if let Slot::Opened { part, id } = self.calls.slot(key, &mut || part) {
            let name = call.name.as_ref().map_or_else(Text::new, JsonStr::text);
            let call = Box::new(CallStart::new(id, name));
            events.push_back(Event::Call { part, call });
        }
    }

    /// A piece of arguments. Without a call to add it to, it was not understood.
    pub(in super::super) fn arguments(
        &mut self,
        index: Count,
        piece: &JsonStr<'_>,
        events: &mut Events,
    ) -> bool {
        let Some(at) = self.last_call(index) else {
            return false;
        };
        let Open { part, content, .. } = &mut self.open[at];
        let part = *part;
        if let Some(input) = content.hosted_input() {
            input.push_str(&piece.text());
        } else if let Some(text) = self.deltas.piece(part, piece) {
            events.push_back(Event::Arguments { part, text });
        }
        true
    }

    /// Arguments as a JSON value: an object mostly, or a string that holds one.
    pub(in super::super) fn raw_arguments(
        &mut self,
        index: Count,
        raw: &RawValue,
        events: &mut Events,
    ) -> bool {
        if let Ok(text) = serde_json::from_str::<JsonStr<'_>>(raw.get()) {
            return self.arguments(index, &text, events);
        }
        let Some(at) = self.last_call(index) else {
            return false;
        };
        let Open { part, content, .. } = &mut self.open[at];
        let (part, text) = (*part, raw.get());
        match content.hosted_input() {
            Some(input) => input.push_str(text),
            None => events.push_back(Event::Arguments {
                part,
                text: text.into(),
            }),
        }
        true
    }

    /// The call of this block, else the last one that is open.
    fn last_call(&mut self, index: Count) -> Option<usize> {
        let index = self.index(index);
        let is_call = |open: &Open| open.content.is_call();
        let of_block = |open: &Open| open.index == index && is_call(open);
        let open = &self.open;
        open.iter()
            .rposition(of_block)
            .or_else(|| open.iter().rposition(is_call))
    }
}

impl Content {
    fn is_call(&self) -> bool {
        match self {
            Content::Call(_) => true,
            Content::Gathered(gathered) => matches!(**gathered, Gathered::Call { .. }),
            Content::Text | Content::Thinking(_) => false,
        }
    }

    fn hosted_input(&mut self) -> Option<&mut String> {
        match self {
            Content::Gathered(gathered) => match &mut **gathered {
                Gathered::Call { input, .. } => Some(input),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether the provider runs the tool itself.
fn is_hosted(call: &ToolUse<'_>) -> bool {
    call.kind
        .as_ref()
        .is_some_and(|kind| kind.as_str() == item::SERVER_TOOL_USE)
}
