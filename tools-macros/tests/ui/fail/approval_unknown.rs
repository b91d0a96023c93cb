use windlass_core::tool;

/// Looks.
#[tool(approval = "sometimes")]
fn look() {}

fn main() {
    look();
}
