use windlass_core::{Tool, tool};

/// Looks.
#[tool]
fn look() {}

fn takes(tool: impl Tool + Copy + std::fmt::Debug) -> String {
    format!("{tool:?}")
}

fn main() {
    assert_eq!(takes(look), "Callable(look)");
    let tools: [std::sync::Arc<dyn Tool>; 2] = [std::sync::Arc::new(look), std::sync::Arc::new(look)];
    assert_eq!(tools.len(), 2);
    look();
}
