use windlass_core::{Tool, tool};

/// Repeats.
#[tool]
fn repeat(
    /// The text.
    #[default = "a"]
    text: &str,
    /// How often.
    #[default = 1 + 1]
    times: usize,
    /// What comes between.
    #[default]
    between: String,
) -> String {
    vec![text; times].join(&between)
}

fn main() {
    assert_eq!(repeat("a", 2, "-".into()), "a-a");
    assert_eq!(repeat.spec().parameters.required().count(), 0);
}
