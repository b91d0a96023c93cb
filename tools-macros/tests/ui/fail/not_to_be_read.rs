use windlass_core::tool;

use std::time::Instant;

/// Looks.
#[tool]
fn look(
    /// When.
    at: Instant,
    /// Until when.
    until: Option<Instant>,
) -> bool {
    until.is_some_and(|until| at < until)
}

fn main() {
    look(Instant::now(), None);
}
