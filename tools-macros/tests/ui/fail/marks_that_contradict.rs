use windlass_core::tool;

use windlass_core::ToolContext;

/// Looks.
#[tool]
fn look(
    #[context]
    #[rename = "c"]
    context: &ToolContext,
    #[state]
    #[default]
    shop: &u32,
    #[state("shop")] other: &u32,
) -> u32 {
    context.attempt() + shop + other
}

fn main() {}
