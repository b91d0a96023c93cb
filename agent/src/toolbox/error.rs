use std::fmt;

use windlass_core::{Text, ToolSpec};

/// Why tools do not go into one box.
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
}

impl fmt::Display for ToolboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ToolboxError {}
