//! What is told of a run.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::check::{Check, Verdict};
use super::exceptions::{Exception, Exceptions};

/// A case and what came of its checks.
#[derive(Debug)]
pub(crate) struct Tested {
    pub(crate) name: String,
    pub(crate) verdicts: Vec<(Check, Verdict)>,
}

impl Tested {
    pub(crate) fn of(name: &str, verdicts: Vec<(Check, Verdict)>) -> Self {
        Tested {
            name: name.to_owned(),
            verdicts,
        }
    }

    fn protocol(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// Whether nothing of it was checked.
    fn is_skipped(&self) -> bool {
        let undecided =
            |verdict: &Verdict| matches!(verdict, Verdict::Undecided(_) | Verdict::Absent);
        self.verdicts.iter().all(|(_, verdict)| undecided(verdict))
    }
}

#[derive(Debug)]
pub(crate) struct Report {
    tested: Vec<Tested>,
    exceptions: Exceptions,
}

/// How many of the cases that have something to check passed.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    passed: usize,
    decided: usize,
    all: usize,
}

/// What is wrong with a case.
#[derive(Debug)]
struct Wrong<'r> {
    case: &'r str,
    check: Check,
    why: String,
}

impl Report {
    pub(crate) fn new(tested: Vec<Tested>, exceptions: Exceptions) -> Self {
        Report { tested, exceptions }
    }

    pub(crate) fn is_good(&self) -> bool {
        self.wrong().is_empty()
    }

    /// The failures that are not accepted, and the accepted ones that do not occur.
    fn wrong(&self) -> Vec<Wrong<'_>> {
        let mut wrong = Vec::new();
        for case in &self.tested {
            for (check, verdict) in &case.verdicts {
                if let Verdict::Failed(why) = verdict
                    && self.exceptions.find(&case.name, *check).is_none()
                {
                    wrong.push(Wrong {
                        case: &case.name,
                        check: *check,
                        why: why.clone(),
                    });
                }
            }
            let unused = self.exceptions.of(&case.name);
            wrong.extend(unused.filter(|exception| !has_failed(case, exception)).map(
                |exception| Wrong {
                    case: &case.name,
                    check: exception.check,
                    why: "it passes: take the exception out of `exceptions.txt`".to_owned(),
                },
            ));
        }
        wrong
    }

    /// All that a person reads; the last line has the counts.
    pub(crate) fn text(&self, verbose: bool) -> String {
        let mut text = String::new();
        self.write(&mut text, verbose)
            .expect("a string takes all that is written");
        text
    }

    fn write(&self, out: &mut String, verbose: bool) -> std::fmt::Result {
        self.write_table(out)?;
        let wrong = self.wrong();
        self.write_accepted(out)?;
        self.write_undecided(out, verbose)?;
        if !wrong.is_empty() {
            writeln!(out, "\nFailed:")?;
        }
        for Wrong { case, check, why } in &wrong {
            writeln!(out, "  {case} {check}\n      {why}")?;
        }
        let mut failed: Vec<_> = wrong.iter().map(|wrong| wrong.case).collect();
        failed.dedup();
        let skipped = self.tested.iter().filter(|case| case.is_skipped()).count();
        let passed = self.tested.len() - failed.len() - skipped;
        let failed = failed.len();
        writeln!(out, "\n{passed} passed, {failed} failed, {skipped} skipped")
    }

    fn write_table(&self, out: &mut String) -> std::fmt::Result {
        let mut rows: BTreeMap<&str, (usize, [Tally; 8])> = BTreeMap::new();
        for case in &self.tested {
            for name in [case.protocol(), "~ all"] {
                let (cases, tallies) = rows.entry(name).or_default();
                *cases += 1;
                for (tally, check) in tallies.iter_mut().zip(Check::ALL) {
                    tally.count(case, check);
                }
            }
        }
        write!(out, "{:<30}{:>6}", "protocol", "cases")?;
        Check::ALL
            .iter()
            .try_for_each(|check| write!(out, "{check:>16}"))?;
        writeln!(out)?;
        for (name, (cases, tallies)) in rows {
            write!(out, "{:<30}{cases:>6}", name.trim_start_matches("~ "))?;
            for tally in tallies {
                write!(out, "{:>16}", tally.told())?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn write_accepted(&self, out: &mut String) -> std::fmt::Result {
        let mut first = true;
        for case in &self.tested {
            let applied = self.exceptions.of(&case.name);
            for exception in applied.filter(|exception| has_failed(case, exception)) {
                if std::mem::take(&mut first) {
                    writeln!(out, "\nAccepted:")?;
                }
                let Exception {
                    case,
                    check,
                    reason,
                } = exception;
                writeln!(out, "  {case} {check}\n      {reason}")?;
            }
        }
        Ok(())
    }

    /// Why something was not decided: how often, or for each case.
    fn write_undecided(&self, out: &mut String, verbose: bool) -> std::fmt::Result {
        let mut reasons: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for case in &self.tested {
            for (check, verdict) in &case.verdicts {
                if let Verdict::Undecided(why) = verdict {
                    let cases = reasons.entry((check.name(), why)).or_default();
                    cases.push(&case.name);
                }
            }
        }
        if !reasons.is_empty() {
            writeln!(out, "\nNot decided:")?;
        }
        for ((check, why), cases) in reasons {
            writeln!(out, "  {check}: {why} ({})", cases.len())?;
            for case in cases.iter().filter(|_| verbose) {
                writeln!(out, "      {case}")?;
            }
        }
        Ok(())
    }
}

impl Tally {
    fn count(&mut self, case: &Tested, check: Check) {
        for (_, verdict) in case.verdicts.iter().filter(|(known, _)| *known == check) {
            match verdict {
                Verdict::Passed => {
                    self.passed += 1;
                    self.decided += 1;
                    self.all += 1;
                }
                Verdict::Failed(_) => {
                    self.decided += 1;
                    self.all += 1;
                }
                Verdict::Undecided(_) => self.all += 1,
                Verdict::Absent => {}
            }
        }
    }

    fn told(self) -> String {
        let Tally {
            passed,
            decided,
            all,
        } = self;
        match all {
            0 => "-".to_owned(),
            _ if decided == all => format!("{passed}/{all}"),
            _ => format!("{passed}/{decided}/{all}"),
        }
    }
}

fn has_failed(case: &Tested, exception: &Exception) -> bool {
    case.verdicts
        .iter()
        .any(|(check, verdict)| *check == exception.check && matches!(verdict, Verdict::Failed(_)))
}
