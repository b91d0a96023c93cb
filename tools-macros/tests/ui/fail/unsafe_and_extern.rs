use windlass_core::tool;

/// Looks.
#[tool]
unsafe extern "C" fn look() {}

fn main() {}
