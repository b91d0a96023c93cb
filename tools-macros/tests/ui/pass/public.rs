use windlass_core::Tool;

mod tools {
    use windlass_core::tool;

    /// Is seen from outside.
    #[tool]
    pub fn open() {}

    /// Is seen in the crate.
    #[tool]
    pub(crate) async fn half_open() {}
}

fn main() {
    tools::open();
    assert_eq!([tools::open.spec(), tools::half_open.spec()].map(|spec| spec.name.len()), [4, 9]);
}
