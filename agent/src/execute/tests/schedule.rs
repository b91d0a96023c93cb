use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, sleep};
use windlass_core::{Arguments, Progress, Safety, ToolContext, ToolError, ToolOutput};

use super::kit::{Recorder, Toy, calls, run, run_with, toolbox};
use crate::{Engine, RunScope};

// R-50
#[tokio::test(start_paused = true)]
async fn eight_shared_calls_end_in_the_time_of_one() {
    let recorder = Recorder::new();
    let tools = toolbox([recorder.toy("look", Safety::Shared)]);
    let began = Instant::now();
    run(&tools, calls(&[("look", r#"{"ms":100}"#); 8])).await;
    assert_eq!(began.elapsed(), Duration::from_millis(100));
    assert_eq!(recorder.spans(), [(0, 100); 8]);
}

// R-50
#[tokio::test(start_paused = true)]
async fn every_pair_of_kinds_overlaps_or_keeps_its_order() {
    let kinds = [
        Safety::Shared,
        Safety::Exclusive,
        Safety::reads("a"),
        Safety::writes("a"),
        Safety::reads("b"),
        Safety::writes("b"),
    ];
    for first in &kinds {
        for second in &kinds {
            let recorder = Recorder::new();
            let tools = toolbox([
                recorder.toy("first", first.clone()),
                recorder.toy("second", second.clone()),
            ]);
            run(
                &tools,
                calls(&[("first", r#"{"ms":50}"#), ("second", r#"{"ms":30}"#)]),
            )
            .await;
            let expected = match first.conflicts_with(second) {
                true => [(0, 50), (50, 80)],
                false => [(0, 50), (0, 30)],
            };
            assert_eq!(recorder.spans(), expected, "{first:?}, {second:?}");
        }
    }
}

// R-50
#[tokio::test(start_paused = true)]
async fn an_exclusive_call_overlaps_nothing() {
    let recorder = Recorder::new();
    let tools = toolbox([
        recorder.toy("look", Safety::Shared),
        recorder.toy("write", Safety::writes("a")),
        recorder.toy("alone", Safety::Exclusive),
    ]);
    let asked = calls(&[
        ("look", r#"{"ms":70}"#),
        ("write", r#"{"ms":20}"#),
        ("alone", r#"{"ms":10}"#),
        ("look", r#"{"ms":30}"#),
        ("write", r#"{"ms":40}"#),
        ("alone", r#"{"ms":10}"#),
    ]);
    run(&tools, asked).await;
    let expected = [(0, 70), (0, 20), (70, 80), (80, 110), (80, 120), (120, 130)];
    assert_eq!(recorder.spans(), expected);
}

// R-50
#[tokio::test(start_paused = true)]
async fn of_one_key_writes_and_reads_keep_their_order_and_reads_overlap() {
    let recorder = Recorder::new();
    let tools = toolbox([
        recorder.toy("write", Safety::writes("a")),
        recorder.toy("read", Safety::reads("a")),
        recorder.toy("other", Safety::writes("b")),
    ]);
    let asked = calls(&[
        ("write", r#"{"ms":50}"#),
        ("read", r#"{"ms":20}"#),
        ("other", r#"{"ms":10}"#),
        ("read", r#"{"ms":30}"#),
        ("write", r#"{"ms":10}"#),
    ]);
    run(&tools, asked).await;
    assert_eq!(
        recorder.spans(),
        [(0, 50), (50, 70), (0, 10), (50, 80), (80, 90)]
    );
}

type Files = Arc<Mutex<HashMap<String, String>>>;

#[derive(serde::Deserialize)]
struct Edit {
    path: String,
    add: String,
}

/// Reads a file, takes its time, and writes what it read with something added: two at once would lose one edit.
fn edit(files: &Files, safety: fn(&Arguments) -> Safety) -> Toy {
    let files = Arc::clone(files);
    let body = move |arguments: Arguments, _: ToolContext| {
        let files = Arc::clone(&files);
        async move {
            let Edit { path, add } = arguments.parse()?;
            let before = files
                .lock()
                .unwrap()
                .get(&path)
                .cloned()
                .unwrap_or_default();
            sleep(Duration::from_millis(10)).await;
            files.lock().unwrap().insert(path, before + &add);
            Ok(ToolOutput::from("edited"))
        }
    };
    Toy::new("edit", body).with_safety(safety)
}

// R-50
#[tokio::test(start_paused = true)]
async fn two_edits_of_one_file_both_survive() {
    let by_path: fn(&Arguments) -> Safety = |arguments| match arguments.parse::<Edit>() {
        Ok(edit) => Safety::writes(edit.path),
        Err(_) => Safety::Exclusive,
    };
    let unsafe_on_purpose: fn(&Arguments) -> Safety = |_| Safety::Shared;
    for (safety, of_a) in [(by_path, "12"), (unsafe_on_purpose, "2")] {
        let files = Files::default();
        let asked = calls(&[
            ("edit", r#"{"path":"a","add":"1"}"#),
            ("edit", r#"{"path":"a","add":"2"}"#),
            ("edit", r#"{"path":"b","add":"3"}"#),
        ]);
        run(&toolbox([edit(&files, safety)]), asked).await;
        assert_eq!(files.lock().unwrap()["a"], of_a);
        assert_eq!(files.lock().unwrap()["b"], "3");
    }
}

// R-56
#[tokio::test(start_paused = true)]
async fn only_so_many_run_at_a_time_in_the_run_and_of_a_tool() {
    let recorder = Recorder::new();
    let tools = toolbox([
        recorder.toy("look", Safety::Shared),
        recorder.toy("browse", Safety::Shared),
    ]);
    let asked = [
        ("browse", r#"{"ms":10}"#),
        ("browse", r#"{"ms":10}"#),
        ("look", r#"{"ms":10}"#),
        ("look", r#"{"ms":10}"#),
    ];
    let scope = RunScope::new()
        .with_concurrency(2)
        .with_tool_concurrency("browse", 1);
    run_with(&Engine::new(), &tools, calls(&asked), &scope).await;
    // The second `browse` waits among its own kind and does not keep the second place from `look`.
    assert_eq!(recorder.spans(), [(0, 10), (10, 20), (0, 10), (10, 20)]);

    let recorder = Recorder::new();
    let tools = toolbox([recorder.toy("look", Safety::Shared)]);
    let scope = RunScope::new().with_concurrency(0);
    run_with(
        &Engine::new(),
        &tools,
        calls(&[("look", r#"{"ms":10}"#); 2]),
        &scope,
    )
    .await;
    assert_eq!(recorder.spans(), [(0, 10), (10, 20)]);
}

type Running = Arc<Mutex<Vec<Safety>>>;

fn kind(arguments: &Arguments) -> Safety {
    match arguments.as_str() {
        "0" => Safety::Exclusive,
        "1" | "2" => Safety::writes(arguments.text().clone()),
        "3" | "4" => Safety::reads("1"),
        _ => Safety::Shared,
    }
}

/// Yields a few times, and fails if a call runs that it conflicts with.
fn watchful(running: &Running) -> Toy {
    let running = Arc::clone(running);
    let body = move |arguments: Arguments, context: ToolContext| {
        let running = Arc::clone(&running);
        async move {
            let own = kind(&arguments);
            {
                let mut running = running.lock().unwrap();
                assert!(running.iter().all(|other| !own.conflicts_with(other)));
                running.push(own.clone());
            }
            for _ in 0..5 {
                context.report(Progress::new("still at it"));
                yield_now().await;
            }
            let mut running = running.lock().unwrap();
            let at = running.iter().position(|other| *other == own);
            running.swap_remove(at.ok_or(ToolError::failed("gone"))?);
            Ok(ToolOutput::from("done"))
        }
    };
    Toy::new("watch", body)
        .with_safety(kind)
        .with_check(|_| Ok(()))
}

// R-49, R-50
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_many_threads_no_conflict_overlaps_and_no_call_is_forgotten() {
    for round in 0..50_usize {
        let running = Running::default();
        let kinds: Vec<String> = (0..30)
            .map(|at| ((round * 7 + at * at * 3 + at) % 9).to_string())
            .collect();
        let asked: Vec<_> = kinds.iter().map(|kind| ("watch", kind.as_str())).collect();
        let ran = run(&toolbox([watchful(&running)]), calls(&asked)).await;
        assert_eq!(ran.texts(), ["done"; 30], "round {round}");
    }
}
