use windlass_core::tool;

/// Looks.
#[tool]
async fn look(
    /// At what.
    at: String,
) -> usize {
    at.length()
}

fn main() {
    let _future = look("a".into());
}
