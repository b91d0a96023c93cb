//! JSON that is still being written, as the value it has so far.

mod string;

use serde_json::{Map, Value};

use string::Quoted;

#[cfg(test)]
mod tests;

/// The first JSON object of a text that arrives in pieces, with what there is of it.
///
/// Strings, arrays and objects show what they hold so far; a key, number, literal or escape shows when it is whole. What
/// stands before the object is passed over, and so is an object that breaks off in a way no JSON does. Each byte is looked at
/// once, and the value is built in place.
#[derive(Debug, Default)]
pub(super) struct Growing {
    root: Option<Value>,
    /// One step for each container that is open: which of its values is being written.
    open: Vec<Step>,
    state: State,
    /// The number or literal that is not whole yet.
    plain: String,
    quoted: Quoted,
    read: usize,
    begin: usize,
    has_grown: bool,
}

#[derive(Debug)]
enum Step {
    Member(String),
    Element,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Begin,
    FirstKey,
    Key,
    InKey,
    Colon,
    FirstElement,
    Value,
    InString,
    InPlain,
    Comma,
    Whole,
}

/// A text that no JSON continues so.
struct Broken;

/// How deep serde_json reads.
const DEEPEST: usize = 127;

impl Growing {
    /// The value so far, once the object has begun.
    pub(super) fn value(&self) -> Option<&Value> {
        self.root.as_ref()
    }

    /// Whether the value has become another since this was asked last.
    pub(super) fn take_grown(&mut self) -> bool {
        std::mem::take(&mut self.has_grown)
    }

    /// Where the object begins, in bytes from the first of the first piece.
    pub(super) fn begin(&self) -> Option<usize> {
        self.root.is_some().then_some(self.begin)
    }

    /// Takes in the next piece up to the end of the object, and says how many bytes that were.
    pub(super) fn push(&mut self, piece: &str) -> usize {
        let mut used = 0;
        while used < piece.len() && self.state != State::Whole {
            let taken = match self.advance(&piece[used..]) {
                Ok(taken) => taken,
                Err(Broken) => self.restart(),
            };
            used += taken;
            self.read += taken;
        }
        used
    }

    /// The same text may begin an object where it broke off another.
    fn restart(&mut self) -> usize {
        *self = Growing {
            read: self.read,
            ..Growing::default()
        };
        0
    }

