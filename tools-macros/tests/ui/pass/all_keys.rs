use windlass_core::{Tool, tool};

/// Does all that a tool can.
#[tool(
    name = "all",
    read_only,
    idempotent,
    reads = "file:{path}",
    timeout = "30s",
    max_output = 4096,
    retries = 3,
    approval = "by_policy",
    category = "files",
    polling,
    hidden,
    crate = ::windlass_core,
)]
async fn everything(
    /// The path.
    path: &str,
) -> usize {
    path.len()
}

fn main() {
    let spec = everything.spec();
    assert!(spec.read_only && spec.idempotent && spec.polling && spec.hidden);
}
