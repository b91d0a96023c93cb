use windlass_core::tool;

/// Looks.
#[tool(timeout = 0)]
fn look() {}

fn main() {
    look();
}
