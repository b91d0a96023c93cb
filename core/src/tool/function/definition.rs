//! What `#[tool]` knows of a function, as data.

use std::any::type_name;
use std::fmt;
use std::sync::LazyLock;

use super::ToolFuture;
use crate::{
    Arguments, ArgumentsError, Safety, Schema, ToolContext, ToolError, ToolOutput, ToolSpec,
};

type Check = fn(&Arguments) -> Result<(), ArgumentsError>;
type SafetyOf = fn(&Arguments) -> Result<Safety, ArgumentsError>;
type Call<T> = for<'a> fn(
    &'a T,
    &'a Arguments,
    &'a ToolContext,
) -> ToolFuture<'a, Result<ToolOutput, ToolError>>;

/// A tool that is called on a `T`: on `()`, if it is made of a free function.
pub struct Definition<T: 'static> {
    spec: LazyLock<ToolSpec>,
    check: Check,
    safety: Option<SafetyOf>,
    call: Call<T>,
}

impl<T: 'static> Definition<T> {
    /// A tool whose safety is what its spec says.
    pub const fn new(spec: fn() -> ToolSpec, check: Check, call: Call<T>) -> Self {
        Definition {
            spec: LazyLock::new(spec),
            check,
            safety: None,
            call,
        }
    }

    /// Sets how the arguments decide over the safety.
    #[must_use]
    pub const fn with_safety(mut self, safety: SafetyOf) -> Self {
        self.safety = Some(safety);
        self
    }

    /// What stands in for a tool that does not compile.
    pub const fn hollow() -> Self {
        Definition::new(
            || ToolSpec::new("", "", Schema::empty_object()),
            |_| Ok(()),
            |_, _, _| Box::pin(async { Err(ToolError::fatal("the tool did not compile")) }),
        )
    }

    pub(super) fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    pub(super) fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
        (self.check)(arguments)
    }

    /// Arguments that cannot be read decide nothing; then the spec counts, which is the most careful kind.
    pub(super) fn safety(&self, arguments: &Arguments) -> Safety {
        let of_arguments = self.safety.and_then(|safety| safety(arguments).ok());
        of_arguments.unwrap_or_else(|| self.spec.safety.clone())
    }

    pub(super) fn call<'a>(
        &self,
        receiver: &'a T,
        arguments: &'a Arguments,
        context: &'a ToolContext,
    ) -> ToolFuture<'a, Result<ToolOutput, ToolError>> {
        (self.call)(receiver, arguments, context)
    }
}

impl<T: 'static> fmt::Debug for Definition<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition")
            .field("spec", &*self.spec)
            .finish_non_exhaustive()
    }
}

/// The model is to call again with arguments that match.
pub fn bad_arguments(error: ArgumentsError) -> ToolError {
    ToolError::retry(error.to_string())
}

/// What a `#[state]` parameter is given.
///
/// # Errors
///
/// Fatal, when the run shares no value of the type: no model can mend that.
pub fn state<T: Send + Sync + 'static>(context: &ToolContext) -> Result<&T, ToolError> {
    context.state().get().ok_or_else(|| {
        let name = type_name::<T>();
        ToolError::fatal(format!("the run shares no `{name}`, which the tool needs"))
    })
}
