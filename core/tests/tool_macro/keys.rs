//! Each key changes what it says it changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use windlass_core::{Approval, Arguments, Blocking, Safety, Tool, ToolContext, ToolSpec, tool};

use crate::try_call;

#[tool(undocumented)]
fn plain() {}

#[tool(undocumented, name = "other-name")]
fn renamed() {}

#[tool(undocumented, read_only)]
fn reads_only() {}

#[tool(undocumented, idempotent)]
fn twice() {}

#[tool(undocumented, timeout = "1500ms", max_output = 4 * 1024, retries = 3, category = "files")]
fn limited() {}

#[tool(undocumented, timeout = 2, approval = "never", polling, hidden)]
fn watched() {}

#[tool(undocumented, approval = "always", crate = windlass_core)]
fn asked() {}

// R-87
#[test]
fn keys_are_in_the_spec() {
    let (empty, name) = (plain.spec(), |spec: &ToolSpec| spec.name.clone());
    let same = |spec: &ToolSpec| ToolSpec::new(name(spec), "", empty.parameters.clone());
    let check = |tool: &dyn Tool, expected: fn(ToolSpec) -> ToolSpec| {
        let spec = tool.spec();
        assert_eq!(*spec, expected(same(spec)));
    };
    check(&plain, |spec| spec);
    check(&reads_only, ToolSpec::read_only);
    check(&twice, ToolSpec::idempotent);
    check(&asked, |spec| spec.with_approval(Approval::Always));
    check(&limited, |spec| {
        let spec = spec
            .with_timeout(Duration::from_millis(1500))
            .with_max_output(4096);
        spec.with_retries(3).with_category("files")
    });
    check(&watched, |spec| {
        let spec = spec
            .with_timeout(Duration::from_secs(2))
            .with_approval(Approval::Never);
        spec.polling().hidden()
    });
    assert_eq!(renamed.spec().name, "other-name");
}

#[tool(undocumented, exclusive)]
fn alone() {}

#[tool(undocumented, group = "printer")]
fn print() {}

#[tool(undocumented, reads = "{{file}}:{path}")]
fn read(path: &str, times: u8) -> u8 {
    times + u8::from(path.is_empty())
}

#[tool(undocumented, writes = "{{file}}:{path}", retries = 1)]
fn write(#[context] _context: &ToolContext, text: String, path: String) -> usize {
    text.len() + path.len()
}

// R-50
#[test]
fn safety_goes_by_the_group_and_by_the_arguments() {
    let of = |tool: &dyn Tool, arguments: &str| tool.safety(&Arguments::from(arguments));
    assert_eq!(of(&plain, "{}"), Safety::Shared);
    assert_eq!(of(&alone, "{}"), Safety::Exclusive);
    assert_eq!(of(&print, "{}"), Safety::writes("printer"));
    assert_eq!(
        of(&read, r#"{"path":"a.txt","times":1}"#),
        Safety::reads("{file}:a.txt")
    );
    assert_eq!(
        of(&write, r#"{"text":"x","path":"a.txt"}"#),
        Safety::writes("{file}:a.txt")
    );
    assert_eq!(
        of(&write, r#"{"text":"x"}"#),
        Safety::Exclusive,
        "what cannot be read keeps all others away"
    );
}

#[derive(Default)]
struct Counting(AtomicUsize);

impl Blocking for Counting {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        self.0.fetch_add(1, Ordering::Relaxed);
        work();
    }
}

#[tool(undocumented, blocking)]
fn slow(
    text: &str,
    #[context] context: &ToolContext,
    #[state] factor: &usize,
) -> Result<usize, String> {
    match text {
        "" => Err("no text".into()),
        text => Ok(text.len() * factor + context.attempt() as usize),
    }
}

#[test]
fn a_blocking_tool_runs_where_blocking_work_runs() {
    let threads = Arc::new(Counting::default());
    let state = windlass_core::State::new().with(10_usize);
    let context = ToolContext::new("call_1")
        .with_blocking(threads.clone())
        .with_state(state);
    let output = try_call(&slow, r#"{"text":"abc"}"#, &context).unwrap();
    assert_eq!(output.parts[0].as_text(), Some("31"));
    assert_eq!(
        try_call(&slow, r#"{"text":""}"#, &context)
            .unwrap_err()
            .message(),
        "no text"
    );
    assert_eq!(threads.0.load(Ordering::Relaxed), 2);
    assert_eq!(slow("abc", &context, &1), Ok(4), "and it is a function");
}
