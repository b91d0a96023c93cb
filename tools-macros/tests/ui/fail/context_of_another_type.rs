use windlass_core::tool;

/// Looks.
#[tool]
fn look(#[context] context: &String) -> usize {
    context.len()
}

fn main() {}
