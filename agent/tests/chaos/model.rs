//! Models that play their part of a plan, and look at what they are asked.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};
use windlass_core::{
    CallStart, Conversation, ErrorKind, Event, EventSource, EventStream, Finish, FinishReason,
    Message, Model, ModelError, ModelId, PartIndex, Prices, Profile, Request, Text, Usage,
    UserPart, async_trait,
};

use crate::plan::{Answer, End, Kind, Piece, Words, Written};
use crate::tools::name;
use crate::work::Work;

/// Answers each task from the first of its answers on, so that agents that work side by side do not mix theirs up.
#[derive(Clone)]
pub(crate) struct Player {
    profile: Profile,
    place: usize,
    answers: Arc<[Answer]>,
    work: Arc<Work>,
}

impl Player {
    pub(crate) fn new(family: &str, place: usize, answers: &[Answer], work: &Arc<Work>) -> Self {
        let id = ModelId::new(format!("host{place}"), format!("{family}{place}"));
        let window = 1_000 * (place as u64 + 1);
        let profile = Profile::new(id).with_context_window(window);
        let prices = Prices::new(1_000_000, 2_000_000);
        Player {
            profile: match place {
                1 => profile,
                _ => profile.with_prices(prices),
            },
            place,
            answers: answers.into(),
            work: Arc::clone(work),
        }
    }
}

/// What the user asked first: by that an agent below is told from others.
pub(crate) fn task(conversation: &Conversation) -> String {
    let first = conversation.messages().find_map(|message| match message {
        Message::User(user) => user.parts.iter().find_map(|part| match part {
            UserPart::Text(text) if text.starts_with("main") => Some(text.to_string()),
            _ => None,
        }),
        _ => None,
    });
    first.unwrap_or_else(|| "main".to_owned())
}

#[async_trait]
impl Model for Player {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        let (_, repairs) = Conversation::repair(request.conversation.messages().cloned());
        if !repairs.is_empty() {
            self.work
                .fault(format!("a model was sent an illegal history: {repairs:?}"));
        }
        let task = task(&request.conversation);
        let number = self.work.asked(&task, self.place);
        let Some(answer) = self.answers.get(number) else {
            let text = Text::from(r#"{"word":"end","number":1}"#);
            let part = PartIndex(0);
            let events = [
                Event::Text { part, text },
                Event::Finish(Finish::new(FinishReason::Stop, "stop")),
            ];
            return Ok(EventStream::from_events(self.profile.id.clone(), events));
        };
        sleep_for(answer.takes).await;
        if let End::Refuses(kind, after) = answer.end {
            return Err(error(kind, after));
        }
        let own = format!("{task}/{}.{number}", self.place);
        let steps = played(answer, &own);
        let playing = Playing {
            steps,
            waiting: None,
        };
        Ok(EventStream::new(self.profile.id.clone(), playing))
    }
}

async fn sleep_for(millis: u64) {
    if millis > 0 {
        sleep(Duration::from_millis(millis)).await;
    }
}

fn error(kind: ErrorKind, after: Option<u64>) -> ModelError {
    let error = ModelError::new(kind, "it went wrong");
    match after {
        Some(millis) => error.with_retry_after(Duration::from_millis(millis)),
        None => error,
    }
}

/// One thing that a stream does.
enum Step {
    Event(Event),
    Waits(Duration),
    Nothing,
    Fails(ModelError),
}

fn played(answer: &Answer, own: &str) -> VecDeque<Step> {
    let mut steps = VecDeque::new();
    let mut has_calls = false;
    for (number, piece) in (0_u32..).zip(&answer.pieces) {
        has_calls |= matches!(piece, Piece::Call { .. });
        has_calls &= !matches!(piece, Piece::Void);
        play(*piece, PartIndex(number), own, &mut steps);
    }
    let fitting = match has_calls {
        true => FinishReason::Calls,
        false => FinishReason::Stop,
    };
    match answer.end {
        End::Fits => steps.push_back(finish(fitting)),
        End::Finish(reason) => steps.push_back(finish(reason)),
        End::Fails(kind, after) => steps.push_back(Step::Fails(error(kind, after).in_stream())),
        End::Refuses(..) | End::Cut => {}
    }
    steps
}

