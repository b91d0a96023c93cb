use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::Definition;
use crate::{
    Arguments, ArgumentsError, Safety, Tool, ToolContext, ToolError, ToolOutput, ToolSpec,
};

/// A method that is a tool, with the value it is called on.
pub struct Bound<T: 'static> {
    receiver: Arc<T>,
    definition: &'static Definition<Arc<T>>,
}

impl<T: Send + Sync + 'static> Bound<T> {
    /// The tool of this value.
    pub fn tool(receiver: &Arc<T>, definition: &'static Definition<Arc<T>>) -> Arc<dyn Tool> {
        let receiver = Arc::clone(receiver);
        Arc::new(Bound {
            receiver,
            definition,
        })
    }
}

#[async_trait]
impl<T: Send + Sync + 'static> Tool for Bound<T> {
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
        self.definition
            .call(&self.receiver, arguments, context)
            .await
    }
}

impl<T: 'static> fmt::Debug for Bound<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bound({})", self.definition.spec().name)
    }
}
