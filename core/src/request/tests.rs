use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::Schema;

fn any_sampling() -> impl Strategy<Value = Sampling> {
    let number = || prop::option::of(0.0..2.0_f64);
    (
        number(),
        number(),
        prop::option::of(0..3_u32),
        (number(), number()),
        prop::option::of(0..3_i64),
        (any::<bool>(), 0..3_u64),
    )
        .prop_map(
            |(temperature, top_p, top_k, (frequency, presence), seed, (stop, limit))| Sampling {
                temperature,
                top_p,
                top_k,
                frequency_penalty: frequency,
                presence_penalty: presence,
                seed,
                stop: stop.then(|| vec!["END".into()]),
                max_output_tokens: (limit > 0).then_some(limit),
            },
        )
}

fn any_options() -> impl Strategy<Value = Options> {
    let choices = prop::sample::select(vec![
        None,
        Some(ToolChoice::Auto),
        Some(ToolChoice::Tool("t".into())),
    ]);
    let names = || prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 0..3);
    (
        any_sampling(),
        choices,
        prop::option::of(0..9_u64),
        (names(), names(), names()),
        0..100_i32,
        0..5,
    )
        .prop_map(
            |(sampling, choice, budget, (extra, metadata, headers), tag, flags)| {
                let mut options = Options::new().with_sampling(sampling);
                options.tool_choice = choice;
                options.reasoning = budget.map(Reasoning::budget);
                options.parallel_calls = (flags & 1 == 1).then_some(ParallelCalls::Forbid);
                options.cache = (flags == 2).then_some(CachePolicy::Off);
                options.output = (flags == 3).then_some(OutputFormat::Json);
                options.user = (flags == 4).then(|| "u".into());
                options.unsupported = (tag % 2 == 0).then_some(Unsupported::Warn);
                options.continuation = (tag % 3 == 0).then_some(Continuation::Stored);
                options = extra
                    .into_iter()
                    .fold(options, |options, name| options.with_extra(name, tag));
                options = metadata.into_iter().fold(options, |options, name| {
                    options.with_metadata(name, tag.to_string())
                });
                headers.into_iter().fold(options, |options, name| {
                    options.with_header(name, tag.to_string())
                })
            },
        )
}

proptest! {
    //
    #[test]
    fn merging_is_associative_and_nothing_is_neutral(a in any_options(), b in any_options(), c in any_options()) {
        let left = a.clone().or(&b).or(&c);
        let right = a.clone().or(&b.clone().or(&c));
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(serde_json::to_string(&left).unwrap(), serde_json::to_string(&right).unwrap());
        prop_assert_eq!(&a.clone().or(&Options::new()), &a);
        prop_assert_eq!(&Options::new().or(&a), &a);
        prop_assert_eq!(&a.clone().or(&a), &a);
    }

    //
    #[test]
    fn what_is_set_wins(mine in any_sampling(), defaults in any_sampling()) {
        let merged = serde_json::to_value(mine.clone().or(&defaults)).unwrap();
        let (mine, defaults) = (serde_json::to_value(mine).unwrap(), serde_json::to_value(defaults).unwrap());
        for name in ["temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "seed", "stop", "max_output_tokens"] {
            let expected = mine.get(name).or(defaults.get(name));
            prop_assert_eq!(merged.get(name), expected, "{}", name);
        }
    }
}

//
#[test]
fn every_option_of_the_defaults_comes_through() {
    let all = Options::new()
        .with_sampling(
            Sampling::new()
                .with_temperature(0.5)
                .with_top_p(0.9)
                .with_top_k(3)
                .with_seed(7)
                .with_stop(["x"]),
        )
        .with_tool_choice(ToolChoice::Required)
        .with_parallel_calls(ParallelCalls::Allow)
        .with_reasoning(Reasoning::effort(Effort::High))
        .with_output(OutputFormat::Schema {
            name: "city".into(),
            schema: Schema::empty_object(),
        })
        .with_cache(CachePolicy::Marked(vec![Breakpoint::Message(
            3,
            CacheTime::Hour,
        )]))
        .with_continuation(Continuation::Stored)
        .with_unsupported(Unsupported::Warn)
        .with_user("u-1")
        .with_metadata("team", "blue")
        .with_extra("service_tier", json!("flex"))
        .with_header("x-trace", "1");
    assert_eq!(Options::new().or(&all), all);
    let text = serde_json::to_string(&all).unwrap();
    assert_eq!(serde_json::from_str::<Options>(&text).unwrap(), all);
    assert_eq!(
        serde_json::to_value(Options::new()).unwrap(),
        json!({"sampling": {}})
    );
}

#[test]
fn blocks_of_instructions_keep_their_order() {
    let request = Request::new("Hello")
        .with_instructions("stable")
        .with_instructions("of today");
    assert_eq!(
        request
            .instructions
            .iter()
            .map(Text::as_str)
            .collect::<Vec<_>>(),
        ["stable", "of today"]
    );
}
