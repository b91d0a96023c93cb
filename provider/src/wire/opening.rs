//! The start of an answer, which comes before everything else or not at all.

use std::collections::VecDeque;

use windlass_core::{Event, Started};

use crate::json::JsonStr;

/// Lets the start of an answer be told once, and first.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    passed: bool,
}

impl Opening {
    /// Tells the start, if nothing of the answer was told yet and it has a name. What is named later is not told.
    pub(crate) fn begin(
        &mut self,
        id: Option<&JsonStr<'_>>,
        model: Option<&JsonStr<'_>>,
        events: &mut VecDeque<Event>,
    ) {
        if !std::mem::replace(&mut self.passed, true) {
            events.extend(started(id, model));
        }
    }

    /// Takes note of whether something of the answer was `told`, before which no start can come any more.
    pub(crate) fn note(&mut self, told: bool) {
        self.passed |= told;
    }
}

/// The start of an answer of these names; none if there are none.
pub(crate) fn started(id: Option<&JsonStr<'_>>, model: Option<&JsonStr<'_>>) -> Option<Event> {
    let text = |name: &JsonStr<'_>| (!name.is_empty()).then(|| name.text());
    let mut started = Started::new();
    started.id = id.and_then(text);
    started.model = model.and_then(text);
    (started != Started::new()).then(|| Event::Started(Box::new(started)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tell: impl FnOnce(&mut Opening, &mut VecDeque<Event>), expected: &[Event]) {
        let (mut opening, mut events) = (Opening::default(), VecDeque::new());
        tell(&mut opening, &mut events);
        let late: JsonStr<'_> = serde_json::from_str(r#""late""#).unwrap();
        opening.begin(Some(&late), None, &mut events);
        assert_eq!(events, expected);
    }

    #[test]
    fn a_start_is_told_once_and_first() {
        let start = |id: &'static str| Event::Started(Box::new(Started::new().with_id(id)));
        let (id, none): (JsonStr<'_>, JsonStr<'_>) = serde_json::from_str(r#"["r1", ""]"#).unwrap();
        check(|_, _| {}, &[start("late")]);
        check(
            |it, events| it.begin(Some(&id), Some(&none), events),
            &[start("r1")],
        );
        check(|it, events| it.begin(Some(&none), None, events), &[]);
        check(|it, _| it.note(true), &[]);
        check(|it, _| it.note(false), &[start("late")]);
    }
}
