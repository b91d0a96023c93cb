use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

use windlass_core::Text;

/// A message of a panic may be of any length.
const LONGEST: usize = 500;

/// Runs `future` to its end, or to its panic: then what it said.
pub(crate) async fn caught<F: Future>(future: F) -> Result<F::Output, Text> {
    let mut future = pin!(future);
    poll_fn(|cx| match caught_now(|| future.as_mut().poll(cx)) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => std::task::Poll::Ready(Err(panic)),
    })
    .await
}

/// Runs `work` to its end, or to its panic: then what it said.
///
/// What it was at is not used again, so that it may be left half done.
pub(super) fn caught_now<T>(work: impl FnOnce() -> T) -> Result<T, Text> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| message(&*panic))
}

pub(super) fn message(panic: &(dyn Any + Send)) -> Text {
    let literal = panic.downcast_ref::<&'static str>().copied();
    let said = literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    match said {
        Some(said) => said.chars().take(LONGEST).collect::<String>().into(),
        None => Text::from_static("without a message"),
    }
}
