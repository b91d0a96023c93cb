use windlass_core::Tool;

/// Looks.
async fn look() {}

fn takes(_tool: impl Tool) {}

fn main() {
    takes(look);
}
