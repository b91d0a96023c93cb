use std::fmt;

use serde::{Deserialize, Serialize};
use windlass_core::Text;

/// Why a provider could not read the beginning of a request from its cache.
///
/// ```
/// use windlass_agent::PrefixChange;
///
/// let written = r#"{"turn": 3, "section": {"tool": "search"}, "reported": 0}"#;
/// let change: PrefixChange = serde_json::from_str(written)?;
/// assert_eq!(change.to_string(), "turn 3: tool `search` is not what it was; 0 tokens were read from the cache");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrefixChange {
    /// The turn of the run in which it was noticed.
    pub turn: u32,
    /// The first part of the request that is not what it was in the request before; none when all is as it was, and the
    /// provider read less than it could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<PrefixSection>,
    /// How many tokens the provider had been given to keep, where nothing changed and it was asked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
    /// How many it says it read from its cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<u64>,
}

/// A part of a request, in the order in which providers cache them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PrefixSection {
    /// Another model is asked.
    Model,
    /// This tool changed, was added, moved or taken away.
    Tool(Text),
    /// The provider's own tool at this place, counted from zero.
    HostedTool(usize),
    /// The block of instructions at this place, counted from zero.
    Instructions(usize),
    /// An option that is part of what is cached.
    Option(Text),
    /// The message at this place, counted from zero.
    Message(usize),
}

impl fmt::Display for PrefixSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PrefixSection::Model => f.write_str("the model"),
            PrefixSection::Tool(name) => write!(f, "tool `{name}`"),
            PrefixSection::HostedTool(place) => write!(f, "hosted tool {place}"),
            PrefixSection::Instructions(place) => write!(f, "block {place} of the instructions"),
            PrefixSection::Option(name) => write!(f, "option `{name}`"),
            PrefixSection::Message(place) => write!(f, "message {place}"),
        }
    }
}

/// Says it in one line.
impl fmt::Display for PrefixChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "turn {}: ", self.turn)?;
        match &self.section {
            Some(section) => write!(f, "{section} is not what it was")?,
            None => f.write_str("nothing changed")?,
        }
        match (self.reported, self.expected) {
            (Some(read), Some(kept)) => {
                write!(f, "; {read} of {kept} tokens were read from the cache")
            }
            (Some(read), None) => write!(f, "; {read} tokens were read from the cache"),
            _ => Ok(()),
        }
    }
}
