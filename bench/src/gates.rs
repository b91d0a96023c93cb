//! What must hold, as data: a line for each line of the table that has a limit.

use crate::scenarios::{offline, runs};
use crate::session;
use crate::table::Measure;

/// A limit on one line of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate {
    what: &'static str,
    measure: Measure,
    pub(crate) must: Limit,
    pub(crate) stretch: Limit,
    /// What a line that is known to be over its limit must not go beyond.
    pub(crate) for_now: Option<Limit>,
}

/// How much something may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// So many times what the floor costs.
    Ratio(f64),
    /// So much, in the unit of the measure.
    Most(f64),
    /// So much more than the floor.
    Beyond(f64),
}

use Limit::{Beyond, Most, Ratio};
use Measure::{
    Allocations, Bytes, BytesTimes, Cpu, CpuTimes, Crates, Grown, Growth, Instructions,
    InstructionsTimes, Kept, KeptTimes, Memory, PerByte,
};

const KIB: f64 = 1024.0;
const MIB: f64 = 1024.0 * KIB;
const MILLI: f64 = 1e-3;
const MICRO: f64 = 1e-6;
const NANO: f64 = 1e-9;

const GATES: &[Gate] = &[
    gate("chat", Instructions, Ratio(1.10), Ratio(0.80)),
    gate("chat", Allocations, Most(0.25), Most(0.2)),
    gate("chat", Bytes, Most(120.0), Most(40.0)),
    gate("chat", Cpu, Ratio(1.20), Ratio(1.0)),
    gate("chat, 40 bytes", Allocations, Most(1.25), Most(1.0)),
    gate(
        "chat, 50 events a chunk",
        Allocations,
        Most(0.25),
        Most(0.2),
    ),
    gate("chat, 50 events a chunk", Bytes, Most(120.0), Most(40.0)),
    gate("chat, 50 events a chunk", Cpu, Ratio(1.25), Ratio(0.90)),
    gate("chat, cut anywhere", Cpu, Ratio(1.15), Ratio(1.0)),
    gate("Responses", Instructions, Ratio(1.25), Ratio(1.0)),
    gate("Responses", Allocations, Most(0.25), Most(0.2)),
    gate("Anthropic", Instructions, Ratio(1.20), Ratio(1.0)),
    gate("Anthropic", Allocations, Most(0.25), Most(0.2)),
    gate("Gemini", Instructions, Ratio(1.25), Ratio(1.0)),
    gate("Gemini", Allocations, Most(0.25), Most(0.2)),
    gate("chat, 20-piece call", Instructions, Ratio(1.15), Ratio(1.0)),
    gate(
        "1 MiB of one event, in 1,400-byte chunks",
        Growth,
        Most(2.2),
        Most(2.05),
    ),
    gate(
        "1 MiB of one event, in 1,400-byte chunks",
        Cpu,
        Most(4.0 * MILLI),
        Most(2.0 * MILLI),
    ),
    gate(
        "1,000 fragments of tool arguments",
        Growth,
        Most(2.2),
        Most(2.05),
    ),
    gate(
        "2,000 streams at once",
        Memory,
        Most(32.0 * KIB),
        Most(29.0 * KIB),
    ),
    gate("2,000 streams at once", Cpu, Ratio(1.10), Ratio(1.0)),
    gate("100,000 requests that wait", Memory, Most(KIB), Most(KIB)),
    gate("100,000 requests that wait", Growth, Most(2.2), Most(2.1)),
    gate(
        "hello-world with one provider and TLS",
        Crates,
        Most(120.0),
        Most(110.0),
    ),
    gate(
        "hello-world with one provider and TLS",
        Cpu,
        Ratio(1.15),
        Ratio(1.05),
    ),
    gate(runs::FEW_TURNS, Instructions, Ratio(1.20), Ratio(1.0)).for_now(Ratio(1.30)),
    gate(runs::MANY_TURNS, Cpu, Ratio(1.35), Ratio(1.15)),
    gate(runs::MANY_TURNS, Grown, Most(MIB), Most(0.7 * MIB)),
    gate(runs::MANY_TURNS, Kept, Most(MIB), Most(0.7 * MIB)),
    gate(runs::GROWTH, InstructionsTimes, Most(1.15), Most(1.10)),
    gate(runs::GROWTH, BytesTimes, Most(1.15), Most(1.05)),
    gate(runs::GROWTH, CpuTimes, Most(1.15), Most(1.10)),
    gate(runs::HISTORY, PerByte, Most(0.4 * NANO), Most(0.2 * NANO)),
    gate(offline::TURN, Allocations, Beyond(40.0), Beyond(30.0)),
    gate(offline::TURN, Cpu, Most(10.0 * MICRO), Most(5.0 * MICRO)),
    gate(offline::WORD, Allocations, Beyond(NONE), Beyond(NONE)),
    gate(offline::RETRY, BytesTimes, Most(1.02), Most(1.0)),
    gate(offline::FALLBACK, BytesTimes, Most(1.02), Most(1.0)),
    gate(session::STATUS, Cpu, Most(MICRO), Most(0.5 * MICRO)),
    gate(session::STATUS, Allocations, Most(2.0), Most(1.0)),
    gate(session::FORK, Cpu, Most(10.0 * MICRO), Most(2.0 * MICRO)),
    gate(session::FORK, Bytes, Most(4.0 * KIB), Most(2.0 * KIB)),
    gate(session::LOAD, Cpu, Most(80.0 * MILLI), Most(40.0 * MILLI)),
    gate(session::LOAD, KeptTimes, Most(3.0), Most(2.0)),
    gate("100 tools with #[tool]", Cpu, Beyond(2.0), Beyond(1.0)),
];

/// One in ten thousand: what a run asks for once is shared by all its words.
const NONE: f64 = 1e-4;

const fn gate(what: &'static str, measure: Measure, must: Limit, stretch: Limit) -> Gate {
    Gate {
        what,
        measure,
        must,
        stretch,
        for_now: None,
    }
}

impl Gate {
    /// Says that the line is known to be over its limit, and how far over is a failure until that is mended.
    const fn for_now(mut self, limit: Limit) -> Self {
        self.for_now = Some(limit);
        self
    }
}

/// The limits of a line, if it has any.
pub(crate) fn find(what: &str, measure: Measure) -> Option<Gate> {
    let same = |gate: &&Gate| gate.what == what && gate.measure == measure;
    GATES.iter().find(same).copied()
}

impl Limit {
    /// Whether `ours` is within it.
    pub(crate) fn holds(self, ours: f64, floor: Option<f64>) -> bool {
        match self {
            Limit::Most(most) => ours <= most,
            Limit::Beyond(most) => floor.is_some_and(|floor| ours <= floor + most),
            Limit::Ratio(most) => floor.is_some_and(|floor| ours <= floor * most),
        }
    }
}

impl Measure {
    /// Whether a missed limit is a failure: only what is the same in every run can be one.
    pub(crate) const fn is_gated(self) -> bool {
        match self {
            Measure::Instructions
            | Measure::Allocations
            | Measure::Bytes
            | Measure::Growth
            | Measure::Kept
            | Measure::KeptTimes
            | Measure::InstructionsTimes
            | Measure::BytesTimes
            | Measure::Crates
            | Measure::Exact => true,
            Measure::Cpu
            | Measure::CpuTimes
            | Measure::PerByte
            | Measure::Memory
            | Measure::Grown => false,
        }
    }
}
