//! An agent as a tool of another: what it uses, its limits, its cancelling and its approvals belong to the run that calls
//! it.

mod family;

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use windlass_core::{
    Arguments, ArgumentsError, Progress, Schema, Text, Tool, ToolContext, ToolError, ToolOutput,
    ToolSpec, async_trait,
};

use crate::{Agent, Report, Stop, What};

pub(crate) use family::Family;

#[cfg(test)]
mod tests;

/// An agent that another agent calls as a tool; [`Agent::as_tool`] makes it.
///
/// It takes one argument, `task`, and its outcome is the text of its answer. It runs in the family of the run that calls
/// it: what it uses is on the report of that run and counts for its limits, cancelling that run cancels it, and whoever
/// allows the calls of that run allows its calls too, unless it has an approver of its own. Observers of the calling agent
/// hear of its run. When its run does not come to an answer, the call fails and the model is told why.
///
/// ```
/// use windlass_agent::Agent;
/// use windlass_core::{Scripted, Tool};
///
/// let looks_up = Agent::builder(Scripted::new([])).build()?;
/// let tool = looks_up
///     .as_tool("weather", "Answers questions about the weather.")
///     .with_spec(|spec| spec.read_only());
/// assert!(tool.spec().read_only);
/// # Ok::<(), windlass_agent::ToolboxError>(())
/// ```
#[derive(Clone)]
pub struct AgentTool {
    agent: Agent,
    spec: ToolSpec,
}

const AN_HOUR: Duration = Duration::from_secs(3600);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Task {
    task: Text,
}

impl Agent {
    /// The agent as a tool for another agent.
    ///
    /// # Example: one agent looks things up for another
    ///
    /// ```
    /// use windlass_agent::Agent;
    /// use windlass_core::{Script, Scripted, Usage};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    /// # runtime.block_on(async {
    /// let usage = Usage::UNKNOWN.with_input(100).with_output(10);
    /// let looks_up = Scripted::new([Script::text("31 °C in Rome.").with_usage(usage)]);
    /// let looks_up = Agent::builder(looks_up).instructions("You know the weather.").build()?;
    ///
    /// let model = Scripted::new([
    ///     Script::call("call_1", "weather", r#"{"task":"How warm is it in Rome?"}"#).with_usage(usage),
    ///     Script::text("It is warm.").with_usage(usage),
    /// ]);
    /// let agent = Agent::builder(model)
    ///     .tool(looks_up.as_tool("weather", "Answers questions about the weather."))
    ///     .build()?;
    /// let report = agent.run("Is Rome warm?").await?;
    /// assert_eq!(report.text(), "It is warm.");
    /// assert_eq!(report.usage.output(), Some(30), "of three answers");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).expect("the scripts have three answers");
    /// ```
    pub fn as_tool(&self, name: impl Into<Text>, description: impl Into<Text>) -> AgentTool {
        let parameters = r#"{"type":"object","properties":{"task":{"type":"string","description":"What to do, with all that must be known for it."}},"required":["task"],"additionalProperties":false}"#;
        let parameters = Schema::from_json(parameters).expect("it is a schema");
        AgentTool {
            agent: self.clone(),
            spec: ToolSpec::new(name, description, parameters).with_timeout(AN_HOUR),
        }
    }
}

impl AgentTool {
    /// Changes how the tool is run: its deadline, with which others, whether somebody is asked.
    ///
    /// Unless set, it has an hour; the limits of the agent say more.
    #[must_use]
    pub fn with_spec(mut self, change: impl FnOnce(ToolSpec) -> ToolSpec) -> Self {
        self.spec = change(self.spec);
        self
    }
}

#[async_trait]
impl Tool for AgentTool {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
        arguments.parse::<Task>().map(drop)
    }

    async fn call(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError> {
        let Task { task } = arguments.parse()?;
        let family = context.state().shared::<Family>();
        let mut run = self
            .agent
            .run(task)
            .with_cancel(context.cancel_token().clone())
            .with_family(family.clone());
        while let Some(event) = run.next().await {
            if let What::ToolStarted { name, .. } = &event.what {
                context.report(Progress::new(format!("calls `{name}`")));
            }
            if let Some(family) = &family {
                family.tell(&event);
            }
        }
        match run.await {
            Ok(report) => outcome(report),
            Err(error) => Err(ToolError::failed(unfinished(error.report()))),
        }
    }
}

/// What the calling model is told.
fn outcome(report: Report) -> Result<ToolOutput, ToolError> {
    match &report.stop {
        Stop::Answered => Ok(ToolOutput::from(report.text())),
        _ => Err(ToolError::failed(unfinished(&report))),
    }
}

fn unfinished(report: &Report) -> Text {
    let text = report.text();
    let said = match text.trim() {
        "" => String::new(),
        said => format!("\nIt had said: {said}"),
    };
    format!("it came to no answer: {}{said}", report.stop).into()
}

impl fmt::Debug for AgentTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentTool")
            .field("name", &self.spec.name)
            .field("agent", &self.agent)
            .finish()
    }
}
