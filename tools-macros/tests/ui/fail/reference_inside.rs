use windlass_core::tool;

/// Looks.
#[tool]
fn look(
    /// At what.
    at: Vec<&str>,
    /// At what else.
    and: &[&str],
) -> usize {
    at.len() + and.len()
}

fn main() {
    look(vec![], &[]);
}
