use windlass_core::tool;

/// Looks.
#[tool(read_only = true)]
fn look() {}

fn main() {
    look();
}
