use std::sync::Arc;

use windlass_core::{
    Assistant, AssistantPart, Conversation, Document, Entry, Media, Message, Outcome, OutcomePart,
    Seal, Source, Text, Tools, UserPart,
};

/// What the frame of a message takes: its role and the marks around it.
const MESSAGE: u64 = 4;
/// What the frame of a part takes.
const PART: u64 = 3;
/// What the frame of a call or an outcome takes: its id, its marks and its names of members.
const CALL: u64 = 12;

/// Counts the tokens of what a model is sent, without asking the model.
///
/// Two methods are enough; the others are made of them. An estimator is pure: the same content counts the same every time.
/// Who counts slowly keeps the counts of entries, as the shipped one does.
///
/// ```
/// use windlass_agent::Estimator;
/// use windlass_core::{Conversation, Media};
///
/// /// A token for each word, a thousand for each picture.
/// struct Words;
///
/// impl Estimator for Words {
///     fn text(&self, text: &str) -> u64 {
///         text.split_whitespace().count() as u64
///     }
///
///     fn media(&self, _: &Media) -> u64 {
///         1_000
///     }
/// }
///
/// let said = Conversation::from("Is it warmer in Oslo or in Rome?");
/// assert_eq!(Words.conversation(&said), 8 + 7, "eight words, and the frames of a message and a part");
/// ```
pub trait Estimator: Send + Sync {
    /// The tokens of a text.
    fn text(&self, text: &str) -> u64;

    /// The tokens of a picture, a recording, a film or a file.
    fn media(&self, media: &Media) -> u64;

    /// The tokens of what only the provider can read: encrypted thinking, a signature.
    fn opaque(&self, payload: &str) -> u64 {
        self.text(payload)
    }

    /// The tokens of a message, with what frames it.
    fn message(&self, message: &Message) -> u64 {
        let content = match message {
            Message::System(system) => self.text(&system.text),
            Message::User(user) => user.parts.iter().map(|part| user_part(self, part)).sum(),
            Message::Assistant(answer) => assistant(self, answer),
            Message::Outcomes(outcomes) => outcomes.0.iter().map(|one| outcome(self, one)).sum(),
        };
        MESSAGE.saturating_add(content)
    }

    /// The tokens of an entry: those of its message, perhaps kept from the last time.
    fn entry(&self, entry: &Entry) -> u64 {
        self.message(entry.message())
    }

    /// The tokens of what a model is told of its tools.
    fn tools(&self, list: &Tools) -> u64 {
        tools(self, list)
    }

    /// The tokens of a conversation.
    fn conversation(&self, conversation: &Conversation) -> u64 {
        let counts = conversation.entries().iter().map(|entry| self.entry(entry));
        counts.fold(0, u64::saturating_add)
    }
}

impl<E: Estimator + ?Sized> Estimator for Arc<E> {
    fn text(&self, text: &str) -> u64 {
        (**self).text(text)
    }

    fn media(&self, media: &Media) -> u64 {
        (**self).media(media)
    }

    fn opaque(&self, payload: &str) -> u64 {
        (**self).opaque(payload)
    }

    fn message(&self, message: &Message) -> u64 {
        (**self).message(message)
    }

    fn entry(&self, entry: &Entry) -> u64 {
        (**self).entry(entry)
    }

    fn tools(&self, list: &Tools) -> u64 {
        (**self).tools(list)
    }
}

pub(super) fn tools<E: Estimator + ?Sized>(estimator: &E, list: &Tools) -> u64 {
    let specs = list.specs().iter().map(|spec| {
        let words = estimator.text(&spec.name) + estimator.text(&spec.description);
        CALL + words + estimator.text(spec.parameters.as_json())
    });
    let hosted = list
        .hosted()
        .iter()
        .map(|tool| CALL + estimator.text(tool.json.as_str()));
    specs.chain(hosted).sum()
}

fn user_part<E: Estimator + ?Sized>(estimator: &E, part: &UserPart) -> u64 {
    PART + match part {
        UserPart::Text(text) => estimator.text(text),
        UserPart::Image(media) | UserPart::Audio(media) | UserPart::Video(media) => {
            estimator.media(media)
        }
        UserPart::Document(file) => document(estimator, file),
        _ => 0,
    }
}

fn assistant<E: Estimator + ?Sized>(estimator: &E, answer: &Assistant) -> u64 {
    let parts = answer.parts.iter().map(|part| match part {
        AssistantPart::Text(part) | AssistantPart::Refusal(part) => {
            let cited = part
                .citations
                .iter()
                .filter_map(|cited| cited.json.as_ref());
            let cited: u64 = cited.map(|json| estimator.text(json.as_str())).sum();
            estimator.text(&part.text) + cited + seal(estimator, part.seal.as_deref())
        }
        AssistantPart::Thinking(part) => {
            estimator.text(&part.text) + seal(estimator, part.seal.as_deref())
        }
        AssistantPart::Call(call) => {
            let words = estimator.text(&call.name) + estimator.text(call.arguments.as_str());
            CALL + words + seal(estimator, call.seal.as_deref())
        }
        AssistantPart::Media(part) => {
            estimator.media(&part.media) + seal(estimator, part.seal.as_deref())
        }
        AssistantPart::Item(item) => estimator.text(item.json.as_str()),
        _ => 0,
    });
    parts.map(|tokens| tokens.saturating_add(PART)).sum()
}

fn seal<E: Estimator + ?Sized>(estimator: &E, seal: Option<&Seal>) -> u64 {
    let Some(seal) = seal else { return 0 };
    let texts = [&seal.signature, &seal.encrypted].into_iter().flatten();
    let extra = seal
        .extra
        .as_ref()
        .map_or(0, |extra| estimator.opaque(extra.as_str()));
    texts.map(|text: &Text| estimator.opaque(text)).sum::<u64>() + extra
}

fn outcome<E: Estimator + ?Sized>(estimator: &E, outcome: &Outcome) -> u64 {
    let parts = outcome.parts.iter().map(|part| match part {
        OutcomePart::Text(text) => estimator.text(text),
        OutcomePart::Json(json) => estimator.text(json.as_str()),
        OutcomePart::Image(media) | OutcomePart::Audio(media) => estimator.media(media),
        OutcomePart::Document(file) => document(estimator, file),
        _ => 0,
    });
    CALL + parts.map(|tokens| tokens.saturating_add(PART)).sum::<u64>()
}

fn document<E: Estimator + ?Sized>(estimator: &E, document: &Document) -> u64 {
    let beside = [&document.name, &document.context].into_iter().flatten();
    let beside: u64 = beside.map(|text| estimator.text(text)).sum();
    let content = match &document.media.source {
        Source::Text(text) => estimator.text(text),
        _ => estimator.media(&document.media),
    };
    beside + content
}
