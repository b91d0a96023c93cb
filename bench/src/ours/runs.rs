use windlass_agent::{Agent, Limits, Report};
use windlass_core::tool;

use crate::{Failure, QUESTION, RunPlan, Runner, Wire};

/// What the weather in a city looks like.
#[tool]
async fn look(
    /// City name, in English.
    city: String,
    /// How much to tell of it.
    bytes: usize,
) -> String {
    crate::runs::look(&city, bytes)
}

/// An agent of Windlass, as it is unless something is set.
#[derive(Debug)]
pub struct OurRunner(Agent);

impl OurRunner {
    /// An agent whose model is below a base URL.
    ///
    /// # Errors
    ///
    /// When it cannot be built.
    pub fn new(base: &str) -> Result<Self, Failure> {
        let plan: RunPlan = base.parse()?;
        let turns = u32::try_from(plan.turns)? + 1;
        let agent = Agent::builder(super::model(Wire::Chat, base)?)
            .tool(look)
            .limits(Limits::default().with_turns(turns))
            .build()?;
        Ok(OurRunner(agent))
    }
}

impl Runner for OurRunner {
    type History = Report;

    async fn run(&self) -> Result<(String, Report), Failure> {
        let report = self.0.run(QUESTION).await?;
        Ok((report.text(), report))
    }
}
