use windlass_core::tool;

#[tool(timeout = "soon", fast, group = "{who}")]
fn look<T>(
    what: String,
    /// Changed.
    change: &mut u8,
    #[state] shop: Shop,
) -> usize {
    what.len()
}

fn main() {}
