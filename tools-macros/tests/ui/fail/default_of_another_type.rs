use windlass_core::tool;

/// Looks.
#[tool]
fn look(
    /// One.
    #[default = true]
    one: u8,
) -> u8 {
    one
}

fn main() {}
