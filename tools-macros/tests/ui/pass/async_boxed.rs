use windlass_core::{Tool, tool};

/// Waits.
#[tool]
async fn wait(
    /// For how long.
    seconds: u64,
) -> u64 {
    std::future::ready(seconds).await
}

fn is_send<T: Send>(value: T) -> T {
    value
}

fn main() {
    let _future = is_send(wait(1));
    assert!(wait.spec().parameters.required().eq(["seconds"]));
}