    fn advance(&mut self, rest: &str) -> Result<usize, Broken> {
        match self.state {
            State::Begin => return self.find(rest),
            State::InKey | State::InString => return self.string(rest),
            State::InPlain => return self.in_plain(rest),
            _ => {}
        }
        let byte = rest.as_bytes()[0];
        if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            self.structure(byte)?;
        }
        Ok(1)
    }

    fn find(&mut self, rest: &str) -> Result<usize, Broken> {
        let Some(at) = rest.find('{') else {
            return Ok(rest.len());
        };
        self.begin = self.read + at;
        self.open(Value::Object(Map::new()))?;
        Ok(at + 1)
    }

    fn structure(&mut self, byte: u8) -> Result<(), Broken> {
        match (self.state, byte) {
            (State::FirstKey | State::Key, b'"') => self.key(),
            (State::FirstKey, b'}') | (State::FirstElement, b']') => self.close(),
            (State::Colon, b':') => self.state = State::Value,
            (State::FirstElement | State::Value, _) => return self.begin_value(byte),
            (State::Comma, _) => return self.after_value(byte),
            _ => return Err(Broken),
        }
        Ok(())
    }

    fn begin_value(&mut self, byte: u8) -> Result<(), Broken> {
        match byte {
            b'{' => self.open(Value::Object(Map::new())),
            b'[' => self.open(Value::Array(Vec::new())),
            b'"' => {
                self.put(Value::String(String::new()));
                self.state = State::InString;
                Ok(())
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                self.plain.push(char::from(byte));
                self.state = State::InPlain;
                Ok(())
            }
            _ => Err(Broken),
        }
    }

    fn after_value(&mut self, byte: u8) -> Result<(), Broken> {
        match (self.open.last(), byte) {
            (Some(Step::Member(_)), b',') => self.state = State::Key,
            (Some(Step::Element), b',') => self.state = State::Value,
            (Some(Step::Member(_)), b'}') | (Some(Step::Element), b']') => self.close(),
            _ => return Err(Broken),
        }
        Ok(())
    }

    fn key(&mut self) {
        if let Some(Step::Member(key)) = self.open.last_mut() {
            key.clear();
        }
        self.state = State::InKey;
    }

    fn open(&mut self, container: Value) -> Result<(), Broken> {
        if self.open.len() == DEEPEST {
            return Err(Broken);
        }
        let (step, state) = match container {
            Value::Array(_) => (Step::Element, State::FirstElement),
            _ => (Step::Member(String::new()), State::FirstKey),
        };
        self.put(container);
        self.open.push(step);
        self.state = state;
        Ok(())
    }

    fn close(&mut self) {
        self.open.pop();
        self.end_value();
    }

    fn end_value(&mut self) {
        self.state = match self.open.is_empty() {
            true => State::Whole,
            false => State::Comma,
        };
    }

    /// Goes on with a string or a key.
    fn string(&mut self, rest: &str) -> Result<usize, Broken> {
        let word = match self.state {
            State::InKey => self.open.last_mut().and_then(Step::key),
            _ => innermost(self.root.as_mut(), &self.open).and_then(text),
        };
        let word = word.expect("a string that has begun is in its place");
        let length = word.len();
        let taken = self.quoted.read(rest, word)?;
        self.has_grown |= self.state == State::InString && word.len() > length;
        match (taken.is_end, self.state) {
            (true, State::InKey) => self.state = State::Colon,
            (true, _) => self.end_value(),
            (false, _) => {}
        }
        Ok(taken.bytes)
    }

    /// Goes on with a number or literal. A literal is whole with its last letter, a number only with what follows it.
    fn in_plain(&mut self, rest: &str) -> Result<usize, Broken> {
        let byte = rest.as_bytes()[0];
        if matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r') {
            self.end_plain()?;
            return Ok(0);
        }
        let is_number = self
            .plain
            .starts_with(|first: char| first == '-' || first.is_ascii_digit());
        match byte {
            b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E' if is_number => {}
            b'a'..=b'z' if !is_number => {}
            _ => return Err(Broken),
        }
        self.plain.push(char::from(byte));
        let literals = ["true", "false", "null"];
        if literals.contains(&self.plain.as_str()) {
            self.end_plain()?;
        } else if !is_number && !literals.iter().any(|whole| whole.starts_with(&self.plain)) {
            return Err(Broken);
        }
        Ok(1)
    }

    fn end_plain(&mut self) -> Result<(), Broken> {
        let value = serde_json::from_str(&self.plain).map_err(|_| Broken)?;
        self.plain.clear();
        self.put(value);
        self.end_value();
        Ok(())
    }

    /// Sets the value that is being written.
    fn put(&mut self, value: Value) {
        self.has_grown = true;
        let Some((step, outer)) = self.open.split_last() else {
            self.root = Some(value);
            return;
        };
        match (innermost(self.root.as_mut(), outer), step) {
            (Some(Value::Object(members)), Step::Member(key)) => {
                members.insert(key.clone(), value);
            }
            (Some(Value::Array(elements)), Step::Element) => elements.push(value),
            _ => unreachable!("each open container is in its place"),
        }
    }
}

impl Step {
    fn key(&mut self) -> Option<&mut String> {
        match self {
            Step::Member(key) => Some(key),
            Step::Element => None,
        }
    }
}

fn text(value: &mut Value) -> Option<&mut String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The value at the end of the steps.
fn innermost<'v>(root: Option<&'v mut Value>, steps: &[Step]) -> Option<&'v mut Value> {
    steps
        .iter()
        .try_fold(root?, |value, step| match (value, step) {
            (Value::Object(members), Step::Member(key)) => members.get_mut(key),
            (Value::Array(elements), Step::Element) => elements.last_mut(),
            _ => None,
        })
}
