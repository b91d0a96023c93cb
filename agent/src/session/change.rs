//! What can be changed between runs.

use windlass_core::{Options, Text};

use super::Session;
use crate::agent::Settings;
use crate::{Agent, Limits, Target, Toolbox};

impl Session {
    /// Takes another agent. It counts for the runs that are begun from now on, as all changes here do.
    ///
    /// ```
    /// use windlass_agent::{Agent, Session};
    /// use windlass_core::Scripted;
    ///
    /// let session = Session::new(Agent::builder(Scripted::new([])).build()?);
    /// let other = session.agent().rebuild().instructions("Answer in verse.").build()?;
    /// session.set_agent(other);
    /// assert_eq!(session.agent().instructions().len(), 1);
    /// # Ok::<(), windlass_agent::ToolboxError>(())
    /// ```
    pub fn set_agent(&self, agent: Agent) {
        self.lock().employ(agent);
    }

    /// Asks another model from the next run on.
    pub fn set_model(&self, model: impl Into<Target>) {
        let model = model.into();
        self.change(|settings| settings.own = model);
    }

    /// Tells the model something else before the conversation, from the next run on.
    pub fn set_instructions<T: Into<Text>>(&self, blocks: impl IntoIterator<Item = T>) {
        let blocks = blocks.into_iter().map(Into::into).collect();
        self.change(|settings| settings.instructions = blocks);
    }

    /// Gives the model other tools: a live run from its next turn on, and the runs that follow.
    pub fn set_tools(&self, toolbox: Toolbox) {
        if let Some(handle) = self.handle() {
            handle.set_tools(toolbox.clone());
        }
        self.change(|settings| settings.toolbox = toolbox);
    }

    /// Sets how much a run may spend, from the next one on.
    pub fn set_limits(&self, limits: Limits) {
        self.change(|settings| settings.limits = limits);
    }

    /// Sets how the model is to answer from the next run on: sampling, reasoning and the like. The options of the model's
    /// target win over these.
    pub fn set_options(&self, options: Options) {
        self.change(|settings| settings.options = options);
    }

    fn change(&self, change: impl FnOnce(&mut Settings)) {
        let mut inner = self.lock();
        let agent = inner.agent.with(change);
        inner.employ(agent);
    }
}
