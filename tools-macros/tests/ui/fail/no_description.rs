use windlass_core::tool;

#[tool]
fn look() {}

fn main() {
    look();
}
