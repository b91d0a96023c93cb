use windlass_core::tool;

/// Looks.
#[tool(max_output = "4k")]
fn look() {}

fn main() {
    look();
}
