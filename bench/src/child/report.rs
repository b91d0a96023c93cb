//! What a child found, as lines on its standard output.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::Failure;
use crate::cost::Cost;

/// What a child found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Between the first request and the last answer.
    pub cost: Cost,
    /// Whether every answer was the planned one.
    pub exact: bool,
    /// By how many bytes the memory of the process grew.
    pub grown: Option<u64>,
    /// How much of what was asked for was not given back.
    pub kept: Option<u64>,
    /// The bytes of all bodies that were sent.
    pub sent: Option<u64>,
}

impl Report {
    /// What was spent, and whether it was for the right answers.
    pub const fn of(cost: Cost, exact: bool) -> Self {
        Report {
            cost,
            exact,
            grown: None,
            kept: None,
            sent: None,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cost = self.cost;
        writeln!(f, "allocations {}", cost.allocations)?;
        writeln!(f, "bytes {}", cost.bytes)?;
        writeln!(f, "cpu {}", cost.cpu.as_nanos())?;
        writeln!(f, "exact {}", self.exact)?;
        for (name, bytes) in [
            ("grown", self.grown),
            ("kept", self.kept),
            ("sent", self.sent),
        ] {
            if let Some(bytes) = bytes {
                writeln!(f, "{name} {bytes}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Report {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let value = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once(' '));
            lines
                .find(|(found, _)| *found == name)
                .map(|(_, value)| value)
        };
        let needed = |name| value(name).ok_or_else(|| format!("a report without `{name}`: {text}"));
        let bytes = |name| value(name).map(str::parse).transpose();
        Ok(Report {
            cost: Cost {
                allocations: needed("allocations")?.parse()?,
                bytes: needed("bytes")?.parse()?,
                cpu: Duration::from_nanos(needed("cpu")?.parse()?),
            },
            exact: needed("exact")?.parse()?,
            grown: bytes("grown")?,
            kept: bytes("kept")?,
            sent: bytes("sent")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_it_was_printed() {
        let cost = Cost {
            allocations: 3,
            bytes: 70,
            cpu: Duration::from_nanos(9),
        };
        let report = Report {
            grown: Some(5),
            sent: Some(6),
            ..Report::of(cost, false)
        };
        assert_eq!(report.to_string().parse::<Report>().unwrap(), report);
    }
}
