use windlass_core::tool;

/// Looks.
#[tool(timeout: 30)]
fn look() {}

fn main() {
    look();
}
