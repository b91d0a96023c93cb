//! The loop of an agent alone: a turn, a word that is shown, an attempt or a model that fails.

use windlass_bench::Failure;
use windlass_bench::child::Report;
use windlass_bench::offline::{Case, Exercise};

use super::Cells;
use crate::lab::{Contender, Job, Lab};
use crate::table::{Measure, Row};

pub(crate) const TURN: &str = "loop alone, turn of one call";
pub(crate) const WORD: &str = "loop alone, word that is shown";
pub(crate) const RETRY: &str = "loop alone, retry after 1,000 messages";
pub(crate) const FALLBACK: &str = "loop alone, fallback after 1,000 messages";

/// Fewer than so many take no time that the clock could tell.
const TIMED: f64 = 1_000.0;

struct Scenario {
    what: &'static str,
    case: Case,
    /// The messages before: few, and for what must not depend on them many.
    messages: (usize, Option<usize>),
    /// How often: a short job, a long one, and for the clock the longest.
    counts: [usize; 3],
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        what: TURN,
        case: Case::Turns,
        messages: (1, None),
        counts: [200, 1_200, 5_200],
    },
    Scenario {
        what: WORD,
        case: Case::Words,
        messages: (1, None),
        counts: [1_000, 11_000, 211_000],
    },
    Scenario {
        what: RETRY,
        case: Case::Retries,
        messages: (1_000, Some(10)),
        counts: [10, 1_010, 11_010],
    },
    Scenario {
        what: FALLBACK,
        case: Case::Fallbacks,
        messages: (1_000, Some(10)),
        counts: [4, 24, 44],
    },
];

/// Runs every scenario; the floor is the same without a loop.
pub(crate) fn measure(lab: &Lab, contenders: &[Contender]) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let mut exact = Row::new("loop alone, as planned", Measure::Exact, contenders.len());
    for scenario in SCENARIOS {
        eprintln!("{} …", scenario.what);
        let mut found = Vec::new();
        for (at, who) in contenders.iter().enumerate() {
            let mut cells = Cells::default();
            if !who.is_peer {
                scenario.run(lab, who, &mut cells)?;
                exact.and(at, cells.exact);
            }
            found.push(cells.found);
        }
        rows.extend(Row::all(scenario.what, &found));
    }
    rows.push(exact);
    Ok(rows)
}

impl Scenario {
    fn run(&self, lab: &Lab, who: &Contender, cells: &mut Cells) -> Result<(), Failure> {
        let [few, many, most] = self.counts;
        let (messages, fewer) = self.messages;
        let [short, long] = [few, many].map(|count| self.job(messages, count));
        if let Some(more) = lab
            .instructions(who, short)?
            .zip(lab.instructions(who, long)?)
        {
            let instructions = more.1.saturating_sub(more.0) as f64;
            cells.push(Measure::Instructions, instructions / (many - few) as f64);
        }
        let (base, whole) = (
            lab.report(who, long)?,
            self.report(lab, who, messages, most)?,
        );
        let more = whole.cost - base.cost;
        let units = (most - many) as f64;
        cells.push(Measure::Allocations, more.allocations as f64 / units);
        cells.push(Measure::Bytes, more.bytes as f64 / units);
        if units >= TIMED {
            cells.push(Measure::Cpu, more.cpu.as_secs_f64() / units);
        }
        cells.exact = base.exact && whole.exact;
        if let Some(fewer) = fewer {
            let base = self.report(lab, who, fewer, many)?;
            let whole = self.report(lab, who, fewer, most)?;
            let early = (whole.cost - base.cost).bytes as f64;
            cells.push(Measure::BytesTimes, more.bytes as f64 / early);
        }
        Ok(())
    }

    fn report(
        &self,
        lab: &Lab,
        who: &Contender,
        messages: usize,
        count: usize,
    ) -> Result<Report, Failure> {
        lab.report(who, self.job(messages, count))
    }

    fn job(&self, messages: usize, count: usize) -> Job {
        Job::Offline(Exercise {
            case: self.case,
            messages,
            count,
        })
    }
}
