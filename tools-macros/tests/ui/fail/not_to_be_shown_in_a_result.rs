use windlass_core::tool;

struct Weather;

/// Looks.
#[tool]
fn look() -> Result<Weather, String> {
    Ok(Weather)
}

fn main() {
    let _ = look();
}
