use windlass_core::tool;

macro_rules! tools {
    ($($name:ident: $input:ty => $output:ty = $value:expr;)*) => {$(
        #[tool(undocumented)]
        fn $name(input: $input) -> $output {
            let _ = input;
            $value
        }
    )*};
}

tools! {
    one: &str => u8 = 1;
    two: Option<String> => &'static str = "2";
}

fn main() {
    assert_eq!((one("a"), two(None)), (1, "2"));
}
