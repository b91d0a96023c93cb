//! The value of an answer while it arrives.

use serde_json::Value;
use windlass_core::{CallId, Schema, Text};

use super::Shape;
use super::growing::Growing;
use crate::What;

/// Finds the value among the events of a run, and shows it as far as it is written.
#[derive(Debug)]
pub(super) struct Preview {
    name: Text,
    schema: Schema,
    is_wrapped: bool,
    /// Whether a call of this name is the answer: a tool of the run may have it too.
    is_tool: bool,
    /// The call that is the answer.
    call: Option<CallId>,
    growing: Growing,
}

impl Preview {
    pub(super) fn of(shape: &Shape) -> Self {
        Preview {
            name: shape.name.clone(),
            schema: shape.schema.clone(),
            is_wrapped: shape.is_wrapped,
            is_tool: false,
            call: None,
            growing: Growing::default(),
        }
    }

    /// The value so far.
    pub(super) fn value(&self) -> Option<&Value> {
        let value = self.growing.value()?;
        match self.is_wrapped {
            true => value.get("value"),
            false => Some(value),
        }
    }

    /// Whether there is a value and it has become another since this was asked last.
    pub(super) fn take_grown(&mut self) -> bool {
        self.growing.take_grown() && self.value().is_some()
    }

    pub(super) fn see(&mut self, what: &What) {
        match what {
            What::AttemptStarted(started) => {
                let mut specs = started.request.tools.specs().iter();
                self.is_tool =
                    specs.any(|spec| spec.name == self.name && spec.parameters == self.schema);
                self.restart(None);
            }
            What::Discarded => self.restart(None),
            What::CallStarted { call, name } if self.is_tool && *name == self.name => {
                self.restart(Some(call.clone()));
            }
            What::Text { text, .. } if self.call.is_none() => {
                self.growing.push(text);
            }
            What::Arguments { call, text } if self.call.as_ref() == Some(call) => {
                self.growing.push(text);
            }
            _ => {}
        }
    }

    fn restart(&mut self, call: Option<CallId>) {
        self.call = call;
        self.growing = Growing::default();
    }
}
