use windlass_core::tool;

use windlass_core::Tool;

#[tool(fast)]
async fn look(
    /// At what.
    at: &str,
) -> usize {
    at.len()
}

fn takes(tool: impl Tool + Copy) -> usize {
    tool.spec().name.len()
}

fn main() {
    let _ = (takes(look), look("a"));
}
