use windlass_core::tool;

/// Looks.
#[tool(group = "file:{path}")]
fn look(
    /// The path.
    path: Option<String>,
) -> usize {
    path.map_or(0, |path| path.len())
}

fn main() {}
