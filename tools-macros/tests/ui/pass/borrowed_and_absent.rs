use windlass_core::{Tool, tool};

/// Borrows what may be absent.
#[tool]
fn borrow(
    /// Text.
    a: Option<&str>,
    /// Many.
    b: Option<&[u32]>,
    /// One.
    c: Option<&u32>,
) -> usize {
    a.map_or(0, str::len) + b.map_or(0, <[u32]>::len) + c.map_or(0, |_| 1)
}

fn main() {
    assert_eq!(borrow(Some("a"), Some(&[1]), None), 2);
    assert_eq!(borrow.spec().parameters.required().count(), 0);
}
