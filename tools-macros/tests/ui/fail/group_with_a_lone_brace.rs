use windlass_core::tool;

/// Looks.
#[tool(group = "file:{path")]
fn look(
    /// The path.
    path: String,
) -> usize {
    path.len()
}

fn main() {}
