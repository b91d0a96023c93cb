//! Prompt caching: who is asked to cache, and what keeps a provider from reading what it has.

use std::time::Duration;

use windlass_agent::{Agent, Chain, PrefixGuard, PrefixSection, Session, What};
use windlass_core::{
    Abilities, Ability, CachePolicy, CacheTime, ErrorKind, ModelError, ModelId, Never, Options,
    Profile, Script, Scripted, Usage,
};

use crate::kit::{ask, look, model};

/// A model that caches, whose answers report so many tokens of input and so many of them read.
fn caching(reports: impl IntoIterator<Item = (u64, u64)>) -> Scripted {
    let able = Abilities::unknown().with(Ability::Caching, true);
    let profile = Profile::new(ModelId::new("test", "caching")).with_abilities(able);
    let scripts = reports.into_iter().map(|(input, read)| {
        let usage = Usage::UNKNOWN.with_input(input).with_cache_read(read);
        Script::text("Well.").with_usage(usage)
    });
    Scripted::new(scripts).with_profile(profile)
}

// R-27, R-87
#[tokio::test(start_paused = true)]
async fn a_model_that_can_cache_is_asked_to_unless_somebody_says_otherwise() {
    let auto = |time| Some(CachePolicy::Auto(time));
    let cases = [
        (Some(true), None, auto(CacheTime::Short)),
        (Some(true), Some(CachePolicy::Off), Some(CachePolicy::Off)),
        (Some(true), auto(CacheTime::Hour), auto(CacheTime::Hour)),
        (Some(false), None, None),
        (None, None, None),
    ];
    for (can, set, expected) in cases {
        let abilities = can.map_or(Abilities::unknown(), |can| {
            Abilities::unknown().with(Ability::Caching, can)
        });
        let profile = Profile::new(ModelId::new("test", "m")).with_abilities(abilities);
        let able = Scripted::new([Script::text("Well.")]).with_profile(profile);
        let mut options = Options::new();
        options.cache = set;
        let agent = Agent::builder(able.clone())
            .options(options)
            .build()
            .unwrap();
        agent.run("Well?").await.unwrap();
        assert_eq!(able.requests()[0].options.cache, expected, "{can:?}");
    }
}

// R-25
#[tokio::test(start_paused = true)]
async fn the_first_part_that_changed_between_two_runs_is_named() {
    let session = Session::new(Agent::builder(caching([(100, 0); 4])).build().unwrap());
    ask(&session, "First?").await;
    let report = session.run("Second?").await.unwrap();
    assert_eq!(report.prefix_changes, []);
    session.set_instructions(["It is 9:41."]);
    let mut run = session.run("Third?");
    let mut told = Vec::new();
    while let Some(event) = run.next().await {
        if let What::PrefixChanged(change) = event.what {
            told.push(*change);
        }
    }
    let report = run.await.unwrap();
    assert_eq!(report.prefix_changes, told);
    assert_eq!(told[0].section, Some(PrefixSection::Instructions(0)));
    let explained = report.explain();
    assert_eq!(explained.prefix_changes, told);
    let line = "prompt cache:\n  turn 1: block 0 of the instructions is not what it was; 0 tokens were read from the cache";
    assert!(explained.to_string().contains(line), "{explained}");
    session.undo().unwrap();
    let report = session.run("Another third?").await.unwrap();
    assert_eq!(
        report.prefix_changes[0].section,
        Some(PrefixSection::Message(4))
    );
}

// R-25
#[tokio::test(start_paused = true)]
async fn a_run_with_tools_extends_its_requests_and_a_fallback_does_not() {
    let failed = ModelError::new(ErrorKind::Server, "boom");
    let own = model(
        "own",
        [
            Script::call("c1", "look", r#"{"at":"it"}"#)
                .with_usage(Usage::UNKNOWN.with_cache_read(0)),
            Script::refuse(failed),
        ],
    );
    let agent = Agent::builder(own)
        .tool(look)
        .retry(Never)
        .fallback(Chain::new().then(model("other", [Script::text("Well.")])));
    let report = agent.build().unwrap().run("Look.").await.unwrap();
    let sections: Vec<_> = report
        .prefix_changes
        .iter()
        .map(|change| &change.section)
        .collect();
    assert_eq!(sections, [&Some(PrefixSection::Model)]);
    assert_eq!(report.prefix_changes[0].turn, 2);
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_is_not_read_is_told_of_within_a_tolerance() {
    let strict = || {
        PrefixGuard::new()
            .with_slack_tokens(0)
            .with_slack_percent(0)
    };
    let cases = [
        (PrefixGuard::new(), 20_000, 19_000, None),
        (PrefixGuard::new(), 20_000, 15_000, Some((20_000, 15_000))),
        (PrefixGuard::new(), 3_000, 0, None),
        (
            PrefixGuard::new().with_slack_tokens(0),
            3_000,
            0,
            Some((3_000, 0)),
        ),
        (
            PrefixGuard::new().with_slack_percent(50),
            20_000,
            15_000,
            None,
        ),
        (strict(), 3_000, 2_999, Some((3_000, 2_999))),
        (strict(), 3_000, 3_000, None),
    ];
    for (guard, kept, read, expected) in cases {
        let case = format!("{read} of {kept} by {guard:?}");
        let agent = Agent::builder(caching([(kept, 0), (100, read)])).prefix_guard(guard);
        let session = Session::new(agent.build().unwrap());
        ask(&session, "First?").await;
        let report = session.run("Second?").await.unwrap();
        let told = report.prefix_changes.first();
        let told = told.map(|change| (change.expected.unwrap(), change.reported.unwrap()));
        assert_eq!(told, expected, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_expected_of_a_cache_after_its_time_or_where_none_was_asked_for() {
    let agent = |options: Options| {
        Agent::builder(caching([(20_000, 0), (100, 0)]))
            .options(options)
            .build()
    };
    let hour = CachePolicy::Auto(CacheTime::Hour);
    let cases = [
        (None, 299, 1),
        (None, 301, 0),
        (Some(hour.clone()), 3_599, 1),
        (Some(hour), 3_601, 0),
        (Some(CachePolicy::Off), 0, 0),
    ];
    for (cache, seconds, expected) in cases {
        let mut options = Options::new();
        options.cache = cache;
        let session = Session::new(agent(options).unwrap());
        ask(&session, "First?").await;
        tokio::time::advance(Duration::from_secs(seconds)).await;
        let report = session.run("Second?").await.unwrap();
        assert_eq!(report.prefix_changes.len(), expected, "after {seconds} s");
    }
}
