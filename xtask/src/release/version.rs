//! Version numbers, and which one comes next.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use crate::failure::Failure;

/// A released version; pre-releases are not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

/// Which number goes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(clippy::exhaustive_enums, reason = "a version has three numbers")]
pub(crate) enum Level {
    Patch,
    Minor,
    Major,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::exhaustive_enums, reason = "not a public interface")]
pub(crate) enum Wanted {
    /// The smallest version that the changes allow.
    #[default]
    Needed,
    Step(Level),
    Exactly(Version),
}

/// The strongest kind of change that is to be released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    Other,
    Added,
    Breaking,
}

impl Version {
    /// Below 1.0 the second number says what the first one says later.
    fn level_for(self, change: Change) -> Level {
        match (change, self.major) {
            (Change::Breaking, 1..) => Level::Major,
            (Change::Breaking, 0) | (Change::Added, 1..) => Level::Minor,
            (Change::Added, 0) | (Change::Other, _) => Level::Patch,
        }
    }

    fn step(self, level: Level) -> Self {
        let Self {
            major,
            minor,
            patch,
        } = self;
        let (major, minor, patch) = match level {
            Level::Major => (major + 1, 0, 0),
            Level::Minor => (major, minor + 1, 0),
            Level::Patch => (major, minor, patch + 1),
        };
        Self {
            major,
            minor,
            patch,
        }
    }
}

/// The version to release. One that was never tagged is not released yet, and may be released as it is.
pub(super) fn next(
    current: Version,
    is_released: bool,
    change: Change,
    wanted: Wanted,
) -> Result<Version, Failure> {
    let least = if is_released {
        current.step(current.level_for(change))
    } else {
        current
    };
    let version = match wanted {
        Wanted::Needed => least,
        Wanted::Step(level) => current.step(level),
        Wanted::Exactly(version) => version,
    };
    if version >= least {
        return Ok(version);
    }
    let why = if is_released {
        format!("the changelog has {change} since {current}")
    } else {
        format!("{current} is the version in `Cargo.toml`")
    };
    let text = format!("{version} is too small: {why}, so at least {least} is needed");
    Err(Failure::new(text))
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breaking => "breaking changes",
            Self::Added => "additions",
            Self::Other => "changes",
        })
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| {
            let is_plain = part == "0" || part.starts_with(|c: char| ('1'..='9').contains(&c));
            part.parse::<u32>().ok().filter(|_| is_plain)
        };
        let numbers: Option<Vec<u32>> = text.split('.').map(number).collect();
        match numbers.as_deref() {
            Some(&[major, minor, patch]) => Ok(Self {
                major,
                minor,
                patch,
            }),
            _ => Err(format!("`{text}` is not a version such as `1.2.3`")),
        }
    }
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "major" => Self::Step(Level::Major),
            "minor" => Self::Step(Level::Minor),
            "patch" => Self::Step(Level::Patch),
            _ => Self::Exactly(text.parse().map_err(|_| {
                format!(
                    "`{text}` is not a version; give `major`, `minor`, `patch` or numbers such as `1.2.3`"
                )
            })?),
        })
    }
}
