use windlass_core::tool;

/// Looks.
#[tool]
fn look() -> u8 {
    1
}

fn main() {
    let look = look();
}
