//! Conversations that are made shorter, adapted and asked about again, without copying a message.

use std::sync::Arc;

use windlass_agent::{
    Chain, CompactError, CompactErrorKind, Compacted, Compaction, Compactor, Failure, Fallback,
    FallbackStrategy, Limits, Stop, Target, What,
};
use windlass_core::{
    Abilities, Ability, Assistant, Backoff, Call, Conversation, Entry, ErrorKind, Media, Message,
    ModelError, ModelId, Never, Outcome, OutcomePart, Profile, Request, Script, Scripted, Usage,
    User, UserPart, async_trait,
};

use crate::kit::{agent, assert_legal, ended, history, looks, model, scenes, told};

/// Forgets what may be forgotten, if it is not told to fail.
enum Forgets {
    All,
    AllFor(Usage, u64),
    Nothing,
    Fails,
}

#[async_trait]
impl Compactor for Forgets {
    async fn compact(&self, work: &Compaction<'_>) -> Result<Option<Compacted>, CompactError> {
        match self {
            Forgets::Nothing => return Ok(None),
            Forgets::Fails => {
                return Err(CompactError::new(CompactErrorKind::Own, "out of paper"));
            }
            Forgets::All | Forgets::AllFor(..) => {}
        }
        let entries = work.conversation.entries().iter().enumerate();
        let kept = entries.filter(|(at, _)| !work.may_drop(*at));
        let smaller = work
            .conversation
            .with_entries(kept.map(|(_, entry)| Arc::clone(entry)))?;
        let is_smaller = smaller.len() < work.conversation.len();
        let compacted = is_smaller.then(|| Compacted::new(work, smaller));
        Ok(match self {
            Forgets::AllFor(usage, cost) => {
                compacted.map(|it| it.with_usage(*usage).with_cost(*cost))
            }
            _ => compacted,
        })
    }
}

