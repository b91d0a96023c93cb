use windlass_core::{Assistant, Call, Conversation, ModelId, Outcome, Request, Sampling, Usage};

use super::*;

fn profile(window: Option<u64>, answer: Option<u64>) -> Profile {
    let mut profile = Profile::new(ModelId::new("test", "model"));
    (profile.context_window, profile.max_output) = (window, answer);
    profile
}

fn answering(tokens: u64) -> Options {
    Options::new().with_sampling(Sampling::new().with_max_output_tokens(tokens))
}

// R-73, R-87
#[test]
fn the_window_is_the_users_or_the_smallest_of_the_chain() {
    let budget = ContextBudget::new;
    let (large, small) = (profile(Some(200_000), None), profile(Some(8_000), None));
    let silent = profile(None, None);
    let cases: [(ContextBudget, &[&Profile], u64); 7] = [
        (budget(), &[], 128_000),
        (budget(), &[&silent], 128_000),
        (budget().with_default_window(4_000), &[&silent], 4_000),
        (budget().with_default_window(4_000), &[&large], 200_000),
        (budget(), &[&large, &small, &silent], 8_000),
        (
            budget().with_window(1_000_000),
            &[&large, &small],
            1_000_000,
        ),
        (
            budget().with_window(1_000).with_default_window(4_000),
            &[],
            1_000,
        ),
    ];
    for (budget, chain, window) in cases {
        let room = budget.room(chain.iter().copied(), &Options::new()).unwrap();
        assert_eq!(room.window, window, "{budget:?}");
        let source = match (budget.window, window) {
            (Some(_), _) => WindowSource::User,
            (None, 4_000 | 128_000) => WindowSource::Default,
            (None, _) => WindowSource::Model(ModelId::new("test", "model")),
        };
        assert_eq!(room.source, source);
    }
}

// R-73, R-87
#[test]
fn the_answer_keeps_its_room() {
    let reserve = |budget: ContextBudget, answer, options: Options| {
        budget
            .room([&profile(Some(100_000), answer)], &options)
            .map(|room| room.reserve)
    };
    let budget = ContextBudget::new;
    assert_eq!(reserve(budget(), None, Options::new()), Ok(4_096));
    assert_eq!(reserve(budget(), Some(8_000), Options::new()), Ok(8_000));
    assert_eq!(
        reserve(budget(), Some(64_000), Options::new()),
        Ok(25_000),
        "not more than a quarter unasked"
    );
    assert_eq!(
        reserve(budget(), Some(8_000), answering(64_000)),
        Ok(64_000)
    );
    assert_eq!(
        reserve(budget().with_reserve(500), Some(8_000), answering(64_000)),
        Ok(500)
    );
    let error = reserve(budget(), None, answering(100_000)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer is to have 100000 tokens, and the window has 100000"
    );
    assert!(error.hint().contains("reserve"));
}

