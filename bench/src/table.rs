//! The table that is printed, and what misses its limits in it.

use std::fmt::Write as _;

use crate::gates::{self, Gate, Limit};
use crate::lab::Contender;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Instructions,
    Allocations,
    Bytes,
    /// Seconds on a processor, the kernel's part included.
    Cpu,
    /// The cost of twice as much.
    Growth,
    /// Bytes of memory for each.
    Memory,
    /// By how many bytes the memory of the process grew.
    Grown,
    /// Bytes that were asked for and not given back.
    Kept,
    /// Bytes that were not given back, for each byte that was read.
    KeptTimes,
    /// Seconds on a processor for each byte that is sent.
    PerByte,
    /// The instructions of a unit where there is much, in those where there is little.
    InstructionsTimes,
    /// The bytes of a unit where there is much, in those where there is little.
    BytesTimes,
    /// The time of a unit where there is much, in that where there is little.
    CpuTimes,
    Crates,
    /// One where every text was right, else zero.
    Exact,
}

/// A line: one measure of one scenario.
#[derive(Debug)]
pub(crate) struct Row {
    what: &'static str,
    measure: Measure,
    /// One cell a contender: the floor, then Windlass, then the peers.
    cells: Vec<Option<f64>>,
}

impl Row {
    pub(crate) fn new(what: &'static str, measure: Measure, contenders: usize) -> Self {
        Row {
            what,
            measure,
            cells: vec![None; contenders],
        }
    }

    /// The lines of one scenario, from what was found of each contender.
    pub(crate) fn all(what: &'static str, found: &[Vec<(Measure, f64)>]) -> Vec<Self> {
        let measures = found.first().into_iter().flatten();
        measures
            .map(|(measure, _)| {
                let cell = |cells: &Vec<(Measure, f64)>| {
                    let mut cells = cells.iter();
                    cells.find(|(of, _)| of == measure).map(|(_, value)| *value)
                };
                Row {
                    what,
                    measure: *measure,
                    cells: found.iter().map(cell).collect(),
                }
            })
            .collect()
    }

    pub(crate) fn set(&mut self, contender: usize, value: f64) {
        self.cells[contender] = Some(value);
    }

    /// Keeps a cell at one only while everything was right.
    pub(crate) fn and(&mut self, contender: usize, right: bool) {
        let before = self.cells[contender].unwrap_or(1.0);
        self.set(contender, if right { before } else { 0.0 });
    }

    fn floor(&self) -> Option<f64> {
        self.cells.first().copied().flatten()
    }

    fn ours(&self) -> Option<f64> {
        self.cells.get(1).copied().flatten()
    }

    fn gate(&self) -> Option<Gate> {
        gates::find(self.what, self.measure)
    }

    fn is_within_for_now(&self, gate: Gate) -> bool {
        let (limit, ours) = (gate.for_now, self.ours());
        limit
            .zip(ours)
            .is_some_and(|(limit, ours)| limit.holds(ours, self.floor()))
    }

    fn verdict(&self) -> &'static str {
        let Some(ours) = self.ours() else {
            return "";
        };
        if self.measure == Measure::Exact {
            return if ours == 1.0 { "held" } else { "**missed**" };
        }
        match self.gate() {
            None => "",
            Some(gate) if gate.stretch.holds(ours, self.floor()) => "stretch",
            Some(gate) if gate.must.holds(ours, self.floor()) => "held",
            Some(gate) if self.is_within_for_now(gate) => "over",
            Some(_) if self.measure.is_gated() => "**missed**",
            Some(_) => "over",
        }
    }

    /// The line in words, where a limit that counts is missed.
    pub(crate) fn missed(&self) -> Option<String> {
        let unit = self.measure.unit();
        (self.verdict() == "**missed**").then(|| format!("{}: {unit}", self.what))
    }

    fn columns(&self) -> Vec<String> {
        let cell =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| self.measure.show(value));
        let ratio = |value: Option<f64>| match (value, self.floor()) {
            _ if !self.measure.is_compared() => cell(value),
            (Some(value), Some(floor)) if floor > 0.0 => format!("{:.2}", value / floor),
            _ => "–".to_owned(),
        };
        let limit = |limit: Option<Limit>| match limit {
            None => String::new(),
            Some(Limit::Ratio(most)) => format!("{most:.2}"),
            Some(Limit::Most(most)) => self.measure.show(most),
            Some(Limit::Beyond(most)) => format!("+ {}", self.measure.show(most)),
        };
        let gate = self.gate();
        let mut columns = vec![
            self.what.to_owned(),
            self.measure.unit().to_owned(),
            cell(self.floor()),
            cell(self.ours()),
            ratio(self.ours()),
            limit(gate.map(|gate| gate.must)),
            limit(gate.map(|gate| gate.stretch)),
            self.verdict().to_owned(),
        ];
        columns.extend(self.cells.iter().skip(2).map(|value| ratio(*value)));
        columns
    }
}