fn finish(reason: FinishReason) -> Step {
    Step::Event(Event::Finish(Finish::new(reason, "played")))
}

fn play(piece: Piece, part: PartIndex, own: &str, steps: &mut VecDeque<Step>) {
    let mut event = |event| steps.push_back(Step::Event(event));
    match piece {
        Piece::Text(words) => {
            for text in words_of(words, part) {
                event(Event::Text { part, text });
            }
        }
        Piece::Thinking => {
            for text in ["let ", "me think"] {
                let text = Text::from(format!("{text}{} ", part.0));
                event(Event::Thinking { part, text });
            }
        }
        Piece::Refusal => {
            let text = "I would rather not.".into();
            event(Event::Refusal { part, text });
        }
        Piece::Call {
            id,
            tool,
            arguments,
        } => {
            let call = Box::new(CallStart::new(format!("call_{id}"), name(tool)));
            event(Event::Call { part, call });
            let text = written(tool, arguments, &format!("{own}.{}", part.0), part.0);
            let (first, rest) = text.split_at(text.len() / 2);
            for text in [first, rest] {
                let text = Text::from(text);
                event(Event::Arguments { part, text });
            }
        }
        Piece::Usage(input, output) => {
            let usage = Usage::UNKNOWN.with_input(input).with_output(output);
            event(Event::Usage(usage.with_reasoning(output / 2)));
        }
        Piece::Void => event(Event::Discarded { attempt: 1 }),
        Piece::Disorder => event(Event::Arguments {
            part: PartIndex(99),
            text: "{}".into(),
        }),
        Piece::Waits(millis) => steps.push_back(Step::Waits(Duration::from_millis(millis))),
        Piece::Nothing => steps.push_back(Step::Nothing),
    }
}

fn words_of(words: Words, part: PartIndex) -> Vec<Text> {
    let words: &[&str] = match words {
        Words::Some => &["It is ", "warmer in ", "Rome "],
        Words::None => &[""],
        Words::Value => &[r#"{"word":"ro"#, r#"me","number":"#, "7}"],
        Words::NoValue => &[r#"{"word":"rome","number":"se"#, r#"ven"}"#],
    };
    let first = words.iter().map(|word| (*word).to_owned());
    let own = (words.len() == 3 && words[0] != r#"{"word":"ro"#).then(|| part.0.to_string());
    first.chain(own).map(Text::from).collect()
}

/// The arguments of a call; `key` is no other call's.
pub(crate) fn written(tool: Kind, written: Written, key: &str, number: u32) -> String {
    let well = match tool {
        Kind::Below(_) => format!(r#"{{"task":"{key}"}}"#),
        Kind::Answer => r#"{"word":"rome","number":7}"#.to_owned(),
        // The same for many, so that a run can go round in circles.
        Kind::Polls => r#"{"k":""}"#.to_owned(),
        _ => format!(r#"{{"k":"{key}","ms":{}}}"#, 7 * (number % 5)),
    };
    match written {
        Written::Well => well,
        Written::Cut => well[..well.len() - 1].to_owned(),
        Written::Otherwise => r#"{"other":1}"#.to_owned(),
        Written::Nothing => String::new(),
    }
}

struct Playing {
    steps: VecDeque<Step>,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl EventSource for Playing {
    fn poll_events(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        events: &mut VecDeque<Event>,
    ) -> Poll<Option<Result<(), ModelError>>> {
        loop {
            if let Some(waiting) = &mut self.waiting {
                std::task::ready!(waiting.as_mut().poll(cx));
                self.waiting = None;
            }
            match self.steps.pop_front() {
                Some(Step::Event(event)) => {
                    events.push_back(event);
                    return Poll::Ready(Some(Ok(())));
                }
                Some(Step::Waits(time)) => self.waiting = Some(Box::pin(sleep(time))),
                Some(Step::Nothing) => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Step::Fails(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
