use windlass_core::tool;

struct Weather;

/// Looks.
#[tool]
async fn look() -> Weather {
    Weather
}

fn main() {
    let _future = look();
}
