use windlass_core::tool;

/// Looks.
#[tool(timeout("30s"))]
fn look() {}

fn main() {
    look();
}
