use windlass_core::tool;

/// Looks.
#[tool(timeout = "1s", read_only, timeout = "2s")]
fn look() {}

fn main() {
    look();
}
