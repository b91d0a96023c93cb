//! Sessions, forks and what was written down of them, in random order, against plain lists of messages.

use proptest::prelude::*;
use windlass_agent::{Agent, Interrupt, Session, SessionState};
use windlass_core::Message;

use crate::kit::{Parrot, assert_legal, json, look};

#[derive(Clone, Debug)]
enum Act {
    Ask,
    Look,
    Interrupt(Interrupt, usize),
    Drop(usize),
    Undo,
    UndoTo(usize),
    Clear,
    Fork,
    Load,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::Ask),
        4 => Just(Act::Look),
        2 => (prop_oneof![Just(Interrupt::Forget), Just(Interrupt::Keep)], 0_usize..20)
            .prop_map(|(how, at)| Act::Interrupt(how, at)),
        1 => (0_usize..20).prop_map(Act::Drop),
        1 => Just(Act::Undo),
        2 => (0_usize..12).prop_map(Act::UndoTo),
        1 => Just(Act::Clear),
        2 => Just(Act::Fork),
        2 => Just(Act::Load),
    ]
}

/// A session, and what its messages are to be.
struct Pair {
    session: Session,
    said: Vec<String>,
    /// Where its runs begin.
    runs: Vec<usize>,
}

impl Pair {
    fn check(&self, act: &Act) {
        let conversation = self.session.conversation();
        assert_eq!(json(&conversation), self.said, "{act:?}");
        assert_legal(&format!("{act:?}"), &conversation);
        let begins: Vec<_> = self.session.runs().iter().map(|run| run.begins).collect();
        assert_eq!(begins, self.runs, "{act:?}");
        // What is kept is what would be counted.
        let counted = Session::load(self.session.agent(), self.session.state()).status();
        let status = self.session.status();
        assert_eq!(status.context, counted.context, "{act:?}");
        assert_eq!(status, counted, "{act:?}");
    }

    fn cut(&mut self, messages: usize) {
        self.said.truncate(messages);
        self.runs.retain(|begins| *begins < messages);
    }

    /// What a run has added, whatever that is.
    fn take_in(&mut self, act: &Act) {
        let now = json(&self.session.conversation());
        assert_eq!(now[..self.said.len()], self.said[..], "{act:?}");
        self.runs.push(self.said.len());
        self.said = now;
    }

    async fn act(&mut self, act: &Act) {
        match act {
            Act::Ask | Act::Look => {
                let question = if matches!(act, Act::Ask) {
                    "Well?"
                } else {
                    "look"
                };
                let report = self.session.run(question).await.unwrap();
                let added = if matches!(act, Act::Ask) { 2 } else { 4 };
                assert_eq!(report.conversation.len(), self.said.len() + added);
                self.take_in(act);
            }
            Act::Interrupt(how, at) => {
                let mut run = self.session.run("look");
                let (mut events, mut is_hit) = (0, false);
                while run.next().await.is_some() {
                    is_hit |= events == *at && self.session.interrupt(*how).is_some();
                    events += 1;
                }
                if !is_hit || *how == Interrupt::Keep {
                    self.take_in(act);
                }
            }
            Act::Drop(at) => {
                let mut run = self.session.run("look");
                for _ in 0..*at {
                    run.next().await;
                }
                let is_over = self.session.status().live.is_none() && *at > 0;
                drop(run);
                if is_over {
                    self.take_in(act);
                }
            }
            Act::Undo => {
                let last = self.session.undo().unwrap();
                assert_eq!(last.map(|run| run.begins), self.runs.last().copied());
                if let Some(begins) = self.runs.pop() {
                    self.said.truncate(begins);
                }
            }
            Act::UndoTo(messages) => {
                let conversation = self.session.conversation();
                let before = messages.checked_sub(1);
                let last = before.and_then(|at| conversation.messages().nth(at));
                let has_calls = last.is_some_and(|last| last.calls().next().is_some());
                let is_place = *messages <= self.said.len() && !has_calls;
                assert_eq!(
                    self.session.undo_to(*messages).is_ok(),
                    is_place,
                    "{messages}"
                );
                if is_place {
                    self.cut(*messages);
                }
            }
            Act::Clear => {
                self.session.clear().unwrap();
                self.cut(0);
            }
            Act::Load => {
                let written = serde_json::to_string(&self.session.state()).unwrap();
                let state: SessionState = serde_json::from_str(&written).unwrap();
                self.session = Session::load(self.session.agent(), state);
            }
            Act::Fork => {}
        }
    }
}

async fn play(acts: Vec<(usize, Act)>) {
    let agent = Agent::builder(Parrot::new()).tool(look).build().unwrap();
    let session = Session::new(agent);
    let mut pairs = vec![Pair {
        session,
        said: Vec::new(),
        runs: Vec::new(),
    }];
    for (whose, act) in acts {
        let at = whose % pairs.len();
        let pair = &mut pairs[at];
        pair.act(&act).await;
        if let Act::Fork = act {
            let (said, runs) = (pair.said.clone(), pair.runs.clone());
            let session = pair.session.fork();
            let shared = session.conversation();
            let past = pair.session.conversation();
            let mut entries = shared.entries().iter().zip(past.entries());
            assert!(entries.all(|(one, two)| std::sync::Arc::ptr_eq(one, two)));
            assert_eq!(shared.len(), past.len());
            pairs.push(Pair {
                session,
                said,
                runs,
            });
        }
        // What one session does is nothing to the others.
        for pair in &pairs {
            pair.check(&act);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    //
    #[test]
    fn whatever_is_done_to_sessions_and_forks_each_has_its_own_messages(
        acts in prop::collection::vec((any::<usize>(), act()), 1..24)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(play(acts));
    }

    //
    #[test]
    fn any_list_of_messages_loads_as_a_legal_session(
        places in prop::collection::vec(0_usize..8, 0..16)
    ) {
        let whole = include_str!("../golden/session-v1.json");
        let whole: serde_json::Value = serde_json::from_str(whole).unwrap();
        let known = whole["messages"].as_array().unwrap();
        let broken: Vec<_> = places.iter().map(|at| known[at % known.len()].clone()).collect();
        let mut state = whole.clone();
        state["messages"] = broken.clone().into();
        let state: SessionState = serde_json::from_value(state).unwrap();
        let messages: Vec<Message> = serde_json::from_value(broken.into()).unwrap();
        let (repaired, _) = windlass_core::Conversation::repair(messages);
        let agent = Agent::builder(Parrot::new()).build().unwrap();
        let session = Session::load(agent, state);
        session.interrupt(Interrupt::Keep);
        let now = session.conversation();
        prop_assert_eq!(now.len(), repaired.len());
        prop_assert_eq!(windlass_core::Conversation::repair(now.messages().cloned()).1.is_empty(), true);
    }
}
