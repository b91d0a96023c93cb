//! What becomes of an agent under each fault, as tables: which error it is, and which policy heals it.

use std::time::Duration;

use windlass_agent::AgentBuilder;
use windlass_core::{Backoff, Clock, ErrorKind, Never, Phase};
use windlass_provider::simulate::{Fault, Reply};

use crate::drive::STEP;
use crate::places::{Place, Spot};
use crate::script::LONGEST_EVENT;

/// What the fault does to the answer that it strikes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Effect {
    /// It makes no difference.
    None,
    /// The answer is another one, and nothing on the wire tells that it was meant differently.
    Altered,
    /// The answer fails with this kind of error.
    Fails(ErrorKind),
}

/// A fault, and what it does on all wires but the exceptions.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) fault: fn(Spot) -> Fault,
    /// Where in an answer it can strike.
    pub(crate) places: &'static [Place],
    effect: Effect,
    /// The wires on which it is something else, there or everywhere.
    exceptions: &'static [(&'static str, Option<Place>, Effect)],
}

const NEVER_COMES: Duration = Duration::from_secs(3600);

const TIMEOUT: Effect = Effect::Fails(ErrorKind::Timeout(Clock::FirstOutput));
const IDLE: Effect = Effect::Fails(ErrorKind::Timeout(Clock::Idle));
const PERMISSION: Effect = Effect::Fails(ErrorKind::Permission);
const OVERLOADED: Effect = Effect::Fails(ErrorKind::Overloaded);
const PROTOCOL: Effect = Effect::Fails(ErrorKind::Protocol);

const HEAD: &[Place] = &[Place::Begin];
const AFTER_THE_BEGIN: &[Place] = &[
    Place::Thinking,
    Place::Text,
    Place::Arguments,
    Place::LastCall,
    Place::End,
];

pub(crate) const TABLE: [Row; 15] = [
    Row {
        name: "refused for its key",
        fault: |_| status(401, &[]),
        places: HEAD,
        effect: Effect::Fails(ErrorKind::Authentication),
        exceptions: &[("bedrock", None, PERMISSION)],
    },
    Row {
        name: "refused for now",
        fault: |_| status(429, &[("retry-after", "1")]),
        places: HEAD,
        effect: Effect::Fails(ErrorKind::RateLimited),
        exceptions: &[],
    },
    Row {
        name: "refused for a failure",
        fault: |_| status(500, &[]),
        places: HEAD,
        effect: Effect::Fails(ErrorKind::Server),
        exceptions: &[],
    },
    Row {
        name: "never begins",
        fault: |_| Fault::StallBefore(NEVER_COMES),
        places: HEAD,
        effect: TIMEOUT,
        exceptions: &[],
    },
    Row {
        name: "stalls before its first event",
        fault: stall,
        places: HEAD,
        effect: TIMEOUT,
        exceptions: &[],
    },
    Row {
        name: "stalls",
        fault: stall,
        places: AFTER_THE_BEGIN,
        effect: IDLE,
        exceptions: &[],
    },
    Row {
        name: "is cut",
        fault: |spot| Fault::CutAfter { bytes: spot.bytes },
        places: &Place::ALL,
        effect: Effect::Fails(ErrorKind::Connection(Phase::Receive)),
        exceptions: &[],
    },
    Row {
        name: "ends too early",
        fault: |spot| Fault::EndAt { event: spot.event },
        places: &Place::ALL,
        effect: Effect::Fails(ErrorKind::Truncated),
        // Its last event holds counts, and comes after the end of the answer.
        exceptions: &[("bedrock", Some(Place::End), Effect::None)],
    },
    Row {
        name: "says something twice",
        fault: |spot| Fault::Duplicate { event: spot.event },
        places: &Place::ALL,
        effect: Effect::Altered,
        exceptions: &[],
    },
    Row {
        name: "says things in another order",
        fault: |spot| Fault::Swap { event: spot.event },
        places: &Place::ALL,
        effect: Effect::Altered,
        exceptions: &[("cohere", Some(Place::Arguments), PROTOCOL)],
    },
    Row {
        name: "comes in single bytes",
        fault: |_| Fault::SplitEverywhere,
        places: HEAD,
        effect: Effect::None,
        exceptions: &[],
    },
    Row {
        name: "has garbage in it",
        fault: |spot| Fault::Garbage {
            event: spot.event,
            bytes: b"data: {\"type\": \xff\xfe!\n\n\x00\x01\x02".to_vec(),
        },
        places: &Place::ALL,
        effect: PROTOCOL,
        exceptions: &[],
    },
    Row {
        name: "has an event without end",
        fault: |spot| Fault::EndlessEvent {
            event: spot.event,
            bytes: 2 * LONGEST_EVENT,
        },
        places: &Place::ALL,
        effect: PROTOCOL,
        exceptions: &[],
    },
    Row {
        name: "comes slowly",
        fault: |_| Fault::Drip {
            bytes: 512,
            pause: STEP,
        },
        places: HEAD,
        effect: Effect::None,
        exceptions: &[],
    },
    Row {
        name: "has an error in it",
        fault: |spot| Fault::ErrorAt { event: spot.event },
        places: &Place::ALL,
        effect: Effect::Fails(ErrorKind::Server),
        exceptions: &[
            ("anthropic", None, OVERLOADED),
            ("gemini", None, OVERLOADED),
            ("bedrock", None, OVERLOADED),
        ],
    },
];

