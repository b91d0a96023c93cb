//! Many agents, few quotas: requests wait their turn instead of being refused by the provider.
//!
//! A [`Governor`] stands for one key at one provider. Everybody who uses the key wraps the model in a [`Governed`] with a
//! clone of the same governor; then all of them together stay within its [`Rates`].
//!
//! # Example: a fleet of agents on one key
//!
//! ```
//! use windlass_core::{Model, Request, Script, Scripted};
//! use windlass_provider::governor::{Governed, Governor, Priority, Rates};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
//! # runtime.block_on(async {
//! let governor = Governor::new(Rates::new().with_requests(60).with_tokens(100_000).with_concurrent(8));
//! let model = Scripted::new([Script::text("Rome."), Script::text("Done.")]);
//!
//! let visitor = Governed::new(model.clone(), &governor).with_priority(Priority::High);
//! let nightly = Governed::new(model, &governor).with_priority(Priority::Low);
//!
//! let answer = visitor.stream(Request::new("Oslo or Rome?")).await?;
//! assert!(answer.waited().is_zero());
//! assert_eq!(answer.response().await?.message.text(), "Rome.");
//! nightly.stream(Request::new("Sum up the day.")).await?.response().await?;
//! assert_eq!(governor.metrics().totals.granted, 2);
//! # Ok::<(), windlass_core::ModelError>(())
//! # }).expect("the script has two answers");
//! ```
//!
//! Each agent has its own `Governed`, with its own [`Priority`]; the governor is what they share. Two models of one key
//! that the provider counts apart get a governor each, and so does each key.
//!
//! # What holds
//!
//! - In no span of time as long as a window, wherever it begins, go more requests or tokens than the limits say. There is
//!   no border at which twice as many go. A window lasts [a little longer](Rates::with_margin) here than at the provider,
//!   because requests differ in how long they are on their way.
//! - Before a request goes, the tokens that it may cost are [estimated](Governed::with_estimate) and kept for it. Its
//!   answer's usage corrects them; a failure before any output gives them back. An answer that costs more than was
//!   estimated is counted from when it is known. Input counts from when the request goes, output while it runs and for a
//!   window after its end, because providers count it anywhere between.
//! - A request that alone is larger than a limit is let through when the window is empty, because an estimate may be wrong.
//! - When the provider refuses a request and says when to come back, also in the middle of an answer, nobody goes until
//!   then. What its headers say of limits is believed where it is less than what was set, and where nothing was set.
//! - First come, first served within a [`Priority`], and each class gets its share, so nobody starves.
//! - Each request ends once: it is let through, refused, given up, late, or sent elsewhere ([`Totals`]). A future that is
//!   dropped, wherever it stands, loses neither its place for those behind it nor its permit.
//!
//! # Waiting
//!
//! [`Rates::with_queue`] bounds how many wait and [`Rates::with_deadline`] how long; [`Governed::with_overflow`] sends a
//! request to another model rather than let it wait. How long a request waited is on its
//! [stream](windlass_core::EventStream::waited), in the [metrics](Governor::metrics) and the [events](Governor::events),
//! and counts for [`Clocks::with_total`](crate::transport::Clocks::with_total).
//!
//! Whoever repeats requests goes around a [`Governed`], not into it: each attempt takes a permit of its own.
//!
//! A permit is held until its stream has ended or is dropped, so with [`Rates::with_concurrent`] an answer that nobody
//! reads keeps others waiting. The same is true of a future that is let through and not polled.
//!
//! # Ending
//!
//! [`Governor::pause`] lets nobody go and everybody wait; [`Governor::drain`] refuses who comes and waits for the rest;
//! [`Governor::shutdown`] answers everybody who waits with an error.

mod estimate;
mod events;
mod gate;
mod governed;
mod line;
mod metrics;
mod permit;
mod place;
mod rates;
mod refusal;
mod shared;
mod window;

use std::fmt;
use std::sync::Arc;

pub use estimate::Estimate;
pub use events::{GovernorEvent, GovernorEvents};
use gate::Admission;
pub use governed::Governed;
pub use metrics::{Held, Metrics, Spent, Totals, Waiting};
pub use rates::{CachedInput, Priority, Queue, Rates};
pub use refusal::Refusal;
use shared::Shared;

/// Keeps all who share a key within what the key may do. A clone is the same governor.
///
/// See the [module](self) for how it is used.
///
/// ```
/// use windlass_provider::governor::{Governor, Rates};
///
/// let governor = Governor::new(Rates::new().with_requests(60).with_concurrent(4));
/// assert_eq!(governor.metrics().requests.limit, Some(60));
/// ```
#[derive(Clone)]
pub struct Governor(Arc<Shared>);

impl Governor {
    /// A governor for one key at one provider.
    pub fn new(rates: Rates) -> Self {
        Governor(Shared::new(rates))
    }

    /// What it has seen and where it stands.
    pub fn metrics(&self) -> Metrics {
        self.0.locked(gate::Gate::metrics)
    }

    /// What happens from now on. Whoever does not keep up loses the oldest events, and nobody else is slowed.
    ///
    /// ```
    /// use windlass_core::{Model, Request, Script, Scripted};
    /// use windlass_provider::governor::{Governed, Governor, GovernorEvent, Rates};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    /// # runtime.block_on(async {
    /// let governor = Governor::new(Rates::new());
    /// let mut events = governor.events();
    /// let model = Governed::new(Scripted::new([Script::text("Hi.")]), &governor);
    /// model.stream(Request::new("Hello")).await?.response().await?;
    /// assert!(matches!(events.next().await, Some(GovernorEvent::Granted { .. })));
    /// # Ok::<(), windlass_core::ModelError>(())
    /// # }).expect("the script has an answer");
    /// ```
    pub fn events(&self) -> GovernorEvents {
        self.0.events()
    }

    /// Lets nobody go until [`resume`](Governor::resume); who comes waits. Those who run go on.
    pub fn pause(&self) {
        self.0.admit(Admission::Paused);
    }

    /// Takes requests again, after a pause or a drain; a shutdown is for good.
    pub fn resume(&self) {
        self.0.admit(Admission::Open);
    }

    /// Refuses who comes from now on, and waits until those who wait and run have ended.
    ///
    /// ```
    /// use windlass_core::{Model, Request, Script, Scripted};
    /// use windlass_provider::governor::{Governed, Governor, Rates};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    /// # runtime.block_on(async {
    /// let governor = Governor::new(Rates::new());
    /// let model = Governed::new(Scripted::new([Script::text("Hi.")]), &governor);
    /// governor.drain().await;
    /// let error = model.stream(Request::new("Hello")).await.expect_err("it takes none");
    /// assert_eq!(error.hint(), "send it after `Governor::resume`, or not at all");
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, requests are refused as before; nobody is cut short.
    pub async fn drain(&self) {
        self.0.admit(Admission::Draining);
        self.0.idle().await;
    }

    /// Answers everybody who waits with an error, and refuses who comes. Those who run go on; it is for good.
    pub fn shutdown(&self) {
        self.0.admit(Admission::Shut);
    }
}

impl fmt::Debug for Governor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Governor")
            .field("metrics", &self.metrics())
            .finish_non_exhaustive()
    }
}
