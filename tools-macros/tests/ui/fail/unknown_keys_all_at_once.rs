use windlass_core::tool;

/// Looks.
#[tool(speed = 3, colour("red"), timeout = "1s")]
fn look() {}

fn main() {
    look();
}
