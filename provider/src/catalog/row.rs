use windlass_core::{Abilities, Ability, ModelId, Prices, Profile};

/// One line of the data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) provider: &'static str,
    pub(super) model: &'static str,
    window: Option<u64>,
    output: Option<u64>,
    pub(super) abilities: Abilities,
    prices: Option<Prices>,
}

/// The letters of the abilities.
const ABILITIES: [(u8, Ability); 10] = [
    (b'I', Ability::Images),
    (b'A', Ability::Audio),
    (b'V', Ability::Video),
    (b'D', Ability::Documents),
    (b'T', Ability::Tools),
    (b'P', Ability::ParallelCalls),
    (b'S', Ability::Schema),
    (b'K', Ability::Thinking),
    (b'C', Ability::Caching),
    (b'M', Ability::Sampling),
];

impl Row {
    /// Reads a line; one that is not of this form is none.
    pub(super) fn parse(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let mut next = || fields.next();
        let row = Row {
            provider: next()?,
            model: next()?,
            window: count(next()?)?,
            output: count(next()?)?,
            abilities: abilities(next()?)?,
            prices: prices([
                count(next()?)?,
                count(next()?)?,
                count(next()?)?,
                count(next()?)?,
            ]),
        };
        fields.next().is_none().then_some(row)
    }

    /// What the row says, of the model with this id.
    pub(super) fn profile(&self, id: ModelId) -> Profile {
        let mut profile = Profile::new(id).with_abilities(self.abilities);
        profile.context_window = self.window;
        profile.max_output = self.output;
        profile.prices = self.prices;
        profile
    }
}

/// A number, or that it is not known.
fn count(field: &str) -> Option<Option<u64>> {
    match field {
        "-" => Some(None),
        number => number.parse().ok().map(Some),
    }
}

fn abilities(field: &str) -> Option<Abilities> {
    let letters = field.bytes().filter(|letter| *letter != b'-');
    letters
        .into_iter()
        .try_fold(Abilities::unknown(), |known, letter| {
            let row = ABILITIES
                .iter()
                .find(|(name, _)| *name == letter.to_ascii_uppercase());
            row.map(|(_, ability)| known.with(*ability, letter.is_ascii_uppercase()))
        })
}

fn prices([input, output, read, write]: [Option<u64>; 4]) -> Option<Prices> {
    let mut prices = Prices::new(input?, output?);
    prices.cache_read = read;
    prices.cache_write = write;
    Some(prices)
}
