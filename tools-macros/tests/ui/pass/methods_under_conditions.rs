use windlass_core::tools;

use std::sync::Arc;

struct Shop;

#[tools]
#[cfg(all())]
impl Shop {
    /// Sells.
    #[tool]
    #[cfg(all())]
    fn sell(&self) {}

    /// Is not there.
    #[tool]
    #[cfg(any())]
    fn close(&self) -> Unknown {}
}

fn main() {
    Shop.sell();
    assert_eq!(Arc::new(Shop).tools().len(), 1);
}
