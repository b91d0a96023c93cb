//! A model that makes its answers up as they are read, and keeps no request.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use windlass_core::{
    CallStart, ErrorKind, Event, EventSource, EventStream, Finish, FinishReason, Model, ModelError,
    ModelId, PartIndex, Profile, Request, Text, Usage, async_trait,
};

/// The tool that is called.
pub(super) const TOOL: &str = "nothing";

/// What it is called with in a turn: never the same, because a run notices that.
pub(super) fn arguments(turn: usize) -> Text {
    Text::from(format!("{{\"turn\":{turn}}}"))
}

/// What is said piece by piece.
pub(super) const WORD: &str = " warm";

/// What a model does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Play {
    /// So many answers with a call, then one in words.
    Calls(usize),
    /// Answers of so many words.
    Words(usize),
    /// So many requests are refused, then one is answered.
    Refuse(usize),
}

/// The model.
#[derive(Debug)]
pub(super) struct Player {
    profile: Profile,
    play: Play,
    asked: AtomicUsize,
}

impl Player {
    pub(super) fn new(play: Play) -> Self {
        Player {
            profile: Profile::new(ModelId::new("bench", "player")),
            play,
            asked: AtomicUsize::new(0),
        }
    }
}

#[async_trait]
impl Model for Player {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn stream(&self, _: Request) -> Result<EventStream, ModelError> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let answer = match self.play {
            Play::Calls(turns) if asked < turns => Answer::Call(asked),
            Play::Calls(_) => Answer::Words(1),
            Play::Words(words) => Answer::Words(words),
            Play::Refuse(times) if asked < times => {
                return Err(ModelError::new(ErrorKind::Overloaded, "too much to do"));
            }
            Play::Refuse(_) => Answer::Words(1),
        };
        Ok(EventStream::new(
            self.profile.id.clone(),
            Playing { answer, at: 0 },
        ))
    }
}

#[derive(Clone, Copy)]
enum Answer {
    Words(usize),
    Call(usize),
}

/// Gives one event a poll.
struct Playing {
    answer: Answer,
    at: usize,
}

impl Playing {
    fn event(&self) -> Option<Event> {
        let part = PartIndex(0);
        let (pieces, reason) = match self.answer {
            Answer::Words(words) => (words, FinishReason::Stop),
            Answer::Call(_) => (2, FinishReason::Calls),
        };
        Some(match (self.answer, self.at) {
            (Answer::Words(words), at) if at < words => Event::Text {
                part,
                text: Text::from(WORD),
            },
            (Answer::Call(number), 0) => Event::Call {
                part,
                call: Box::new(CallStart::new(format!("call_{number}"), TOOL)),
            },
            (Answer::Call(number), 1) => Event::Arguments {
                part,
                text: arguments(number),
            },
            (_, at) if at == pieces => Event::Usage(Usage::UNKNOWN.with_input(20).with_output(2)),
            (_, at) if at == pieces + 1 => Event::Finish(Finish::new(reason, "stop")),
            _ => return None,
        })
    }
}

impl EventSource for Playing {
    fn poll_events(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        events: &mut VecDeque<Event>,
    ) -> Poll<Option<Result<(), ModelError>>> {
        let event = self.event();
        self.at += 1;
        let told = event.map(|event| events.push_back(event));
        Poll::Ready(told.map(Ok))
    }
}
