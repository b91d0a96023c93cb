use windlass_core::tool;

use windlass_core::ToolContext;

/// Looks.
#[tool]
async fn look(context: &ToolContext) -> u32 {
    context.attempt()
}

fn main() {}
