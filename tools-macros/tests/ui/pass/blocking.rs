use windlass_core::{Tool, tool};

/// Reads.
#[tool(blocking)]
fn read(
    /// The path.
    path: &str,
) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}

fn main() {
    assert!(read("").is_err());
    assert_eq!(read.spec().name, "read");
}
