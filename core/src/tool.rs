//! The seam to tools: what a model may call, and what comes of it.

mod context;
mod error;
pub(crate) mod function;
pub(crate) mod output;
mod spec;

use std::sync::Arc;

use async_trait::async_trait;

pub use context::{Blocking, Progress, State, ToolContext};
pub use error::{ToolError, ToolErrorKind};
pub use function::{Callable, Function, ToolFuture, tool_fn};
pub use output::{IntoOutput, Json, ToolOutput};
pub use spec::{Access, Approval, HostedTool, Safety, ToolSpec};

use crate::{Arguments, ArgumentsError};

/// Something that a model may call. `#[tool]` makes one of a function.
///
/// ```
/// use windlass_core::{async_trait, Arguments, Schema, Tool, ToolContext, ToolError, ToolOutput, ToolSpec};
///
/// struct Clock(ToolSpec);
///
/// #[async_trait]
/// impl Tool for Clock {
///     fn spec(&self) -> &ToolSpec {
///         &self.0
///     }
///
///     async fn call(&self, _: &Arguments, _: &ToolContext) -> Result<ToolOutput, ToolError> {
///         Ok(ToolOutput::from("12:00"))
///     }
/// }
///
/// let clock = Clock(ToolSpec::new("clock", "The time of day.", Schema::empty_object()));
/// assert_eq!(clock.spec().name, "clock");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tool",
    label = "not a tool",
    note = "write `#[tool]` above a function, or make a tool of a closure with `tool_fn`",
    note = "the methods under `#[tools]` become tools by `tools()`"
)]
#[async_trait]
pub trait Tool: Send + Sync {
    /// What the model is told of it, and how it is to be run.
    fn spec(&self) -> &ToolSpec;

    /// With which other calls a call with these arguments may run at the same time.
    ///
    /// What the spec says, unless the arguments decide: two writes to different files need not wait for each other.
    fn safety(&self, arguments: &Arguments) -> Safety {
        let _ = arguments;
        self.spec().safety.clone()
    }

    /// Whether the tool takes these arguments. Every call of an answer is checked before the first one runs.
    ///
    /// Unless a tool says otherwise this is [`Arguments::check`] against the schema. `#[tool]` reads the arguments as
    /// what the function takes.
    ///
    /// # Errors
    ///
    /// An [`ArgumentsError`] tells the model where the arguments are wrong, what was expected and what was found.
    fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
        arguments.check(&self.spec().parameters)
    }

    /// Does what the model asks.
    ///
    /// # Errors
    ///
    /// A [`ToolError`] says whether the model is told to try again, told that it failed, or whether the run ends.
    ///
    /// # Cancel safety
    ///
    /// [`ToolContext::cancelled`] says when the run is being cancelled; a tool that does not return within the grace
    /// time is dropped at its next await.
    async fn call(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError>;
}

#[async_trait]
impl<T: Tool + ?Sized> Tool for Arc<T> {
    fn spec(&self) -> &ToolSpec {
        (**self).spec()
    }

    fn safety(&self, arguments: &Arguments) -> Safety {
        (**self).safety(arguments)
    }

    fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
        (**self).check(arguments)
    }

    async fn call(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError> {
        (**self).call(arguments, context).await
    }
}

#[async_trait]
impl<T: Tool + ?Sized> Tool for Box<T> {
    fn spec(&self) -> &ToolSpec {
        (**self).spec()
    }

    fn safety(&self, arguments: &Arguments) -> Safety {
        (**self).safety(arguments)
    }

    fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
        (**self).check(arguments)
    }

    async fn call(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError> {
        (**self).call(arguments, context).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seam_is_object_safe() {
        fn takes(_: Option<&dyn Tool>) {}
        takes(None);
    }
}
