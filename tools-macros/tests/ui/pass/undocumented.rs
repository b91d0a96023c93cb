use windlass_core::{Tool, tool};

#[tool(undocumented)]
fn quiet(text: String) -> String {
    text
}

fn main() {
    assert_eq!(quiet("a".into()), "a");
    assert_eq!(quiet.spec().description, "");
}