fn request() -> Request {
    let call = Call::new("c", "weather", r#"{"city":"Oslo"}"#);
    let mut said = Conversation::from("Is it warmer in Oslo or in Rome?");
    said.push_assistant(Assistant::new("Let me look.").with(call.clone()))
        .unwrap();
    said.push_outcomes([Outcome::success(&call, "4 °C and rain. ".repeat(50))])
        .unwrap();
    Request::new(said).with_instructions("Answer in one sentence.")
}

// R-73
#[test]
fn a_request_is_told_apart_by_sections() {
    let sections = Sections::of(&request(), &Approximate::default());
    assert!(sections.outputs > sections.history && sections.history > sections.instructions);
    assert_eq!(sections.fixed(), sections.instructions);
    let all = Approximate::default().conversation(&request().conversation);
    assert_eq!(sections.total(), all + sections.fixed());
}

// R-73, R-74, R-75
#[test]
fn what_was_reported_counts_and_only_the_rest_is_estimated() {
    let sections = Sections {
        history: 1_000,
        outputs: 3_000,
        ..Sections::default()
    };
    let factor = Factor {
        ratio: 1.5,
        bound: 0.1,
    };
    let room = ContextBudget::new().with_window(10_000).with_reserve(2_000);
    let room = room.room([], &Options::new()).unwrap();
    let weigh = |reported: Option<(u64, u64)>| {
        let reported = reported.and_then(|(input, estimated)| {
            Reported::new(estimated, Usage::UNKNOWN.with_input(input))
        });
        let taken = room.weigh(&sections, factor, reported.as_ref());
        (
            taken.input,
            taken.margin,
            taken.free(),
            taken.sections.outputs,
        )
    };
    assert_eq!(weigh(None), (6_000, 600, 1_400, 4_500));
    assert_eq!(weigh(Some((5_000, 3_800))), (5_300, 30, 2_670, 3_975));
    assert_eq!(weigh(Some((4_000, 4_000))), (4_000, 0, 4_000, 3_000));
    assert_eq!(
        weigh(Some((9_000, 8_000))),
        (6_000, 600, 1_400, 4_500),
        "a report of a longer past is stale"
    );
    assert_eq!(
        weigh(Some((0, 8_000))),
        (6_000, 600, 1_400, 4_500),
        "nothing was reported"
    );
}

// R-73, R-87
#[test]
fn a_warning_comes_before_the_limit() {
    let taken = |history: u64, percent| {
        let budget = ContextBudget::new().with_window(10_000).with_reserve(2_000);
        let room = budget
            .with_warning_percent(percent)
            .room([], &Options::new())
            .unwrap();
        let sections = Sections {
            history,
            ..Sections::default()
        };
        let exact = Factor {
            ratio: 1.0,
            bound: 0.0,
        };
        let taken = room.weigh(&sections, exact, None);
        (taken.is_near(), taken.fits())
    };
    assert_eq!(taken(6_399, 80), (false, true));
    assert_eq!(taken(6_400, 80), (true, true));
    assert_eq!(taken(6_400, 90), (false, true));
    assert_eq!(taken(8_000, 80), (true, true));
    assert_eq!(taken(8_001, 80), (true, false));
}

// R-73, R-87
#[test]
fn the_target_leaves_room_for_what_cannot_shrink_and_for_the_margin() {
    let budget = ContextBudget::new()
        .with_window(10_000)
        .with_reserve(2_000)
        .with_aim_percent(50);
    let room = budget.room([], &Options::new()).unwrap();
    let estimator = Approximate::default();
    let scaled = Scaled::new(
        &estimator,
        Factor {
            ratio: 2.0,
            bound: 0.25,
        },
    );
    let sections = Sections {
        instructions: 300,
        tools: 200,
        history: 9_000,
        ..Sections::default()
    };
    let said = Conversation::from("Hello");
    let work = room.work(&said, &sections, &scaled);
    assert_eq!((work.target, work.aim), (6_400 - 1_000, 3_200 - 1_000));
}

#[test]
fn breakdowns_and_budgets_are_data() {
    let room = ContextBudget::new()
        .with_window(10_000)
        .room([], &Options::new())
        .unwrap();
    let sections = Sections::of(&request(), &Approximate::default());
    let taken = room.weigh(&sections, Factor::default(), None);
    let json = serde_json::to_string(&taken).unwrap();
    assert_eq!(serde_json::from_str::<ContextUse>(&json).unwrap(), taken);
    assert!(taken.utilisation() > 0.0 && taken.utilisation() < 1.0);
    let budget: ContextBudget = serde_json::from_str(r#"{"window":5}"#).unwrap();
    assert_eq!(budget, ContextBudget::new().with_window(5));
}

// R-74
#[test]
fn what_fits_fits_with_its_margin() {
    for (ratio, bound) in [(1.0, 0.2), (1.3, 0.02), (0.4, 2.5), (1.0, 0.0)] {
        let factor = Factor { ratio, bound };
        for room in [0, 1, 7, 999, 128_000] {
            let tokens = factor.fitting(room);
            assert!(tokens + factor.margin(tokens) <= room);
            assert!(tokens + 1 + factor.margin(tokens + 1) > room || bound > 0.0);
        }
    }
}
