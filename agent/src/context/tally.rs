use std::ptr;
use std::sync::Arc;

use windlass_core::{Conversation, Entry, Request, Text, Tools};

use crate::{Estimator, Sections};

/// What is there of a request before anything is said.
pub(super) type Frame<'a> = (&'a Arc<[Text]>, &'a Tools);

/// Counts a request that grows: what was counted before is not counted again.
#[derive(Default)]
pub(super) struct Tally {
    /// What instructions and tools came to; they are kept so that no others can be taken for them.
    frame: Option<(Arc<[Text]>, Tools, Sections)>,
    /// What the messages came to.
    messages: Sections,
    counted: usize,
    /// The last message that was counted.
    last: Option<Arc<Entry>>,
}

impl Tally {
    /// What the request takes. Its messages are those of the last time and more, if the last of them is still in its place.
    pub(super) fn count(
        &mut self,
        said: &Conversation,
        frame: Frame<'_>,
        estimator: &dyn Estimator,
    ) -> Sections {
        let entries = said.entries();
        let last = self.counted.checked_sub(1).and_then(|at| entries.get(at));
        let is_longer = match (&self.last, last) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            _ => false,
        };
        if !is_longer {
            self.forget_messages();
        }
        for entry in &entries[self.counted..] {
            self.messages.add(entry, estimator);
        }
        self.counted = entries.len();
        self.last = entries.last().cloned();
        let frame = self.frame(frame, estimator);
        Sections {
            instructions: frame.instructions,
            tools: frame.tools,
            ..self.messages
        }
    }

    /// Begins anew with the messages.
    pub(super) fn forget_messages(&mut self) {
        self.messages = Sections::default();
        self.counted = 0;
        self.last = None;
    }

    fn frame(&mut self, (instructions, tools): Frame<'_>, estimator: &dyn Estimator) -> Sections {
        match &self.frame {
            Some((old, known, sections))
                if ptr::eq(&**old, &**instructions) && is_same_list(known, tools) =>
            {
                *sections
            }
            _ => {
                let sections = Sections::of_frame(instructions, tools, estimator);
                self.frame = Some((Arc::clone(instructions), tools.clone(), sections));
                sections
            }
        }
    }
}

/// Whether both are the same request as far as tokens go, told by where it is kept.
pub(super) fn is_same(one: &Request, other: &Request) -> bool {
    ptr::eq(&*one.instructions, &*other.instructions)
        && is_same_list(&one.tools, &other.tools)
        && ptr::eq(one.conversation.entries(), other.conversation.entries())
}

fn is_same_list(one: &Tools, other: &Tools) -> bool {
    ptr::eq(one.specs(), other.specs()) && ptr::eq(one.hosted(), other.hosted())
}

#[cfg(test)]
mod tests {
    use windlass_core::{Assistant, Call, Outcome, Schema, ToolSpec};

    use super::*;
    use crate::Approximate;

    // R-73, R-74
    #[test]
    fn counting_as_it_grows_comes_to_the_same_as_counting_at_once() {
        let estimator = Approximate::default();
        let mut tally = Tally::default();
        let mut request = Request::new("Is it warmer in Oslo or in Rome?");
        request.instructions = ["Answer in one sentence.".into()].into();
        let check = |tally: &mut Tally, request: &Request| {
            let frame = (&request.instructions, &request.tools);
            let grown = tally.count(&request.conversation, frame, &estimator);
            assert_eq!(grown, Sections::of(request, &estimator));
        };
        check(&mut tally, &request);
        for at in 0..5 {
            let call = Call::new(format!("c{at}"), "weather", r#"{"city":"Oslo"}"#);
            let said = &mut request.conversation;
            said.push_assistant(Assistant::new("Let me look.").with(call.clone()))
                .expect("it follows");
            if at % 2 == 0 {
                check(&mut tally, &request);
            }
            let said = &mut request.conversation;
            said.push_outcomes([Outcome::success(&call, "4 °C")])
                .expect("it follows");
            check(&mut tally, &request);
            check(&mut tally, &request);
        }
        let spec = ToolSpec::new("weather", "The weather.", Schema::of::<String>());
        request.tools = Tools::from([spec]);
        check(&mut tally, &request);
        request.instructions = ["Be brief.".into()].into();
        check(&mut tally, &request);
        request.conversation = Conversation::from("Something else.");
        check(&mut tally, &request);
        request.conversation = Conversation::new();
        check(&mut tally, &request);
        check(&mut tally, &request);
    }
}
