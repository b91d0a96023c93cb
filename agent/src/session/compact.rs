use std::sync::Arc;

use super::past;
use super::{Busy, Session, SessionError, SessionErrorKind};
use crate::{CompactReport, Compaction};

impl Session {
    /// Makes the conversation smaller now, whether it has to be or not: to half of it, if the agent's compactor can, without
    /// touching what the user said last and what came of it.
    ///
    /// The report says what that came to; where nothing could be made smaller, it says as much before as after.
    ///
    /// ```
    /// use windlass_agent::{Agent, KeepRecent, Session};
    /// use windlass_core::{Script, Scripted};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    /// # runtime.block_on(async {
    /// let script = ["One.", "Two.", "Three.", "Four."].map(Script::text);
    /// let agent = Agent::builder(Scripted::new(script)).compactor(KeepRecent::new()).build()?;
    /// let session = Session::new(agent);
    /// for question in ["First?", "Second?", "Third?", "Fourth?"] {
    ///     session.run(question).await?;
    /// }
    /// let report = session.compact_now().await?;
    /// assert!(report.messages_after < report.messages_before);
    /// assert_eq!(session.status().messages, report.messages_after);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).expect("the script has four answers");
    /// ```
    ///
    /// # Errors
    ///
    /// While a run is live, unless runs [queue](Busy::Queue); while calls wait for decisions; when the agent has no compactor,
    /// and when it fails.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the session as it was.
    pub async fn compact_now(&self) -> Result<CompactReport, SessionError> {
        let busy = self.lock().busy;
        let _alone = match busy {
            Busy::Refuse => self.alone()?,
            Busy::Queue => {
                let permit = Arc::clone(self.gate()).acquire_owned().await;
                permit.expect("the gate is never closed")
            }
        };
        let (agent, conversation, waits) = {
            let inner = self.lock();
            let waits = inner.waiting.is_some();
            (inner.agent.clone(), inner.conversation.clone(), waits)
        };
        if waits {
            return Err(SessionError::new(SessionErrorKind::Waiting));
        }
        let settings = agent.settings();
        let Some(compactor) = &settings.compactor else {
            return Err(SessionError::new(SessionErrorKind::NoCompactor));
        };
        let tokens = settings.estimator.conversation(&conversation);
        let work = Compaction::new(&conversation, &settings.estimator, tokens).with_aim(tokens / 2);
        let Some(compacted) = work.run(&**compactor).await? else {
            return Ok(unchanged(conversation.len(), tokens));
        };
        let mut inner = self.lock();
        past::moved(
            Arc::make_mut(&mut inner.past),
            conversation.entries(),
            &compacted.conversation,
        );
        let report = compacted.report;
        inner.tie.books.charge_compaction(report.usage, report.cost);
        inner.adopt(compacted.conversation);
        Ok(report)
    }
}

fn unchanged(messages: usize, tokens: u64) -> CompactReport {
    CompactReport {
        messages_before: messages,
        messages_after: messages,
        tokens_before: tokens,
        tokens_after: tokens,
        ..CompactReport::default()
    }
}
