use windlass_core::tools;

struct Shop;

#[tools]
impl Shop {
    /// Sells.
    #[tool]
    fn sell(&self) {}

    /// Sells more.
    #[tool(name = "sell")]
    fn sell_more(
        &self,
        count: u32,
    ) {
        let _ = count;
    }
}

fn main() {
    Shop.sell();
    Shop.sell_more(1);
    assert!(std::sync::Arc::new(Shop).tools().is_empty());
}
