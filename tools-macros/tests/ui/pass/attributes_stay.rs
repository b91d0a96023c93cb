#![deny(warnings)]

use windlass_core::tool;

/// Has attributes.
#[tool]
#[cfg(all())]
#[allow(unused_variables)]
#[inline]
fn allowed(
    /// Is not used.
    text: String,
) {
}

/// Is not there.
#[tool]
#[cfg(any())]
fn absent(
    /// Of no type.
    text: Unknown,
) {
}

fn main() {
    allowed("a".into());
}
