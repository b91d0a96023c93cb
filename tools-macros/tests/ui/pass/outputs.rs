use windlass_core::tool;

use windlass_core::{Document, Media, ToolError, ToolOutput};

#[tool(undocumented)]
fn nothing() {}

#[tool(undocumented)]
fn media() -> Media {
    Media::from_bytes("image/png", b"x")
}

#[tool(undocumented)]
fn file() -> Result<Document, String> {
    Ok(Document::from_text("x"))
}

#[tool(undocumented)]
fn output() -> Result<ToolOutput, ToolError> {
    Ok(ToolOutput::from("x"))
}

#[tool(undocumented)]
async fn numbers() -> Option<Vec<u8>> {
    None
}

fn main() {
    nothing();
    media();
    assert!(file().is_ok() && output().is_ok());
    let _future = numbers();
}