/// A question after a long past.
fn long() -> Conversation {
    let mut conversation = Conversation::from("Once upon a time ".repeat(50));
    let call = Call::new("c0", "look", r#"{"at":"past"}"#);
    let told = Assistant::new("there was a windlass. ".repeat(50)).with(call.clone());
    conversation.push_assistant(told).unwrap();
    conversation
        .push_outcomes([Outcome::success(&call, "saw past")])
        .unwrap();
    conversation.push_user("And then?").unwrap();
    conversation
}

fn overflow() -> Script {
    Script::refuse(ModelError::new(ErrorKind::ContextOverflow, "too long"))
}

async fn check(
    conversation: Conversation,
    compactor: Option<Forgets>,
    own: Vec<Script>,
    expected: &str,
) -> (Scripted, windlass_agent::Report) {
    let model = model("own", own);
    let chain = Chain::new()
        .compacting_first()
        .then(crate::kit::model("b", [Script::text("Done.")]));
    let mut builder = agent(model.clone()).retry(Never).fallback(chain);
    if let Some(compactor) = compactor {
        builder = builder.compactor(compactor);
    }
    let (events, report) = told(builder.build().unwrap().run(conversation)).await;
    assert_eq!(scenes(&events), expected);
    assert_legal(expected, &report.conversation);
    (model, report)
}

// R-41, R-39, R-78
#[tokio::test(start_paused = true)]
async fn compacting_makes_the_conversation_shorter_and_asks_again() {
    let scripts = vec![overflow(), Script::text("The end.")];
    let (model, report) = check(
        long(),
        Some(Forgets::All),
        scripts,
        "ask:own failed:ContextOverflow compacted ask:own \"The end.\" answered",
    )
    .await;
    let asked = model.requests();
    assert_eq!(
        (asked[0].conversation.len(), asked[1].conversation.len()),
        (4, 1)
    );
    assert_eq!(history(&report.conversation), ["u 1", "a The end. []"]);
    let compaction = &report.compactions[0];
    assert_eq!(
        (compaction.messages_before, compaction.messages_after),
        (4, 1)
    );
    assert!(compaction.tokens_after < compaction.tokens_before);
    let kept = &report.conversation.entries()[0];
    assert!(
        Arc::ptr_eq(kept, &asked[0].conversation.entries()[3]),
        "what stays is shared"
    );
}

// R-41
#[tokio::test(start_paused = true)]
async fn what_gets_no_shorter_is_not_asked_again() {
    let only = "ask:own failed:ContextOverflow to:b ask:b \"Done.\" answered";
    let short = || Conversation::from("Go.");
    for (conversation, compactor, error) in [
        (
            long(),
            Some(Forgets::Nothing),
            Some("nothing more may be left out"),
        ),
        (
            short(),
            Some(Forgets::All),
            Some("nothing more may be left out"),
        ),
        (long(), Some(Forgets::Fails), Some("out of paper")),
        (long(), None, None),
    ] {
        let scripts = vec![overflow(), Script::text("The end.")];
        let (model, report) = check(conversation.clone(), compactor, scripts, only).await;
        assert_eq!(model.requests().len(), 1, "the same is not sent twice");
        assert_eq!(report.compactions, []);
        let said = report.compact_error.as_ref().map(ToString::to_string);
        assert_eq!(said.is_some(), error.is_some(), "{said:?}");
        let said = said.unwrap_or_default();
        assert!(said.ends_with(error.unwrap_or_default()), "{said}");
        assert_eq!(report.conversation.len(), conversation.len() + 1);
    }
}

// R-41, R-40
#[tokio::test(start_paused = true)]
async fn a_conversation_is_made_shorter_once_for_a_request() {
    check(
        long(),
        Some(Forgets::All),
        vec![overflow(), overflow(), Script::text("The end.")],
        "ask:own failed:ContextOverflow compacted ask:own failed:ContextOverflow to:b ask:b \"Done.\" answered",
    )
    .await;
}

// R-67, R-78
#[tokio::test(start_paused = true)]
async fn what_a_compaction_takes_counts_for_the_run_and_its_limits() {
    let usage = Usage::UNKNOWN.with_input(1_000).with_output(50);
    for (allowed, is_answered) in [(80, true), (60, false)] {
        let answer = Script::text("The end.").with_usage(Usage::UNKNOWN.with_output(20));
        let scripts = [
            overflow(),
            looks("c1").with_usage(Usage::UNKNOWN.with_output(10)),
            answer,
        ];
        let chain = Chain::new().compacting_first();
        let agent = agent(model("own", scripts)).fallback(chain);
        let agent = agent.compactor(Forgets::AllFor(usage, 7));
        let limits = Limits::default().with_output_tokens(allowed);
        let report = ended(agent.limits(limits).build().unwrap().run(long())).await;
        assert_eq!(
            report.stop == Stop::Answered,
            is_answered,
            "{:?}",
            report.stop
        );
        let output = if is_answered { 80 } else { 60 };
        assert_eq!(report.usage, usage.with_output(output));
        assert_eq!(report.cost, 7);
    }
}

/// Compacts whatever happens.
struct Compacts;

impl FallbackStrategy for Compacts {
    fn targets(&self) -> &[Target] {
        &[]
    }

    fn next(&self, _: &Failure<'_>) -> Fallback {
        Fallback::Compact
    }
}

// R-40, R-41
#[tokio::test(start_paused = true)]
async fn a_strategy_that_always_compacts_has_an_end_and_the_error_is_returned() {
    for (compactor, asked) in [(Forgets::All, 2), (Forgets::Nothing, 1)] {
        let model = model("own", (0..9).map(|_| overflow()));
        let builder = agent(model.clone()).fallback(Compacts).compactor(compactor);
        let report = ended(builder.build().unwrap().run(long())).await;
        assert_eq!(model.requests().len(), asked);
        let Stop::Failed(failed) = &report.stop else {
            panic!("{:?}", report.stop);
        };
        assert_eq!(failed.kind, ErrorKind::ContextOverflow);
    }
}

fn picture() -> Media {
    Media::from_bytes("image/png", b"\x89PNG")
}

fn blind(scripts: impl IntoIterator<Item = Script>) -> Scripted {
    let abilities = Abilities::unknown().with(Ability::Images, false);
    let profile = Profile::new(ModelId::new("other", "blind")).with_abilities(abilities);
    Scripted::new(scripts).with_profile(profile)
}

// R-9, R-39, R-58
#[tokio::test(start_paused = true)]
async fn the_next_model_is_told_of_media_that_it_cannot_take() {
    let call = Call::new("c0", "look", r#"{"at":"sky"}"#);
    let mut conversation = Conversation::from(User::new("What is this?").with(picture()));
    let answer = Assistant::new("Let me see.").with(call.clone());
    conversation.push_assistant(answer).unwrap();
    let outcome = Outcome::success(&call, "this:");
    let parts = outcome
        .parts
        .into_iter()
        .chain([OutcomePart::from(picture())]);
    let outcome = Outcome::from_parts(&call, outcome.status, parts);
    conversation.push_outcomes([outcome]).unwrap();

    let refuse = Script::refuse(ModelError::new(ErrorKind::Overloaded, ""));
    let (own, other) = (model("own", [refuse]), blind([Script::text("A sky.")]));
    let agent = agent(own.clone()).retry(Never);
    let agent = agent
        .fallback(Chain::new().then(other.clone()))
        .build()
        .unwrap();
    let report = ended(agent.run(conversation.clone())).await;

    let shares = |request: &Request, at: usize| {
        Arc::ptr_eq(
            &request.conversation.entries()[at],
            &conversation.entries()[at],
        )
    };
    let asked = &own.requests()[0];
    assert_eq!(
        [shares(asked, 0), shares(asked, 1), shares(asked, 2)],
        [true; 3]
    );
    let asked = &other.requests()[0];
    assert_eq!(
        [shares(asked, 0), shares(asked, 1), shares(asked, 2)],
        [false, true, false]
    );
    let words = "[picture (image/png), not shown]";
    let Message::User(user) = asked.conversation.entries()[0].message() else {
        panic!("the first is the user's");
    };
    assert_eq!(user.parts[1], UserPart::Text(words.into()));
    assert_eq!(
        asked.conversation.entries()[2].message().outcomes()[0].parts[1].as_text(),
        Some(words)
    );
    assert_eq!(report.warnings.len(), 1);
    let kept = report
        .conversation
        .entries()
        .iter()
        .zip(conversation.entries());
    assert!(
        kept.into_iter().all(|(one, two)| Arc::ptr_eq(one, two)),
        "the run's own is as it was"
    );
}

fn entries(request: &Request) -> Vec<*const Entry> {
    request
        .conversation
        .entries()
        .iter()
        .map(Arc::as_ptr)
        .collect()
}

// R-25, R-35, R-39, R-70
#[tokio::test(start_paused = true)]
async fn retry_fallback_and_events_copy_no_message() {
    let broken = || Script::refuse(ModelError::new(ErrorKind::Server, ""));
    let own = model(
        "own",
        [
            broken(),
            broken(),
            looks("c1"),
            broken(),
            broken(),
            broken(),
        ],
    );
    let other = model("b", [Script::text("Done.")]);
    let agent = agent(own.clone()).retry(Backoff::new().with_attempts(3));
    let agent = agent
        .fallback(Chain::new().then(other.clone()))
        .build()
        .unwrap();
    let (events, report) = told(agent.run(long())).await;
    let kept: Vec<_> = report
        .conversation
        .entries()
        .iter()
        .map(Arc::as_ptr)
        .collect();
    let requests = own.requests().into_iter().chain(other.requests());
    let requests: Vec<_> = requests.collect();
    assert_eq!(requests.len(), 7);
    for request in &requests {
        let asked = entries(request);
        assert_eq!(asked, kept[..asked.len()]);
    }
    let told = events.iter().filter_map(|event| match &event.what {
        What::AttemptStarted(started) => Some(entries(&started.request)),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    let sent: Vec<_> = requests.iter().map(entries).collect();
    assert_eq!(told, sent);
}
