use windlass_core::tools;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Clone, Deserialize, JsonSchema)]
struct Point {
    x: i32,
}

#[tools]
impl Point {
    const ORIGIN: Point = Point { x: 0 };

    /// How far it is.
    #[tool]
    fn distance(
        self: &Arc<Self>,
        /// To where.
        #[default = Self::ORIGIN]
        to: Self,
        /// By which way.
        by: Vec<Self>,
    ) -> i32 {
        (self.x - to.x).abs() + by.len() as i32
    }
}

fn main() {
    let point = Arc::new(Point { x: 3 });
    assert_eq!(point.distance(Point::ORIGIN, Vec::new()), 3);
    assert_eq!(point.tools()[0].spec().name, "distance");
}
