//! A two-tool agent under every fault at every place, with every policy: it finishes, or fails with the error of the table.

use windlass_agent::{Report, Stop, What};
use windlass_core::{Message, OutcomeStatus};
use windlass_provider::simulate::{Reply, Simulator};
use windlass_provider::transport::HttpTransport;

use crate::drive::{self, Driven};
use crate::expected::{Effect, Policy, Row, TABLE, replies};
use crate::places::{self, Place, Spot};
use crate::script::{self, Ran};
use crate::{WIRES, script::QUESTION};

//
macro_rules! wires {
    ($($name:ident: $number:literal,)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                Bench::new($number).await.try_all().await;
            }
        )*
    };
}

wires! {
    openai_chat: 0,
    openai_responses: 1,
    anthropic: 2,
    gemini: 3,
    bedrock: 4,
    cohere: 5,
    ollama: 6,
}

/// One wire, and what the agent does on it when nothing goes wrong.
struct Bench {
    wire: (windlass_provider::host::Host, &'static str),
    transport: HttpTransport,
    /// The events of both answers.
    events: [Vec<Vec<u8>>; 2],
    whole: Vec<String>,
    simulators: Vec<Simulator>,
}

/// One fault at one place of one of the two answers.
struct Case<'r> {
    row: &'r Row,
    place: Place,
    spot: Spot,
    struck: usize,
    policy: Policy,
}

impl Bench {
    async fn new(number: usize) -> Self {
        let mut bench = Bench {
            wire: WIRES[number],
            transport: HttpTransport::builder().build().unwrap(),
            events: [Vec::new(), Vec::new()],
            whole: Vec::new(),
            simulators: Vec::new(),
        };
        let simulator = Simulator::start().await.unwrap();
        simulator.script(answers());
        let ran = Ran::default();
        let driven = bench.run(&simulator, Policy::NoRetry, &ran).await;
        let label = bench.wire.0.name;
        drive::check(label, &driven, &ran, &simulator).await;
        assert_eq!(driven.report.stop, Stop::Answered, "{label}");
        assert_eq!(ran.calls(), ["call_1 Oslo", "call_2 Rome"], "{label}");
        let requests = simulator.requests();
        for (at, reply) in answers().into_iter().enumerate() {
            bench.events[at] = places::events(&requests[at], reply).await;
        }
        bench.whole = transcript(&driven.report);
        bench.simulators.push(simulator);
        bench
    }

    /// Tries every fault at every place of both answers with every policy, and then that no connection is left.
    async fn try_all(mut self) {
        for row in &TABLE {
            for place in row.places {
                for struck in [0, 1] {
                    let Some(spot) = place.spot(&self.events[struck]) else {
                        continue;
                    };
                    for policy in Policy::ALL {
                        let place = *place;
                        self.try_one(Case {
                            row,
                            place,
                            spot,
                            struck,
                            policy,
                        })
                        .await;
                    }
                }
            }
        }
        let Bench {
            transport,
            simulators,
            ..
        } = self;
        drop(transport);
        for simulator in &simulators {
            drive::check_connections("without a client", simulator, 0).await;
        }
    }

    async fn try_one(&mut self, case: Case<'_>) {
        let effect = case.row.effect(self.wire.0.name, case.place);
        let label = format!(
            "{}, answer {} {} at {:?}, {:?}",
            self.wire.0.name,
            case.struck + 1,
            case.row.name,
            case.place,
            case.policy
        );
        let simulator = Simulator::start().await.unwrap();
        let fault = (case.row.fault)(case.spot);
        simulator.script(replies(answers(), case.struck, fault, effect));
        let ran = Ran::default();
        let driven = self.run(&simulator, case.policy, &ran).await;
        drive::check(&label, &driven, &ran, &simulator).await;
        match effect {
            Effect::None => self.check_whole(&label, &driven, 2),
            Effect::Altered => check_altered(&label, &driven.report),
            Effect::Fails(kind) if case.policy.heals(kind, case.place) => {
                self.check_whole(&label, &driven, 3);
                let discarded = driven.events.iter();
                let discarded = discarded
                    .filter(|event| event.what == What::Discarded)
                    .count();
                let is_shown = case.place != Place::Begin;
                assert_eq!(discarded, usize::from(is_shown), "{label}: discarded");
            }
            Effect::Fails(kind) => {
                let Stop::Failed(failed) = &driven.report.stop else {
                    panic!("{label}: {:?}", driven.report.stop);
                };
                assert_eq!(failed.kind, kind, "{label}");
                assert_eq!(driven.report.attempts.len(), case.struck + 1, "{label}");
                let ran = ran.calls().len();
                assert_eq!(ran, 2 * case.struck, "{label}: calls that ran");
            }
        }
        self.simulators.push(simulator);
    }

    async fn run(&self, simulator: &Simulator, policy: Policy, ran: &Ran) -> Driven {
        let client = script::client(simulator, &self.transport, self.wire);
        let agent = policy.set(script::agent(client, ran)).build().unwrap();
        drive::drive(agent.run(QUESTION)).await
    }

    /// The run is the one that met no fault, but for the attempts.
    fn check_whole(&self, label: &str, driven: &Driven, attempts: usize) {
        assert_eq!(driven.report.stop, Stop::Answered, "{label}");
        assert_eq!(transcript(&driven.report), self.whole, "{label}");
        assert_eq!(driven.report.attempts.len(), attempts, "{label}");
    }
}

fn answers() -> [Reply; 2] {
    [script::calls(), script::answer()]
}

/// No call ran but as it was meant, and the run came to an answer.
fn check_altered(label: &str, report: &Report) {
    assert_eq!(report.stop, Stop::Answered, "{label}");
    let outcomes = report.conversation.messages();
    for outcome in outcomes.flat_map(Message::outcomes) {
        let told = outcome.parts[0].as_text().unwrap_or_default();
        let is_meant = ["4 °C in Oslo", "noon in Rome"].contains(&told);
        let ran = outcome.status == OutcomeStatus::Success;
        assert_eq!(ran, is_meant, "{label}: {outcome:?}");
    }
}

/// What was said and done, one line each.
fn transcript(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for message in report.conversation.messages() {
        match message {
            Message::Assistant(answer) => {
                let parts = answer.parts.iter();
                lines.extend(parts.map(|part| format!("{part:?}")));
            }
            other => lines.push(format!("{other:?}")),
        }
    }
    lines
}
