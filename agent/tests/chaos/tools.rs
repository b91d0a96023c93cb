//! The tools, one for each thing that tools do.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::sleep;
use windlass_agent::RunHandle;
use windlass_core::{
    Approval, Arguments, Progress, Safety, Schema, Text, Tool, ToolContext, ToolError, ToolOutput,
    ToolSpec, async_trait,
};

use crate::plan::Kind;
use crate::work::Work;

/// What all of them take.
#[derive(Default, Deserialize)]
pub(crate) struct Taken {
    /// No other call's.
    #[serde(default, alias = "task")]
    pub(crate) k: String,
    #[serde(default)]
    pub(crate) ms: u64,
}

impl Taken {
    /// The task of the run that made the call.
    fn task(&self) -> &str {
        self.k.rsplit_once('/').map_or("main", |(task, _)| task)
    }

    /// What there is of it in the arguments.
    pub(crate) fn of(arguments: &Arguments) -> Self {
        serde_json::from_str(arguments.as_str()).unwrap_or_default()
    }
}

pub(crate) const ALL: [Kind; 19] = [
    Kind::Ends,
    Kind::Sleeps,
    Kind::Reports,
    Kind::Huge,
    Kind::Fails,
    Kind::Again,
    Kind::Fatal,
    Kind::Panics,
    Kind::Stubborn,
    Kind::Deaf,
    Kind::Stuck,
    Kind::Flaky,
    Kind::Blocks,
    Kind::Exclusive,
    Kind::Asks,
    Kind::Polls,
    Kind::Steers,
    Kind::Cancels,
    Kind::CancelsAfterTurn,
];

pub(crate) fn name(tool: Kind) -> String {
    match tool {
        Kind::Below(number) => format!("below{number}"),
        Kind::Answer => "final_answer".to_owned(),
        tool => format!("{tool:?}").to_lowercase(),
    }
}

/// A tool that does one thing.
pub(crate) struct Doing {
    spec: ToolSpec,
    kind: Kind,
    work: Arc<Work>,
}

impl Doing {
    pub(crate) fn new(kind: Kind, work: &Arc<Work>) -> Self {
        let takes = r#"{"type":"object","properties":{"k":{"type":"string"},"ms":{"type":"integer"}},"required":["k"],"additionalProperties":false}"#;
        let takes = Schema::from_json(takes).expect("it is a schema");
        let spec = ToolSpec::new(name(kind), "Does one thing.", takes);
        Doing {
            spec: match kind {
                Kind::Huge => spec.with_max_output(100),
                Kind::Again => spec.with_retries(1),
                Kind::Flaky => spec.idempotent(),
                Kind::Exclusive => spec.with_safety(Safety::Exclusive),
                Kind::Asks => spec.with_approval(Approval::Always),
                Kind::Polls => spec.polling().read_only(),
                Kind::Reports => spec.with_safety(Safety::writes("it")),
                _ => spec,
            },
            kind,
            work: Arc::clone(work),
        }
    }

    async fn act(&self, taken: &Taken, context: &ToolContext) -> Result<ToolOutput, ToolError> {
        let handle = || context.state().get::<RunHandle>().expect("it is in a run");
        match self.kind {
            Kind::Sleeps | Kind::Exclusive => wait(taken.ms).await,
            Kind::Reports => {
                for step in 0..3_u32 {
                    let progress = Progress::new(format!("step {step}"));
                    context.report(progress.with_done(f64::from(step) / 4.0));
                    wait(taken.ms).await;
                    tokio::task::yield_now().await;
                }
            }
            Kind::Huge => return Ok("überaus ".repeat(1_000).into()),
            Kind::Fails => return Err(ToolError::failed("it does not work")),
            Kind::Again => return Err(ToolError::retry("not like this")),
            Kind::Fatal => {
                wait(taken.ms).await;
                return Err(ToolError::fatal("the disk is gone"));
            }
            Kind::Panics => {
                wait(taken.ms).await;
                resume_unwind(Box::new("out of cheese"));
            }
            Kind::Stubborn => {
                context.cancelled().await;
                wait(taken.ms).await;
            }
            Kind::Deaf => wait(60_000).await,
            Kind::Stuck => wait(10_000_000).await,
            Kind::Flaky if context.attempt() <= 2 && taken.ms.is_multiple_of(2) => {
                return Err(ToolError::failed("not yet").transient());
            }
            Kind::Blocks => self.block(context).await?,
            // Says the task again, by which the models know it when the first message was left out.
            Kind::Steers => drop(handle().steer(taken.task())),
            Kind::Cancels => handle().cancel(),
            Kind::CancelsAfterTurn => handle().cancel_after_turn(),
            _ => {}
        }
        Ok(ToolOutput::from("done"))
    }

    /// Waits on a thread, but not for long.
    async fn block(&self, context: &ToolContext) -> Result<(), ToolError> {
        let (work, cancel) = (Arc::clone(&self.work), context.cancel_token().clone());
        let blocks = move || {
            work.on_thread(1);
            for _ in 0..200 {
                if cancel.is_cancelled() {
                    break;
                }
                std::thread::yield_now();
            }
            work.on_thread(-1);
        };
        context.blocking(blocks).await
    }
}

async fn wait(millis: u64) {
    if millis > 0 {
        sleep(Duration::from_millis(millis)).await;
    }
}

#[async_trait]
impl Tool for Doing {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError> {
        let taken = Taken::of(arguments);
        let alive = self.work.begin(&taken.k);
        if context.is_cancelled() {
            let name: &Text = &self.spec.name;
            self.work.fault(format!("`{name}` began when it was over"));
        }
        let output = self.act(&taken, context).await?;
        alive.done();
        Ok(output)
    }
}
