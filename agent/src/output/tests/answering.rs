use std::time::Duration;

use serde_json::{Value, json};
use windlass_core::{
    Ability, Attempt, ErrorKind, Event, Finish, FinishReason, Message, ModelError, Outcome,
    OutcomeStatus, PartIndex, Request, RetryPolicy, Script, Scripted, UserPart, async_trait, tool,
};

use super::{City, profile};
use crate::{
    Agent, AnswerEvent, AnswerMode, Answering, Approver, AtLimit, Chain, Decision, Decisions,
    LimitKind, Limits, PendingCall, RunError, Stop, What,
};

/// The weather in a city right now.
#[tool]
fn weather(
    /// City name.
    city: String,
) -> String {
    format!("4 °C in {city}")
}

/// A tool of the user's that has the name of the one for answers.
#[tool]
fn final_answer(
    /// City name.
    city: String,
) -> String {
    format!("{city} it is")
}

const OSLO: &str = r#"{"city":"Oslo"}"#;

fn oslo() -> City {
    City {
        city: "Oslo".to_owned(),
        days: 0,
    }
}

fn model(scripts: impl IntoIterator<Item = Script>, known: &[(Ability, bool)]) -> Scripted {
    Scripted::new(scripts).with_profile(profile(known))
}

fn plain(model: &Scripted) -> Agent {
    Agent::builder(model.clone()).build().expect("no tools")
}

fn armed(model: &Scripted) -> Agent {
    Agent::builder(model.clone())
        .tool(weather)
        .build()
        .expect("one tool")
}

fn ask(agent: &Agent) -> Answering<City> {
    agent.run("Where is it colder?").answer()
}

fn stop(result: Result<crate::Answered<City>, RunError>) -> Stop {
    result.expect_err("there is no value").stop().clone()
}

/// The texts of the last message that the model was sent.
fn told(request: &Request) -> Vec<String> {
    match request.conversation.messages().last() {
        Some(Message::Outcomes(outcomes)) => outcomes.0.iter().map(Outcome::text).collect(),
        Some(Message::User(user)) => user.parts.iter().filter_map(said).collect(),
        _ => Vec::new(),
    }
}

