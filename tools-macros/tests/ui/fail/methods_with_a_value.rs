use windlass_core::tools;

struct Shop;

#[tools]
impl Shop {
    /// Sells.
    #[tool = "sell"]
    fn sell(&self) {}
}

fn main() {
    Shop.sell();
}
