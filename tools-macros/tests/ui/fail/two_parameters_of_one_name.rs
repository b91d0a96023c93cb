use windlass_core::tool;

/// Looks.
#[tool]
fn look(
    /// One.
    one: u8,
    /// Two.
    #[rename = "one"]
    two: u8,
) -> u8 {
    one + two
}

fn main() {}
