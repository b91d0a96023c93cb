use windlass_core::tool;

/// Looks.
#[tool]
fn look(
    /// One.
    #[rename]
    one: u8,
    /// Two.
    #[rename = 2]
    two: u8,
    /// Three.
    #[default(3)]
    three: u8,
) -> u8 {
    one + two + three
}

fn main() {}
