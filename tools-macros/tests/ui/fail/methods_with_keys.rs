use windlass_core::tools;

struct Shop;

#[tools(read_only)]
impl Shop {
    /// Sells.
    #[tool]
    fn sell(&self) {}
}

fn main() {
    Shop.sell();
}
