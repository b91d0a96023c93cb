use windlass_core::tool;

/// Counts down.
#[tool]
fn down(
    /// From where.
    from: u8,
) -> u8 {
    if from == 0 { 0 } else { down(from - 1) }
}

fn main() {
    assert_eq!(down(9), 0);
}
