mod shown;

use windlass_core::{
    Assistant, AssistantPart, Message, ModelId, OutcomePart, Outcomes, Profile, Request, Text,
    TextPart, UserPart, Warning,
};

use shown::{Kind, Shown};

#[cfg(test)]
mod tests;

/// Whose the answers are whose opaque parts are not to be sent: no provider has this name, so none takes them for its own.
const NOBODY: Text = Text::from_static("(stripped)");

/// Makes a request fit another model than the one that the conversation was held with.
///
/// Pictures, recordings, films and documents that the model is known not to take are put into words, also in outcomes: a
/// document of text is shown whole, of the rest is said what it is. Nothing else changes; in particular, options that the
/// model lacks are left for its provider to refuse. Messages that stay as they are are shared with the request, and their
/// encodings with them.
///
/// A model that was asked for by name, rather than fallen back to, is better left to refuse what it does not take.
///
/// # Example: a picture for a model that sees none
///
/// ```
/// use windlass_agent::{Opaque, adapt};
/// use windlass_core::{Abilities, Ability, Media, ModelId, Profile, Request, User};
///
/// let question = User::new("What is on this picture?").with(Media::from_bytes("image/png", b"\x89PNG"));
/// let mut request = Request::default();
/// request.conversation.push_user(question)?;
///
/// let blind = Profile::new(ModelId::new("host", "blind"))
///     .with_abilities(Abilities::unknown().with(Ability::Images, false));
/// let adapted = adapt(&request, &blind, Opaque::Keep);
/// let described = User::new("What is on this picture?").with("[picture (image/png), not shown]");
/// assert_eq!(adapted.request.conversation.messages().next(), Some(&described.into()));
/// assert_eq!(adapted.warnings[0].option, "images");
/// # Ok::<(), windlass_core::ConversationError>(())
/// ```
#[must_use]
pub fn adapt(request: &Request, profile: &Profile, opaque: Opaque) -> Adapted {
    let mut reader = Reader {
        profile,
        opaque,
        described: [0; Kind::ALL.len()],
    };
    let mut request = request.clone();
    if reader.may_change_something() {
        let messages = request.conversation.messages().enumerate();
        let others: Vec<_> = messages
            .filter_map(|(at, message)| Some((at, reader.message(message)?)))
            .collect();
        if !others.is_empty() {
            let mut others = others.into_iter().peekable();
            request.conversation = request
                .conversation
                .replacing(|at, _| Some(others.next_if(|(place, _)| *place == at)?.1))
                .expect("no call and no outcome is added, removed or renamed");
        }
    }
    let warnings = reader.warnings();
    Adapted { request, warnings }
}

/// A request that fits a model.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Adapted {
    /// The request.
    pub request: Request,
    /// What the model is not shown as it was, one for each kind of media.
    pub warnings: Vec<Warning>,
}

/// What becomes of the opaque parts (thinking, signatures, encrypted content, items of hosted tools) of answers that
/// another model of the same provider gave.
///
/// Those of another provider are never sent, whatever is said here; those of the model itself always are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Opaque {
    /// They are sent: the models of a provider read each other's, as a rule.
    #[default]
    Keep,
    /// They are left out, as if another provider had made them.
    Strip,
}

/// The model that is to read the messages, and how many media of each kind were put into words for it.
struct Reader<'p> {
    profile: &'p Profile,
    opaque: Opaque,
    described: [u32; Kind::ALL.len()],
}

