use windlass_core::tool;

/// Looks.
#[tool]
fn look(
    /// At what.
    at: impl AsRef<str>,
) -> impl Iterator<Item = u8> {
    at.as_ref().as_bytes().to_vec().into_iter()
}

fn main() {
    look("a");
}
