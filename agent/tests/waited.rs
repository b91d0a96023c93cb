//! What a request waited at a governor is told.

use std::time::Duration;

use windlass_agent::{Agent, What};
use windlass_core::{
    EventStream, Model, ModelError, Profile, Request, Script, Scripted, async_trait,
};

/// Says that it waited.
struct Queued(Scripted);

#[async_trait]
impl Model for Queued {
    fn profile(&self) -> &Profile {
        self.0.profile()
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        let stream = self.0.stream(request).await?;
        Ok(stream.with_waited(Duration::from_secs(3)))
    }
}

//
#[tokio::test]
async fn a_wait_in_a_queue_is_on_the_attempt() {
    let agent = Agent::builder(Queued(Scripted::new([Script::text("Rome.")])));
    let agent = agent.build().expect("no tools");
    let mut run = agent.run("Where is it warmer?");
    let mut told = None;
    while let Some(event) = run.next().await {
        if let What::AttemptEnded(attempt) = event.what {
            told = Some(attempt.waited);
        }
    }
    assert_eq!(told, Some(Duration::from_secs(3)));
    assert_eq!(
        run.await.expect("an answer").attempts[0].waited,
        Duration::from_secs(3)
    );
}
