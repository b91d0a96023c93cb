use windlass_core::tool;

/// Gives back what it was given.
#[tool]
fn longer<'a>(
    /// One.
    one: &'a str,
    /// Other.
    other: &'a str,
) -> &'a str {
    if one.len() < other.len() { other } else { one }
}

fn main() {
    let (one, other) = (String::from("a"), String::from("bc"));
    assert_eq!(longer(&one, &other), "bc");
}
