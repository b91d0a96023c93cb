use windlass_core::tool;

/// Looks.
#[tool(retries = -1)]
fn look() {}

fn main() {
    look();
}
