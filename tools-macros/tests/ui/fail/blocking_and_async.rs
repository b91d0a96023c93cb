use windlass_core::tool;

/// Looks.
#[tool(blocking)]
async fn look() {}

fn main() {}
