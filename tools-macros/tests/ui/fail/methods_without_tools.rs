use windlass_core::tools;

struct Shop;

#[tools]
impl Shop {
    fn sell(&self) {}
}

fn main() {
    Shop.sell();
}
