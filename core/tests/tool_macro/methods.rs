//! Methods as tools of one value.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use windlass_core::{Tool, ToolContext, tools};

use crate::{call, refused, try_call};

struct Shop {
    sold: AtomicU32,
}

#[tools]
impl Shop {
    const PRICE: u32 = 12;

    /// Sells an article.
    #[tool(exclusive)]
    async fn sell(
        &self,
        /// The article.
        article: &str,
        /// How many.
        #[default = Self::PRICE]
        count: u32,
    ) -> Result<String, String> {
        if article.is_empty() {
            return Err("nothing to sell".into());
        }
        let before = self.sold.fetch_add(count, Ordering::Relaxed);
        Ok(format!("{article} {}", before + count))
    }

    /// What was sold.
    #[tool(read_only, name = "stock")]
    fn sold(&self) -> u32 {
        self.sold.load(Ordering::Relaxed)
    }

    /// Does not need the shop.
    #[tool]
    fn hours() -> &'static str {
        "9 to 5"
    }

    /// Blocks.
    #[tool(blocking)]
    fn count(&self, #[context] context: &ToolContext) -> u32 {
        self.sold() + context.attempt()
    }

    fn new() -> Arc<Self> {
        Arc::new(Shop {
            sold: AtomicU32::new(0),
        })
    }
}

#[test]
fn the_tools_share_the_value_with_the_program() {
    let shop = Shop::new();
    let tools = shop.tools();
    let names: Vec<_> = tools.iter().map(|tool| tool.spec().name.as_str()).collect();
    assert_eq!(names, ["sell", "stock", "hours", "count"]);
    let [sell, stock, hours, count] = &tools[..] else {
        panic!("there are four")
    };
    assert_eq!(call(sell, r#"{"article":"rope","count":2}"#), "rope 2");
    assert_eq!(call(sell, r#"{"article":"rope"}"#), "rope 14");
    assert_eq!(shop.sold(), 14);
    assert_eq!(call(stock, "{}"), "14");
    assert_eq!(call(hours, "{}"), "9 to 5");
    assert_eq!(call(count, "{}"), "15");
    let context = ToolContext::new("call_1");
    let error = try_call(sell, r#"{"article":""}"#, &context).unwrap_err();
    assert_eq!(error.message(), "nothing to sell");
    assert_eq!(refused(sell, r#"{"count":1}"#), "`article` is missing");
    assert!(stock.spec().read_only);
}

#[test]
fn each_value_has_tools_of_its_own() {
    let (one, other) = (Shop::new(), Shop::new());
    call(&one.tools()[0], r#"{"article":"rope","count":2}"#);
    assert_eq!((one.sold(), other.sold()), (2, 0));
}
