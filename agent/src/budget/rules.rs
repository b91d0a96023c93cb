//! What providers count, as data.

use windlass_core::ModelId;

/// How a family of models counts.
#[derive(Debug, PartialEq)]
pub(super) struct Rules {
    /// What the rules are called in the keys under which counts are kept.
    pub(super) name: &'static str,
    /// Words in the names of models, one of which is in the provider's or the model's.
    names: &'static [&'static str],
    /// The tokens of a text, in per cent of what a tokenizer of 200,000 pieces takes.
    pub(super) text_percent: u64,
    /// The tokens of a picture.
    pub(super) picture: Picture,
    /// How many bytes of a recording are a token, at 16 kB a second.
    pub(super) audio_bytes: u64,
    /// How many bytes of a film are a token, at 250 kB a second.
    pub(super) video_bytes: u64,
    /// How many bytes of a file (a PDF) are a token.
    pub(super) file_bytes: u64,
    /// The tokens of what is not here: at an address, in the provider's store.
    pub(super) unknown: u64,
}

/// How pictures are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Picture {
    /// By their area in pixels, up to a limit.
    Area { per_token: u64, most: u64 },
    /// By the tiles that they are cut into.
    Tiles { base: u64, tile: u64, side: u64 },
}

impl Rules {
    /// The rules of a model.
    pub(super) fn of(model: &ModelId) -> &'static Rules {
        let (provider, name) = (model.provider.to_lowercase(), model.model.to_lowercase());
        let is_named = |rules: &&Rules| {
            let is_in = |word: &&str| provider.contains(word) || name.contains(word);
            rules.names.iter().any(is_in)
        };
        TABLE.iter().find(is_named).unwrap_or(&OTHER)
    }
}

/// From general knowledge of the models; reported usage corrects what is wrong here.
const TABLE: &[Rules] = &[
    Rules {
        name: "claude",
        names: &["claude", "anthropic"],
        text_percent: 118,
        picture: Picture::Area {
            per_token: 750,
            most: 1_600,
        },
        audio_bytes: 500,
        video_bytes: 950,
        file_bytes: 25,
        unknown: 3_000,
    },
    Rules {
        name: "gemini",
        names: &["gemini", "gemma", "google", "vertex"],
        text_percent: 102,
        picture: Picture::Tiles {
            base: 0,
            tile: 258,
            side: 768,
        },
        audio_bytes: 500,
        video_bytes: 850,
        file_bytes: 100,
        unknown: 3_000,
    },
    Rules {
        name: "openai",
        names: &["gpt", "openai", "chatgpt"],
        text_percent: 100,
        picture: Picture::Tiles {
            base: 85,
            tile: 170,
            side: 512,
        },
        audio_bytes: 800,
        video_bytes: 950,
        file_bytes: 40,
        unknown: 3_000,
    },
];

/// The rules of all other models.
pub(super) const OTHER: Rules = Rules {
    name: "other",
    names: &[],
    text_percent: 108,
    picture: Picture::Area {
        per_token: 750,
        most: 4_096,
    },
    audio_bytes: 500,
    video_bytes: 850,
    file_bytes: 40,
    unknown: 3_000,
};
