//! Functions made tools by `#[tool]`, run by the engine.

use std::sync::Mutex;
use std::time::Duration;

use windlass_agent::{Engine, RunScope, Toolbox};
use windlass_core::{Call, Outcome, State, ToolContext, tool};

/// The files of a toy, by name.
#[derive(Default)]
struct Files(Mutex<std::collections::BTreeMap<String, String>>);

/// Adds to a file.
#[tool(group = "file:{path}")]
async fn append(
    #[context] context: &ToolContext,
    /// Which file.
    path: String,
    /// What to add.
    text: String,
) -> Result<usize, &'static str> {
    let files = context.state().get::<Files>().ok_or("there are no files")?;
    let before = files.0.lock().expect("nobody panics").get(&path).cloned();
    tokio::time::sleep(Duration::from_millis(10)).await;
    let after = before.unwrap_or_default() + &text;
    let length = after.len();
    files.0.lock().expect("nobody panics").insert(path, after);
    Ok(length)
}

/// Counts slowly, on a thread that may block.
#[tool(blocking)]
fn count(
    /// How far.
    to: u8,
) -> u32 {
    (0..=u32::from(to)).sum()
}

async fn outcomes(calls: &[(&str, &str)]) -> Vec<String> {
    let toolbox = Toolbox::new()
        .with(append)
        .and_then(|tools| tools.with(count));
    let toolbox = toolbox.expect("the names differ");
    let calls = calls.iter().enumerate();
    let calls = calls.map(|(at, (name, arguments))| Call::new(format!("c{at}"), *name, *arguments));
    let (engine, scope) = (
        Engine::new(),
        RunScope::new().with_state(State::new().with(Files::default())),
    );
    let prepared = engine.prepare(&toolbox, calls.collect(), &scope).await;
    let mut execution = engine.start(prepared, &scope);
    while execution.next().await.is_some() {}
    execution
        .finish()
        .outcomes
        .iter()
        .map(Outcome::text)
        .collect()
}

// R-50
#[tokio::test(start_paused = true)]
async fn edits_of_one_file_both_survive_and_edits_of_two_run_side_by_side() {
    let began = tokio::time::Instant::now();
    let lengths = outcomes(&[
        ("append", r#"{"path":"a","text":"one"}"#),
        ("append", r#"{"path":"a","text":"two"}"#),
        ("append", r#"{"path":"b","text":"three"}"#),
    ]);
    assert_eq!(lengths.await, ["3", "6", "5"]);
    assert_eq!(began.elapsed(), Duration::from_millis(20));
}

// R-52
#[tokio::test(start_paused = true)]
async fn arguments_that_do_not_fit_the_function_are_told_and_blocking_ones_run() {
    let told = outcomes(&[
        ("count", r#"{"to":10}"#),
        ("count", r#"{"to":1000}"#),
        ("append", r#"{"path":"a","txt":"one"}"#),
    ]);
    let told = told.await;
    assert_eq!(told[0], "55");
    let start = "the arguments of `count` do not match, and it did not run: ";
    assert_eq!(
        told[1],
        format!("{start}`to`: expected an integer from 0 to 255, found integer 1000")
    );
    assert!(
        told[2].contains("`text`") && told[2].contains("did not run"),
        "{}",
        told[2]
    );
}
