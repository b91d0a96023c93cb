use std::sync::Arc;

use windlass_core::{Conversation, Entry, Message, Model as _, Request};

use crate::{Agent, ContextUse, Report, Reported, Sections, context};

/// What the conversation of a session takes of its model's window: kept up to date by what changes, never counted anew for
/// being asked.
#[derive(Clone)]
pub(super) struct Context {
    sections: Sections,
    /// What the provider counted last, and how many messages that were.
    reported: Option<(Reported, usize)>,
    used: Option<ContextUse>,
}

impl Context {
    /// Counts everything.
    pub(super) fn of(agent: &Agent, conversation: &Conversation) -> Self {
        let settings = agent.settings();
        let mut request = Request::new(conversation.clone());
        request.instructions = Arc::clone(&settings.instructions);
        request.tools = settings.toolbox.tools().clone();
        Context {
            sections: Sections::of(&request, &settings.estimator),
            reported: None,
            used: None,
        }
        .weighed(agent)
    }

    /// What is taken; nothing where the model's answer is to have its whole window.
    pub(super) fn used(&self) -> Option<ContextUse> {
        self.used
    }

    /// Counts what is in one conversation alone, off or on.
    pub(super) fn moved(&mut self, agent: &Agent, old: &Conversation, new: &Conversation) {
        let estimator = &*agent.settings().estimator;
        let pairs = old.entries().iter().zip(new.entries());
        let shared = pairs.take_while(|(old, new)| Arc::ptr_eq(old, new)).count();
        for entry in &old.entries()[shared..] {
            let section = self.section(entry);
            *section = section.saturating_sub(estimator.entry(entry));
        }
        for entry in &new.entries()[shared..] {
            let section = self.section(entry);
            *section = section.saturating_add(estimator.entry(entry));
        }
        self.reported = self.reported.filter(|(_, messages)| *messages <= shared);
        *self = self.clone().weighed(agent);
    }

    /// Takes over what the provider counted of the last request of a run that has come to this conversation.
    pub(super) fn learn(&mut self, agent: &Agent, report: &Report) {
        let entries = report.conversation.entries();
        let is_answer = |entry: &Arc<Entry>| matches!(entry.message(), Message::Assistant(_));
        let last = report.attempts.last().filter(|attempt| {
            let settings = agent.settings();
            attempt.is_success()
                && attempt.turn == report.turns
                && attempt.model == settings.own.model.profile().id
        });
        if let (Some(attempt), Some(answer)) = (last, entries.iter().rposition(is_answer)) {
            let estimator = &*agent.settings().estimator;
            let after = entries[answer..].iter().map(|entry| estimator.entry(entry));
            let after = after.fold(0, u64::saturating_add);
            let asked = self.sections.total().saturating_sub(after);
            self.reported = Reported::new(asked, attempt.usage).map(|reported| (reported, answer));
            *self = self.clone().weighed(agent);
        }
    }

    fn section(&mut self, entry: &Entry) -> &mut u64 {
        match entry.message() {
            Message::Outcomes(_) => &mut self.sections.outputs,
            _ => &mut self.sections.history,
        }
    }

    fn weighed(mut self, agent: &Agent) -> Self {
        let settings = agent.settings();
        let asked = settings.own.model.profile();
        let factor = settings.calibration.factor(&asked.id);
        let reported = self.reported.as_ref().map(|(reported, _)| reported);
        let answer = settings.own.options.sampling.max_output_tokens;
        let answer = answer.or(settings.options.sampling.max_output_tokens);
        let room = context::room(settings, asked, settings.windows(), answer).ok();
        self.used = room.map(|room| room.weigh(&self.sections, factor, reported));
        self
    }
}
