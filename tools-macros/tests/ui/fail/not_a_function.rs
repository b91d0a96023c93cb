use windlass_core::tool;

/// Looks.
#[tool]
struct Look;

fn main() {
    let _ = Look;
}
