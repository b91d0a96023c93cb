use windlass_core::{Tool, tool};

#[doc = "Adds."]
#[doc = concat!("Two ", "numbers.")]
#[tool]
fn add(
    #[doc = "One."] a: u8,
    /** Other. */
    b: u8,
) -> u8 {
    a + b
}

fn main() {
    assert_eq!(add(1, 2), 3);
    assert_eq!(add.spec().description, "Adds.\nTwo numbers.\n");
}
