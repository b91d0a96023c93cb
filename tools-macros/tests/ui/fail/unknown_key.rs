use windlass_core::tool;

/// Looks.
#[tool(read_onli)]
fn look() {}

fn main() {
    look();
}
