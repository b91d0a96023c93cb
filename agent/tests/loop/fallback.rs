//! Where a request goes that a model did not answer, or not well.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use windlass_agent::{
    Agent, AgentEvent, Cause, Chain, Failure, Fallback, FallbackStrategy, Flaw, Limits, Opaque,
    Shortening, Stop, Target, TargetIndex, Verdict, What,
};
use windlass_core::{
    Assistant, Effort, ErrorKind, Finish, FinishReason, ModelError, Never, Options, Reasoning,
    Response, Sampling, Script, Scripted,
};

use crate::kit::{agent, ended, history, looks, model, scenes, told};

fn refuse(kind: ErrorKind) -> Script {
    Script::refuse(ModelError::new(kind, "no"))
}

fn done() -> Script {
    Script::text("Done.")
}

/// What a chain makes of the answers of three models: `own`, and `b` and `c` behind it.
async fn check(
    chain: impl Fn(Scripted, Scripted) -> Chain,
    scripts: [Vec<Script>; 3],
    expected: &str,
) {
    let [own, b, c] = scripts;
    let chain = chain(model("b", b), model("c", c));
    let agent = agent(model("own", own)).retry(Never).fallback(chain);
    let (events, report) = told(agent.build().unwrap().run("Go.")).await;
    assert_eq!(scenes(&events), expected);
    let asked = expected.matches("ask:").count();
    assert_eq!(
        report.attempts.len(),
        asked,
        "each attempt is on the report"
    );
    let failed = expected.matches("failed:").count() + expected.matches("rejected:").count();
    let noted = report
        .attempts
        .iter()
        .filter(|attempt| !attempt.is_success());
    assert_eq!(noted.count(), failed);
    let answers = history(&report.conversation).len();
    assert!(answers <= 2, "what is void is not in the conversation");
}

