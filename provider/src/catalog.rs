//! Known models: what fits into them, what they can do, what they cost.
//!
//! The catalogue is a file of data with a date, [`date`], written from general knowledge of the models. It was not checked
//! against the hosts' price lists, and prices change: whoever bills by it gives prices of their own. A number that was not
//! thought to be known is left out. A model that is not listed works all the same, and whatever the user says of a model
//! counts more than the catalogue: see [`complete`].

mod names;
mod row;

use windlass_core::{ModelId, Profile};

use row::Row;

#[cfg(test)]
mod tests;

/// The data; its first lines say how to read it.
const MODELS: &str = include_str!("../data/models.tsv");

/// The day of the catalogue's data, `2026-09-01` for instance.
pub fn date() -> &'static str {
    let after = MODELS.split_once("As of ").map_or("", |(_, after)| after);
    after.split(';').next().unwrap_or_default()
}

/// What is known of a model, by its provider and its name there.
///
/// A name with a date or version finds the model it is of. Hosts that pass on the models of others, such as OpenRouter,
/// Vercel, Azure, Bedrock and Vertex, are looked up under the maker of the model; they have prices of their own, so those
/// are left out.
///
/// ```
/// use windlass_provider::catalog;
///
/// let haiku = catalog::find("anthropic", "claude-haiku-4-5-20251001").expect("it is listed");
/// assert_eq!(haiku.context_window, Some(200_000));
/// assert_eq!(haiku.id.model, "claude-haiku-4-5-20251001");
///
/// let routed = catalog::find("openrouter", "anthropic/claude-haiku-4.5").expect("its maker's is listed");
/// assert_eq!((routed.context_window, routed.prices), (haiku.context_window, None));
///
/// assert!(catalog::find("anthropic", "claude-of-tomorrow").is_none());
/// ```
pub fn find(provider: &str, model: &str) -> Option<Profile> {
    let id = ModelId::new(provider, model);
    if let Some(row) = listed(provider, model) {
        return Some(row.profile(id));
    }
    let (makers, name) = names::makers(provider, model)?;
    let lent = |name: &str| makers.iter().find_map(|maker| listed(maker, name));
    // Routers write the version of Claude and Grok with a dot.
    let row = lent(name).or_else(|| lent(&name.replace('.', "-")))?;
    let mut profile = row.profile(id);
    profile.prices = None;
    Some(profile)
}

/// A profile with what the catalogue knows and the profile leaves open.
///
/// ```
/// use windlass_core::{ModelId, Profile};
/// use windlass_provider::catalog;
///
/// let mine = Profile::new(ModelId::new("anthropic", "claude-haiku-4-5")).with_context_window(50_000);
/// let whole = catalog::complete(mine);
/// assert_eq!(whole.context_window, Some(50_000));
/// assert_eq!(whole.max_output, Some(64_000));
/// ```
#[must_use]
pub fn complete(profile: Profile) -> Profile {
    match find(&profile.id.provider, &profile.id.model) {
        Some(listed) => merge(profile, listed),
        None => profile,
    }
}

/// What `mine` says, and what `theirs` says of the rest. Prices are taken whole, because they belong together.
#[must_use]
pub fn merge(mine: Profile, theirs: Profile) -> Profile {
    let mut merged = mine;
    merged.context_window = merged.context_window.or(theirs.context_window);
    merged.max_output = merged.max_output.or(theirs.max_output);
    merged.abilities = merged.abilities.or(theirs.abilities);
    merged.prices = merged.prices.or(theirs.prices);
    merged
}

/// All models of the catalogue, under the names without dates and versions.
pub fn all() -> impl Iterator<Item = Profile> {
    rows().map(|row| row.profile(ModelId::new(row.provider, row.model)))
}

fn rows() -> impl Iterator<Item = Row> {
    let lines = MODELS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(Row::parse)
}

/// The row of the longest name that this one is of.
fn listed(provider: &str, model: &str) -> Option<Row> {
    let exact = |name: &str| rows().find(|row| row.provider == provider && row.model == name);
    let mut name = names::bare(model);
    loop {
        if let Some(row) = exact(name) {
            return Some(row);
        }
        name = names::shorter(name)?;
    }
}