impl Measure {
    const fn unit(self) -> &'static str {
        match self {
            Measure::Instructions => "instructions",
            Measure::Allocations => "allocations",
            Measure::Bytes => "bytes allocated",
            Measure::Cpu => "CPU",
            Measure::Growth => "cost of twice as much",
            Measure::Memory => "memory of each",
            Measure::Grown => "memory grown",
            Measure::Kept => "heap kept",
            Measure::KeptTimes => "heap kept, times what is read",
            Measure::PerByte => "CPU per byte",
            Measure::InstructionsTimes => "instructions, times",
            Measure::BytesTimes => "bytes allocated, times",
            Measure::CpuTimes => "CPU, times",
            Measure::Crates => "crates",
            Measure::Exact => "every run",
        }
    }

    /// Whether a ratio to the floor says anything.
    const fn is_compared(self) -> bool {
        !matches!(
            self,
            Measure::Growth
                | Measure::InstructionsTimes
                | Measure::BytesTimes
                | Measure::CpuTimes
                | Measure::KeptTimes
                | Measure::Exact
        )
    }

    fn show(self, value: f64) -> String {
        match self {
            Measure::Instructions if value >= 1e6 => format!("{:.2} M", value / 1e6),
            Measure::Instructions => format!("{:.2} k", value / 1e3),
            Measure::Allocations
            | Measure::Growth
            | Measure::InstructionsTimes
            | Measure::BytesTimes
            | Measure::CpuTimes
            | Measure::KeptTimes => format!("{value:.2}"),
            Measure::Bytes if value < 10_000.0 => format!("{value:.0}"),
            Measure::Crates => format!("{value:.0}"),
            Measure::PerByte => format!("{:.2} ns", value * 1e9),
            Measure::Bytes | Measure::Memory | Measure::Grown | Measure::Kept => {
                format!("{:.1} KiB", value / 1024.0)
            }
            Measure::Cpu if value >= 1.0 => format!("{value:.2} s"),
            Measure::Cpu if value >= 1e-3 => format!("{:.2} ms", value * 1e3),
            Measure::Cpu => format!("{:.2} µs", value * 1e6),
            Measure::Exact if value == 1.0 => "yes".to_owned(),
            Measure::Exact => "no".to_owned(),
        }
    }
}

/// All lines as a Markdown table that reads well as it is.
pub(crate) fn render(contenders: &[Contender], rows: &[Row]) -> String {
    let head = [
        "what", "measure", "floor", "windlass", "ratio", "must", "stretch", "verdict",
    ];
    let peers = contenders.iter().skip(2).map(|peer| peer.name.as_str());
    let head: Vec<String> = head.into_iter().chain(peers).map(str::to_owned).collect();
    let lines: Vec<Vec<String>> = [head]
        .into_iter()
        .chain(rows.iter().map(Row::columns))
        .collect();
    let width = |column: usize| {
        let widths = lines.iter().map(|line| line[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        for (column, cell) in line.iter().enumerate() {
            _ = write!(text, "| {cell:<width$} ", width = widths[column]);
        }
        text.push_str("|\n");
        if at == 0 {
            for width in &widths {
                _ = write!(text, "|{}", "-".repeat(width + 2));
            }
            text.push_str("|\n");
        }
    }
    text
}
