use windlass_core::tool;

#[allow(dead_code)]
struct Parameter;
#[allow(dead_code)]
struct Result;
#[allow(dead_code)]
enum Option {}
struct Probe(u8);

/// Is made where common names mean something else.
#[tool]
fn add(
    /// One.
    spec: u8,
    /// Other.
    read: std::option::Option<u8>,
    #[state] probe: &Probe,
) -> std::result::Result<u8, String> {
    Ok(spec + read.unwrap_or(0) + probe.0)
}

fn main() {
    assert_eq!(add(1, None, &Probe(0)), Ok(1));
}
