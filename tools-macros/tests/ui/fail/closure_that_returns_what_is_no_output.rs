use windlass_core::tool_fn;

fn numbers() -> impl windlass_core::Tool {
    tool_fn("numbers", "Some numbers.", async |_: Vec<u8>| vec![1, 2])
}

fn main() {
    numbers();
}
