use windlass_core::{Tool, tool};

/// Alone.
#[tool(exclusive)]
fn alone() {}

/// With a constant key.
#[tool(group = "printer")]
fn print() {}

/// With a key of two parameters, of which one is lent.
#[tool(writes = "{host}:{port}")]
fn connect(
    /// The host.
    host: &str,
    /// The port.
    port: u16,
) -> usize {
    host.len() + usize::from(port)
}

fn main() {
    alone();
    print();
    connect("a", 1);
    assert_ne!(print.spec().safety, alone.spec().safety);
    let arguments = windlass_core::Arguments::from(r#"{"host":"a","port":1}"#);
    assert_eq!(connect.safety(&arguments), windlass_core::Safety::writes("a:1"));
}
