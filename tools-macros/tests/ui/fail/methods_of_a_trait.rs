use windlass_core::tools;

struct Shop;

trait Sells {
    fn sell(&self);
}

#[tools]
impl Sells for Shop {
    /// Sells.
    #[tool]
    fn sell(&self) {}
}

fn main() {
    Shop.sell();
}
