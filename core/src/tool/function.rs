//! Tools made of functions: by `#[tool]` where they are written, by [`tool_fn`] while the program runs.

mod bound;
mod callable;
mod definition;
mod parameter;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

pub use bound::Bound;
pub use callable::Callable;
pub use definition::{Definition, bad_arguments, state};
pub use parameter::{Argument, Parameter, Properties, Str};

use super::{Tool, ToolContext, ToolError, ToolOutput, ToolSpec};
use crate::{Arguments, ArgumentsError, IntoOutput, Schema, Text};

/// A future in a box, as the async functions with `#[tool]` return it.
pub type ToolFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

type Run = dyn Fn(Arguments, ToolContext) -> ToolFuture<'static, Result<ToolOutput, ToolError>>
    + Send
    + Sync;

/// Makes a tool of a closure.
///
/// The type of its argument says what the model is to give; it is described by its `JsonSchema`.
///
/// # Example: a tool that knows something of its surroundings
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use windlass_core::{Arguments, Tool, ToolContext, tool_fn};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Greet {
///     /// Who is greeted.
///     name: String,
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let greeting = String::from("Ahoy");
/// let greet = tool_fn("greet", "Greets somebody.", move |greet: Greet| {
///     let words = format!("{greeting}, {}!", greet.name);
///     async move { words }
/// });
/// let output = greet.call(&Arguments::from(r#"{"name":"Ada"}"#), &ToolContext::new("call_1")).await?;
/// assert_eq!(output.parts[0].as_text(), Some("Ahoy, Ada!"));
/// # Ok::<(), windlass_core::ToolError>(())
/// # }).expect("it greets");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn tool_fn<A, F, R>(
    name: impl Into<Text>,
    description: impl Into<Text>,
    function: impl Fn(A) -> F + Send + Sync + 'static,
) -> Function
where
    A: DeserializeOwned + JsonSchema + Send + 'static,
    F: Future<Output = R> + Send + 'static,
    R: IntoOutput + 'static,
{
    Function::new(name, description, move |arguments, _| function(arguments))
}

/// A tool made of a closure, with everything that can be said of it.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use windlass_core::{Function, Tool, ToolContext};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Wait {
///     /// For what to wait.
///     event: String,
/// }
///
/// let wait = Function::new("wait", "Waits for an event.", |wait: Wait, context: ToolContext| async move {
///     context.cancelled().await;
///     format!("`{}` did not come about", wait.event)
/// })
/// .with_spec(|spec| spec.read_only().polling());
/// assert!(wait.spec().polling);
/// ```
#[derive(Clone)]
pub struct Function {
    spec: ToolSpec,
    check: fn(&Arguments) -> Result<(), ArgumentsError>,
    run: Arc<Run>,
}

impl Function {
    /// A tool of a closure that is given the arguments and what is known of the call.
    pub fn new<A, F, R>(
        name: impl Into<Text>,
        description: impl Into<Text>,
        function: impl Fn(A, ToolContext) -> F + Send + Sync + 'static,
    ) -> Self
    where
        A: DeserializeOwned + JsonSchema + Send + 'static,
        F: Future<Output = R> + Send + 'static,
        R: IntoOutput + 'static,
    {
        let function = Arc::new(function);
        Function {
            spec: ToolSpec::new(name, description, Schema::of::<A>()),
            check: |arguments| arguments.parse::<A>().map(drop),
            run: Arc::new(move |arguments, context| {
                let function = Arc::clone(&function);
                Box::pin(async move {
                    let arguments = arguments.parse::<A>().map_err(bad_arguments)?;
                    function(arguments, context).await.into_output()
                })
            }),
        }
    }

    /// Changes how the tool is described and run.
    #[must_use]
    pub fn with_spec(mut self, change: impl FnOnce(ToolSpec) -> ToolSpec) -> Self {
        self.spec = change(self.spec);
        self
    }
}

#[async_trait]
impl Tool for Function {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
        (self.check)(arguments)
    }

    async fn call(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError> {
        (self.run)(arguments.clone(), context.clone()).await
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("spec", &self.spec)
            .finish_non_exhaustive()
    }
}
