use windlass_core::tools;

#[tools]
struct Shop;

fn main() {
    let _ = Shop;
}
