//! The governor as its users see it, on a paused clock.
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

mod admission;
mod cancel;
mod clones;
mod waiting;

use std::time::Duration;

use windlass_core::{
    ErrorKind, EventStream, Model, ModelError, ModelId, Profile, Request, Response, Script,
    Scripted,
};
use windlass_provider::governor::{Governed, Governor, Rates};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// A model with answers enough.
fn talker() -> Scripted {
    Scripted::new((0..500).map(|_| Script::text("Rome.")))
}

fn named(name: &str) -> Scripted {
    talker().with_profile(Profile::new(ModelId::new("test", name)))
}

fn question() -> Request {
    Request::new("Oslo or Rome?")
}

fn governed(rates: Rates) -> (Governor, Governed<Scripted>) {
    // Exact windows, so that times are round.
    let governor = Governor::new(rates.with_margin(Duration::ZERO));
    let model = Governed::new(talker(), &governor);
    (governor, model)
}

async fn open(model: &impl Model) -> Result<EventStream, ModelError> {
    model.stream(question()).await
}

async fn ask(model: &impl Model) -> Result<Response, ModelError> {
    open(model).await?.response().await
}

fn limited(wait: Duration) -> ModelError {
    ModelError::new(ErrorKind::RateLimited, "slow down")
        .with_status(429)
        .with_retry_after(wait)
}
