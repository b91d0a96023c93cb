use windlass_core::tools;

struct Shop(u32);

#[tools]
impl Shop {
    /// Sells.
    #[tool]
    fn sell(&mut self) {
        self.0 += 1;
    }

    /// Closes.
    #[tool]
    fn close(self) {}
}

fn main() {
    let mut shop = Shop(1);
    shop.sell();
    shop.close();
}
