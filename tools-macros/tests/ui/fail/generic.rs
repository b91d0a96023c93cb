use windlass_core::tool;

/// Looks.
#[tool]
fn look<T: Copy, const N: usize>(
    /// At what.
    at: [T; N],
) -> usize
where
    T: Send,
{
    at.len()
}

fn main() {
    look([1]);
}
