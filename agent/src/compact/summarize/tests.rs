use windlass_core::{
    Assistant, Call, Conversation, Event, EventSource, EventStream, Finish, FinishReason, ModelId,
    Outcome, Prices, Profile, Script, Scripted, Usage, UserPart,
};

use super::*;
use crate::{CompactErrorKind, Compaction};

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(work)
}

/// Twenty turns with a tool, then a question.
fn said() -> Conversation {
    let mut said = Conversation::new();
    for day in 1..=20 {
        let call = Call::new(format!("c{day}"), "weather", format!(r#"{{"day":{day}}}"#));
        said.push_user(format!("How was day {day}?")).unwrap();
        said.push_assistant(Assistant::default().with(call.clone()))
            .unwrap();
        said.push_outcomes([Outcome::success(&call, "It rained all day. ".repeat(20))])
            .unwrap();
        said.push_assistant(Assistant::new("Wet.")).unwrap();
    }
    said.push_user("And tomorrow?").unwrap();
    said
}

fn run(said: &Conversation, summarize: &Summarize) -> Result<Option<Compacted>, CompactError> {
    let estimator = Approximate::default();
    block_on(Compaction::new(said, &estimator, 1_000).run(summarize))
}

fn profile() -> Profile {
    Profile::new(ModelId::new("test", "cheap"))
}

fn words(message: &Message) -> String {
    match message {
        Message::User(user) => match &user.parts[..] {
            [UserPart::Text(text)] => text.to_string(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

fn first(conversation: &Conversation) -> String {
    words(conversation.messages().next().unwrap())
}

// R-77, R-78
#[test]
fn a_summary_takes_the_place_of_what_is_old() {
    let usage = Usage::UNKNOWN.with_input(1_000).with_output(20);
    let model = Scripted::new([Script::text("It rained.").with_usage(usage)])
        .with_profile(profile().with_prices(Prices::new(1_000_000, 5_000_000)));
    let summarize = Summarize::new(model.clone()).with_size(100);
    let compacted = run(&said(), &summarize).unwrap().unwrap();
    let expected = "[Summary of earlier messages, which were left out to save room]\nIt rained.";
    assert_eq!(first(&compacted.conversation), expected);
    assert_eq!(
        words(compacted.conversation.messages().last().unwrap()),
        "And tomorrow?"
    );
    let report = compacted.report;
    assert_eq!((report.usage, report.cost), (usage, Some(1_100)));
    assert!(
        report.tokens_after <= 1_000 && report.turns_kept > 2,
        "{report:?}"
    );
    let asked = first(&model.requests()[0].conversation);
    assert!(asked.starts_with("[user] How was day 1?\n[assistant calls `weather`] {\"day\":1}\n[outcome of `weather` (Success)] It rained"));
    assert!(asked.contains("[assistant] Wet.\n") && !asked.contains("tomorrow"));
}

// R-77
#[test]
fn an_earlier_summary_is_merged() {
    let model = Scripted::new([Script::text("First."), Script::text("Both.")]);
    let summarize = Summarize::new(model.clone()).with_size(100);
    let mut once = run(&said(), &summarize).unwrap().unwrap().conversation;
    once.push_assistant(Assistant::new("Dry. ".repeat(700)))
        .unwrap();
    once.push_user("Really?").unwrap();
    let twice = run(&once, &summarize).unwrap().unwrap().conversation;
    let asked = first(&model.requests()[1].conversation);
    assert!(
        asked.starts_with("[summary of what was before] First.\n[user]"),
        "{asked}"
    );
    let summaries: Vec<_> = twice.messages().filter_map(note::summarised).collect();
    assert_eq!(summaries, ["Both."]);
}

// R-77, R-87
#[test]
fn the_request_fits_the_models_window() {
    let mut said = Conversation::new();
    for _ in 0..400 {
        said.push_user("How was it? ".repeat(500)).unwrap();
        said.push_assistant(Assistant::new("Wet. ".repeat(500)))
            .unwrap();
    }
    said.push_user("And tomorrow?").unwrap();
    let asked = |window: u64, budget: ContextBudget| {
        let model = Scripted::new([Script::text("It rained.")])
            .with_profile(profile().with_context_window(window));
        let summarize = Summarize::new(model.clone())
            .with_size(200)
            .with_budget(budget);
        run(&said, &summarize).map(|_| {
            let request = model.requests().swap_remove(0);
            Sections::of(&request, &Approximate::of(&profile().id)).total()
        })
    };
    for window in [2_000, 20_000, 200_000] {
        let tokens = asked(window, ContextBudget::new()).unwrap();
        assert!(
            tokens * 6 / 5 + 400 <= window && tokens > window / 3,
            "{tokens} of {window}"
        );
    }
    assert!(asked(200_000, ContextBudget::new().with_window(5_000)).unwrap() < 5_000);
    let error = asked(560, ContextBudget::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`test/cheap` gave no summary: its window has no room for a transcript"
    );
    let error = asked(400, ContextBudget::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`test/cheap` gave no summary: it has no room"
    );
}

// R-87
#[test]
fn prompt_size_and_options_reach_the_model() {
    let model = Scripted::new([Script::text("It rained.")]);
    let options = Options::new().with_sampling(Sampling::new().with_temperature(0.1));
    let summarize = Summarize::new(model.clone())
        .with_prompt("Be short.")
        .with_size(100)
        .with_options(options);
    run(&said(), &summarize).unwrap();
    let request = &model.requests()[0];
    assert_eq!(
        request.instructions[..],
        ["Be short. Write at most 60 words."]
    );
    let sampling = &request.options.sampling;
    assert_eq!(
        (sampling.temperature, sampling.max_output_tokens),
        (Some(0.1), Some(200))
    );
}

fn fails(script: Script) -> CompactError {
    let error = run(
        &said(),
        &Summarize::new(Scripted::new([script])).with_size(100),
    )
    .unwrap_err();
    assert_eq!(error.kind(), CompactErrorKind::Summary);
    error
}

// R-34, R-77
#[test]
fn a_failing_summary_is_a_typed_error() {
    let told = |script| fails(script).to_string();
    let overloaded = ModelError::new(ErrorKind::Overloaded, "come back later");
    let error = fails(Script::refuse(overloaded));
    assert_eq!(
        error.to_string(),
        "`scripted/script` gave no summary: it failed"
    );
    let cause = std::error::Error::source(&error)
        .unwrap()
        .downcast_ref::<ModelError>()
        .unwrap();
    assert_eq!(cause.kind(), ErrorKind::Overloaded);
    assert_eq!(
        told(Script::text("It").cut()),
        "`scripted/script` gave no summary: it failed"
    );
    let cut = Script::text("It rai").with_finish(Finish::new(FinishReason::Length, "length"));
    assert_eq!(
        told(cut),
        "`scripted/script` gave no summary: its answer ended with Length"
    );
    assert_eq!(
        told(Script::text(" ")),
        "`scripted/script` gave no summary: its answer has no words"
    );
    let long = told(Script::text("It rained all day. ".repeat(2_000)));
    assert!(
        long.starts_with("`scripted/script` gave no summary: it made "),
        "{long}"
    );
}

/// Never says anything.
struct Silent(Profile);

#[async_trait]
impl Model for Silent {
    fn profile(&self) -> &Profile {
        &self.0
    }

    async fn stream(&self, _: Request) -> Result<EventStream, ModelError> {
        Ok(EventStream::new(self.0.id.clone(), Nothing))
    }
}

struct Nothing;

impl EventSource for Nothing {
    fn poll_events(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut std::collections::VecDeque<Event>,
    ) -> std::task::Poll<Option<Result<(), ModelError>>> {
        std::task::Poll::Pending
    }
}

// R-77, R-87
#[test]
fn a_summary_has_a_deadline() {
    let summarize = Summarize::new(Silent(profile()))
        .with_size(100)
        .with_deadline(Duration::from_secs(7));
    let error = run(&said(), &summarize).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        (error.kind(), cause.as_str()),
        (CompactErrorKind::Summary, "timed out: took longer than 7s")
    );
}

// R-75, R-77
#[test]
fn no_model_is_asked_when_a_summary_would_win_nothing() {
    let model = Scripted::new([]);
    let error = run(&said(), &Summarize::new(model.clone()).with_size(50_000)).unwrap_err();
    assert_eq!(error.kind(), CompactErrorKind::TooLarge);
    assert!(model.requests().is_empty());
}
