use windlass_core::{Tool, tool};

fn name() -> String {
    /// Is local.
    #[tool]
    fn local() {}
    local();
    local.spec().name.to_string()
}

fn main() {
    assert_eq!(name(), "local");
}
