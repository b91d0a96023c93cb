use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::task::JoinSet;
use windlass_core::CancellationToken;

/// The blocking work of an execution, on the runtime's threads for it.
pub(super) struct Threads {
    runtime: Handle,
    cancel: CancellationToken,
    /// Made when there is some.
    work: Mutex<Option<JoinSet<()>>>,
}

impl Threads {
    /// On the runtime that this is called in; what has not begun when `cancel` is cancelled does not begin.
    pub(super) fn new(cancel: CancellationToken) -> Self {
        Threads {
            runtime: Handle::current(),
            cancel,
            work: Mutex::default(),
        }
    }

    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Drops the work that has not begun.
    pub(super) fn stop(&self) {
        if let Some(tasks) = &mut *self.work() {
            tasks.abort_all();
        }
    }

    pub(super) fn run(&self, work: Box<dyn FnOnce() + Send>) {
        let mut tasks = self.work();
        let tasks = tasks.get_or_insert_default();
        while tasks.try_join_next().is_some() {}
        let cancel = self.cancel.clone();
        let unless_cancelled = move || {
            if !cancel.is_cancelled() {
                work();
            }
        };
        tasks.spawn_blocking_on(unless_cancelled, &self.runtime);
    }

    fn work(&self) -> MutexGuard<'_, Option<JoinSet<()>>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