impl Reader<'_> {
    fn lacks(&self, kind: Kind) -> bool {
        self.profile.abilities.has(kind.ability()) == Some(false)
    }

    fn may_change_something(&self) -> bool {
        self.opaque == Opaque::Strip || Kind::ALL.iter().any(|kind| self.lacks(*kind))
    }

    /// What the model is shown in the place of a message; nothing where that stays.
    fn message(&mut self, message: &Message) -> Option<Message> {
        match message {
            Message::System(_) => None,
            Message::User(user) => {
                let parts = replaced(&user.parts, |part| self.user_part(part))?;
                let mut user = user.clone();
                user.parts = parts;
                Some(user.into())
            }
            Message::Assistant(answer) => self.answer(answer).map(Message::from),
            Message::Outcomes(outcomes) => {
                let outcomes = replaced(&outcomes.0, |outcome| {
                    let parts = replaced(&outcome.parts, |part| self.outcome_part(part))?;
                    let mut outcome = outcome.clone();
                    outcome.parts = parts;
                    Some(outcome)
                })?;
                Some(Outcomes(outcomes).into())
            }
        }
    }

    fn answer(&mut self, answer: &Assistant) -> Option<Assistant> {
        let parts = replaced(&answer.parts, |part| self.answer_part(part));
        let origin = self.disowned(answer);
        if parts.is_none() && origin.is_none() {
            return None;
        }
        let mut answer = answer.clone();
        answer.parts = parts.unwrap_or(answer.parts);
        answer.origin = origin.or(answer.origin);
        Some(answer)
    }

    /// Another origin for an answer that the provider would take for its own. Wires then leave out what is opaque, and
    /// put in what they demand of an answer that is not theirs.
    fn disowned(&self, answer: &Assistant) -> Option<ModelId> {
        let (origin, id) = (answer.origin.as_ref()?, &self.profile.id);
        let is_of_another = origin.provider == id.provider && origin.model != id.model;
        (self.opaque == Opaque::Strip && is_of_another)
            .then(|| ModelId::new(NOBODY, origin.model.clone()))
    }

    fn user_part(&mut self, part: &UserPart) -> Option<UserPart> {
        let shown = match part {
            UserPart::Image(picture) => Shown::new(Kind::Picture, picture),
            UserPart::Audio(recording) => Shown::new(Kind::Recording, recording),
            UserPart::Video(film) => Shown::new(Kind::Film, film),
            UserPart::Document(document) => Shown::document(document),
            _ => return None,
        };
        self.in_words(&shown).map(UserPart::Text)
    }

    fn outcome_part(&mut self, part: &OutcomePart) -> Option<OutcomePart> {
        let shown = match part {
            OutcomePart::Image(picture) => Shown::new(Kind::Picture, picture),
            OutcomePart::Audio(recording) => Shown::new(Kind::Recording, recording),
            OutcomePart::Document(document) => Shown::document(document),
            _ => return None,
        };
        self.in_words(&shown).map(OutcomePart::Text)
    }

    fn answer_part(&mut self, part: &AssistantPart) -> Option<AssistantPart> {
        let AssistantPart::Media(made) = part else {
            return None;
        };
        let shown = Shown::new(Kind::of(&made.media), &made.media);
        self.in_words(&shown)
            .map(|words| TextPart::new(words).into())
    }

    /// What is said of something that the model does not take; nothing where it may.
    fn in_words(&mut self, shown: &Shown<'_>) -> Option<Text> {
        if !self.lacks(shown.kind) {
            return None;
        }
        self.described[shown.kind as usize] += 1;
        Some(shown.words())
    }

    fn warnings(&self) -> Vec<Warning> {
        let counted = Kind::ALL.into_iter().zip(self.described);
        let described = counted.filter(|(_, count)| *count > 0);
        let warning = |(kind, count): (Kind, u32)| {
            let message = format!(
                "put into words for `{}`, which takes none: {count}",
                self.profile.id
            );
            Warning::new(Text::from_static(kind.option()), message)
        };
        described.map(warning).collect()
    }
}

/// The items with others in some places; nothing when all stay, and then nothing is copied.
fn replaced<T: Clone>(items: &[T], mut replace: impl FnMut(&T) -> Option<T>) -> Option<Vec<T>> {
    let mut others: Option<Vec<T>> = None;
    for (at, item) in items.iter().enumerate() {
        if let Some(other) = replace(item) {
            others.get_or_insert_with(|| items.to_vec())[at] = other;
        }
    }
    others
}
