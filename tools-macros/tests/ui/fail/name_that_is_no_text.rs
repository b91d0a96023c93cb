use windlass_core::tool;

/// Looks.
#[tool(name = look)]
fn look() {}

fn main() {
    look();
}
