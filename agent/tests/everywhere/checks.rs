//! What holds of every run, however it ended.

use windlass_agent::{AgentEvent, Report, Stop};
use windlass_core::{Message, Outcome, OutcomeStatus, Usage};

use crate::laws;
use crate::stage::Stage;

/// What a consumer was told.
#[derive(Default)]
pub(crate) struct Told {
    events: Vec<AgentEvent>,
    nobody: bool,
}

impl Told {
    /// Nobody was there to be told.
    pub(crate) fn nobody() -> Self {
        Told {
            nobody: true,
            ..Told::default()
        }
    }

    pub(crate) fn push(&mut self, event: AgentEvent) {
        self.events.push(event);
    }
}

pub(crate) fn check(case: &str, told: &Told, report: &Report, stage: &Stage) {
    assert_eq!(stage.alive(), 0, "{case}: a tool is still at work");
    laws::history(case, report);
    tools(case, report, stage);
    if !told.nobody {
        laws::terminal(case, &told.events, report);
        laws::pairs(case, &told.events);
        laws::grows(case, &told.events, report);
        laws::spent(case, report, Usage::UNKNOWN);
        shown(case, told, report);
    }
}

/// A tool ran at most once for each outcome, and what it did is what the outcome says.
fn tools(case: &str, report: &Report, stage: &Stage) {
    let outcomes = report.conversation.messages().flat_map(Message::outcomes);
    let mut began = 0;
    for Outcome { call, status, .. } in outcomes {
        let (begun, done) = (stage.begun(call.as_str()), stage.done(call.as_str()));
        assert!(begun <= 1, "{case}: `{call}` ran {begun} times");
        assert_eq!(
            done,
            u32::from(*status == OutcomeStatus::Success),
            "{case}: `{call}` is {status:?}"
        );
        began += begun;
    }
    let all: u32 = (1..=4)
        .flat_map(|turn| (2..5).map(move |place| format!("call_{turn}_{place}")))
        .map(|call| stage.begun(&call))
        .sum();
    assert_eq!(began, all, "{case}: a tool ran and has no outcome");
}

/// What the consumer has on its screen is what the conversation has, and nothing twice.
fn shown(case: &str, told: &Told, report: &Report) {
    let kept = laws::kept(report.conversation.messages(), true);
    assert_eq!(
        laws::screen(&told.events),
        kept,
        "{case}, {:?}",
        report.stop
    );
    if report.stop == Stop::Answered {
        let words = (1..=4).map(|turn| {
            let words = [("think", "more"), ("one", "two")];
            words.map(|(first, then)| format!("{first}{turn} {then}{turn} "))
        });
        assert_eq!(kept, words.collect::<Vec<_>>(), "{case}");
    }
}
