//! What is changed between runs counts from the next one on, and what is counted is right.

use std::time::{Duration, UNIX_EPOCH};

use windlass_agent::{
    Agent, KeepRecent, Limits, Session, SessionErrorKind, SessionId, Stop, Target, Toolbox, What,
};
use windlass_core::{
    ModelId, Options, Prices, Profile, Sampling, Script, Scripted, State, ToolChoice, Usage,
};

use crate::kit::{Parrot, agent, ask, look, model, nap, texts, used};

fn warm(temperature: f64) -> Options {
    Options::new().with_sampling(Sampling::new().with_temperature(temperature))
}

// R-87, R-61
#[tokio::test(start_paused = true)]
async fn everything_that_can_be_set_reaches_the_next_request() {
    let parrot = Parrot::new();
    let session = Session::new(
        Agent::builder(parrot.clone())
            .instructions("One.")
            .build()
            .unwrap(),
    );
    ask(&session, "First?").await;
    session.set_instructions(["Two.", "Three."]);
    session.set_tools(Toolbox::new().with(look).unwrap());
    session.set_options(warm(0.5).with_tool_choice(ToolChoice::Auto));
    ask(&session, "Second?").await;
    session.set_options(warm(0.7));
    session.run("Third?").with_options(warm(0.9)).await.unwrap();
    ask(&session, "Fourth?").await;
    let other = session
        .agent()
        .rebuild()
        .without_instructions()
        .without_tools();
    session.set_agent(other.build().unwrap());
    ask(&session, "Fifth?").await;
    let asked = parrot.requests.lock().unwrap();
    let said = asked.iter().map(|request| {
        let temperature = request.options.sampling.temperature;
        (
            request.instructions.len(),
            request.tools.specs().len(),
            temperature,
        )
    });
    let expected = [
        (1, 0, None),
        (2, 1, Some(0.5)),
        (2, 1, Some(0.9)),
        (2, 1, Some(0.7)),
        (0, 0, Some(0.7)),
    ];
    assert!(said.eq(expected), "{asked:?}");
    assert_eq!(
        asked[2].options.tool_choice, None,
        "options are replaced, not merged"
    );
}

// R-87
#[tokio::test(start_paused = true)]
async fn another_model_answers_and_its_own_options_win() {
    let session = Session::new(texts(["One."]).options(warm(0.1)).build().unwrap());
    ask(&session, "First?").await;
    let other = model("other", [Script::text("Two."), Script::text("Three.")]);
    session.set_model(Target::from(other.clone()).with_options(warm(0.2)));
    assert_eq!(ask(&session, "Second?").await, "Two.");
    session.set_options(warm(0.3));
    session.set_model(other.clone());
    assert_eq!(ask(&session, "Third?").await, "Three.");
    let warmth = |at: usize| other.requests()[at].options.sampling.temperature;
    assert_eq!((warmth(0), warmth(1)), (Some(0.2), Some(0.3)));
    let built = session
        .agent()
        .rebuild()
        .model(model("third", []))
        .build()
        .unwrap();
    assert!(format!("{built:?}").contains("third"));
}

