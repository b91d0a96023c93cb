use windlass_core::tool;

use windlass_core::ToolContext;

/// Looks.
#[tool]
async fn look(#[context] context: ToolContext, #[state] shop: String) -> usize {
    shop.len() + context.attempt() as usize
}

fn main() {}
