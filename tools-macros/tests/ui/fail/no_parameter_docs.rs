use windlass_core::tool;

/// Looks.
#[tool]
fn look(
    here: String,
    /// There.
    there: String,
    everywhere: bool,
) -> usize {
    here.len() + there.len() + usize::from(everywhere)
}

fn main() {
    look("a".into(), "b".into(), true);
}
