use windlass_core::tool;

/// Grows.
#[tool]
fn grow(
    /// The text.
    mut text: String,
) -> String {
    text.push('!');
    text
}

fn main() {
    assert_eq!(grow("a".into()), "a!");
}
