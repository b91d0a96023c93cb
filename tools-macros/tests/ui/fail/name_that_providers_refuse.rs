use windlass_core::tool;

/// Looks.
#[tool(name = "look at")]
fn look() {}

fn main() {
    look();
}
