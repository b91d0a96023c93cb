use windlass_core::tool;

/// Looks.
#[tool]
fn look(
    /// At what.
    at: Wether,
) -> bool {
    at.is_fine()
}

fn main() {}
