use windlass_core::tool;

/// Looks.
#[tool(group = "file:{pth}")]
fn look(
    /// The path.
    path: String,
) -> usize {
    path.len()
}

fn main() {}
