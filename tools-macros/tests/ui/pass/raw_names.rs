use windlass_core::{Tool, tool};

/// Matches.
#[tool]
fn r#match(
    /// The kind.
    r#type: String,
) -> String {
    r#type
}

fn main() {
    assert_eq!(r#match.spec().name, "match");
    assert!(r#match.spec().parameters.required().eq(["type"]));
}
