use windlass_core::tool;

use std::rc::Rc;

/// Looks.
#[tool]
async fn look() -> u8 {
    let at = Rc::new(1);
    std::future::ready(()).await;
    *at
}

fn main() {}