// R-87, R-61
#[tokio::test(start_paused = true)]
async fn tools_of_a_live_run_change_with_its_next_turn() {
    let scripts = ["one", "two"].map(|at| Script::call(at, "look", r#"{"at":"it"}"#));
    let session = Session::new(
        agent(scripts.into_iter().chain([Script::text("Well.")]))
            .build()
            .unwrap(),
    );
    let mut run = session.run("Look twice.");
    while let Some(event) = run.next().await {
        if let What::ToolEnded(_) = event.what {
            session.set_tools(Toolbox::new().with(nap).unwrap());
        }
    }
    let conversation = run.await.unwrap().conversation;
    let outcomes: Vec<_> = conversation
        .messages()
        .flat_map(windlass_core::Message::outcomes)
        .collect();
    assert_eq!(outcomes[0].text(), "saw it");
    assert!(outcomes[1].status.is_failure(), "{outcomes:?}");
}

// R-87, R-67
#[tokio::test(start_paused = true)]
async fn limits_and_what_tools_share_are_of_the_run() {
    let scripts = ["a", "b", "c"].map(|at| Script::call(at, "look", r#"{"at":"it"}"#));
    let session = Session::new(agent(scripts).build().unwrap());
    session.set_limits(Limits::default().with_turns(1));
    let report = session.run("Look.").with_state(State::new()).await.unwrap();
    assert!(matches!(report.stop, Stop::Limit(_)), "{:?}", report.stop);
    let report = session
        .go_on()
        .with_limits(Limits::default().with_turns(2))
        .await
        .unwrap();
    assert_eq!(report.turns, 2);
}

// R-87
#[tokio::test(start_paused = true)]
async fn status_counts_what_forgotten_and_dropped_runs_used_too() {
    let prices = Prices::new(1_000_000, 2_000_000);
    let profile = Profile::new(ModelId::new("test", "priced")).with_prices(prices);
    let scripts = ["One.", "Two words.", "Three."].map(|text| used(Script::text(text)));
    let priced = Scripted::new(scripts).with_profile(profile);
    let born = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let session = Session::new(Agent::builder(priced).build().unwrap())
        .with_id(SessionId::new("ses_7"))
        .with_created_at(born);
    ask(&session, "First?").await;
    ask(&session, "Second?").await;
    session.undo().unwrap();
    let mut run = session.run("Third?");
    run.next().await;
    while let Some(event) = run.next().await {
        if let What::TurnEnded { .. } = event.what {
            break;
        }
    }
    drop(run);
    let status = session.status();
    assert_eq!((status.id.as_str(), status.created_at), ("ses_7", born));
    assert_eq!((status.messages, status.runs, status.attempts), (2, 1, 3));
    let all = Usage::UNKNOWN.with_input(300).with_output(30);
    assert_eq!((status.usage, status.cost, status.unpriced), (all, 360, 0));
    assert_eq!(status.models, [(ModelId::new("test", "priced"), all)]);
    let fork = session.fork().status();
    assert_eq!(
        (fork.messages, fork.usage, fork.attempts),
        (2, Usage::UNKNOWN, 0)
    );
    session.clear().unwrap();
    assert_eq!(
        (session.status().messages, session.status().usage),
        (0, all)
    );
}

#[tokio::test(start_paused = true)]
async fn context_follows_what_the_provider_counted() {
    let scripts = ["One.", "Two."].map(|text| {
        Script::text(text).with_usage(Usage::UNKNOWN.with_input(5_000).with_output(10))
    });
    let profile = Profile::new(ModelId::new("test", "small"))
        .with_context_window(20_000)
        .with_max_output(1_000);
    let small = Scripted::new(scripts).with_profile(profile);
    let session = Session::new(Agent::builder(small).build().unwrap());
    let empty = session.status().context.unwrap();
    assert_eq!(
        (empty.window, empty.reserve, empty.input),
        (20_000, 1_000, 0)
    );
    ask(&session, "First?").await;
    let context = session.status().context.unwrap();
    assert!((5_000..5_100).contains(&context.input), "{context:?}");
    session.undo().unwrap();
    assert_eq!(session.status().context.unwrap().input, 0);
    let all = Options::new().with_sampling(Sampling::new().with_max_output_tokens(20_000));
    session.set_options(all);
    assert_eq!(
        session.status().context,
        None,
        "the answer has the whole window"
    );
}

// R-78
#[tokio::test(start_paused = true)]
async fn a_forced_compaction_reports_and_moves_the_runs() {
    let session = Session::new(texts(["1.", "2.", "3.", "4.", "5."]).build().unwrap());
    for question in ["1?", "2?", "3?", "4?"] {
        ask(&session, question).await;
    }
    let error = session.compact_now().await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::NoCompactor);
    let with = session.agent().rebuild().compactor(KeepRecent::new());
    session.set_agent(with.build().unwrap());
    let before = session.status();
    let report = session.compact_now().await.unwrap();
    let after = session.status();
    assert_eq!(
        (report.messages_before, report.messages_after),
        (before.messages, after.messages)
    );
    assert!(report.tokens_after < report.tokens_before);
    let context = (before.context.unwrap(), after.context.unwrap());
    assert!(context.1.input < context.0.input);
    let runs = session.runs();
    assert!(!runs.is_empty() && runs.len() < 4);
    session.undo().unwrap();
    assert_eq!(session.status().messages, runs.last().unwrap().begins);
    assert_eq!(ask(&session, "5?").await, "5.");
}

#[tokio::test(start_paused = true)]
async fn nothing_to_make_smaller_is_no_error() {
    let session = Session::new(texts(["1."]).compactor(KeepRecent::new()).build().unwrap());
    let report = session.compact_now().await.unwrap();
    assert_eq!((report.messages_before, report.messages_after), (0, 0));
    ask(&session, "1?").await;
    let report = session.compact_now().await.unwrap();
    assert_eq!(report.tokens_before, report.tokens_after);
}
