//! Work that blocks its thread, done elsewhere.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use crate::ToolError;

/// The seam to threads on which work may block. The agent puts its runtime's threads into the context of each call.
///
/// ```
/// use std::sync::Arc;
/// use windlass_core::{Blocking, ToolContext};
///
/// struct Threads;
///
/// impl Blocking for Threads {
///     fn run(&self, work: Box<dyn FnOnce() + Send>) {
///         std::thread::spawn(work);
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let context = ToolContext::new("call_1").with_blocking(Arc::new(Threads));
/// let here = std::thread::current().id();
/// let there = context.blocking(|| std::thread::current().id()).await?;
/// assert_ne!(here, there);
/// # Ok::<(), windlass_core::ToolError>(())
/// # }).expect("the work is done");
/// ```
pub trait Blocking: Send + Sync {
    /// Runs `work` soon, on a thread that may block, or drops it; does not wait for it.
    fn run(&self, work: Box<dyn FnOnce() + Send>);
}

/// Where the result is left: filled once, by the work or by its being dropped.
struct Desk<T>(Mutex<State<T>>);

enum State<T> {
    Open(Option<Waker>),
    Done(Option<Result<T, Fault>>),
}

enum Fault {
    Panicked(Box<dyn Any + Send>),
    Dropped,
}

/// Held by the work: whatever happens to it, the desk is filled.
struct Filler<T>(Arc<Desk<T>>);

pub(super) async fn run<T, F>(threads: &dyn Blocking, work: F) -> Result<T, ToolError>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let desk = Arc::new(Desk(Mutex::new(State::Open(None))));
    let filler = Filler(Arc::clone(&desk));
    threads.run(Box::new(move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        filler.0.fill(result.map_err(Fault::Panicked));
    }));
    match poll_fn(|cx| desk.take(cx.waker())).await {
        Ok(value) => Ok(value),
        Err(Fault::Panicked(panic)) => resume_unwind(panic),
        Err(Fault::Dropped) => Err(ToolError::failed(
            "the run was over before the work could begin",
        )),
    }
}

impl<T> Desk<T> {
    fn fill(&self, result: Result<T, Fault>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let State::Open(waker) = &mut *state else {
            return;
        };
        let waker = waker.take();
        *state = State::Done(Some(result));
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }

    fn take(&self, waker: &Waker) -> Poll<Result<T, Fault>> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Open(waiting) => {
                *waiting = Some(waker.clone());
                Poll::Pending
            }
            State::Done(result) => Poll::Ready(result.take().unwrap_or(Err(Fault::Dropped))),
        }
    }
}

impl<T> Drop for Filler<T> {
    fn drop(&mut self) {
        self.0.fill(Err(Fault::Dropped));
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Context;

    use super::*;
    use crate::ToolContext;

    struct Later(Mutex<Vec<Box<dyn FnOnce() + Send>>>);

    impl Blocking for Later {
        fn run(&self, work: Box<dyn FnOnce() + Send>) {
            self.0.lock().unwrap().push(work);
        }
    }

    fn with_work(end: impl FnOnce(&Later)) -> Result<i32, ToolError> {
        let later = Arc::new(Later(Mutex::new(Vec::new())));
        let context =
            ToolContext::new("call_1").with_blocking(Arc::clone(&later) as Arc<dyn Blocking>);
        let mut result = pin!(context.blocking(|| 7));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(result.as_mut().poll(&mut cx).is_pending());
        end(&later);
        match result.poll(&mut cx) {
            Poll::Ready(result) => result,
            Poll::Pending => panic!("the desk is filled"),
        }
    }

    #[test]
    fn the_result_comes_back() {
        let result = with_work(|later| later.0.lock().unwrap().pop().unwrap()());
        assert_eq!(result.unwrap(), 7);
    }

    #[test]
    fn work_that_is_dropped_is_a_failure_and_no_hang() {
        let result = with_work(|later| later.0.lock().unwrap().clear());
        let error = result.unwrap_err();
        assert_eq!(
            error.message(),
            "the run was over before the work could begin"
        );
    }
}
