use windlass_core::tool;

/// Looks.
#[tool(timeout)]
fn look() {}

fn main() {
    look();
}
