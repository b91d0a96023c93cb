use serde_json::Value;
use windlass_core::{Arguments, Call, JsonText, Outcome, OutcomeStatus, Response, Text};

use super::growing::Growing;
use super::{Shape, Way};

/// What an answer is when a value was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reading {
    /// It is the value. Its outcomes, one for each call of the answer, go to the conversation after it; there may be none.
    Value {
        json: JsonText,
        outcomes: Vec<Outcome>,
    },
    /// It is not. The outcomes say so to the model; where there are none, a message of the user with the words of `why` is
    /// to do it.
    Wrong { why: Text, outcomes: Vec<Outcome> },
    /// Other calls come first; [`Shape::put_off`] has the outcome of one that is not among them.
    NotYet,
}

impl Shape {
    /// Reads an answer that came to a normal end; `way` is what [`Shape::prepare`] gave for its request.
    pub(crate) fn read(&self, response: &Response, way: Way) -> Reading {
        let mut calls = response.message.calls().peekable();
        if calls.peek().is_none() {
            return self.read_text(&response.message.text(), way);
        }
        match way == Way::Tool && calls.all(|call| call.name == self.name) {
            true => self.read_calls(response),
            false => Reading::NotYet,
        }
    }

    /// The outcome of a call with the value, where the answer was [`Reading::NotYet`]; none for other calls.
    pub(crate) fn put_off(&self, way: Way, call: &Call) -> Option<Outcome> {
        let why = "not taken: it was given before the outcomes of the other calls were known; give it again, alone";
        let is_value = way == Way::Tool && call.name == self.name;
        is_value.then(|| Outcome::new(call, OutcomeStatus::Denied, why))
    }

    /// The first call with a value that fits is the answer.
    fn read_calls(&self, response: &Response) -> Reading {
        let read = |call: &Call| self.accept(&call.arguments);
        let mut wrong = Vec::new();
        for (at, call) in response.message.calls().enumerate() {
            match read(call) {
                Ok(json) => {
                    return Reading::Value {
                        json,
                        outcomes: self.taken(response, at, wrong),
                    };
                }
                Err(why) => wrong.push(why),
            }
        }
        let outcomes = response
            .message
            .calls()
            .zip(&wrong)
            .map(|(call, why)| self.refused(call, why));
        let outcomes = outcomes.collect();
        let why = wrong.swap_remove(0);
        Reading::Wrong { why, outcomes }
    }

    fn taken(&self, response: &Response, taken: usize, wrong: Vec<Text>) -> Vec<Outcome> {
        let outcome = |(at, call): (usize, &Call)| match wrong.get(at) {
            Some(why) => self.refused(call, why),
            None if at == taken => Outcome::success(call, "taken"),
            None => Outcome::new(
                call,
                OutcomeStatus::Denied,
                "not taken: the call before it was",
            ),
        };
        response.message.calls().enumerate().map(outcome).collect()
    }

    fn refused(&self, call: &Call, why: &Text) -> Outcome {
        let text = format!("{why}; call `{}` again with the whole answer", self.name);
        Outcome::new(call, OutcomeStatus::BadArguments, text)
    }

    /// Of several objects in a text the last that fits is the answer; if none does, the last is what is wrong.
    pub(super) fn read_text(&self, text: &str, way: Way) -> Reading {
        let mut wrong = None;
        for json in objects(text).into_iter().rev() {
            match self.accept(&Arguments::from(json)) {
                Ok(json) => {
                    return Reading::Value {
                        json,
                        outcomes: Vec::new(),
                    };
                }
                Err(why) => wrong = wrong.or(Some(why)),
            }
        }
        let why =
            wrong.unwrap_or_else(|| Text::from_static("there is no JSON object in the answer"));
        let again = match way {
            Way::Tool => format!("call `{}` with the whole answer", self.name),
            Way::Native | Way::Prompted => {
                "answer again with the whole JSON object and nothing else".to_owned()
            }
        };
        let why = format!("{why}; {again}").into();
        Reading::Wrong {
            why,
            outcomes: Vec::new(),
        }
    }

    /// Checks a value, and once more without the nulls that a strict mode makes models write.
    fn accept(&self, written: &Arguments) -> Result<JsonText, Text> {
        let why = match (self.check)(written) {
            Ok(()) => return Ok(exact(written)),
            Err(why) => why,
        };
        let Ok(mut value) = serde_json::from_str::<Value>(written.as_str()) else {
            return Err(why);
        };
        self.schema.drop_nulls(&mut value);
        let meant = Arguments::from(value.to_string());
        (self.check)(&meant).map_err(|_| why)?;
        Ok(exact(&meant))
    }
}

fn exact(value: &Arguments) -> JsonText {
    JsonText::parse(value.or_empty_object()).expect("a checked value is JSON")
}

/// The JSON objects of a text, outermost ones only; what is cut at its end is one too.
pub(super) fn objects(text: &str) -> Vec<&str> {
    let (mut objects, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let mut object = Growing::default();
        let end = at + object.push(&text[at..]);
        objects.extend(object.begin().map(|begin| &text[at + begin..end]));
        at = end;
    }
    objects
}