//
#[tokio::test(start_paused = true)]
async fn a_chain_goes_on_by_the_kind_of_the_error() {
    use ErrorKind::{Authentication, ContentFiltered, InvalidRequest, Overloaded};
    let line = |b, c| Chain::new().then(b).then(c);
    check(
        line,
        [vec![refuse(Overloaded)], vec![done()], vec![]],
        "ask:own failed:Overloaded to:b ask:b \"Done.\" answered",
    )
    .await;
    check(
        line,
        [
            vec![refuse(Overloaded)],
            vec![refuse(Authentication)],
            vec![done()],
        ],
        "ask:own failed:Overloaded to:b ask:b failed:Authentication to:c ask:c \"Done.\" answered",
    )
    .await;
    check(
        line,
        [
            vec![refuse(Overloaded)],
            vec![refuse(Overloaded)],
            vec![refuse(Overloaded)],
        ],
        "ask:own failed:Overloaded to:b ask:b failed:Overloaded to:c ask:c failed:Overloaded",
    )
    .await;
    check(
        line,
        [vec![refuse(InvalidRequest)], vec![done()], vec![]],
        "ask:own failed:InvalidRequest",
    )
    .await;
    check(
        line,
        [vec![refuse(ContentFiltered)], vec![done()], vec![]],
        "ask:own failed:ContentFiltered",
    )
    .await;
    check(
        |b, c| Chain::new().then(b).on(Authentication, c),
        [
            vec![refuse(Authentication)],
            vec![done()],
            vec![refuse(Overloaded)],
        ],
        "ask:own failed:Authentication to:c ask:c failed:Overloaded to:b ask:b \"Done.\" answered",
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn a_chain_goes_on_after_output_only_if_it_discards() {
    let broken = || Script::text("One two").fail(ModelError::new(ErrorKind::Server, "no"));
    check(
        |b, _| Chain::new().then(b),
        [vec![broken()], vec![done()], vec![]],
        "ask:own \"One two\" failed:Server",
    )
    .await;
    check(
        |b, _| Chain::new().then(b).discarding_output(),
        [vec![broken()], vec![done()], vec![]],
        "ask:own \"One two\" failed:Server to:b void ask:b \"Done.\" answered",
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn a_finished_answer_can_be_turned_down() {
    let ends = |reason| Script::text("Well.").with_finish(Finish::new(reason, ""));
    for (flaw, script, expected) in [
        (
            Flaw::Empty,
            Script::new(),
            "ask:own rejected:the answer is empty",
        ),
        (
            Flaw::Refused,
            ends(FinishReason::Refused),
            "ask:own \"Well.\" rejected:the model declined to answer",
        ),
        (
            Flaw::Cut,
            ends(FinishReason::Length),
            "ask:own \"Well.\" rejected:the answer was cut by the limit on output tokens",
        ),
        (
            Flaw::MalformedCall,
            ends(FinishReason::MalformedCall),
            "ask:own \"Well.\" rejected:the answer has a call that the provider could not read",
        ),
    ] {
        let is_shown = expected.contains('"');
        let void = if is_shown { " void" } else { "" };
        let healed = format!("{expected} to:b{void} ask:b \"Done.\" answered");
        let chain = |b, _| Chain::new().then(b).rejecting([flaw]);
        check(chain, [vec![script.clone()], vec![done()], vec![]], &healed).await;
        let alone = |_, _| Chain::new().rejecting([flaw]);
        check(alone, [vec![script], vec![], vec![]], expected).await;
    }
    let long = |response: &Response| match response.message.text().len() {
        0..6 => Err("too short"),
        _ => Ok(()),
    };
    check(
        |b, c| Chain::new().then(b).then(c).with_validator(long),
        [
            vec![Script::text("Hm.")],
            vec![Script::text("Well.")],
            vec![Script::text("At last.")],
        ],
        "ask:own \"Hm.\" rejected:too short to:b void ask:b \"Well.\" rejected:too short to:c void \
         ask:c \"At last.\" answered",
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn the_last_answer_that_was_turned_down_is_kept_and_its_calls_do_not_run() {
    let chain = Chain::new().with_validator(|_| Err("not good enough"));
    let agent = agent(model("own", [looks("c1").then_text("Well.")])).fallback(chain);
    let report = ended(agent.build().unwrap().run("Go.")).await;
    assert_eq!(report.stop, Stop::Rejected("not good enough".into()));
    assert_eq!(
        history(&report.conversation),
        ["u 1", "a Well. [c1]", "o Cancelled"]
    );
}

/// Says what it is told to, and notes what it was asked.
#[derive(Clone)]
struct Says {
    targets: Vec<Target>,
    first: TargetIndex,
    says: Vec<Fallback>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// What a strategy was told: target, targets tried, shortening, attempts, delivered.
type Asked = (u32, Vec<u32>, Shortening, u32, bool);

impl Says {
    fn new(says: impl IntoIterator<Item = Fallback>) -> Self {
        Says {
            targets: Vec::new(),
            first: TargetIndex::OWN,
            says: says.into_iter().collect(),
            asked: Arc::default(),
        }
    }

    fn with(mut self, target: impl Into<Target>) -> Self {
        self.targets.push(target.into());
        self
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl FallbackStrategy for Says {
    fn targets(&self) -> &[Target] {
        &self.targets
    }

    fn first(&self, _: Option<TargetIndex>) -> TargetIndex {
        self.first
    }

    fn next(&self, failure: &Failure<'_>) -> Fallback {
        let mut asked = self.asked.lock().unwrap();
        asked.push((
            failure.target.number(),
            failure.tried.iter().map(|target| target.number()).collect(),
            failure.shortening,
            failure.attempts,
            failure.delivered,
        ));
        self.says
            .get(asked.len() - 1)
            .copied()
            .unwrap_or(Fallback::Abort)
    }

    fn review(&self, response: &Response) -> Verdict {
        match response.message.text().as_str() {
            "Bad." => Verdict::Reject("bad".into()),
            _ => Verdict::Accept,
        }
    }
}

fn to(target: u32) -> Fallback {
    Fallback::Switch(TargetIndex::new(target))
}

//
#[tokio::test(start_paused = true)]
async fn no_target_is_tried_twice_whatever_a_strategy_says() {
    for (says, asked) in [
        (vec![to(0)], "own"),
        (vec![to(9)], "own"),
        (vec![to(1), to(1)], "own b"),
        (vec![to(1), to(0)], "own b"),
        (vec![to(1), to(2), to(1)], "own b c"),
        (vec![to(2), to(1), to(0)], "own c b"),
    ] {
        let scripts = || (0..5).map(|_| refuse(ErrorKind::Overloaded));
        let strategy = Says::new(says.clone())
            .with(model("b", scripts()))
            .with(model("c", scripts()));
        let runs = agent(model("own", scripts()))
            .retry(Never)
            .fallback(strategy);
        let report = ended(runs.build().unwrap().run("Go.")).await;
        let models = report
            .attempts
            .iter()
            .map(|attempt| attempt.model.model.as_str());
        assert_eq!(models.collect::<Vec<_>>().join(" "), asked, "{says:?}");
        let Stop::Failed(failed) = &report.stop else {
            panic!("{says:?}: {:?}", report.stop);
        };
        assert_eq!(failed.kind, ErrorKind::Overloaded);
        let numbers: Vec<_> = report
            .attempts
            .iter()
            .map(|attempt| attempt.number)
            .collect();
        let expected: Vec<_> = (1..).take(numbers.len()).collect();
        assert_eq!(numbers, expected);
        let error = report.error.unwrap();
        assert_eq!(
            error.attempt().map(|attempt| attempt as usize),
            Some(numbers.len())
        );
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_strategy_is_told_what_was_tried() {
    let strategy = Says::new([to(1), to(2)])
        .with(model("b", [Script::text("Bad.")]))
        .with(model("c", [Script::text("Good.")]));
    let runs = agent(model("own", [refuse(ErrorKind::Server)]));
    let runs = runs
        .retry(Never)
        .fallback(strategy.clone())
        .build()
        .unwrap();
    let report = ended(runs.run("Go.")).await;
    assert_eq!(report.text(), "Good.");
    let untried = Shortening::Untried;
    let expected = [
        (0, vec![], untried, 1, false),
        (1, vec![0], untried, 2, true),
    ];
    assert_eq!(strategy.asked(), expected);
}

//
#[tokio::test(start_paused = true)]
async fn a_strategy_can_wait_and_the_consumer_is_told() {
    let wait = Duration::from_secs(20);
    let strategy = Says::new([Fallback::Wait(wait), Fallback::Wait(wait)]);
    let scripts = [
        refuse(ErrorKind::QuotaExhausted),
        Script::text("Bad."),
        done(),
    ];
    let runs = agent(model("own", scripts)).retry(Never).fallback(strategy);
    let (runs, began) = (runs.build().unwrap(), Instant::now());
    let (events, report) = told(runs.run("Go.")).await;
    assert_eq!(report.stop, Stop::Answered);
    assert_eq!(began.elapsed(), 2 * wait);
    let expected = "ask:own failed:QuotaExhausted wait:20s ask:own \"Bad.\" rejected:bad wait:20s void \
                    ask:own \"Done.\" answered";
    assert_eq!(scenes(&events), expected);
}

//
#[tokio::test(start_paused = true)]
async fn a_strategy_cannot_wait_beyond_the_deadline() {
    let strategy = Says::new([Fallback::Wait(Duration::from_secs(60))]);
    let runs = agent(model("own", [refuse(ErrorKind::Server), done()]));
    let limits = Limits::default().with_time(Duration::from_secs(60));
    let runs = runs.retry(Never).fallback(strategy).limits(limits);
    let began = Instant::now();
    let report = ended(runs.build().unwrap().run("Go.")).await;
    assert!(matches!(report.stop, Stop::Failed(_)), "{:?}", report.stop);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

/// Which models answered the turns.
fn answered(events: &[AgentEvent]) -> String {
    let asked = events.iter().filter_map(|event| match &event.what {
        What::AttemptEnded(record) if record.is_success() => Some(record.model.model.as_str()),
        _ => None,
    });
    asked.collect::<Vec<_>>().join(" ")
}

//
#[tokio::test(start_paused = true)]
async fn a_sticky_chain_stays_with_the_model_that_answered() {
    let own = || {
        model(
            "own",
            [refuse(ErrorKind::Overloaded), looks("o1"), done(), done()],
        )
    };
    let other = || model("b", [looks("b1"), looks("b2"), done()]);
    let agent = |chain: Chain| agent(own()).retry(Never).fallback(chain).build().unwrap();
    let (events, report) = told(agent(Chain::new().then(other())).run("Go.")).await;
    assert_eq!(answered(&events), "b own own");
    assert_eq!(report.turns, 3);
    let (events, report) = told(agent(Chain::new().then(other()).sticky()).run("Go.")).await;
    assert_eq!(answered(&events), "b b b");
    assert_eq!(report.turns, 3);
}

//
#[tokio::test(start_paused = true)]
async fn a_sticky_chain_goes_back_when_its_model_fails() {
    let own = model("own", [refuse(ErrorKind::Overloaded), done()]);
    let other = model("b", [looks("b1"), refuse(ErrorKind::Server)]);
    let chain = Chain::new().then(other).sticky();
    let agent = agent(own).retry(Never).fallback(chain).build().unwrap();
    let (events, report) = told(agent.run("Go.")).await;
    assert_eq!(
        (answered(&events).as_str(), report.stop),
        ("b own", Stop::Answered)
    );
}

//
#[tokio::test(start_paused = true)]
async fn a_target_is_asked_with_its_own_options_over_those_of_the_agent() {
    let low = Options::new().with_reasoning(Reasoning::effort(Effort::Low));
    let cold = Options::new().with_sampling(Sampling::new().with_temperature(0.0));
    let warm = Sampling::new().with_temperature(1.0).with_top_p(0.5);
    let other = model("b", [done()]);
    let own = model("own", [refuse(ErrorKind::Server)]);
    let target = Target::from(other.clone()).with_options(cold);
    let agent = agent(Target::from(own.clone()).with_options(low))
        .options(Options::new().with_sampling(warm).with_user("ada"))
        .retry(Never)
        .fallback(Chain::new().then(target));
    ended(agent.build().unwrap().run("Go.")).await;
    let asked = |model: &Scripted| model.requests()[0].options.clone();
    let (own, other) = (asked(&own), asked(&other));
    assert_eq!(own.sampling.temperature, Some(1.0));
    assert_eq!(other.sampling.temperature, Some(0.0));
    assert_eq!(other.sampling.top_p, Some(0.5));
    assert_eq!(own.reasoning.and_then(|it| it.effort), Some(Effort::Low));
    assert_eq!(own.user.as_deref(), Some("ada"));
    assert_eq!(other.user.as_deref(), Some("ada"));
}

//
#[tokio::test(start_paused = true)]
async fn a_first_target_that_is_not_there_is_the_agents_own() {
    let mut strategy = Says::new([]);
    strategy.first = TargetIndex::new(7);
    let agent = Agent::builder(model("own", [done()])).fallback(strategy);
    let report = ended(agent.build().unwrap().run("Go.")).await;
    assert_eq!(report.stop, Stop::Answered);
    assert_eq!(report.attempts[0].target, TargetIndex::OWN);
}

//
#[tokio::test(start_paused = true)]
async fn the_error_of_a_run_has_the_last_cause_and_its_report_has_all() {
    let cause = std::io::Error::other("reset by peer");
    let last = ModelError::new(ErrorKind::Server, "boom").with_source(cause);
    let chain = Chain::new().then(model("b", [Script::refuse(last)]));
    let agent = agent(model("own", [refuse(ErrorKind::QuotaExhausted)])).fallback(chain);
    let error = agent.retry(Never).build().unwrap().run("Go.").await;
    let error = error.expect_err("both refuse");
    let model_error = std::error::Error::source(&error).expect("the last attempt's");
    let cause = model_error.source().expect("its cause");
    assert_eq!(cause.to_string(), "reset by peer");
    let kinds = error.report().attempts.iter();
    let kinds: Vec<_> = kinds
        .filter_map(|attempt| Some(attempt.error.as_ref()?.kind))
        .collect();
    assert_eq!(kinds, [ErrorKind::QuotaExhausted, ErrorKind::Server]);
}

//
#[tokio::test(start_paused = true)]
async fn opaque_parts_are_stripped_only_for_the_target_that_wants_it() {
    let said = Assistant::new("Hm.").with_origin(windlass_core::ModelId::new("test", "own"));
    let mut conversation = windlass_core::Conversation::from("Go.");
    conversation.push_assistant(said).unwrap();
    conversation.push_user("On.").unwrap();
    for (opaque, is_same) in [(Opaque::Keep, true), (Opaque::Strip, false)] {
        let other = model("b", [done()]);
        let target = Target::from(other.clone()).with_opaque(opaque);
        let agent = agent(model("own", [refuse(ErrorKind::Server)]));
        let agent = agent.retry(Never).fallback(Chain::new().then(target));
        let report = ended(agent.build().unwrap().run(conversation.clone())).await;
        let asked = &other.requests()[0].conversation;
        let same = |at: usize| Arc::ptr_eq(&asked.entries()[at], &conversation.entries()[at]);
        assert_eq!(
            [same(0), same(1), same(2)],
            [true, is_same, true],
            "{opaque:?}"
        );
        let kept = &report.conversation.entries()[1];
        assert!(
            Arc::ptr_eq(kept, &conversation.entries()[1]),
            "the run's own stays"
        );
    }
}

/// What makes no sense for a rejected answer is not asked of it.
#[test]
fn a_rejected_answer_has_a_kind_only_if_a_filter_took_it() {
    for (reason, kind) in [
        (FinishReason::Stop, None),
        (FinishReason::Filtered, Some(ErrorKind::ContentFiltered)),
    ] {
        let response = Response::new(Assistant::new("Hm."), Finish::new(reason, ""));
        let cause = Cause::Rejected {
            response: &response,
            why: "",
        };
        assert_eq!(cause.kind(), kind);
    }
}
