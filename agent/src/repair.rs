//! A last chance for calls that cannot run as the model wrote them.

use std::fmt;
use std::sync::Arc;

use windlass_core::{ArgumentsError, Call, Text, async_trait};

use crate::Toolbox;

/// Mends a call whose tool is unknown or whose arguments do not fit, before the model is told of it.
///
/// It is asked once for a call. What it gives is checked like a call of the model; if that does not fit either, the
/// model is told of both problems. The id of a call stays, whatever the repair says.
///
/// # Example: names of before
///
/// ```
/// use windlass_agent::{Problem, Repair, Toolbox};
/// use windlass_core::{Call, async_trait};
///
/// struct Renamed;
///
/// #[async_trait]
/// impl Repair for Renamed {
///     async fn repair(&self, call: &Call, problem: &Problem, _: &Toolbox) -> Option<Call> {
///         match problem {
///             Problem::UnknownTool { .. } if call.name == "search" => {
///                 Some(Call::new(call.id.clone(), "web_search", call.arguments.text().clone()))
///             }
///             _ => None,
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait Repair: Send + Sync {
    /// The call as it was probably meant, or nothing if that cannot be said.
    ///
    /// # Cancel safety
    ///
    /// The future is dropped when the run is cancelled; then nothing runs.
    async fn repair(&self, call: &Call, problem: &Problem, toolbox: &Toolbox) -> Option<Call>;
}

#[async_trait]
impl<R: Repair + ?Sized> Repair for Arc<R> {
    async fn repair(&self, call: &Call, problem: &Problem, toolbox: &Toolbox) -> Option<Call> {
        (**self).repair(call, problem, toolbox).await
    }
}

/// Why a call cannot run. Its `Display` is what the model is told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// There is no tool of that name.
    UnknownTool {
        /// The name, as the model wrote it.
        name: Text,
        /// The tools that the model can call now, the one that was probably meant first.
        known: Vec<Text>,
    },
    /// The tool does not take the arguments.
    Arguments {
        /// The tool.
        tool: Text,
        /// Where they are wrong, what was expected and what was found.
        error: ArgumentsError,
    },
}

/// A message is short, however many tools there are and however long the model's words.
const LONGEST_LIST: usize = 2000;
const LONGEST_NAME: usize = 100;

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::UnknownTool { name, known } => {
                let name: String = name.chars().take(LONGEST_NAME).collect();
                write!(f, "there is no tool named `{name}`")?;
                write_known(f, known)
            }
            Problem::Arguments { tool, error } => {
                write!(
                    f,
                    "the arguments of `{tool}` do not match, and it did not run: {error}"
                )
            }
        }
    }
}

fn write_known(f: &mut fmt::Formatter<'_>, known: &[Text]) -> fmt::Result {
    if known.is_empty() {
        return f.write_str("; there are no tools now");
    }
    f.write_str("; the tools are ")?;
    let mut written = 0;
    for (at, name) in known.iter().enumerate() {
        written += name.len();
        if written > LONGEST_LIST {
            return write!(f, " and {} more", known.len() - at);
        }
        let comma = if at == 0 { "" } else { ", " };
        write!(f, "{comma}`{name}`")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    // R-53
    #[test]
    fn what_the_model_is_told_of_an_unknown_tool_is_short() {
        let told = |known: &[&str]| {
            let known = known.iter().map(|name| Text::from(*name)).collect();
            let name = Text::from("x".repeat(10_000));
            Problem::UnknownTool { name, known }.to_string()
        };
        assert!(told(&[]).ends_with("; there are no tools now"));
        assert!(told(&["a", "b"]).ends_with("; the tools are `a`, `b`"));
        let long = "y".repeat(90);
        let many = told(&vec![long.as_str(); 1000]);
        assert!(
            many.ends_with(" and 978 more") && many.len() < 3000,
            "{many}"
        );
    }

    #[test]
    fn the_seam_is_object_safe() {
        fn takes(_: Option<&dyn Repair>) {}
        takes(None);
    }
}
