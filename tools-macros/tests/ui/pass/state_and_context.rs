use windlass_core::{Tool, tool};

struct Store(u32);

/// Reads.
#[tool]
async fn read(
    #[state] store: &Store,
    /// The key.
    key: &str,
    #[context] context: &windlass_core::ToolContext,
) -> u32 {
    store.0 + key.len() as u32 + context.attempt()
}

fn main() {
    assert!(read.spec().parameters.required().eq(["key"]));
    let context = windlass_core::ToolContext::new("call_1");
    let _future = read(&Store(1), "a", &context);
}
