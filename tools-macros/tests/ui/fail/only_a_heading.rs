use windlass_core::tool;

/// # Panics
///
/// Never.
#[tool]
fn look() {}

fn main() {}
