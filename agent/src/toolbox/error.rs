use std::fmt;

use windlass_core::{Text, ToolSpec};

/// Why tools do not go into one box.
///
/// ```
/// use windlass_agent::{Agent, ToolboxErrorKind};
/// use windlass_core::{Scripted, tool};
///
/// /// Looks something up.
/// #[tool]
/// fn look() {}
///
/// let error = Agent::builder(Scripted::new([])).tool(look).tool(look).build().expect_err("it is there twice");
/// assert_eq!(error.kind(), ToolboxErrorKind::Duplicate);
/// assert_eq!(error.to_string(), "there are two tools named `look`");
/// assert!(error.hint().starts_with("rename one of them"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolboxError {
    kind: ToolboxErrorKind,
    message: Text,
}

/// In what way tools do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToolboxErrorKind {
    /// Two tools have the same name.
    Duplicate,
    /// There is no tool of the name that was given.
    Unknown,
    /// A tool has no name.
    Nameless,
    /// The parameters of a tool are no object, as every provider demands.
    NotAnObject,
}

impl ToolboxError {
    pub(super) fn duplicate(name: &str) -> Self {
        let message = format!("there are two tools named `{name}`");
        ToolboxError::new(ToolboxErrorKind::Duplicate, message)
    }

    pub(super) fn unknown(name: &str, nearest: Option<&str>) -> Self {
        let hint = nearest.map(|near| format!("; did you mean `{near}`?"));
        let message = format!(
            "there is no tool named `{name}`{}",
            hint.unwrap_or_default()
        );
        ToolboxError::new(ToolboxErrorKind::Unknown, message)
    }

    pub(super) fn nameless(spec: &ToolSpec) -> Self {
        let message = format!("the tool described as `{}` has no name", spec.description);
        ToolboxError::new(ToolboxErrorKind::Nameless, message)
    }

    pub(super) fn not_an_object(spec: &ToolSpec) -> Self {
        let message = format!(
            "the parameters of `{}` are no object: their schema must say `\"type\":\"object\"`, as that of a struct does",
            spec.name
        );
        ToolboxError::new(ToolboxErrorKind::NotAnObject, message)
    }

    fn new(kind: ToolboxErrorKind, message: impl Into<Text>) -> Self {
        ToolboxError {
            kind,
            message: message.into(),
        }
    }

    /// In what way the tools do not go together.
    pub fn kind(&self) -> ToolboxErrorKind {
        self.kind
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &'static str {
        match self.kind {
            ToolboxErrorKind::Duplicate => {
                "rename one of them: `Toolbox::rename`, or `Toolbox::prefix` for those of a whole box"
            }
            ToolboxErrorKind::Unknown => "name one of the tools that are in the box",
            ToolboxErrorKind::Nameless => "give it a name: see `ToolSpec::new`",
            ToolboxErrorKind::NotAnObject => {
                "take a struct with named fields as the arguments of the tool"
            }
        }
    }
}

impl fmt::Display for ToolboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ToolboxError {}
