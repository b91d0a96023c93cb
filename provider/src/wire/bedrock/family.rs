//! In what the models of different makers differ behind the one protocol, as data.

use windlass_core::Effort;

/// What the models of one maker have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "a table of families is written in other crates too"
)]
pub struct Family {
    /// What the names of the models contain.
    pub marker: &'static str,
    /// Whose models they are: one maker's models read each other's signatures.
    pub maker: &'static str,
    /// How they are told to think.
    pub reasoning: ReasoningForm,
    /// What of their thinking they want back.
    pub thinking: ThinkingReplay,
    /// Where they take the number of likeliest words.
    pub top_k: TopK,
    /// Where they take cache points that nobody placed by hand.
    pub cache: CachePoints,
}

/// How a model is told to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasoningForm {
    /// It cannot be told.
    None,
    /// `thinking`, with a budget of tokens.
    Budget,
    /// `thinking` of the type `adaptive`, and `outputConfig.effort`.
    Adaptive,
    /// `reasoningConfig`, with `maxReasoningEffort`.
    Nova,
    /// `reasoning_effort`.
    Effort,
}

/// What of its thinking a model wants back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThinkingReplay {
    /// All of it.
    All,
    /// What it signed or encrypted; it refuses other thinking.
    Signed,
    /// Nothing.
    Nothing,
}

/// Where a model takes the number of likeliest words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TopK {
    /// `additionalModelRequestFields.top_k`.
    Plain,
    /// `additionalModelRequestFields.inferenceConfig.topK`.
    Nova,
}

/// Where a model takes cache points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CachePoints {
    /// Nowhere.
    Nowhere,
    /// After the instructions and in messages.
    NotAfterTools,
    /// After the tools too.
    Everywhere,
}

impl Family {
    /// Models of which nothing is known.
    pub const UNKNOWN: Self = Family {
        marker: "",
        maker: "",
        reasoning: ReasoningForm::None,
        thinking: ThinkingReplay::All,
        top_k: TopK::Plain,
        cache: CachePoints::Nowhere,
    };

    const fn claude(marker: &'static str, reasoning: ReasoningForm) -> Self {
        Family {
            marker,
            maker: "anthropic",
            reasoning,
            thinking: ThinkingReplay::Signed,
            top_k: TopK::Plain,
            cache: CachePoints::Everywhere,
        }
    }
}

/// The families that Amazon offers. Of Claude, all that is not listed by name sets its own budget.
pub const FAMILIES: &[Family] = &[
    Family::claude("claude-3-7", ReasoningForm::Budget),
    Family::claude("claude-3", ReasoningForm::None),
    Family::claude("claude-instant", ReasoningForm::None),
    Family::claude("claude-v2", ReasoningForm::None),
    Family::claude("claude-haiku-4-5", ReasoningForm::Budget),
    Family::claude("claude-opus-4-1", ReasoningForm::Budget),
    Family::claude("claude-opus-4-2", ReasoningForm::Budget),
    Family::claude("claude-opus-4-5", ReasoningForm::Budget),
    Family::claude("claude-sonnet-4-2", ReasoningForm::Budget),
    Family::claude("claude-sonnet-4-5", ReasoningForm::Budget),
    Family::claude("anthropic.claude", ReasoningForm::Adaptive),
    Family {
        marker: "amazon.nova-2",
        reasoning: ReasoningForm::Nova,
        ..NOVA
    },
    NOVA,
    Family {
        marker: "openai.",
        maker: "openai",
        reasoning: ReasoningForm::Effort,
        ..Family::UNKNOWN
    },
    Family {
        marker: "deepseek.",
        maker: "deepseek",
        thinking: ThinkingReplay::Nothing,
        ..Family::UNKNOWN
    },
    made_by("ai21.", "ai21"),
    made_by("cohere.", "cohere"),
    made_by("meta.", "meta"),
    made_by("minimax.", "minimax"),
    made_by("mistral.", "mistral"),
    made_by("moonshot", "moonshot"),
    made_by("qwen.", "qwen"),
    made_by("zai.", "zai"),
];

const NOVA: Family = Family {
    marker: "amazon.nova",
    maker: "amazon",
    top_k: TopK::Nova,
    cache: CachePoints::NotAfterTools,
    ..Family::UNKNOWN
};

const fn made_by(marker: &'static str, maker: &'static str) -> Family {
    Family {
        marker,
        maker,
        ..Family::UNKNOWN
    }
}

/// What a word is in tokens, for models that take a number, and the other way round. Off is no thinking at all.
const EFFORTS: &[(Effort, u64, &str)] = &[
    (Effort::Minimal, 1_024, "low"),
    (Effort::Low, 2_048, "low"),
    (Effort::Medium, 8_192, "medium"),
    (Effort::High, 16_384, "high"),
    (Effort::Max, 32_768, "max"),
];

/// The budget for a word.
pub(super) fn budget(effort: Effort) -> u64 {
    let row = EFFORTS.iter().find(|(word, ..)| *word >= effort);
    row.map_or(EFFORTS[EFFORTS.len() - 1].1, |(_, tokens, _)| *tokens)
}

/// The word for a budget: the first that is as much.
pub(super) fn effort(tokens: u64) -> Effort {
    let row = EFFORTS.iter().find(|(_, budget, _)| *budget >= tokens);
    row.map_or(Effort::Max, |(word, ..)| *word)
}

/// The word as models spell it; the highest that all of them know is `high`.
pub(super) fn word(effort: Effort, knows_max: bool) -> &'static str {
    let row = EFFORTS.iter().find(|(word, ..)| *word >= effort);
    match row.map_or("max", |(.., word)| *word) {
        "max" if !knows_max => "high",
        word => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_budgets_are_one_table() {
        for (effort_in, tokens) in [
            (Effort::Minimal, 1_024),
            (Effort::Medium, 8_192),
            (Effort::Max, 32_768),
        ] {
            assert_eq!(budget(effort_in), tokens);
            assert_eq!(effort(tokens), effort_in);
        }
        assert_eq!(effort(5_000), Effort::Medium);
        assert_eq!(effort(1_000_000), Effort::Max);
        assert_eq!(
            (word(Effort::Max, true), word(Effort::Max, false)),
            ("max", "high")
        );
    }

    #[test]
    fn the_first_family_that_fits_counts() {
        let codec = super::super::Converse::new();
        for (model, maker, reasoning) in [
            (
                "us.anthropic.claude-sonnet-4-20250514-v1:0",
                "anthropic",
                ReasoningForm::Budget,
            ),
            (
                "anthropic.claude-sonnet-4-6",
                "anthropic",
                ReasoningForm::Adaptive,
            ),
            (
                "us.anthropic.claude-sonnet-5",
                "anthropic",
                ReasoningForm::Adaptive,
            ),
            ("amazon.nova-lite-v1:0", "amazon", ReasoningForm::None),
            ("us.amazon.nova-2-lite-v1:0", "amazon", ReasoningForm::Nova),
            ("openai.gpt-oss-20b-1:0", "openai", ReasoningForm::Effort),
            (
                "arn:aws:bedrock:us-east-1:1:application-inference-profile/x",
                "",
                ReasoningForm::None,
            ),
        ] {
            let family = codec.family(model);
            assert_eq!(
                (family.maker, family.reasoning),
                (maker, reasoning),
                "{model}"
            );
        }
    }
}
