//! Runs of an agent, few turns and many: what a turn costs, and how that grows with the history.

use windlass_bench::child::Report;
use windlass_bench::{Failure, RunPlan};

use super::Cells;
use crate::lab::{Contender, Job, Lab};
use crate::table::{Measure, Row};

const FEW: usize = 50;
const MANY: usize = 200;

/// The outcomes of the history that is sent again and again.
const LONG: usize = 4096;

pub(crate) const FEW_TURNS: &str = "agent, 50 turns of 4 calls";
pub(crate) const MANY_TURNS: &str = "agent, 200 turns of 4 calls";
pub(crate) const GROWTH: &str = "agent, a turn of 200 to one of 50";
pub(crate) const HISTORY: &str = "agent, history that is sent again";

/// Measures all of it; peers have no loop that is compared.
pub(crate) fn measure(lab: &Lab, contenders: &[Contender]) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let mut exact = Row::new(
        "agent, history and answer exact",
        Measure::Exact,
        contenders.len(),
    );
    let mut found: [Vec<Vec<(Measure, f64)>>; 4] = [const { Vec::new() }; 4];
    for (at, who) in contenders.iter().enumerate() {
        let mut cells: [Cells; 4] = std::array::from_fn(|_| Cells::default());
        if !who.is_peer {
            eprintln!("runs of an agent: {} …", who.name);
            Runs { lab, who }.measure(&mut cells)?;
            exact.and(at, cells.iter().all(|cells| cells.exact));
        }
        for (found, cells) in found.iter_mut().zip(cells) {
            found.push(cells.found);
        }
    }
    for (what, found) in [FEW_TURNS, MANY_TURNS, GROWTH, HISTORY]
        .into_iter()
        .zip(&found)
    {
        rows.extend(Row::all(what, found));
    }
    rows.push(exact);
    Ok(rows)
}

/// The runs of one contender.
struct Runs<'a> {
    lab: &'a Lab,
    who: &'a Contender,
}

/// What a turn of a run costs, the run's beginning and end shared by its turns.
struct Turn {
    instructions: Option<f64>,
    cpu: f64,
}

impl Runs<'_> {
    fn measure(&self, [few, many, growth, history]: &mut [Cells; 4]) -> Result<(), Failure> {
        let early = self.turn(RunPlan::turns(FEW), 8, few)?;
        let late = self.turn(RunPlan::turns(MANY), 2, many)?;
        if let Some((early, late)) = early.instructions.zip(late.instructions) {
            growth.push(Measure::InstructionsTimes, late / early);
        }
        self.bytes_grown(growth)?;
        growth.push(Measure::CpuTimes, late.cpu / early.cpu);
        self.memory(many)?;
        self.history(history)
    }

    /// What some runs more cost for each of their turns.
    fn turn(&self, plan: RunPlan, more: usize, cells: &mut Cells) -> Result<Turn, Failure> {
        let turns = plan.turns as f64;
        let counted = |count| self.lab.instructions(self.who, Job::Runs { plan, count });
        let instructions = counted(1)?
            .zip(counted(2)?)
            .map(|(one, two)| two.saturating_sub(one) as f64 / turns);
        if let Some(instructions) = instructions {
            cells.push(Measure::Instructions, instructions);
        }
        let (one, all) = (self.report(plan, 1)?, self.report(plan, 1 + more)?);
        let cost = all.cost - one.cost;
        let turns = turns * more as f64;
        let cpu = cost.cpu.as_secs_f64() / turns;
        cells.push(Measure::Allocations, cost.allocations as f64 / turns);
        cells.push(Measure::Bytes, cost.bytes as f64 / turns);
        cells.push(Measure::Cpu, cpu);
        cells.exact = one.exact && all.exact;
        Ok(Turn { instructions, cpu })
    }

    /// What a run keeps that is not over, in the process and of what it asked for.
    fn memory(&self, cells: &mut Cells) -> Result<(), Failure> {
        let one = self.report(RunPlan::turns(MANY), 1)?;
        if let Some(grown) = one.grown {
            cells.push(Measure::Grown, grown as f64);
        }
        cells.push(
            Measure::Kept,
            one.kept.ok_or("a run without its heap")? as f64,
        );
        Ok(())
    }

    /// The bytes of a turn from the 200th on, in those of a turn from the 50th on, the body that is sent left out of both:
    /// a body is asked for once and is as long as the history.
    fn bytes_grown(&self, cells: &mut Cells) -> Result<(), Failure> {
        let mut exact = true;
        let mut beside = |turns| -> Result<f64, Failure> {
            let report = self.report(RunPlan::turns(turns), 1)?;
            exact &= report.exact;
            let sent = report.sent.ok_or("a run without its bodies")?;
            Ok(report.cost.bytes.saturating_sub(sent) as f64)
        };
        let early = (beside(2 * FEW)? - beside(FEW)?) / FEW as f64;
        let late = (beside(2 * MANY)? - beside(MANY)?) / MANY as f64;
        cells.push(Measure::BytesTimes, late / early);
        cells.exact = exact;
        Ok(())
    }

    /// What long outcomes cost more than short ones, for each byte that is sent more.
    fn history(&self, cells: &mut Cells) -> Result<(), Failure> {
        let short = RunPlan::turns(MANY);
        let mut exact = true;
        let mut run = |plan| -> Result<(f64, f64), Failure> {
            let (one, two) = (self.report(plan, 1)?, self.report(plan, 2)?);
            exact &= one.exact && two.exact;
            let (first, both) = one.sent.zip(two.sent).ok_or("a run without its bodies")?;
            let cpu = two.cost.cpu.saturating_sub(one.cost.cpu);
            Ok((cpu.as_secs_f64(), both.saturating_sub(first) as f64))
        };
        let (short, long) = (run(short)?, run(short.outcome(LONG))?);
        cells.push(Measure::PerByte, (long.0 - short.0) / (long.1 - short.1));
        cells.exact = exact;
        Ok(())
    }

    fn report(&self, plan: RunPlan, count: usize) -> Result<Report, Failure> {
        self.lab.report(self.who, Job::Runs { plan, count })
    }
}
