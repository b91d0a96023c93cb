//! What is measured: answers of many shapes, each long and short, so that what is left is the cost of a piece.

use windlass_bench::child::{Report, Task};
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
    stream("chat, 50 events a chunk", Wire::Chat, Plan::words(0).split(Split::Events(50))),
    stream("chat, cut anywhere", Wire::Chat, Plan::words(0).split(Split::Bytes(97))),
    stream("Responses", Wire::Responses, Plan::words(0)),
    stream("Anthropic", Wire::Anthropic, Plan::words(0)),
    stream("Gemini", Wire::Gemini, Plan::words(0)),
    Scenario {
        what: "chat, 20-piece call",
        wire: Wire::Chat,
        kind: Kind::Calls(Plan::words(20)),
    },
    Scenario {
        what: "one event of 1 MiB, in 1,400-byte chunks",
        wire: Wire::Chat,
        kind: Kind::Growth(one_event, MIB),
    },
    Scenario {
        what: "tool arguments of 1,000 fragments",
        wire: Wire::Chat,
        kind: Kind::Growth(arguments, 1_000),
    },
    Scenario {
        what: "2,000 streams at once",
        wire: Wire::Chat,
        kind: Kind::Crowd(Plan::words(200).hold(20)),
    },
];

const MIB: usize = 1 << 20;
const STREAMS: usize = 2_000;

const fn stream(what: &'static str, wire: Wire, plan: Plan) -> Scenario {
    Scenario {
        what,
        wire,
        kind: Kind::Stream(plan),
    }
}

fn one_event(bytes: usize) -> Plan {
    Plan::words(1).size(bytes).split(Split::Bytes(1_400))
}

fn arguments(fragments: usize) -> Plan {
    Plan::words(fragments).size(8).call()
}

/// Runs every scenario with everybody who can.
pub(crate) fn measure(lab: &Lab, contenders: &[Contender]) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let mut exact = Row::new("text exact", Measure::Exact, contenders.len());
    for scenario in SCENARIOS {
        eprintln!("{} …", scenario.what);
        let mut found: Vec<Vec<(Measure, f64)>> = Vec::new();
        for (at, who) in contenders.iter().enumerate() {
            // Peers are compared where all of them are at home.
            if who.is_peer && (scenario.wire != Wire::Chat || matches!(scenario.kind, Kind::Crowd(_))) {
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
    fn run(&self, lab: &Lab, who: &Contender, cells: &mut Cells) -> Result<(), Failure> {
        match self.kind {
            Kind::Stream(plan) => self.slope(lab, who, cells, |pieces| (pieces, pieces_of(plan, pieces), 1)),
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
            (units, Job { wire, plan, task })
        };
        let ((few, short), (many, long)) = (job(200), job(4_200));
        let more = (many - few) as f64;
        let (base, whole) = (lab.measure(who, short)?, lab.measure(who, long)?);
        if let (Some(base), Some(whole)) = (base.instructions, whole.instructions) {
            cells.push(Measure::Instructions, whole.saturating_sub(base) as f64 / more);
        }
        let (base_cost, cost) = (base.report.cost, whole.report.cost);
        let allocations = cost.allocations.saturating_sub(base_cost.allocations);
        let bytes = cost.bytes.saturating_sub(base_cost.bytes);
        cells.push(Measure::Allocations, allocations as f64 / more);
        cells.push(Measure::Bytes, bytes as f64 / more);
        let (base_report, report) = (base.report, whole.report);
        // Twenty thousand pieces, so that the clock has something to measure.
        let (many, longest) = job(20_200);
        let mut cpu = whole.cpu();
        for at in 0..3 {
            let again = lab.report(who, longest)?;
            cpu = if at == 0 { again.cost.cpu } else { cpu.min(again.cost.cpu) };
        }
        let spent = cpu.saturating_sub(base.cpu());
        cells.push(Measure::Cpu, spent.as_secs_f64() / (many - few) as f64);
        cells.exact = base_report.exact && report.exact;
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
        let mut instructions = Vec::new();
        let mut reports: Vec<Report> = Vec::new();
        for size in [size, 2 * size, 4 * size] {
            let job = Job {
                wire: self.wire,
                plan: plan(size),
                task: Task::Calls(1),
            };
            let measured = lab.measure(who, job)?;
            instructions.extend(measured.instructions);
            reports.push(measured.report);
        }
        if let [one, two, four] = instructions[..] {
            let growth = four.saturating_sub(two) as f64 / two.saturating_sub(one).max(1) as f64;
            cells.push(Measure::Growth, growth);
        }
        let (one, two) = (reports[0].cost, reports[1].cost);
        let bytes = two.bytes.saturating_sub(one.bytes);
        let cpu = two.cpu.saturating_sub(one.cpu);
        cells.push(Measure::BytesMore, bytes as f64);
        cells.push(Measure::Cpu, cpu.as_secs_f64());
        cells.exact = reports.iter().all(|report| report.exact);
        Ok(())
    }

    fn crowd(&self, lab: &Lab, who: &Contender, cells: &mut Cells, plan: Plan) -> Result<(), Failure> {
        let job = Job {
            wire: self.wire,
            plan,
            task: Task::Crowd(STREAMS),
        };
        let first = lab.report(who, job)?;
        let mut cpu = first.cost.cpu;
        for _ in 1..3 {
            cpu = cpu.min(lab.report(who, job)?.cost.cpu);
        }
        if let Some(grown) = first.grown {
            cells.push(Measure::Memory, grown as f64 / STREAMS as f64);
        }
        cells.push(Measure::Cpu, cpu.as_secs_f64());
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