fn said(part: &UserPart) -> Option<String> {
    match part {
        UserPart::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

#[tokio::test]
async fn a_schema_a_tool_or_instructions_give_the_value() {
    let native = model([Script::text(OSLO)], &[(Ability::Schema, true)]);
    let answered = ask(&plain(&native)).await.expect("the text fits");
    assert_eq!(answered.value, oslo());
    assert_eq!(
        answered.report.value.map(|json| json.to_string()),
        Some(OSLO.to_owned())
    );
    assert!(native.requests()[0].options.output.is_some());

    let prompted = model([Script::text(format!("Sure:\n```json\n{OSLO}\n```"))], &[]);
    assert_eq!(
        ask(&plain(&prompted))
            .await
            .expect("it is in the text")
            .value,
        oslo()
    );
    assert_eq!(prompted.requests()[0].instructions.len(), 1);

    let scripts = [
        Script::call("c1", "weather", OSLO),
        Script::call("c2", "final_answer", OSLO),
    ];
    let calling = model(scripts, &[(Ability::Tools, true)]);
    let answered = ask(&armed(&calling)).await.expect("the call fits");
    assert_eq!(
        (answered.value, answered.report.stop),
        (oslo(), Stop::Answered)
    );
    assert_eq!(told(&calling.requests()[1]), ["4 °C in Oslo"]);
    let last = answered.report.conversation.messages().last();
    let Some(Message::Outcomes(outcomes)) = last else {
        panic!("{last:?} is no outcome");
    };
    assert_eq!(
        (outcomes.0.len(), outcomes.0[0].status),
        (1, OutcomeStatus::Success)
    );
}

// R-87
#[tokio::test]
async fn what_does_not_fit_is_told_and_tried_again_as_often_as_is_allowed() {
    for (tries, wrong, is_value) in [
        (0, 0, true),
        (0, 1, false),
        (1, 1, true),
        (1, 2, false),
        (3, 3, true),
    ] {
        for known in [
            &[(Ability::Schema, true)],
            &[(Ability::Tools, true)],
            &[(Ability::Tools, false)],
        ] {
            let is_call = known == &[(Ability::Tools, true)];
            let script = |id: &str, json: &str| match is_call {
                true => Script::call(id, "final_answer", json),
                false => Script::text(json),
            };
            let scripts = (0..wrong).map(|at| script(&format!("c{at}"), r#"{"city":7}"#));
            let model = model(scripts.chain([script("c9", OSLO)]), known);
            let result = ask(&plain(&model)).with_tries(tries).await;
            let requests = model.requests();
            assert_eq!(
                requests.len(),
                if is_value { wrong + 1 } else { wrong },
                "{tries} {wrong}"
            );
            for request in &requests[1..] {
                let told = told(request);
                assert!(
                    told[0].starts_with("`city`: expected a string, found integer 7; "),
                    "{told:?}"
                );
            }
            match is_value {
                true => assert_eq!(result.expect("the last one fits").value, oslo()),
                false => {
                    assert!(matches!(stop(result), Stop::Unfit(why) if why.starts_with("`city`")));
                }
            }
        }
    }
}

// R-87
#[tokio::test]
async fn mode_name_and_validators_count() {
    let known = &[(Ability::Schema, true)];
    let model = model(
        [
            Script::call("c1", "city", OSLO),
            Script::call("c2", "city", r#"{"city":"Rome"}"#),
        ],
        known,
    );
    let answering = ask(&plain(&model))
        .with_mode(AnswerMode::Tool)
        .with_name("city");
    let answering = answering.with_validator(|city| match city.city.as_str() {
        "Rome" => Ok(()),
        other => Err(format!("it is not colder in {other}")),
    });
    assert_eq!(
        answering.await.expect("the second one is right").value.city,
        "Rome"
    );
    let requests = model.requests();
    assert_eq!(requests[0].tools.specs()[0].name, "city");
    assert_eq!(requests[0].options.output, None);
    assert!(told(&requests[1])[0].starts_with("it is not colder in Oslo; "));
}

// R-49
#[tokio::test]
async fn an_answer_beside_other_calls_is_put_off() {
    let scripts = [
        Script::call("c1", "final_answer", r#"{"city":"Rome"}"#).then_call("c2", "weather", OSLO),
        Script::call("c3", "final_answer", OSLO),
    ];
    let model = model(scripts, &[]);
    let answered = ask(&armed(&model)).await.expect("the second one is taken");
    assert_eq!(answered.value, oslo());
    let told = told(&model.requests()[1]);
    assert!(told[0].starts_with("not taken: "), "{told:?}");
    assert_eq!(told[1], "4 °C in Oslo");
}

/// Decides on nothing.
struct Later;

#[async_trait]
impl Approver for Later {
    async fn decide(&self, _: &[PendingCall]) -> Decisions {
        Decisions::new()
    }
}

// R-63
#[tokio::test]
async fn an_answer_beside_a_call_that_waits_is_put_off_and_asked_for_after_it() {
    let scripts = [
        Script::call("c1", "final_answer", OSLO).then_call("c2", "weather", OSLO),
        Script::call("c3", "final_answer", OSLO),
    ];
    let model = model(scripts, &[]);
    let agent = Agent::builder(model.clone()).tool(weather).approver(Later);
    let agent = agent.build().expect("one tool");
    let error = ask(&agent).await.expect_err("nobody has decided");
    let paused = error.into_report().paused.expect("a call waits");
    let decisions = Decisions::new().with("c2", Decision::Allow);
    let answered = agent.resume(paused, decisions).answer::<City>().await;
    assert_eq!(answered.expect("it is given again").value, oslo());
    let told = told(&model.requests()[1]);
    assert!(told[0].starts_with("not taken: "), "{told:?}");
    assert_eq!(told[1], "4 °C in Oslo");
}

#[tokio::test]
async fn a_value_that_was_gone_on_from_is_not_the_answer() {
    let scripts = [Script::text(OSLO), Script::call("c1", "weather", OSLO)];
    let agent = Agent::builder(model(scripts, &[(Ability::Schema, true)])).tool(weather);
    let agent = agent.approver(Later).build().expect("one tool");
    let mut answering = ask(&agent);
    while let Some(event) = answering.next().await {
        if matches!(event, AnswerEvent::Run(event) if matches!(event.what, What::Text { .. })) {
            answering.run().handle().steer("Are you sure?");
        }
    }
    assert_eq!(stop(answering.await), Stop::Paused);
}

// R-39
#[tokio::test]
async fn each_model_is_asked_in_its_own_way() {
    let overloaded = ModelError::new(ErrorKind::Overloaded, "no room");
    let first = model([Script::refuse(overloaded)], &[(Ability::Schema, true)]);
    let second = model([Script::text(OSLO)], &[(Ability::Schema, false)]);
    let agent = Agent::builder(first.clone())
        .fallback(Chain::new().then(second.clone()))
        .retry(windlass_core::Never)
        .build()
        .expect("no tools");
    assert_eq!(
        ask(&agent).await.expect("the second model answers").value,
        oslo()
    );
    let (first, second) = (&first.requests()[0], &second.requests()[0]);
    assert!(first.options.output.is_some() && first.instructions.is_empty());
    assert!(second.options.output.is_none() && second.instructions.len() == 1);
}

/// What a consumer sees: values as JSON, and `null` where what was shown is void.
async fn shown(answering: &mut Answering<City>) -> Vec<Value> {
    let mut shown = Vec::new();
    while let Some(event) = answering.next().await {
        match event {
            AnswerEvent::Partial(partial) => shown.push(partial.value().clone()),
            AnswerEvent::Run(event) if matches!(event.what, What::Discarded) => {
                shown.push(Value::Null);
            }
            AnswerEvent::Run(_) => {}
        }
    }
    shown
}

#[tokio::test]
async fn the_value_is_shown_while_it_is_written() {
    let text = || Script::text(r#"Here: {"city": "New York", "days": 2} as asked"#);
    let call = || {
        let said = Script::text("Let me {see}.");
        said.then_call("c1", "final_answer", r#"{"city": "New York", "days": 2}"#)
    };
    let expected = [
        json!({}),
        json!({"city": "New "}),
        json!({"city": "New York"}),
        json!({"city": "New York", "days": 2}),
    ];
    for (script, known) in [
        (text(), &[(Ability::Schema, true)]),
        (text(), &[(Ability::Tools, false)]),
        (call(), &[(Ability::Tools, true)]),
    ] {
        let iterated = model([script.clone()], known);
        let mut answering = ask(&plain(&iterated));
        assert_eq!(shown(&mut answering).await, expected);
        let iterated = answering.await.expect("it fits");
        let awaited = ask(&plain(&model([script], known))).await.expect("it fits");
        assert_eq!(iterated.value, awaited.value);
        assert_eq!(iterated.report.conversation, awaited.report.conversation);
    }
}

#[tokio::test]
async fn a_list_is_shown_without_the_object_around_it() {
    let model = model([Script::text(r#"{"value": [1, 2, 3]}"#)], &[]);
    let mut answering = plain(&model).run("Count.").answer::<Vec<u8>>();
    let mut shown = Vec::new();
    while let Some(event) = answering.next().await {
        if let AnswerEvent::Partial(partial) = event {
            shown.push(partial.parse::<Vec<u8>>().expect("numbers are whole"));
        }
    }
    assert_eq!(shown, [vec![1], vec![1, 2], vec![1, 2, 3]]);
    assert_eq!(answering.await.expect("it fits").value, [1, 2, 3]);
}

#[tokio::test]
async fn a_partial_value_that_is_no_such_type_says_why() {
    let model = model([Script::text(r#"{"city": 7} "#)], &[]);
    let mut answering = ask(&plain(&model));
    let mut wrong = Vec::new();
    while let Some(event) = answering.next().await {
        if let AnswerEvent::Partial(partial) = event {
            wrong.extend(partial.parse::<City>().err().map(|error| error.to_string()));
        }
    }
    assert_eq!(
        wrong,
        [
            "`city` is missing",
            "`city`: expected a string, found integer 7"
        ]
    );
}

/// Asks again whatever happens.
struct Again;

impl RetryPolicy for Again {
    fn decide(&self, _: &Attempt<'_>) -> windlass_core::Decision {
        windlass_core::Decision::Retry(Duration::ZERO)
    }
}

// R-35
#[tokio::test(start_paused = true)]
async fn what_was_shown_of_a_failed_attempt_is_void() {
    let overloaded = ModelError::new(ErrorKind::Overloaded, "no room");
    let model = model(
        [
            Script::text(r#"{"city": "Ro"#).fail(overloaded),
            Script::text(r#"{"city": "Oslo"}"#),
        ],
        &[],
    );
    let agent = Agent::builder(model)
        .retry(Again)
        .build()
        .expect("no tools");
    let mut answering = ask(&agent);
    let (empty, part) = (json!({}), json!({"city": "Ro"}));
    let expected = [
        empty.clone(),
        part,
        Value::Null,
        empty,
        json!({"city": "Oslo"}),
    ];
    assert_eq!(shown(&mut answering).await, expected);
    assert_eq!(
        answering.await.expect("the second attempt fits").value,
        oslo()
    );
}

// R-35
#[tokio::test]
async fn what_a_model_takes_back_itself_is_void() {
    let part = PartIndex(0);
    let text = |text: &str| Event::Text {
        part,
        text: text.into(),
    };
    let finish = Event::Finish(Finish::new(FinishReason::Stop, "stop"));
    let discarded = Event::Discarded { attempt: 1 };
    let script = Script::events([text(r#"{"city":"Ro"#), discarded, text(OSLO), finish]);
    let mut answering = ask(&plain(&model([script], &[])));
    let expected = [json!({"city": "Ro"}), Value::Null, json!({"city": "Oslo"})];
    assert_eq!(shown(&mut answering).await, expected);
    assert_eq!(answering.await.expect("the second one fits").value, oslo());
}

#[tokio::test]
async fn a_tool_of_the_same_name_is_no_answer() {
    let model = model(
        [
            Script::call("c1", "final_answer", OSLO),
            Script::text(r#"{"city":"Rome"}"#),
        ],
        &[],
    );
    let agent = Agent::builder(model)
        .tool(final_answer)
        .build()
        .expect("one tool");
    let mut answering = ask(&agent);
    assert_eq!(shown(&mut answering).await, [json!({"city": "Rome"})]);
    assert_eq!(answering.await.expect("the text fits").value.city, "Rome");
}

// R-67
#[tokio::test]
async fn a_run_that_ends_without_a_value_is_an_error_with_its_report() {
    let model = model([Script::call("c1", "weather", OSLO)], &[]);
    let limits = Limits::default().with_turns(1).at_limit(AtLimit::Stop);
    let error = armed(&model)
        .run("Where?")
        .with_limits(limits)
        .answer::<City>()
        .await;
    let error = error.expect_err("one turn is too few");
    assert!(matches!(error.stop(), Stop::Limit(reached) if reached.limit == LimitKind::Turns));
    assert_eq!(error.report().conversation.len(), 3);

    let handle = ask(&armed(&model)).run().handle();
    handle.cancel();
    let answering = ask(&armed(&model));
    answering.run().handle().cancel();
    assert!(matches!(stop(answering.await), Stop::Cancelled(_)));
}

#[tokio::test]
async fn a_run_that_was_asked_too_late_is_read_all_the_same() {
    for (text, is_value) in [(OSLO, true), ("It is Oslo.", false)] {
        let mut run = plain(&model([Script::text(text)], &[])).run("Where?");
        assert!(run.next().await.is_some());
        let result = run.answer::<City>().await;
        match is_value {
            true => assert_eq!(result.expect("the text fits").value, oslo()),
            false => assert!(matches!(stop(result), Stop::Unfit(_))),
        }
    }
}
