use std::fmt;
use std::ops::Deref;

use async_trait::async_trait;

use super::Definition;
use crate::{
    Arguments, ArgumentsError, Safety, Tool, ToolContext, ToolError, ToolOutput, ToolSpec,
};

/// What `#[tool]` makes of a function: a tool that can still be called as the function it was.
///
/// `F` is a pointer to the function, and a `Callable` dereferences to it: `weather(city)` calls it, and `*weather` is
/// what other functions want where they take one. An async function gives a [`ToolFuture`](crate::ToolFuture).
///
/// ```
/// # #[cfg(feature = "macros")] {
/// use windlass_core::{tool, Tool};
///
/// /// Adds two numbers.
/// #[tool]
/// fn add(
///     /// The one.
///     a: i64,
///     /// The other.
///     b: i64,
/// ) -> i64 {
///     a + b
/// }
///
/// assert_eq!(add(1, 2), 3);
/// assert_eq!([1, 2, 3].into_iter().reduce(*add), Some(6));
/// assert_eq!(add.spec().description, "Adds two numbers.");
/// # }
/// ```
pub struct Callable<F: 'static> {
    function: F,
    definition: &'static Definition<()>,
}

impl<F: 'static> Callable<F> {
    /// What the expansion of `#[tool]` says.
    #[doc(hidden)]
    pub const fn new(function: F, definition: &'static Definition<()>) -> Self {
        Callable {
            function,
            definition,
        }
    }
}

impl<F: 'static> Deref for Callable<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.function
    }
}

impl<F: Copy> Clone for Callable<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: Copy> Copy for Callable<F> {}

#[async_trait]
impl<F: Send + Sync + 'static> Tool for Callable<F> {
    fn spec(&self) -> &ToolSpec {
        self.definition.spec()
    }

    fn safety(&self, arguments: &Arguments) -> Safety {
        self.definition.safety(arguments)
    }

    fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
        self.definition.check(arguments)
    }

    async fn call(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError> {
        self.definition.call(&(), arguments, context).await
    }
}

impl<F: 'static> fmt::Debug for Callable<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callable({})", self.definition.spec().name)
    }
}
