use windlass_core::tool;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
enum Unit {
    Celsius,
    Kelvin,
}

#[derive(Deserialize, JsonSchema)]
struct Filter {
    units: Vec<Unit>,
}

/// Filters.
#[tool]
fn filter(
    /// The unit.
    unit: Unit,
    /// What to look for.
    filters: Vec<Filter>,
    /// By name.
    names: BTreeMap<String, Option<Filter>>,
) -> usize {
    let is_kelvin = |unit: &Unit| matches!(unit, Unit::Kelvin);
    usize::from(is_kelvin(&unit))
        + filters.iter().map(|filter| filter.units.iter().filter(|unit| is_kelvin(unit)).count()).sum::<usize>()
        + names.len()
}

fn main() {
    assert_eq!(filter(Unit::Kelvin, vec![Filter { units: vec![Unit::Celsius] }], BTreeMap::new()), 1);
}
