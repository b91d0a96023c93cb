use windlass_core::Profile;

/// What both models can be relied on for, under the name of the first.
pub(super) fn common(first: Profile, other: &Profile) -> Profile {
    let mut common = first.clone();
    common.context_window = least(first.context_window, other.context_window);
    common.max_output = least(first.max_output, other.max_output);
    common.abilities = first.abilities.and(other.abilities);
    common.prices = first.prices.filter(|prices| other.prices == Some(*prices));
    common
}

fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (known, None) | (None, known) => known,
    }
}

#[cfg(test)]
mod tests {
    use windlass_core::{Abilities, Ability, ModelId, Prices};

    use super::*;

    //
    #[test]
    fn the_smallest_window_and_the_abilities_of_all() {
        let model = |window, prices| {
            Profile::new(ModelId::new("test", "m"))
                .with_context_window(window)
                .with_prices(prices)
        };
        let seeing = Abilities::unknown().with(Ability::Images, true);
        let one = model(200, Prices::new(3, 9))
            .with_abilities(seeing)
            .with_max_output(50);
        let two = model(100, Prices::new(3, 9)).with_abilities(seeing);
        let both = common(one.clone(), &two);
        assert_eq!(
            (both.context_window, both.max_output),
            (Some(100), Some(50))
        );
        assert_eq!(both.abilities.has(Ability::Images), Some(true));
        assert_eq!(both.prices, Some(Prices::new(3, 9)));
        let both = common(one, &model(300, Prices::new(4, 9)));
        assert_eq!((both.context_window, both.prices), (Some(200), None));
        assert_eq!(both.abilities.has(Ability::Images), None);
    }
}
