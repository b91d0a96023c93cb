use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Notify, broadcast, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use windlass_core::Quota;

use super::estimate::Estimate;
use super::events::{GovernorEvent, GovernorEvents, KEPT};
use super::gate::{Admission, Ending, Gate, Grant, Offer};
use super::permit::Permit;
use super::place::Place;
use super::rates::{Priority, Rates};
use super::refusal::Refusal;

/// When a timer rings that would ring later than clocks can tell.
const FAR: Duration = Duration::from_secs(365 * 86_400);

/// How somebody who waits is told.
pub(super) type Word = oneshot::Sender<Result<Permit, Refusal>>;

/// What all clones of a governor share: the gate, the clock, and the task that wakes when time alone lets somebody go.
pub(super) struct Shared {
    state: Mutex<State>,
    began: Instant,
    rates: Rates,
    /// Tells the timer that it is to ring earlier.
    earlier: Notify,
    /// Tells everybody who waits that the timer has gone with its runtime.
    pub(super) orphaned: Notify,
    idle: Notify,
    events: broadcast::Sender<GovernorEvent>,
    /// Owns the timer's task, which ends when nobody waits for time to pass.
    tasks: Mutex<JoinSet<()>>,
}

struct State {
    gate: Gate<Word>,
    /// Until when the timer sleeps, while there is one.
    alarm: Option<Duration>,
}

/// What comes of asking to go.
pub(super) enum Arrival {
    Granted(Permit),
    Queued(Place),
    Refused(Refusal),
    /// It would wait longer than it wants.
    Late,
}

impl Shared {
    pub(super) fn new(rates: Rates) -> Arc<Self> {
        let state = State {
            gate: Gate::new(rates.clone()),
            alarm: None,
        };
        Arc::new(Shared {
            state: Mutex::new(state),
            began: Instant::now(),
            rates,
            earlier: Notify::new(),
            orphaned: Notify::new(),
            idle: Notify::new(),
            events: broadcast::Sender::new(KEPT),
            tasks: Mutex::new(JoinSet::new()),
        })
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.rates.deadline
    }

    pub(super) fn events(&self) -> GovernorEvents {
        GovernorEvents::new(self.events.subscribe())
    }

    /// Looks at the gate, or changes what lets nobody go.
    pub(super) fn locked<T>(&self, act: impl FnOnce(&mut Gate<Word>, Duration) -> T) -> T {
        let mut state = self.state();
        act(&mut state.gate, self.now())
    }

    /// Somebody asks to go, and goes elsewhere rather than wait longer than `bound`, if there is one.
    pub(super) fn arrive(
        self: &Arc<Self>,
        need: Estimate,
        priority: Priority,
        bound: Option<Duration>,
    ) -> Arrival {
        let mut state = self.state();
        let (gate, now) = (&mut state.gate, self.now());
        match (gate.offer(now, need), bound) {
            (Offer::Granted(grant), _) => {
                self.tell_granted(priority, &grant);
                drop(state);
                Arrival::Granted(Permit::new(self, grant))
            }
            (Offer::Refused(Refusal::QueueFull), Some(bound)) => self.degrade(gate, bound),
            (Offer::Refused(refusal), _) => {
                self.count_refused(gate, refusal);
                Arrival::Refused(refusal)
            }
            (Offer::Wait, Some(bound))
                if gate
                    .earliest(now, need)
                    .is_some_and(|at| at > now.saturating_add(bound)) =>
            {
                self.degrade(gate, bound)
            }
            (Offer::Wait, _) => {
                let (word, answer) = oneshot::channel();
                let ahead = gate.waiting();
                let ticket = gate.join(now, need, priority, word);
                self.tell(|| GovernorEvent::Queued {
                    ticket,
                    priority,
                    ahead,
                });
                Arrival::Queued(Place::new(self, ticket, priority, answer))
            }
        }
    }

    fn degrade(&self, gate: &mut Gate<Word>, longest_wait: Duration) -> Arrival {
        gate.totals().degraded += 1;
        self.tell(|| GovernorEvent::Degraded { longest_wait });
        Arrival::Late
    }

    fn count_refused(&self, gate: &mut Gate<Word>, refusal: Refusal) {
        gate.totals().refused += 1;
        self.tell(|| GovernorEvent::Refused {
            reason: refusal.to_string(),
        });
    }

    /// Somebody who waits gives up, as `event` says; false where the line was left before.
    pub(super) fn leave(
        self: &Arc<Self>,
        ticket: u64,
        priority: Priority,
        event: GovernorEvent,
    ) -> bool {
        let left = self.locked(|gate, now| {
            let left = gate.leave(now, ticket, priority);
            if left {
                match event {
                    GovernorEvent::TimedOut { .. } => gate.totals().timed_out += 1,
                    GovernorEvent::Degraded { .. } => gate.totals().degraded += 1,
                    _ => gate.totals().cancelled += 1,
                }
                self.tell(|| event);
            }
            left
        });
        if left {
            self.pump();
        }
        left
    }

