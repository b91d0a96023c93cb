use windlass_core::{Tool, tool};

/// Adds.
#[tool]
fn add(
    /// One.
    a: i64,
    /// Other.
    b: i64,
) -> i64 {
    a + b
}

fn main() {
    assert_eq!(add(1, 2), 3);
    assert_eq!(add.spec().name, "add");
}
