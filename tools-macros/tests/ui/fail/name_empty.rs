use windlass_core::tool;

/// Looks.
#[tool(name = "")]
fn look() {}

fn main() {
    look();
}