    /// A granted request has ended.
    pub(super) fn end(self: &Arc<Self>, grant: Grant, ending: Ending) {
        self.locked(|gate, now| gate.end(now, grant, ending));
        self.pump();
    }

    /// Holds everybody back for so long.
    pub(super) fn hold(self: &Arc<Self>, wait: Duration) {
        self.locked(|gate, now| gate.hold(now.saturating_add(wait)));
        self.tell(|| GovernorEvent::Held { wait });
    }

    /// Believes what the provider says of its limits.
    pub(super) fn learn(self: &Arc<Self>, quota: &Quota) {
        if let Some(wait) = self.locked(|gate, now| gate.learn(now, quota)) {
            self.tell(|| GovernorEvent::Held { wait });
        }
        // A limit may have been told that is higher than the one before.
        self.pump();
    }

    pub(super) fn admit(self: &Arc<Self>, admission: Admission) {
        let turned_away = self.locked(|gate, now| {
            let turned_away = gate.admit(now, admission);
            for _ in &turned_away {
                self.count_refused(gate, Refusal::ShutDown);
            }
            turned_away
        });
        for word in turned_away {
            // Who does not listen any more has gone by itself.
            _ = word.send(Err(Refusal::ShutDown));
        }
        self.pump();
    }

    /// Waits until nobody waits and nobody runs.
    pub(super) async fn idle(&self) {
        loop {
            let mut changed = pin!(self.idle.notified());
            changed.as_mut().enable();
            if self.locked(|gate, _| gate.is_idle() || gate.admission() != Admission::Draining) {
                return;
            }
            changed.await;
        }
    }

    /// Lets go whoever may, and sees to it that the timer rings for the next.
    pub(super) fn pump(self: &Arc<Self>) {
        let mut granted = Vec::new();
        let is_idle = self.locked(|gate, now| {
            while let Some((word, priority, grant)) = gate.next(now) {
                self.tell_granted(priority, &grant);
                granted.push((word, grant));
            }
            gate.is_idle() || gate.admission() != Admission::Draining
        });
        for (word, grant) in granted {
            // A permit that nobody takes ends as it is dropped, and the next goes.
            drop(word.send(Ok(Permit::new(self, grant))));
        }
        if is_idle {
            self.idle.notify_waiters();
        }
        self.watch_time();
    }

    /// Sees to it that there is a timer if time alone lets somebody go, and that it rings in time.
    pub(super) fn watch_time(self: &Arc<Self>) {
        let mut state = self.state();
        let wake = state.gate.next_wake(self.now());
        match (state.alarm, wake) {
            (None, None) => {}
            (Some(alarm), Some(wake)) if alarm <= wake => {}
            (Some(_), _) => self.earlier.notify_one(),
            (None, Some(wake)) => match Handle::try_current() {
                Ok(runtime) => {
                    state.alarm = Some(wake);
                    drop(state);
                    self.start_timer(&runtime);
                }
                // Whoever waits has a runtime; a permit may end where there is none.
                Err(_) => self.orphaned.notify_waiters(),
            },
        }
    }

    fn start_timer(self: &Arc<Self>, runtime: &Handle) {
        let timer = Timer {
            shared: Arc::clone(self),
            has_ended: false,
        };
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn_on(ring(timer), runtime);
    }

    /// When the timer is to ring next; without that it ends, and who needs it starts another.
    fn next_alarm(&self) -> Option<Instant> {
        let mut state = self.state();
        state.alarm = state.gate.next_wake(self.now());
        let far = || Instant::now() + FAR;
        state
            .alarm
            .map(|alarm| self.began.checked_add(alarm).unwrap_or_else(far))
    }

    fn tell_granted(&self, priority: Priority, grant: &Grant) {
        self.tell(|| GovernorEvent::Granted {
            ticket: grant.ticket,
            priority,
            waited: grant.waited,
        });
    }

    fn tell(&self, event: impl FnOnce() -> GovernorEvent) {
        if self.events.receiver_count() > 0 {
            // The last observer may have gone meanwhile.
            _ = self.events.send(event());
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The timer's task. When it ends before its time, those who wait are told, because its runtime may end before theirs.
struct Timer {
    shared: Arc<Shared>,
    has_ended: bool,
}

impl Drop for Timer {
    fn drop(&mut self) {
        if !self.has_ended {
            self.shared.state().alarm = None;
            self.shared.orphaned.notify_waiters();
        }
    }
}

async fn ring(mut timer: Timer) {
    while let Some(alarm) = timer.shared.next_alarm() {
        let mut earlier = pin!(timer.shared.earlier.notified());
        let mut sleep = pin!(sleep_until(alarm));
        poll_fn(|context| match earlier.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => sleep.as_mut().poll(context),
        })
        .await;
        timer.shared.pump();
    }
    timer.has_ended = true;
}
