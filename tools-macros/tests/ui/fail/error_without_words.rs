use windlass_core::tool;

struct Failure;

/// Looks.
#[tool]
fn look() -> Result<String, Failure> {
    Err(Failure)
}

fn main() {
    let _ = look();
}
