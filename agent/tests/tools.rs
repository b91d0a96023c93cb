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

/// A booking that somebody may look at before it is made.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
struct Room {
    /// How many beds it has.
    #[serde(default = "one")]
    beds: u8,
    /// What is wished for.
    wish: Option<String>,
}

fn one() -> u8 {
    1
}

/// Books a stay.
#[tool]
fn book(
    /// Where.
    city: &str,
    /// How many nights.
    #[default = 3]
    nights: u8,
    /// In which currency.
    #[default = "EUR"]
    currency: String,
    /// What to say to the host.
    note: Option<&str>,
    /// The rooms.
    #[default = Vec::new()]
    rooms: Vec<Room>,
) -> String {
    let rooms = rooms.iter().map(|room| (room.beds, room.wish.as_deref()));
    let rooms: Vec<_> = rooms.collect();
    format!("{city} {nights} {currency} {note:?} {rooms:?}")
}

async fn outcomes(calls: &[(&str, &str)]) -> Vec<String> {
    let toolbox = Toolbox::new()
        .with(append)
        .and_then(|tools| tools.with(count))
        .and_then(|tools| tools.with(book));
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

// R-52
#[tokio::test(start_paused = true)]
async fn a_null_is_the_default_where_the_function_has_one_and_an_error_where_it_has_none() {
    let told = outcomes(&[
        ("book", r#"{"city":"Oslo"}"#),
        (
            "book",
            r#"{"city":"Oslo","nights":null,"currency":null,"note":null,"rooms":null}"#,
        ),
        (
            "book",
            r#"{"city":"Oslo","nights":2,"rooms":[{"beds":null,"wish":null},{"beds":2,"wish":"a view"}]}"#,
        ),
        ("book", r#"{"city":null,"nights":null}"#),
    ]);
    let plain = r#"Oslo 3 EUR None []"#;
    let rooms = r#"Oslo 2 EUR None [(1, None), (2, Some("a view"))]"#;
    let wrong = "the arguments of `book` do not match, and it did not run: `city`: expected a string, found null";
    assert_eq!(told.await, [plain, plain, rooms, wrong]);
}
