//! What is measured: answers of many shapes, each long and short, so that what is left is the cost of a piece.

pub(crate) mod offline;
pub(crate) mod runs;

use windlass_bench::child::Task;
use windlass_bench::{Failure, Plan, Split, Wire};

use crate::lab::{Contender, Job, Lab};
use crate::table::{Measure, Row};

struct Scenario {
    what: &'static str,
    wire: Wire,
    kind: Kind,
}

enum Kind {
    /// The cost of a piece of one answer.
    Stream(Plan),
    /// The cost of a whole answer.
    Calls(Plan),
    /// By how much twice as much costs more: two when the cost is linear.
    Growth(fn(usize) -> Plan, usize),
    /// Many answers at once.
    Crowd(Plan),
}

const SCENARIOS: &[Scenario] = &[
    stream("chat", Wire::Chat, Plan::words(0)),
    stream("chat, 40 bytes", Wire::Chat, Plan::words(0).size(40)),
    stream(
        "chat, 50 events a chunk",
        Wire::Chat,
        Plan::words(0).split(Split::Events(50)),
    ),
    stream(
        "chat, cut anywhere",
        Wire::Chat,
        Plan::words(0).split(Split::Bytes(97)),
    ),
    stream("Responses", Wire::Responses, Plan::words(0)),
    stream("Anthropic", Wire::Anthropic, Plan::words(0)),
    stream("Gemini", Wire::Gemini, Plan::words(0)),
    Scenario {
        what: "chat, 20-piece call",
        wire: Wire::Chat,
        kind: Kind::Calls(Plan::words(20)),
    },
    Scenario {
        what: "1 MiB of one event, in 1,400-byte chunks",
        wire: Wire::Chat,
        kind: Kind::Growth(one_event, 1),
    },
    Scenario {
        what: "1,000 fragments of tool arguments",
        wire: Wire::Chat,
        kind: Kind::Growth(arguments, 1),
    },
    Scenario {
        what: "2,000 streams at once",
        wire: Wire::Chat,
        kind: Kind::Crowd(Plan::words(200).hold(20)),
    },
];

/// So many of the unit that a row is named for are in the smallest size of a growth.
const UNITS: f64 = 2.0;
const MIB: usize = 1 << 20;
const STREAMS: usize = 2_000;

const fn stream(what: &'static str, wire: Wire, plan: Plan) -> Scenario {
    Scenario {
        what,
        wire,
        kind: Kind::Stream(plan),
    }
}

/// Below two MiB, what a connection costs hides the event.
fn one_event(size: usize) -> Plan {
    Plan::words(1)
        .size(2 * size * MIB)
        .split(Split::Bytes(1_400))
}

fn arguments(size: usize) -> Plan {
    Plan::words(2_000 * size).size(8).call()
}

/// Runs every scenario with everybody who can.
pub(crate) fn measure(lab: &Lab, contenders: &[Contender]) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let mut exact = Row::new("text exact", Measure::Exact, contenders.len());
    for scenario in SCENARIOS {
        eprintln!("{} …", scenario.what);
        let mut found: Vec<Vec<(Measure, f64)>> = Vec::new();
        for (at, who) in contenders.iter().enumerate() {
            if who.is_peer && !scenario.is_for_peers() {
                found.push(Vec::new());
                continue;
            }
            let mut cells = Cells::default();
            match scenario.run(lab, who, &mut cells) {
                Ok(()) => exact.and(at, cells.exact),
                Err(failure) if who.is_peer => {
                    eprintln!("{}: {failure}", who.name);
                    exact.and(at, false);
                }
                Err(failure) => return Err(failure),
            }
            found.push(cells.found);
        }
        rows.extend(Row::all(scenario.what, &found));
    }
    rows.push(exact);
    Ok(rows)
}

#[derive(Default)]
struct Cells {
    found: Vec<(Measure, f64)>,
    exact: bool,
}

impl Scenario {
    /// Peers are compared where all of them are at home: the text of Chat Completions. Some take minutes for events of
    /// megabytes, so those are left out.
    fn is_for_peers(&self) -> bool {
        self.wire == Wire::Chat && matches!(self.kind, Kind::Stream(_) | Kind::Calls(_))
    }

