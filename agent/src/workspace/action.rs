//! What the tools on files have in common.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use windlass_core::{
    Arguments, ArgumentsError, CancellationToken, Safety, Schema, Tool, ToolContext, ToolError,
    ToolOutput, ToolSpec, async_trait,
};

use super::root::Root;

/// What one tool does, on a thread that may block.
pub(super) trait Action: Copy + Send + Sync + 'static {
    type Arguments: DeserializeOwned + JsonSchema + Send + 'static;

    const NAME: &'static str;
    /// For the model.
    const DESCRIPTION: &'static str;

    /// Completes what the model is told with how it is to be run.
    fn describe(spec: ToolSpec) -> ToolSpec;

    fn safety(root: &Root, arguments: &Self::Arguments) -> Safety;

    fn run(
        root: &Root,
        arguments: Self::Arguments,
        cancel: &CancellationToken,
    ) -> Result<ToolOutput, ToolError>;
}

/// An action as a tool.
pub(super) struct Acting<A> {
    spec: ToolSpec,
    root: Arc<Root>,
    action: std::marker::PhantomData<A>,
}

impl<A: Action> Acting<A> {
    pub(super) fn new(_: A, root: Arc<Root>) -> Self {
        let spec = ToolSpec::new(A::NAME, A::DESCRIPTION, Schema::of::<A::Arguments>());
        Acting {
            spec: A::describe(spec.with_category("files")),
            root,
            action: std::marker::PhantomData,
        }
    }
}

#[async_trait]
impl<A: Action> Tool for Acting<A> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn safety(&self, arguments: &Arguments) -> Safety {
        let arguments = arguments.parse::<A::Arguments>();
        arguments.map_or(Safety::Shared, |arguments| {
            A::safety(&self.root, &arguments)
        })
    }

    fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
        arguments.parse::<A::Arguments>().map(drop)
    }

    async fn call(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError> {
        let arguments = arguments.parse::<A::Arguments>()?;
        let root = Arc::clone(&self.root);
        // The work on another thread outlives this future, so dropping it must tell the work to stop.
        let cancel = context.cancel_token().child_token();
        let _stop = cancel.clone().drop_guard();
        context
            .blocking(move || A::run(&root, arguments, &cancel))
            .await?
    }
}
