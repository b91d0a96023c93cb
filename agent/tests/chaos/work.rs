//! What was done in a run, as those know who did it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What tools and models have done.
#[derive(Default)]
pub(crate) struct Work(Mutex<Done>);

#[derive(Default)]
struct Done {
    begun: BTreeMap<String, u32>,
    done: BTreeMap<String, u32>,
    /// The tools that are at work now, by their keys, and how much is on threads.
    alive: Vec<String>,
    on_threads: usize,
    /// How often each model was asked about each task.
    asked: BTreeMap<(String, usize), usize>,
    /// The models of the run itself in the order in which they were asked.
    order: Vec<usize>,
    faults: Vec<String>,
}

impl Work {
    /// With so many answers of each model of the run given before.
    pub(crate) fn after(asked: &[usize]) -> Arc<Self> {
        let work = Work::default();
        for place in asked {
            *work
                .lock()
                .asked
                .entry(("main".to_owned(), *place))
                .or_default() += 1;
        }
        Arc::new(work)
    }

    /// Counts as alive until it is dropped.
    pub(crate) fn begin(self: &Arc<Self>, key: &str) -> Alive {
        let mut done = self.lock();
        *done.begun.entry(key.to_owned()).or_default() += 1;
        done.alive.push(key.to_owned());
        Alive(Arc::clone(self), key.to_owned())
    }

    pub(crate) fn on_thread(&self, change: isize) {
        let mut done = self.lock();
        done.on_threads = done.on_threads.saturating_add_signed(change);
    }

    /// How often this model was asked about this task before.
    pub(crate) fn asked(&self, task: &str, place: usize) -> usize {
        let mut done = self.lock();
        if task == "main" {
            done.order.push(place);
        }
        let asked = done.asked.entry((task.to_owned(), place)).or_default();
        *asked += 1;
        *asked - 1
    }

    pub(crate) fn fault(&self, what: String) {
        self.lock().faults.push(what);
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        self.lock().faults.clone()
    }

    pub(crate) fn alive(&self) -> Vec<String> {
        self.lock().alive.clone()
    }

    pub(crate) fn on_threads(&self) -> usize {
        self.lock().on_threads
    }

    pub(crate) fn order(&self) -> Vec<usize> {
        self.lock().order.clone()
    }

    pub(crate) fn begun(&self) -> BTreeMap<String, u32> {
        self.lock().begun.clone()
    }

    pub(crate) fn done(&self) -> BTreeMap<String, u32> {
        self.lock().done.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Done> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A tool at work.
pub(crate) struct Alive(Arc<Work>, String);

impl Alive {
    pub(crate) fn done(self) {
        *self.0.lock().done.entry(self.1.clone()).or_default() += 1;
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        let mut done = self.0.lock();
        let at = done.alive.iter().position(|key| *key == self.1);
        done.alive.remove(at.expect("it began"));
    }
}
