use windlass_core::tool;

/// Doubles.
#[tool]
fn double(
    /// The number.
    number: i32,
) -> i32 {
    2 * number
}

fn main() {
    assert_eq!([1, 2].map(*double), [2, 4]);
}
