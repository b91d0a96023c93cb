use windlass_core::{Tool, tool};

/// Renames.
#[tool(name = "re-name")]
fn rename(
    /// The name.
    #[rename = "newName"]
    name: String,
) -> String {
    name
}

fn main() {
    assert_eq!(rename("a".into()), "a");
    assert!(rename.spec().parameters.required().eq(["newName"]));
    assert_eq!(rename.spec().name, "re-name");
}
