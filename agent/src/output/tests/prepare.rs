use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{
    Abilities, Ability, ModelId, Options, Profile, Request, Schema, ToolChoice, ToolSpec,
};

use super::{AnswerMode, Shape, Way};

#[derive(Debug, Deserialize, JsonSchema)]
struct City {
    city: String,
    #[serde(default)]
    days: u8,
}

fn profile(abilities: &[(Ability, bool)]) -> Profile {
    let each = abilities.iter();
    let abilities = each.fold(Abilities::unknown(), |all, (one, can)| all.with(*one, *can));
    Profile::new(ModelId::new("test", "test")).with_abilities(abilities)
}

fn weather() -> ToolSpec {
    ToolSpec::new("weather", "The weather.", Schema::empty_object())
}

type Case = (AnswerMode, Request, &'static [(Ability, bool)], Way);

#[test]
fn the_way_is_the_best_that_the_model_is_known_to_have() {
    use Ability::{Schema as Schemas, Tools};
    let none = ToolChoice::None;
    let plain = || Request::new("Hi");
    let armed = || plain().with_tools([weather()]);
    let taken = || plain().with_tools([ToolSpec::new("final_answer", "", Schema::empty_object())]);
    let mute = || armed().with_options(Options::new().with_tool_choice(none.clone()));
    let (auto, tool) = (AnswerMode::Auto, AnswerMode::Tool);
    let cases: [Case; 12] = [
        (auto, plain(), &[], Way::Prompted),
        (auto, armed(), &[], Way::Tool),
        (auto, mute(), &[], Way::Prompted),
        (auto, taken(), &[(Tools, true)], Way::Prompted),
        (
            auto,
            plain(),
            &[(Schemas, true), (Tools, true)],
            Way::Native,
        ),
        (auto, plain(), &[(Schemas, false), (Tools, true)], Way::Tool),
        (auto, armed(), &[(Tools, false)], Way::Prompted),
        (tool, plain(), &[(Schemas, true)], Way::Tool),
        (tool, taken(), &[], Way::Prompted),
        (tool, mute(), &[], Way::Prompted),
        (
            AnswerMode::Native,
            plain(),
            &[(Schemas, false)],
            Way::Native,
        ),
        (
            AnswerMode::Prompted,
            armed(),
            &[(Schemas, true)],
            Way::Prompted,
        ),
    ];
    for (at, (mode, mut request, abilities, way)) in cases.into_iter().enumerate() {
        let shape = Shape::of::<City>().with_mode(mode);
        assert_eq!(
            shape.prepare(&mut request, &profile(abilities)),
            way,
            "case {at}"
        );
    }
}
