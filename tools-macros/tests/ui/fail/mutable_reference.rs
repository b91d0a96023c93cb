use windlass_core::tool;

/// Looks.
#[tool]
fn look(
    /// At what.
    at: &mut String,
) -> usize {
    at.len()
}

fn main() {
    look(&mut "a".into());
}
