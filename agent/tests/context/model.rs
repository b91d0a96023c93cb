//! A model that counts its requests by a rule of its own, which the agent does not know, and refuses those above its window.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use windlass_agent::{Approximate, Calibration, Estimator, Sections};
use windlass_core::{
    Arguments, AssistantPart, Call, Conversation, ErrorKind, EventStream, Media, Message, Model,
    ModelError, ModelId, OutcomePart, Profile, Request, Schema, Script, Scripted, Tool,
    ToolContext, ToolError, ToolOutput, ToolSpec, Usage, UserPart, async_trait,
};

/// A token for four bytes, and so many for a picture.
pub(crate) struct Quarters;

impl Estimator for Quarters {
    fn text(&self, text: &str) -> u64 {
        (text.len() as u64).div_ceil(4)
    }

    fn media(&self, _: &Media) -> u64 {
        PICTURE
    }
}

const PICTURE: u64 = 800;

/// How a model counts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counting {
    /// As [`Quarters`] times a factor, and each message up to a hundredth more or less than that: the estimate is off by
    /// an amount that a calibration can know.
    Near(f64),
    /// Bytes and pictures by other numbers, and another frame for each part.
    Own { bytes: f64, picture: u64, part: u64 },
}

impl Counting {
    pub(crate) fn count(self, request: &Request) -> u64 {
        let told: u64 = request
            .instructions
            .iter()
            .map(|text| Quarters.text(text))
            .sum();
        let frame = (told + Quarters.tools(&request.tools)) as f64;
        let messages = request.conversation.messages();
        match self {
            Counting::Near(factor) => {
                let near = |message| Quarters.message(message) as f64 * (1.0 + noise(message));
                ((frame + messages.map(near).sum::<f64>()) * factor) as u64
            }
            Counting::Own {
                bytes,
                picture,
                part,
            } => {
                let sizes = messages.flat_map(sizes);
                let weights = sizes.map(|size| {
                    part as f64 + size.map_or(picture as f64, |size| size as f64 / bytes)
                });
                (frame * 4.0 / bytes + weights.sum::<f64>()) as u64
            }
        }
    }
}

/// Whether one conversation goes on as the other.
fn is_beginning(one: &Request, other: &Request) -> bool {
    let (one, other) = (one.conversation.entries(), other.conversation.entries());
    let mut pairs = one.iter().zip(other);
    one.len() <= other.len() && pairs.all(|(one, other)| Arc::ptr_eq(one, other))
}

/// A hundredth at most, more or less, and the same for the same message.
fn noise(message: &Message) -> f64 {
    let mut hash = DefaultHasher::new();
    for size in sizes(message) {
        size.hash(&mut hash);
    }
    (hash.finish() % 2001) as f64 / 100_000.0 - 0.01
}

/// The bytes of each part; none of a picture.
fn sizes(message: &Message) -> Vec<Option<usize>> {
    let call =
        |call: &Call| call.name.len() + call.arguments.as_str().len() + call.id.as_str().len();
    match message {
        Message::System(system) => vec![Some(system.text.len())],
        Message::User(user) => {
            let of = |part: &UserPart| match part {
                UserPart::Text(text) => Some(text.len()),
                _ => None,
            };
            user.parts.iter().map(of).collect()
        }
        Message::Assistant(answer) => {
            let of = |part: &AssistantPart| match part {
                AssistantPart::Text(said) => Some(said.text.len()),
                AssistantPart::Thinking(said) => Some(said.text.len()),
                AssistantPart::Call(made) => Some(call(made)),
                _ => None,
            };
            answer.parts.iter().map(of).collect()
        }
        Message::Outcomes(outcomes) => {
            let parts = outcomes.0.iter().flat_map(|outcome| &outcome.parts);
            let of = |part: &OutcomePart| part.as_text().map(str::len);
            parts.map(of).collect()
        }
    }
}

/// What a model is to do when it is asked.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Fails(ErrorKind),
    Says {
        thinks: usize,
        words: usize,
        calls: Vec<Output>,
    },
}

/// What a tool gives: so many bytes, and perhaps a picture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) bytes: usize,
    pub(crate) picture: bool,
}

/// A request, as the model that got it saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) model: ModelId,
    pub(crate) tokens: u64,
    pub(crate) window: u64,
    /// How many requests of this model were answered with a count before.
    pub(crate) reports: usize,
    pub(crate) is_answered: bool,
    /// What the estimator says of it.
    estimated: u64,
    /// By how much the estimate may have been further off than its error bound says.
    pub(crate) slack: f64,
    pub(crate) request: Request,
}

/// What the models of a case share: what is to happen next, and what they were asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stage {
    pub(crate) acts: Arc<Mutex<std::collections::VecDeque<Act>>>,
    pub(crate) seen: Arc<Mutex<Vec<Seen>>>,
    /// How many acts there were before these.
    pub(crate) played: Arc<Mutex<usize>>,
    /// How they count for a while, whatever they do else.
    pub(crate) counting: Arc<Mutex<Option<Counting>>>,
    /// What the agent can know of how they count.
    calibration: Calibration,
}

impl Stage {
    pub(crate) fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        let stage = Stage::default();
        stage.acts.lock().unwrap().extend(acts);
        stage
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|seen| seen.request.clone()).collect()
    }

    fn next(&self) -> (usize, Option<Act>) {
        let mut played = self.played.lock().unwrap();
        *played += 1;
        (*played, self.acts.lock().unwrap().pop_front())
    }
}

#[derive(Clone)]
pub(crate) struct Measured {
    profile: Profile,
    window: u64,
    counting: Counting,
    /// Whether it says how large its window is when it refuses.
    is_telling: bool,
    stage: Stage,
}

