use windlass_core::tool;

/// Looks.
#[tool]
fn look(
    /// One.
    #[cfg(all())]
    one: u8,
) -> u8 {
    one
}

fn main() {}
