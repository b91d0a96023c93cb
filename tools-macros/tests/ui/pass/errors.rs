use windlass_core::tool;

#[derive(Debug)]
struct OnlyDisplayed;

impl std::fmt::Display for OnlyDisplayed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

type Answer<T> = Result<T, OnlyDisplayed>;

#[tool(undocumented)]
fn displayed() -> Answer<u8> {
    Err(OnlyDisplayed)
}

#[tool(undocumented)]
fn standard() -> std::io::Result<()> {
    Ok(())
}

#[tool(undocumented)]
async fn boxed() -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    Err("failed".into())
}

fn main() {
    assert!(displayed().is_err() && standard().is_ok());
    let _future = boxed();
}
