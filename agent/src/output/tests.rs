mod answering;
mod prepare;
mod read;

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{Abilities, Ability, ModelId, Profile};

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct City {
    /// Its name.
    city: String,
    #[serde(default)]
    days: u8,
}

/// A model of which no more is known than this.
fn profile(abilities: &[(Ability, bool)]) -> Profile {
    let each = abilities.iter();
    let abilities = each.fold(Abilities::unknown(), |all, (one, can)| all.with(*one, *can));
    Profile::new(ModelId::new("test", "test")).with_abilities(abilities)
}
