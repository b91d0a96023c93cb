use windlass_core::tool;

struct Shop;

impl Shop {
    /// Sells.
    #[tool]
    fn sell(&self) {}
}

fn main() {
    Shop.sell();
}
