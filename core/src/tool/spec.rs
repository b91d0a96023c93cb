use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{JsonText, Schema, Text};

/// What a model is told of a tool, and how the tool is to be run.
///
/// ```
/// use std::time::Duration;
/// use windlass_core::{Safety, Schema, ToolSpec};
///
/// let write = ToolSpec::new("write", "Writes a file.", Schema::empty_object())
///     .with_safety(Safety::writes("files"))
///     .with_timeout(Duration::from_secs(5));
/// assert_eq!(write.safety, Safety::writes("files"));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolSpec {
    /// By what the model calls it.
    pub name: Text,
    /// What the model is told it does.
    pub description: Text,
    /// What arguments it takes.
    pub parameters: Schema,
    /// With which other calls it may run at the same time.
    #[serde(default)]
    pub safety: Safety,
    /// It changes nothing, so approval may be easier to get.
    #[serde(default)]
    pub read_only: bool,
    /// Running it twice does no more than running it once, so it may be repeated when it is not known whether it ran.
    #[serde(default)]
    pub idempotent: bool,
    /// How long it may run; the run's default where not set.
    #[serde(default)]
    pub timeout: Option<Duration>,
    /// How many bytes of output the model is shown; the run's default where not set.
    #[serde(default)]
    pub max_output: Option<usize>,
    /// How often in a run the model may mend a call that the tool asked it to; the run's default where not set.
    #[serde(default)]
    pub retries: Option<u32>,
    /// Whether somebody is asked before it runs.
    #[serde(default)]
    pub approval: Approval,
    /// What kind of tool it is, for rules that speak of many at once.
    #[serde(default)]
    pub category: Option<Text>,
    /// Calling it again and again with the same arguments is what it is for.
    #[serde(default)]
    pub polling: bool,
    /// The model is not told of it until somebody shows it.
    #[serde(default)]
    pub hidden: bool,
}

impl ToolSpec {
    /// A tool that may run beside any other.
    pub fn new(name: impl Into<Text>, description: impl Into<Text>, parameters: Schema) -> Self {
        ToolSpec {
            name: name.into(),
            description: description.into(),
            parameters,
            safety: Safety::Shared,
            read_only: false,
            idempotent: false,
            timeout: None,
            max_output: None,
            retries: None,
            approval: Approval::ByPolicy,
            category: None,
            polling: false,
            hidden: false,
        }
    }

    /// Sets with which other calls it may run at the same time.
    #[must_use]
    pub fn with_safety(mut self, safety: Safety) -> Self {
        self.safety = safety;
        self
    }

    /// Says that it changes nothing; then running it twice does no harm either.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self.idempotent = true;
        self
    }

    /// Says that running it twice does no more than running it once.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Sets how long it may run.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets how many bytes of output the model is shown.
    #[must_use]
    pub fn with_max_output(mut self, bytes: usize) -> Self {
        self.max_output = Some(bytes);
        self
    }

    /// Sets how often in a run the model may mend a call that the tool asked it to.
    #[must_use]
    pub fn with_retries(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }

    /// Sets whether somebody is asked before it runs.
    #[must_use]
    pub fn with_approval(mut self, approval: Approval) -> Self {
        self.approval = approval;
        self
    }

    /// Sets what kind of tool it is.
    #[must_use]
    pub fn with_category(mut self, category: impl Into<Text>) -> Self {
        self.category = Some(category.into());
        self
    }

    /// Says that it is called again and again until something has come about, so that repeating it is no sign of a loop.
    #[must_use]
    pub fn polling(mut self) -> Self {
        self.polling = true;
        self
    }

    /// Says that the model is not told of it until somebody shows it.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }
}

/// Whether somebody is asked before a tool runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Approval {
    /// The run's rules say so.
    #[default]
    ByPolicy,
    /// For each call, whatever the rules say.
    Always,
    /// For none; only rules that name the tool say otherwise.
    Never,
}

/// With which other calls of the same answer a call may run at the same time. Calls that conflict run in call order.
///
/// ```
/// use windlass_core::Safety;
///
/// let (read, write) = (Safety::reads("a.txt"), Safety::writes("a.txt"));
/// assert!(!read.conflicts_with(&read));
/// assert!(read.conflicts_with(&write));
/// assert!(!write.conflicts_with(&Safety::writes("b.txt")));
/// assert!(Safety::Exclusive.conflicts_with(&Safety::Shared));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Safety {
    /// With all but exclusive ones.
    #[default]
    Shared,
    /// With no other.
    Exclusive,
    /// With all but exclusive ones and those that touch the same thing; readers of it do not disturb each other.
    Keyed {
        /// The thing.
        key: Text,
        /// What is done to it.
        access: Access,
    },
}

/// What a call does to the thing it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "a thing is read or written")]
pub enum Access {
    /// It looks.
    Read,
    /// It changes.
    Write,
}

impl Safety {
    /// A call that looks at `key`.
    pub fn reads(key: impl Into<Text>) -> Self {
        Safety::Keyed {
            key: key.into(),
            access: Access::Read,
        }
    }

    /// A call that changes `key`.
    pub fn writes(key: impl Into<Text>) -> Self {
        Safety::Keyed {
            key: key.into(),
            access: Access::Write,
        }
    }

    /// Whether two calls of these kinds must not run at the same time.
    pub fn conflicts_with(&self, other: &Safety) -> bool {
        match (self, other) {
            (Safety::Exclusive, _) | (_, Safety::Exclusive) => true,
            (Safety::Shared, _) | (_, Safety::Shared) => false,
            (
                Safety::Keyed { key, access },
                Safety::Keyed {
                    key: other_key,
                    access: other_access,
                },
            ) => key == other_key && (*access, *other_access) != (Access::Read, Access::Read),
        }
    }
}

/// A tool that the provider runs itself, in the provider's own words.
///
/// ```
/// use windlass_core::{HostedTool, JsonText};
///
/// let search = HostedTool::new(JsonText::parse(r#"{"type":"web_search_20250305","name":"web_search"}"#)?);
/// assert!(search.json.as_str().contains("web_search"));
/// # Ok::<(), windlass_core::JsonTextError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HostedTool {
    /// The entry of the tool list, as the provider wants it.
    pub json: JsonText,
}

impl HostedTool {
    /// A tool of this definition.
    pub fn new(json: JsonText) -> Self {
        HostedTool { json }
    }
}
