use windlass_core::tools;

struct Shop<T>(T);

#[tools]
impl<T: Send + Sync + 'static> Shop<T> {
    /// Sells.
    #[tool]
    fn sell(&self) {}
}

fn main() {
    let _ = std::sync::Arc::new(Shop(1)).tools();
}
