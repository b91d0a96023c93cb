use windlass_core::tools;

use std::sync::Arc;

struct Shop(u32);

#[tools]
impl Shop {
    /// Sells.
    #[tool]
    async fn sell(
        &self,
        /// What.
        article: &str,
    ) -> u32 {
        self.0 + article.len() as u32
    }

    /// Counts.
    #[tool(blocking)]
    pub fn count(&self) -> u32 {
        self.0
    }

    fn helper(&self) -> u32 {
        self.count()
    }
}

fn main() {
    let shop = Arc::new(Shop(1));
    assert_eq!(shop.tools().len(), 2);
    assert_eq!(shop.helper(), 1);
    let _future = shop.sell("a");
}