fn stall(spot: Spot) -> Fault {
    Fault::StallAt {
        event: spot.event,
        pause: NEVER_COMES,
    }
}

fn status(status: u16, headers: &[(&str, &str)]) -> Fault {
    let headers = headers.iter();
    Fault::Status {
        status,
        headers: headers
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: None,
    }
}

impl Row {
    pub(crate) fn effect(&self, host: &str, place: Place) -> Effect {
        let is_meant = |on: &str, at: Option<Place>| on == host && at.is_none_or(|at| at == place);
        let mut exceptions = self.exceptions.iter();
        let exception = exceptions.find(|(on, at, _)| is_meant(on, *at));
        exception.map_or(self.effect, |(_, _, effect)| *effect)
    }
}

/// When an attempt is made again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Policy {
    NoRetry,
    RetryBeforeOutput,
    RetryDiscardingOutput,
}

impl Policy {
    pub(crate) const ALL: [Policy; 3] = [
        Policy::NoRetry,
        Policy::RetryBeforeOutput,
        Policy::RetryDiscardingOutput,
    ];

    pub(crate) fn set(self, agent: AgentBuilder) -> AgentBuilder {
        match self {
            Policy::NoRetry => agent.retry(Never),
            Policy::RetryBeforeOutput => agent.retry(Backoff::new()),
            Policy::RetryDiscardingOutput => agent.retry(Backoff::new().discarding_output()),
        }
    }

    /// Whether a run gets over an error that strikes at this place; something was shown but at the beginning.
    pub(crate) fn heals(self, kind: ErrorKind, place: Place) -> bool {
        let may_pass = !matches!(
            kind,
            ErrorKind::Authentication | ErrorKind::Permission | ErrorKind::Protocol
        );
        match self {
            Policy::NoRetry => false,
            Policy::RetryBeforeOutput => may_pass && place == Place::Begin,
            Policy::RetryDiscardingOutput => may_pass,
        }
    }
}

/// The replies of a run whose answer `struck` meets the fault; it is given again where the fault ends it.
pub(crate) fn replies(
    answers: [Reply; 2],
    struck: usize,
    fault: Fault,
    effect: Effect,
) -> Vec<Reply> {
    let mut replies = Vec::new();
    for (number, answer) in answers.into_iter().enumerate() {
        if number == struck {
            replies.push(answer.clone().with_fault(fault.clone()));
        }
        if number != struck || matches!(effect, Effect::Fails(_)) {
            replies.push(answer);
        }
    }
    replies
}
