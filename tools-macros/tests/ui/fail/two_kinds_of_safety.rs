use windlass_core::tool;

/// Looks.
#[tool(exclusive, group = "files")]
fn look() {}

fn main() {
    look();
}