    fn run(&self, lab: &Lab, who: &Contender, cells: &mut Cells) -> Result<(), Failure> {
        match self.kind {
            Kind::Stream(plan) => self.slope(lab, who, cells, |pieces| {
                (pieces, pieces_of(plan, pieces), 1)
            }),
            Kind::Calls(plan) => self.slope(lab, who, cells, |pieces| {
                let calls = (pieces / 20).max(1);
                (calls, plan, calls)
            }),
            Kind::Growth(plan, size) => self.growth(lab, who, cells, (plan, size)),
            Kind::Crowd(plan) => self.crowd(lab, who, cells, plan),
        }
    }

    /// What a long job costs more than a short one, for each of what it has more.
    fn slope(
        &self,
        lab: &Lab,
        who: &Contender,
        cells: &mut Cells,
        job: impl Fn(usize) -> (usize, Plan, usize),
    ) -> Result<(), Failure> {
        let job = |pieces| {
            let (units, plan, calls) = job(pieces);
            let task = Task::Calls(calls);
            let wire = self.wire;
            (units as f64, Job::Answers { wire, plan, task })
        };
        let [(few, short), (many, long), (most, longest)] = [200, 4_200, 20_200].map(job);
        if let Some(more) = lab
            .instructions(who, short)?
            .zip(lab.instructions(who, long)?)
        {
            let per_unit = more.1.saturating_sub(more.0) as f64 / (many - few);
            cells.push(Measure::Instructions, per_unit);
        }
        // By then the buffers of the connection have their size, and the clock has something to measure.
        let (base, whole) = (lab.report(who, long)?, lab.report(who, longest)?);
        let more = whole.cost - base.cost;
        let units = most - many;
        cells.push(Measure::Allocations, more.allocations as f64 / units);
        cells.push(Measure::Bytes, more.bytes as f64 / units);
        cells.push(Measure::Cpu, more.cpu.as_secs_f64() / units);
        cells.exact = base.exact && whole.exact;
        Ok(())
    }

    /// Sizes n, 2n and 4n: the second step is twice the first, and so must its cost be.
    fn growth(
        &self,
        lab: &Lab,
        who: &Contender,
        cells: &mut Cells,
        (plan, size): (fn(usize) -> Plan, usize),
    ) -> Result<(), Failure> {
        let jobs = [size, 2 * size, 4 * size].map(|size| Job::Answers {
            wire: self.wire,
            plan: plan(size),
            task: Task::Calls(1),
        });
        let mut instructions = Vec::new();
        for job in jobs {
            instructions.extend(lab.instructions(who, job)?);
        }
        if let [one, two, four] = instructions[..] {
            let steps = (
                two.saturating_sub(one) as f64,
                four.saturating_sub(two) as f64,
            );
            cells.push(Measure::Instructions, steps.1 / 2.0 / UNITS);
            cells.push(Measure::Growth, steps.1 / steps.0);
        }
        let (two, four) = (lab.report(who, jobs[1])?, lab.report(who, jobs[2])?);
        let more = four.cost - two.cost;
        cells.push(Measure::Bytes, more.bytes as f64 / 2.0 / UNITS);
        cells.push(Measure::Cpu, more.cpu.as_secs_f64() / 2.0 / UNITS);
        cells.exact = two.exact && four.exact;
        Ok(())
    }

    fn crowd(
        &self,
        lab: &Lab,
        who: &Contender,
        cells: &mut Cells,
        plan: Plan,
    ) -> Result<(), Failure> {
        let job = Job::Answers {
            wire: self.wire,
            plan,
            task: Task::Crowd(STREAMS),
        };
        let first = lab.report(who, job)?;
        if let Some(grown) = first.grown {
            cells.push(Measure::Memory, grown as f64 / STREAMS as f64);
        }
        cells.push(Measure::Cpu, first.cost.cpu.as_secs_f64());
        cells.exact = first.exact;
        Ok(())
    }
}

impl Cells {
    fn push(&mut self, measure: Measure, value: f64) {
        self.found.push((measure, value));
    }
}

const fn pieces_of(plan: Plan, pieces: usize) -> Plan {
    Plan {
        deltas: pieces,
        ..plan
    }
}
