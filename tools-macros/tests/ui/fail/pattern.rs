use windlass_core::tool;

/// Adds.
#[tool]
fn add(
    /// Two numbers.
    (a, b): (i32, i32),
) -> i32 {
    a + b
}

fn main() {
    add((1, 2));
}
