use std::time::Duration;

/// Something that goes wrong with a reply. Events are counted from zero.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The reply is this status, with these headers beside the usual, and this body or one that fits the wire.
    Status {
        /// The status.
        status: u16,
        /// Headers beside the usual.
        headers: Vec<(String, String)>,
        /// The body; an error of the wire that fits the status where it is not set.
        body: Option<String>,
    },
    /// Nothing comes for this long, not even the head.
    StallBefore(Duration),
    /// Nothing comes for this long before event `event`.
    StallAt {
        /// The event.
        event: usize,
        /// How long.
        pause: Duration,
    },
    /// The connection closes after this many bytes of the body.
    CutAfter {
        /// How many.
        bytes: usize,
    },
    /// The body ends before event `event`, as if the answer were whole.
    EndAt {
        /// The event.
        event: usize,
    },
    /// Event `event` comes twice.
    Duplicate {
        /// The event.
        event: usize,
    },
    /// Event `event` comes after the one that follows it.
    Swap {
        /// The event.
        event: usize,
    },
    /// Every byte of the body comes alone.
    SplitEverywhere,
    /// These bytes come before event `event`.
    Garbage {
        /// The event.
        event: usize,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Before event `event`, an event begins that does not end until this many bytes have come.
    EndlessEvent {
        /// The event.
        event: usize,
        /// How many bytes.
        bytes: usize,
    },
    /// The body comes in pieces of this size, with this pause before each.
    Drip {
        /// How many bytes a piece has.
        bytes: usize,
        /// The pause.
        pause: Duration,
    },
    /// An error of the wire's own comes before event `event`, and the body ends.
    ErrorAt {
        /// The event.
        event: usize,
    },
}

/// What is written to the connection, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Write(Vec<u8>),
    Pause(Duration),
    /// The connection closes in the middle of the body.
    Cut,
}

/// What a wire needs to make of a fault.
pub(super) struct Makings {
    /// The bytes with which an event begins that is not to end.
    pub(super) endless: Vec<u8>,
    /// The event that is an error.
    pub(super) error: Vec<u8>,
}

/// The steps in which `events` are written when `faults` happen to them, one after the other.
pub(super) fn steps(events: Vec<Vec<u8>>, faults: &[Fault], makings: &Makings) -> Vec<Step> {
    let mut steps: Vec<Step> = events.into_iter().map(Step::Write).collect();
    for fault in faults {
        steps = apply(steps, fault, makings);
    }
    steps
}

fn apply(mut steps: Vec<Step>, fault: &Fault, makings: &Makings) -> Vec<Step> {
    let at = |event: &usize| (*event).min(steps.len());
    match fault {
        Fault::Status { .. } => {}
        Fault::StallBefore(pause) => steps.insert(0, Step::Pause(*pause)),
        Fault::StallAt { event, pause } => steps.insert(at(event), Step::Pause(*pause)),
        Fault::Duplicate { event } => {
            if let Some(step) = steps.get(*event).cloned() {
                steps.insert(*event, step);
            }
        }
        Fault::Swap { event } => {
            if event + 1 < steps.len() {
                steps.swap(*event, event + 1);
            }
        }
        Fault::Garbage { event, bytes } => steps.insert(at(event), Step::Write(bytes.clone())),
        Fault::EndlessEvent { event, bytes } => {
            steps.insert(at(event), Step::Write(endless(makings, *bytes)));
        }
        Fault::ErrorAt { event } => {
            steps.truncate(*event);
            steps.push(Step::Write(makings.error.clone()));
        }
        Fault::EndAt { event } => steps.truncate(*event),
        Fault::CutAfter { bytes } => return cut(steps, *bytes),
        Fault::SplitEverywhere => return split(steps, 1, None),
        Fault::Drip { bytes, pause } => return split(steps, (*bytes).max(1), Some(*pause)),
    }
    steps
}

fn endless(makings: &Makings, bytes: usize) -> Vec<u8> {
    let mut event = makings.endless.clone();
    event.resize(event.len().max(bytes), b'x');
    event
}

fn cut(steps: Vec<Step>, bytes: usize) -> Vec<Step> {
    let mut left = bytes;
    let mut kept = Vec::new();
    for step in steps {
        match step {
            Step::Write(written) if written.len() > left => {
                kept.push(Step::Write(written[..left].to_vec()));
                kept.push(Step::Cut);
                return kept;
            }
            Step::Write(written) => {
                left -= written.len();
                kept.push(Step::Write(written));
            }
            other => kept.push(other),
        }
    }
    kept
}

fn split(steps: Vec<Step>, size: usize, pause: Option<Duration>) -> Vec<Step> {
    let mut pieces = Vec::new();
    for step in steps {
        match step {
            Step::Write(written) => {
                for piece in written.chunks(size) {
                    pieces.extend(pause.map(Step::Pause));
                    pieces.push(Step::Write(piece.to_vec()));
                }
            }
            other => pieces.push(other),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(faults: &[Fault]) -> String {
        let events = ["ab", "cd", "ef"]
            .map(|event| event.as_bytes().to_vec())
            .to_vec();
        let makings = Makings {
            endless: b"data: ".to_vec(),
            error: b"!".to_vec(),
        };
        let steps = steps(events, faults, &makings);
        let show = |step: &Step| match step {
            Step::Write(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Step::Pause(pause) => format!("{}s", pause.as_secs()),
            Step::Cut => "cut".to_owned(),
        };
        steps.iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_fault_does_what_it_says() {
        let second = Duration::from_secs(1);
        for (fault, expected) in [
            (Fault::StallBefore(second), "1s ab cd ef"),
            (
                Fault::StallAt {
                    event: 1,
                    pause: second,
                },
                "ab 1s cd ef",
            ),
            (
                Fault::StallAt {
                    event: 9,
                    pause: second,
                },
                "ab cd ef 1s",
            ),
            (Fault::CutAfter { bytes: 3 }, "ab c cut"),
            (Fault::CutAfter { bytes: 0 }, " cut"),
            (Fault::CutAfter { bytes: 6 }, "ab cd ef"),
            (Fault::EndAt { event: 2 }, "ab cd"),
            (Fault::Duplicate { event: 2 }, "ab cd ef ef"),
            (Fault::Swap { event: 0 }, "cd ab ef"),
            (Fault::Swap { event: 2 }, "ab cd ef"),
            (Fault::SplitEverywhere, "a b c d e f"),
            (
                Fault::Garbage {
                    event: 1,
                    bytes: b"?".to_vec(),
                },
                "ab ? cd ef",
            ),
            (
                Fault::EndlessEvent { event: 3, bytes: 9 },
                "ab cd ef data: xxx",
            ),
            (
                Fault::Drip {
                    bytes: 4,
                    pause: second,
                },
                "1s ab 1s cd 1s ef",
            ),
            (Fault::ErrorAt { event: 1 }, "ab !"),
        ] {
            assert_eq!(shown(std::slice::from_ref(&fault)), expected, "{fault:?}");
        }
    }

    #[test]
    fn faults_come_one_after_the_other() {
        let faults = [Fault::Duplicate { event: 0 }, Fault::CutAfter { bytes: 3 }];
        assert_eq!(shown(&faults), "ab a cut");
    }
}
