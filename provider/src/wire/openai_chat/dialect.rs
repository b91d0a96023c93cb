//! The words for what hosts of this wire do differently.

use windlass_core::Effort;

use crate::wire::names::Form;

/// By what a stream shows that it is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamEnd {
    /// A finish reason, and `[DONE]` after it. A stream without `[DONE]` was cut.
    #[default]
    Done,
    /// A finish reason; `[DONE]` may follow or not.
    Reason,
    /// `[DONE]`; a finish reason may come before it or not.
    DoneAlone,
}

/// Whether a host must be asked to report the tokens of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamUsage {
    /// It is asked, by `stream_options`.
    #[default]
    Asked,
    /// It reports them unasked, or refuses the question.
    Unasked,
}

/// How a host counts the tokens that were spent on reasoning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasoningCount {
    /// Within `completion_tokens`.
    #[default]
    Within,
    /// On top of `completion_tokens`.
    OnTop,
}

/// Whether a host takes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "it does or it does not")]
pub enum Takes {
    /// It does.
    Yes,
    /// It refuses or ignores it.
    No,
}

impl Takes {
    pub(super) fn it(self) -> bool {
        self == Takes::Yes
    }
}

/// How a host is told to reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasoningForm {
    /// It cannot be told.
    Untold,
    /// `reasoning_effort`, a word.
    #[default]
    Effort,
    /// `reasoning`, an object with `effort` or `max_tokens`.
    Object,
    /// `thinking`, an object whose `type` is `enabled` or `disabled`, and `reasoning_effort` beside it where there is a
    /// word for the effort.
    Thinking,
    /// `enable_thinking`, and `thinking_budget` beside it.
    EnableThinking,
}

/// The words that a host has for efforts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Efforts([Option<&'static str>; 6]);

impl Efforts {
    /// `none`, `minimal`, `low`, `medium`, `high`, `xhigh`.
    pub const ALL: Efforts = Efforts([
        Some("none"),
        Some("minimal"),
        Some("low"),
        Some("medium"),
        Some("high"),
        Some("xhigh"),
    ]);
    /// `low`, `medium`, `high`.
    pub const THREE: Efforts = Efforts::ALL
        .with(Effort::Off, None)
        .with(Effort::Minimal, None)
        .with(Effort::Max, None);
    /// No word at all.
    pub const NONE: Efforts = Efforts([None; 6]);

    /// Sets or takes away the word for an effort.
    #[must_use]
    pub const fn with(mut self, effort: Effort, word: Option<&'static str>) -> Self {
        self.0[place(effort)] = word;
        self
    }

    /// The word for an effort, or for the nearest one that has a word. No word stands in for "not at all".
    pub(super) fn word(self, effort: Effort) -> Option<&'static str> {
        let at = place(effort);
        if self.0[at].is_some() || effort == Effort::Off {
            return self.0[at];
        }
        let weaker = self.0[1..at].iter().rev();
        let stronger = self.0[at..].iter();
        match effort {
            Effort::Minimal | Effort::Low => stronger.chain(weaker).copied().flatten().next(),
            _ => weaker.chain(stronger).copied().flatten().next(),
        }
    }
}

const fn place(effort: Effort) -> usize {
    match effort {
        Effort::Off => 0,
        Effort::Minimal => 1,
        Effort::Low => 2,
        Effort::Medium => 3,
        Effort::High => 4,
        _ => 5,
    }
}

/// How many tokens an effort stands for, where a host takes a number and the caller gave a word, or the other way round.
pub(super) const BUDGETS: [(Effort, u64); 5] = [
    (Effort::Minimal, 1_024),
    (Effort::Low, 4_096),
    (Effort::Medium, 8_192),
    (Effort::High, 16_384),
    (Effort::Max, 32_768),
];

/// How the thinking of an answer is sent back to the host that gave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThinkingReplay {
    /// It is not.
    #[default]
    Dropped,
    /// As a string in the member of this name.
    Field(&'static str),
    /// As `reasoning_details`, letter for letter; as `reasoning` where the host gave no details.
    Details,
    /// As parts of the content.
    Parts,
}

/// How a host is told the shape of its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutputForm {
    /// `json_schema`, with a name, in strict mode where the schema allows it.
    #[default]
    Schema,
    /// `json_object`, with the schema beside it.
    ObjectWithSchema,
    /// `json_object`, without a shape.
    Object,
    /// It cannot be told.
    Untold,
}

/// In what mode a host reads the schemas of tools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolSchemas {
    /// As they are.
    #[default]
    Plain,
    /// In strict mode, for each tool whose schema allows it.
    Strict,
}

/// What ids of calls a host takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallIds {
    /// Any.
    #[default]
    Any,
    /// Nine letters or digits; other ids are mapped to such.
    Nine,
}

impl CallIds {
    pub(super) const fn form(self) -> Form {
        match self {
            CallIds::Any => Form::ANY,
            CallIds::Nine => Form::plain("").exactly(9),
        }
    }
}

/// What stands for the content of an answer that has none beside its calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyContent {
    /// Nothing: the member is left out.
    #[default]
    Omitted,
    /// `null`.
    Null,
    /// An empty string.
    Blank,
}

/// In what order a host takes messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Turns {
    /// In any.
    #[default]
    Any,
    /// The user's and the assistant's in turn. What the program says in between is said by the user.
    Alternate,
}

/// In what form a host takes recordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recordings {
    /// In none.
    Refused,
    /// `input_audio`, an object of the content and its format.
    #[default]
    WithFormat,
    /// `input_audio`, a string that is the content or its address.
    Plain,
}

/// In what form a host takes documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Documents {
    /// In none; text documents go as text.
    Refused,
    /// `file`, with the content or the id of a stored file.
    #[default]
    File,
    /// `file`, with the content, the id of a stored file, or an address.
    FileOrUrl,
    /// `document_url`, an address or the content as one.
    DocumentUrl,
    /// `file_url`, an address or the content.
    FileUrl,
}

/// Whether a host caches what carries a mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheMarks {
    /// It caches by itself, or not at all; marks are left out.
    #[default]
    Ignored,
    /// `cache_control` on parts and tools, at most this many.
    Parts(usize),
}
