//! Ways back: fork, undo, clear.

use std::sync::{Arc, PoisonError};
use std::time::SystemTime;

use windlass_core::Conversation;

use super::inner::{From, Inner};
use super::{PastRun, Session, SessionError, SessionErrorKind, SessionId};
use crate::ledger::{Books, Tally};
use crate::run::Tie;

impl Session {
    /// Another session with the same past, which it shares: no message is copied, however many there are.
    ///
    /// What a live run has come to so far is not in it, and calls that wait for decisions wait in both. It has an id of its
    /// own, and what was spent before is not counted again.
    ///
    /// ```
    /// use windlass_agent::{Agent, Session};
    /// use windlass_core::{Script, Scripted};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    /// # runtime.block_on(async {
    /// let script = ["In Rome.", "Cairo.", "Hammerfest."].map(Script::text);
    /// let session = Session::new(Agent::builder(Scripted::new(script)).build()?);
    /// session.run("Is it warmer in Oslo or in Rome?").await?;
    /// let fork = session.fork();
    /// session.run("Where is it warmer still?").await?;
    /// fork.run("Where is it colder still?").await?;
    /// assert_eq!((session.status().messages, fork.status().messages), (4, 4));
    /// assert_ne!(session.conversation(), fork.conversation());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).expect("the script has three answers");
    /// ```
    #[must_use]
    pub fn fork(&self) -> Session {
        let inner = self.lock();
        let prefix = inner.tie.prefix.lock();
        let prefix = prefix.unwrap_or_else(PoisonError::into_inner).clone();
        Session::of(Inner {
            tie: Tie {
                id: SessionId::random(),
                books: Books::of_session(Tally::default()).into(),
                prefix: Arc::new(prefix.into()),
            },
            created_at: SystemTime::now(),
            agent: inner.agent.clone(),
            busy: inner.busy,
            conversation: inner.conversation.clone(),
            past: Arc::clone(&inner.past),
            context: inner.context.clone(),
            live: None,
            waiting: inner.waiting.clone(),
        })
    }

    /// Takes back the last run, with everything that was said in it, and says which; none when there is none.
    ///
    /// ```
    /// use windlass_agent::{Agent, Session};
    /// use windlass_core::{Script, Scripted};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    /// # runtime.block_on(async {
    /// let session = Session::new(Agent::builder(Scripted::new([Script::text("In Oslo.")])).build()?);
    /// session.run("Is it warmer in Oslo or in Rome?").await?;
    /// assert!(session.undo()?.is_some());
    /// assert!(session.conversation().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).expect("the script has an answer");
    /// ```
    ///
    /// # Errors
    ///
    /// While a run is live.
    pub fn undo(&self) -> Result<Option<PastRun>, SessionError> {
        let _alone = self.alone()?;
        let mut inner = self.lock();
        let Some(last) = inner.past.last().cloned() else {
            return Ok(None);
        };
        inner.cut(last.begins)?;
        Ok(Some(last))
    }

    /// Takes back everything after the first `messages` of them: to where a [run](Session::runs) or one of its turns began.
    ///
    /// # Errors
    ///
    /// While a run is live, and where a conversation cannot end: beyond its end, and between a call and its outcome.
    pub fn undo_to(&self, messages: usize) -> Result<(), SessionError> {
        let _alone = self.alone()?;
        self.lock().cut(messages)
    }

    /// Forgets everything that was said. What was spent stays counted.
    ///
    /// # Errors
    ///
    /// While a run is live.
    pub fn clear(&self) -> Result<(), SessionError> {
        let _alone = self.alone()?;
        let mut inner = self.lock();
        inner.waiting = None;
        inner.go_back(&From {
            conversation: Conversation::new(),
            runs: 0,
        });
        let anew = inner.agent.settings().prefix.clone();
        *inner
            .tie
            .prefix
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = anew;
        Ok(())
    }
}

impl Inner {
    /// Ends the conversation after so many messages, and forgets the runs that began there or later.
    fn cut(&mut self, messages: usize) -> Result<(), SessionError> {
        let nowhere = || SessionError::new(SessionErrorKind::NoSuchPlace);
        if messages == self.conversation.len() {
            return Ok(());
        }
        let entries = self.conversation.entries().get(..messages);
        let kept = entries.ok_or_else(nowhere)?.iter().cloned();
        let conversation = self.conversation.with_entries(kept);
        let conversation =
            conversation.expect("what follows in a conversation follows in its beginning");
        if conversation.open_calls().next().is_some() {
            return Err(nowhere());
        }
        let runs = self.past.partition_point(|run| run.begins < messages);
        self.waiting = None;
        self.go_back(&From { conversation, runs });
        Ok(())
    }
}
