use windlass_core::tool;

use std::borrow::Cow;

/// Borrows.
#[tool]
async fn borrow(
    /// Text.
    a: &str,
    /// Or owned.
    b: Cow<'_, str>,
    /// Many.
    c: &[u32],
    /// One.
    d: &u32,
) -> usize {
    a.len() + b.len() + c.len() + *d as usize
}

fn main() {
    let text = String::from("a");
    let _future = borrow(&text, "b".into(), &[1], &2);
}
