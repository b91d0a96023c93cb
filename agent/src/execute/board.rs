use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use windlass_core::{CallId, Progress};

use super::ToolEvent;

/// Where running tools leave word for the execution. It has one place for each call, so a tool never waits, and the
/// latest progress takes the place of one that nobody has read.
pub(super) struct Board(Mutex<Places>);

struct Places {
    calls: Vec<Place>,
    /// The calls with something to read, in the order that it came, each at most once.
    fresh: Vec<usize>,
    waker: Option<Waker>,
}

#[derive(Default)]
struct Place {
    notes: Notes,
    attempts: u32,
    is_fresh: bool,
    is_closed: bool,
}

/// What was left of one call since it was last read.
#[derive(Default)]
pub(super) struct Notes {
    has_started: bool,
    progress: Option<Progress>,
}

impl Board {
    pub(super) fn new(calls: usize) -> Self {
        Board(Mutex::new(Places {
            calls: (0..calls).map(|_| Place::default()).collect(),
            fresh: Vec::new(),
            waker: None,
        }))
    }

    /// An attempt at a call begins.
    pub(super) fn attempt(&self, at: usize) {
        self.leave(at, |place| {
            place.notes.has_started |= place.attempts == 0;
            place.attempts = place.attempts.saturating_add(1);
        });
    }

    /// How many attempts at a call have begun.
    pub(super) fn attempts(&self, at: usize) -> u32 {
        self.places()
            .calls
            .get(at)
            .map_or(0, |place| place.attempts)
    }

    pub(super) fn progress(&self, at: usize, progress: Progress) {
        self.leave(at, |place| place.notes.progress = Some(progress));
    }

    fn leave(&self, at: usize, write: impl FnOnce(&mut Place)) {
        let mut places = self.places();
        let Some(place) = places.calls.get_mut(at).filter(|place| !place.is_closed) else {
            return;
        };
        write(place);
        if !std::mem::replace(&mut place.is_fresh, true) {
            places.fresh.push(at);
        }
        let waker = places.waker.take();
        drop(places);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Reads what is new, and has `waker` woken when there is more.
    pub(super) fn drain(&self, waker: &Waker, mut read: impl FnMut(usize, Notes)) {
        let mut places = self.places();
        let Places { calls, fresh, .. } = &mut *places;
        for at in fresh.drain(..) {
            let place = &mut calls[at];
            if std::mem::take(&mut place.is_fresh) {
                read(at, std::mem::take(&mut place.notes));
            }
        }
        places.waker = Some(waker.clone());
    }

    /// Reads the last of a call; what is left for it later is not read.
    pub(super) fn close(&self, at: usize) -> Option<Notes> {
        let mut places = self.places();
        let place = places.calls.get_mut(at)?;
        (place.is_closed, place.is_fresh) = (true, false);
        Some(std::mem::take(&mut place.notes))
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notes {
    pub(super) fn events(self, call: &CallId) -> impl Iterator<Item = ToolEvent> {
        let started = self
            .has_started
            .then(|| ToolEvent::Started { call: call.clone() });
        let progress = self.progress.map(|progress| ToolEvent::Progress {
            call: call.clone(),
            progress,
        });
        started.into_iter().chain(progress)
    }
}
