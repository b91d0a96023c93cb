use std::time::Duration;

use rustix::process::{Pid, test_kill_process};

use super::*;

async fn run(commands: Commands, arguments: Value) -> Result<String, String> {
    let folder = Folder::new();
    folder.file("a/file", "text\n");
    let workspace = folder.workspace().with_commands(commands);
    call(&workspace, "run_command", arguments).await
}

async fn shell(command: &str) -> Result<String, String> {
    run(Commands::new(), json!({"command": command})).await
}

#[tokio::test]
async fn a_command_shows_its_status_and_all_it_wrote() {
    assert_eq!(
        shell("echo one; echo two >&2; exit 3").await.unwrap(),
        "exit code 3\none\ntwo"
    );
    assert_eq!(shell("true").await.unwrap(), "exit code 0\n[no output]");
    assert!(shell("kill -9 $$").await.unwrap().starts_with("signal: 9"));
    assert_eq!(shell("cat").await.unwrap(), "exit code 0\n[no output]");
    let found = run(Commands::new(), json!({"command": "cat file", "path": "a"}))
        .await
        .unwrap();
    assert_eq!(found, "exit code 0\ntext");
}

#[tokio::test]
async fn a_command_sees_only_the_variables_it_is_given() {
    let commands = Commands::new().env("CITY", "Oslo");
    let shown = run(commands.clone(), json!({"command": "env"}))
        .await
        .unwrap();
    let mut names: Vec<&str> = shown
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name)
        .collect();
    names.retain(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name));
    names.sort_unstable();
    assert_eq!(names, ["CITY", "PATH"]);
    assert!(!format!("{commands:?}").contains("Oslo"));
}

#[tokio::test]
async fn output_is_cut_in_the_middle() {
    let commands = Commands::new().max_output(20);
    let shown = run(
        commands,
        json!({"command": "printf 0123456789abcdefghijABCDEFGHIJ"}),
    )
    .await
    .unwrap();
    assert_eq!(
        shown,
        "exit code 0\n0123456789\n[10 bytes left out]\nABCDEFGHIJ"
    );
    let commands = Commands::new().max_output(1000);
    let shown = run(commands, json!({"command": "head -c 50000000 /dev/zero"}))
        .await
        .unwrap();
    assert!(shown.len() < 2000, "{}", shown.len());
}

//
#[tokio::test]
async fn a_command_that_takes_too_long_is_stopped_with_what_it_wrote() {
    let commands = Commands::new().timeout(Duration::from_millis(300));
    let error = run(commands, json!({"command": "echo begun; sleep 60"}))
        .await
        .unwrap_err();
    assert_eq!(error, "stopped after 0.3 s\nbegun");
    let error = run(
        Commands::new(),
        json!({"command": "sleep 60", "timeout_seconds": 0}),
    )
    .await
    .unwrap_err();
    assert_eq!(error, "stopped after 0 s\n[no output]");
    let commands = Commands::new().timeout(Duration::from_millis(300));
    let deaf = json!({"command": "trap '' TERM; echo begun; while :; do sleep 1; done", "timeout_seconds": u64::MAX});
    let error = run(commands, deaf).await.unwrap_err();
    assert_eq!(error, "stopped after 0.3 s\nbegun");
}

/// Whether a process is there and more than a name that nobody has asked for yet.
fn lives(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let dead = stat
        .rsplit(')')
        .next()
        .is_some_and(|rest| rest.trim_start().starts_with('Z'));
    !dead && Pid::from_raw(pid).is_some_and(|pid| test_kill_process(pid).is_ok())
}

/// Waits until a process has ended, which follows its kill a little later.
async fn ends(pid: i32) -> bool {
    let ended = async {
        while lives(pid) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended)
        .await
        .is_ok()
}

//
#[tokio::test]
async fn what_a_command_leaves_running_is_stopped() {
    let shown = shell("sleep 60 & echo $!").await.unwrap();
    let pid = shown.lines().nth(1).unwrap().parse().unwrap();
    assert!(ends(pid).await, "{pid}");
}

/// Runs a command that writes the id of its child, and gives the id once it is there.
async fn started(folder: &Folder) -> i32 {
    loop {
        let text = fs::read_to_string(folder.path("pid")).unwrap_or_default();
        if let Some(pid) = text.strip_suffix('\n') {
            return pid.parse().unwrap();
        }
        tokio::task::yield_now().await;
    }
}

const LONG: &str = "sleep 60 & echo $! > pid; wait";

//
#[tokio::test]
async fn a_dropped_call_leaves_nothing_running() {
    let folder = Folder::new();
    let workspace = folder.workspace();
    let pid = tokio::select! {
        answer = call(&workspace, "run_command", json!({"command": LONG})) => panic!("{answer:?}"),
        pid = started(&folder) => pid,
    };
    assert!(ends(pid).await, "{pid}");
}

//
#[tokio::test]
async fn a_cancelled_call_is_stopped_and_says_so() {
    let folder = Folder::new();
    let context = ToolContext::new("call_1");
    let tool = tool(&folder.workspace(), "run_command");
    let arguments = json!({"command": LONG}).to_string().into();
    let cancel = async {
        let pid = started(&folder).await;
        context.cancel_token().cancel();
        pid
    };
    let (answer, pid) = tokio::join!(tool.call(&arguments, &context), cancel);
    let error = answer.unwrap_err();
    assert_eq!(
        error.message(),
        "stopped: the run was cancelled\n[no output]"
    );
    assert!(ends(pid).await, "{pid}");
}

//
#[tokio::test]
async fn a_process_that_left_the_group_does_not_hold_the_call_up() {
    let folder = Folder::new();
    let commands = Commands::new().timeout(Duration::from_secs(30));
    let workspace = folder.workspace().with_commands(commands);
    let command = "setsid sleep 60 & echo $! > pid; echo done";
    let shown = call(&workspace, "run_command", json!({"command": command}))
        .await
        .unwrap();
    assert_eq!(shown, "exit code 0\ndone");
    let pid = Pid::from_raw(started(&folder).await).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).ok();
}
