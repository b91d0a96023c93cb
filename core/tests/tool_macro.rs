//! Tools made of functions and methods do what the functions and methods do, and read and show what they take and give.
#![cfg(feature = "macros")]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

mod tool_macro {
    mod arguments;
    mod keys;
    mod methods;
    mod outputs;
    mod parameters;
    mod run_time;
}

use windlass_core::{Arguments, Tool, ToolContext, ToolError, ToolOutput};

/// What a tool gives for these arguments, or how it fails.
fn try_call(
    tool: &dyn Tool,
    arguments: &str,
    context: &ToolContext,
) -> Result<ToolOutput, ToolError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(tool.call(&Arguments::from(arguments), context))
}

/// The text that the model is shown.
#[track_caller]
fn call(tool: &dyn Tool, arguments: &str) -> String {
    let output = try_call(tool, arguments, &ToolContext::new("call_1")).unwrap();
    let texts = output.parts.iter().filter_map(|part| part.as_text());
    texts.collect::<Vec<_>>().join("|")
}

/// What the model is told of arguments that do not fit.
#[track_caller]
fn refused(tool: &dyn Tool, arguments: &str) -> String {
    tool.check(&Arguments::from(arguments))
        .unwrap_err()
        .to_string()
}