impl Measured {
    pub(crate) fn new(name: &str, window: u64, counting: Counting, stage: &Stage) -> Self {
        let id = ModelId::new("test", name.to_owned());
        Measured {
            profile: Profile::new(id).with_context_window(window),
            window,
            counting,
            is_telling: false,
            stage: stage.clone(),
        }
    }

    pub(crate) fn telling(mut self) -> Self {
        self.is_telling = true;
        self
    }

    /// Says of itself that its window is larger than it is.
    pub(crate) fn boasting(mut self, window: u64) -> Self {
        self.profile = self.profile.with_context_window(window);
        self
    }

    fn see(&self, request: &Request) -> Seen {
        let mut seen = self.stage.seen.lock().unwrap();
        let counting = *self.stage.counting.lock().unwrap();
        let tokens = counting.unwrap_or(self.counting).count(request);
        let is_mine = |seen: &&Seen| seen.model == self.profile.id && seen.is_answered;
        let estimated = match counting.unwrap_or(self.counting) {
            Counting::Near(_) => Sections::of(request, &Quarters),
            Counting::Own { .. } => Sections::of(request, &Approximate::of(&self.profile.id)),
        };
        let estimated = estimated.total();
        let known = seen.iter().rfind(is_mine);
        let known = known.filter(|known| is_beginning(&known.request, request));
        let known = known.map_or((0, 0), |known| (known.tokens, known.estimated));
        let factor = self.stage.calibration.factor(&self.profile.id);
        let slack = |(counted, estimate): (u64, u64)| {
            let thought = factor.tokens(estimated.saturating_sub(estimate));
            (tokens - counted) as f64 - thought as f64 * (1.0 + factor.bound)
        };
        let now = Seen {
            model: self.profile.id.clone(),
            tokens,
            window: self.window,
            reports: seen.iter().filter(is_mine).count(),
            is_answered: tokens <= self.window,
            estimated,
            slack: slack(known).max(slack((0, 0))).max(0.0),
            request: request.clone(),
        };
        seen.push(now.clone());
        now
    }
}

#[async_trait]
impl Model for Measured {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        let seen = self.see(&request);
        if !seen.is_answered {
            let error = ModelError::new(ErrorKind::ContextOverflow, "too long");
            let error = match self.is_telling {
                true => error.with_window(self.window),
                false => error,
            };
            return Err(error.with_model(seen.model));
        }
        let (number, act) = self.stage.next();
        let script = match act {
            Some(Act::Fails(kind)) => {
                // A failure counts nothing.
                self.stage
                    .seen
                    .lock()
                    .unwrap()
                    .last_mut()
                    .unwrap()
                    .is_answered = false;
                Script::refuse(ModelError::new(kind, "no"))
            }
            Some(Act::Says {
                thinks,
                words,
                calls,
            }) => {
                let script = Script::thinking(text(thinks)).then_text(text(words));
                let calls = calls.iter().enumerate();
                calls.fold(script, |script, (at, output)| {
                    let id = format!("c{number}_{at}");
                    let Output { bytes, picture } = output;
                    let arguments = format!(r#"{{"bytes":{bytes},"picture":{picture}}}"#);
                    script.then_call(&id, "read", &arguments)
                })
            }
            None => Script::text("Done."),
        };
        let usage = Usage::UNKNOWN
            .with_input(seen.tokens / 3)
            .with_cache_read(seen.tokens - seen.tokens / 3)
            .with_output(20);
        if self.stage.seen.lock().unwrap().last().unwrap().is_answered {
            let calibration = &self.stage.calibration;
            calibration.learn(&self.profile.id, seen.estimated, usage);
        }
        let model = Scripted::new([script.with_usage(usage)]).with_profile(self.profile.clone());
        model.stream(request).await
    }
}

/// Gives as much as it is asked for.
pub(crate) struct Read(ToolSpec);

impl Read {
    pub(crate) fn new() -> Self {
        let mut spec = ToolSpec::new("read", "Reads.", Schema::empty_object());
        spec.idempotent = true;
        Read(spec)
    }
}

#[async_trait]
impl Tool for Read {
    fn spec(&self) -> &ToolSpec {
        &self.0
    }

    fn check(&self, _: &Arguments) -> Result<(), windlass_core::ArgumentsError> {
        Ok(())
    }

    async fn call(&self, arguments: &Arguments, _: &ToolContext) -> Result<ToolOutput, ToolError> {
        let wanted: serde_json::Value = serde_json::from_str(arguments.as_str()).unwrap();
        let bytes = wanted["bytes"].as_u64().unwrap_or(0) as usize;
        let output = ToolOutput::from(text(bytes));
        Ok(match wanted["picture"].as_bool() {
            Some(true) => output.with(picture()),
            _ => output,
        })
    }
}

pub(crate) fn picture() -> Media {
    Media::from_url("image/png", "https://example.com/a.png")
}

pub(crate) fn text(bytes: usize) -> &'static str {
    static LONG: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        "Is it warmer in Oslo or in Rome? {\"city\": 4.5}\n".repeat(25_000)
    });
    &LONG[..bytes]
}

/// That the request is one that each provider takes: whole pairs, instructions, the user first.
pub(crate) fn assert_legal(request: &Request, instructions: &str) {
    let (_, repairs) = Conversation::repair(request.conversation.messages().cloned());
    assert!(repairs.is_empty(), "{repairs:?}");
    let open = request.conversation.open_calls().count();
    assert_eq!(open, 0, "every call has its outcome");
    assert_eq!(
        request.instructions.first().map(|text| &**text),
        Some(instructions)
    );
    let mut spoken = request
        .conversation
        .messages()
        .filter(|message| !matches!(message, Message::System(_)));
    assert!(matches!(spoken.next(), Some(Message::User(_))));
}
