use windlass_core::{Tool, tool};

struct Clock;

impl Clock {
    /// The time.
    #[tool]
    fn time() -> &'static str {
        "12:00"
    }
}

fn main() {
    assert_eq!(Clock::time.spec().name, "time");
    assert_eq!((*Clock::time)(), "12:00");
}
