mod capture;

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use windlass_core::{
    Arguments, ArgumentsError, Safety, Schema, Tool, ToolContext, ToolError, ToolOutput, ToolSpec,
    async_trait,
};

use super::root::Root;
use capture::Capture;

/// How long a command may go on after it was asked to end, and its output after it ended.
const GRACE: Duration = Duration::from_secs(1);

/// How commands are run: for how long, with how much output, and with which variables.
///
/// A command sees none of the program's own environment, which is where keys are; what it needs is set by
/// [`env`](Commands::env).
///
/// ```
/// use std::time::Duration;
/// use windlass_agent::{Commands, Workspace};
///
/// # let folder = std::env::temp_dir();
/// let commands = Commands::new()
///     .env("HOME", "/home/ada")
///     .timeout(Duration::from_secs(600))
///     .max_output(30_000);
/// let tools = Workspace::open(folder)?.with_commands(commands).tools();
/// assert!(tools.iter().any(|tool| tool.spec().name == "run_command"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Commands {
    env: Vec<(String, String)>,
    timeout: Duration,
    max_output: usize,
}

impl Commands {
    /// Two minutes, 64 KiB, and a `PATH` of the system's folders.
    pub fn new() -> Self {
        Commands {
            env: vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())],
            timeout: Duration::from_secs(120),
            max_output: 64 << 10,
        }
    }

    /// Sets a variable, in place of one of the same name.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Sets how long a command may run; the model can ask for less.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how many bytes of output are kept: the first half and the last half of as many.
    #[must_use]
    pub fn max_output(mut self, bytes: usize) -> Self {
        self.max_output = bytes;
        self
    }
}

impl Default for Commands {
    fn default() -> Self {
        Commands::new()
    }
}

/// Values are not shown, because they may be keys.
impl fmt::Debug for Commands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.env.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Commands")
            .field("env", &names)
            .field("timeout", &self.timeout)
            .field("max_output", &self.max_output)
            .finish()
    }
}

pub(super) struct RunCommand {
    spec: ToolSpec,
    root: Arc<Root>,
    commands: Commands,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RunArguments {
    /// What to run, as for `sh -c`.
    command: String,
    /// The folder to run it in, by its path from the workspace; the workspace itself if not given.
    path: Option<String>,
    /// After how many seconds to stop it.
    timeout_seconds: Option<u64>,
}

impl RunCommand {
    pub(super) fn new(root: Arc<Root>, commands: Commands) -> Self {
        let description = format!(
            "Runs a command in a shell, in a folder of the workspace, for at most {} s. Shows its exit status and what \
             it wrote, errors included. It gets no input, and what it leaves running is stopped.",
            commands.timeout.as_secs()
        );
        // The deadline here leaves the output of what was stopped; the engine's would not, so it comes later.
        let deadline = commands.timeout.saturating_add(GRACE * 5);
        let spec = ToolSpec::new("run_command", description, Schema::of::<RunArguments>())
            .with_category("commands")
            .with_safety(Safety::Exclusive)
            .with_timeout(deadline);
        RunCommand {
            spec,
            root,
            commands,
        }
    }

    fn command(&self, arguments: &RunArguments) -> Result<Command, ToolError> {
        let place = self.root.locate(arguments.path.as_deref().unwrap_or("."))?;
        self.root.folder(&place)?;
        if arguments.command.contains('\0') {
            return Err(ToolError::failed("the command has a NUL byte in it"));
        }
        let mut command = Command::new("/bin/sh");
        command
            .arg("-c")
            .arg(&arguments.command)
            .current_dir(self.root.path().join(place.as_str()))
            .env_clear()
            .envs(self.commands.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        Ok(command)
    }

    fn limit(&self, arguments: &RunArguments) -> Duration {
        let asked = arguments.timeout_seconds.map(Duration::from_secs);
        asked.map_or(self.commands.timeout, |asked| {
            asked.min(self.commands.timeout)
        })
    }
}

#[async_trait]
impl Tool for RunCommand {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
        arguments.parse::<RunArguments>().map(drop)
    }

    async fn call(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError> {
        let arguments = arguments.parse::<RunArguments>()?;
        let command = self.command(&arguments)?;
        let mut running = Running::start(command, self.commands.max_output)?;
        let limit = self.limit(&arguments);
        let ended = timeout(limit, running.end());
        let why = match context.cancel_token().run_until_cancelled(ended).await {
            Some(Ok(status)) => return Ok(running.report(&shown(status?)).into()),
            Some(Err(_)) => format!("stopped after {} s", limit.as_secs_f32()),
            None => "stopped: the run was cancelled".to_owned(),
        };
        running.stop().await;
        Err(ToolError::failed(running.report(&why)))
    }
}

fn shown(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}

/// A command with all that it started; dropped, they are killed.
struct Running {
    child: Child,
    group: Group,
    pipe: Receiver,
    capture: Capture,
}

impl Running {
    fn start(mut command: Command, max_output: usize) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        command.stdout(writer.try_clone()?).stderr(writer);
        let child = command.spawn()?;
        // The ends of the pipe that `command` holds would keep it open.
        drop(command);
        let group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
        let pipe = Receiver::from_owned_fd(reader.into())?;
        Ok(Running {
            child,
            group,
            pipe,
            capture: Capture::new(max_output),
        })
    }

    /// Waits until the command ends, keeping what it writes, and stops what it left running.
    async fn end(&mut self) -> io::Result<ExitStatus> {
        let status = {
            let mut wait = pin!(self.child.wait());
            let mut fill = pin!(self.capture.fill(&self.pipe));
            let mut filled = false;
            poll_fn(|cx| {
                filled = filled || fill.as_mut().poll(cx).is_ready();
                match wait.as_mut().poll(cx) {
                    Poll::Ready(status) => Poll::Ready(status),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await
        };
        self.group.kill();
        // What left the group may hold the pipe open for ever.
        timeout(GRACE, self.capture.fill(&self.pipe)).await.ok();
        status
    }

    /// Asks the command to end, and kills it if it does not.
    async fn stop(&mut self) {
        self.group.signal(Signal::TERM);
        timeout(GRACE, self.end()).await.ok();
        self.group.kill();
    }

    fn report(&self, how: &str) -> String {
        let output = self.capture.text();
        let output = if output.is_empty() {
            "[no output]"
        } else {
            output.trim_end()
        };
        format!("{how}\n{output}")
    }
}

/// The processes that a command consists of, until they were killed.
struct Group(Option<Pid>);

impl Group {
    /// Fails only when all of them have ended, which is what is wanted.
    fn signal(&self, signal: Signal) {
        if let Some(group) = self.0 {
            kill_process_group(group, signal).ok();
        }
    }

    /// Kills them once: later the system may give their number to others.
    fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
