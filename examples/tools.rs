//! A function and the method of a value as tools. What a model would send is sent by hand.
//!
//! Offline: nothing is asked of a model.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use windlass_core::{Arguments, Tool, ToolContext, ToolError, tool, tools};

/// The weather in a city right now.
#[tool(read_only, timeout = "10s")]
async fn weather(
    /// City name, in English.
    city: &str,
    /// How many days to look ahead.
    #[default = 0]
    days: u8,
) -> Result<String, ToolError> {
    match city {
        "Oslo" => Ok(format!("4 °C in {days} days")),
        _ => Err(ToolError::retry(format!(
            "`{city}` is not known; try its English name"
        ))),
    }
}

struct Stock {
    ropes: AtomicU32,
}

#[tools]
impl Stock {
    /// Sells ropes, and says how many are left.
    #[tool(exclusive, approval = "always")]
    fn sell(
        &self,
        /// How many.
        count: u32,
    ) -> Result<u32, &'static str> {
        // No other call comes between, because the tool is exclusive.
        let ropes = self.ropes.load(Ordering::Relaxed);
        let left = ropes.checked_sub(count).ok_or("there are not that many")?;
        self.ropes.store(left, Ordering::Relaxed);
        Ok(left)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("called: {:?}", weather("Oslo", 2).await.ok());
    println!("told: {}", weather.spec().parameters.as_json());

    let stock = Arc::new(Stock {
        ropes: AtomicU32::new(5),
    });
    let mut tools = stock.tools();
    tools.push(Arc::new(weather));
    for (name, arguments) in [
        ("weather", r#"{"city": "Oslo"}"#),
        ("weather", r#"{"city": "Ålesund"}"#),
        ("weather", r#"{"city": "Oslo", "day": 1}"#),
        ("sell", r#"{"count": 3}"#),
        ("sell", r#"{"count": 3}"#),
    ] {
        let tool = tools
            .iter()
            .find(|tool| tool.spec().name == name)
            .ok_or("no such tool")?;
        match tool
            .call(&Arguments::from(arguments), &ToolContext::new("call_1"))
            .await
        {
            Ok(output) => println!("{name}: {}", output.parts[0].as_text().unwrap_or_default()),
            Err(error) => println!("{name} fails: {error}"),
        }
    }
    Ok(())
}
