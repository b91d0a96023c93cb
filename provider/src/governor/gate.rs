use std::time::Duration;

use windlass_core::{Allowance, Quota, Usage};

use super::estimate::Estimate;
use super::line::{Line, Waiter};
use super::metrics::{Held, Metrics, Spent, Totals, Waiting};
use super::rates::{CachedInput, Priority, Queue, Rates};
use super::refusal::Refusal;
use super::window::{EntryId, Window};

#[cfg(test)]
mod tests;

/// The governor without a clock and without anybody to wake: requests come, leave and end, time is told, and out comes who
/// may go and when to ask again. Times are since the governor began; `W` is how the outside knows those who wait.
#[derive(Debug)]
pub(super) struct Gate<W> {
    rates: Rates,
    requests: Window,
    input: Window,
    output: Window,
    tokens: Window,
    /// Output that those who run may still bring. It counts while they run and for a window after, because providers
    /// count it anywhere between.
    output_running: u64,
    running: usize,
    line: Line<W>,
    held_until: Duration,
    admission: Admission,
    next_ticket: u64,
    totals: Totals,
}

/// Who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Open,
    /// Nobody goes, whoever comes waits.
    Paused,
    /// Who is here goes, whoever comes is refused.
    Draining,
    /// Nobody goes and nobody waits, for good.
    Shut,
}

/// What becomes of a request that comes.
#[derive(Debug)]
pub(super) enum Offer {
    Granted(Grant),
    Refused(Refusal),
    /// It may join the line.
    Wait,
}

/// The right to send one request; it ends by [`Gate::end`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Grant {
    pub(super) ticket: u64,
    pub(super) waited: Duration,
    need: Estimate,
    request: EntryId,
    input: EntryId,
    tokens: EntryId,
}

/// How a granted request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The provider has never seen it: nothing was spent.
    Unsent,
    /// It failed before any output: tokens are given back, the request is not.
    Failed,
    /// It was answered or broken off; what was not reported stays as it was estimated.
    Answered(Usage),
}

impl<W> Gate<W> {
    pub(super) fn new(rates: Rates) -> Self {
        let length = rates.window.saturating_add(rates.margin);
        Gate {
            requests: Window::new(length, rates.requests),
            input: Window::new(length, rates.input_tokens),
            output: Window::new(length, rates.output_tokens),
            tokens: Window::new(length, rates.tokens),
            rates,
            output_running: 0,
            running: 0,
            line: Line::new(),
            held_until: Duration::ZERO,
            admission: Admission::Open,
            next_ticket: 0,
            totals: Totals::default(),
        }
    }

    /// Somebody comes. Who finds a place at once goes; nobody overtakes those who wait.
    pub(super) fn offer(&mut self, now: Duration, need: Estimate) -> Offer {
        if let Err(refusal) = self.judge() {
            return Offer::Refused(refusal);
        }
        self.advance(now);
        if self.line.is_empty() && self.ready_at(now, need) == Some(now) {
            let ticket = self.ticket();
            return Offer::Granted(self.grant(now, ticket, now, need));
        }
        let room = match self.rates.queue {
            Queue::Unbounded => usize::MAX,
            Queue::AtMost(most) => most,
            Queue::None => 0,
        };
        match self.line.len() < room {
            true => Offer::Wait,
            false => Offer::Refused(Refusal::QueueFull),
        }
    }

    fn judge(&self) -> Result<(), Refusal> {
        match self.admission {
            Admission::Draining => Err(Refusal::Draining),
            Admission::Shut => Err(Refusal::ShutDown),
            _ if self.rates.is_closed() => Err(Refusal::NoQuota),
            _ => Ok(()),
        }
    }

    /// Joins the line after [`Offer::Wait`].
    pub(super) fn join(
        &mut self,
        now: Duration,
        need: Estimate,
        priority: Priority,
        handle: W,
    ) -> u64 {
        let ticket = self.ticket();
        let waiter = Waiter {
            need,
            arrived: now,
            handle,
        };
        self.line.push(ticket, priority, waiter);
        ticket
    }

    /// Leaves the line; false where it has left before, by its grant for instance.
    pub(super) fn leave(&mut self, now: Duration, ticket: u64, priority: Priority) -> bool {
        let Some(waiter) = self.line.remove(ticket, priority) else {
            return false;
        };
        self.totals.waited(now.saturating_sub(waiter.arrived));
        true
    }

    /// The next that may go now.
    pub(super) fn next(&mut self, now: Duration) -> Option<(W, Priority, Grant)> {
        self.advance(now);
        let (_, head) = self.line.head()?;
        if self.ready_at(now, head.need) != Some(now) {
            return None;
        }
        let (ticket, priority, waiter) = self.line.pop()?;
        let grant = self.grant(now, ticket, waiter.arrived, waiter.need);
        Some((waiter.handle, priority, grant))
    }

    /// When [`next`](Gate::next) has somebody by the passing of time alone.
    pub(super) fn next_wake(&self, now: Duration) -> Option<Duration> {
        let (_, head) = self.line.head()?;
        self.ready_at(now, head.need)
    }

    /// The earliest time at which somebody who comes now can go; it may well be later.
    pub(super) fn earliest(&self, now: Duration, need: Estimate) -> Option<Duration> {
        let Some((_, head)) = self.line.head() else {
            return self.ready_at(now, need);
        };
        let first = self.ready_at(now, head.need)?;
        let ahead = self.line.len() as u64;
        let windows = self
            .requests
            .limit()
            .map_or(0, |limit| ahead / limit.max(1));
        let windows = u32::try_from(windows).unwrap_or(u32::MAX);
        Some(first.saturating_add(self.rates.window.saturating_mul(windows)))
    }

    /// A granted request has ended.
    pub(super) fn end(&mut self, now: Duration, grant: Grant, ending: Ending) {
        self.advance(now);
        let need = grant.need;
        let (requests, input, output) = match ending {
            Ending::Unsent => (0, 0, 0),
            Ending::Failed => (1, 0, 0),
            Ending::Answered(usage) => (
                1,
                self.counted_input(usage).unwrap_or(need.input),
                usage.output().unwrap_or(need.output),
            ),
        };
        self.running -= 1;
        self.requests.correct(now, grant.request, 1, requests);
        self.input.correct(now, grant.input, need.input, input);
        let tokens = input.saturating_add(output);
        self.tokens.correct(now, grant.tokens, need.total(), tokens);
        self.output_running = self.output_running.saturating_sub(need.output);
        self.output.spend(now, output);
    }

    fn counted_input(&self, usage: Usage) -> Option<u64> {
        let total = usage.total_input()?;
        let cached = usage.cache_read().unwrap_or(0);
        Some(match self.rates.cached_input {
            CachedInput::Counts => total,
            CachedInput::Free => total.saturating_sub(cached),
        })
    }

    /// Holds everybody back until then.
    pub(super) fn hold(&mut self, until: Duration) {
        self.held_until = self.held_until.max(until);
    }

    /// Believes what the provider says of its limits. Gives how long that holds everybody back, if it does.
    pub(super) fn learn(&mut self, now: Duration, quota: &Quota) -> Option<Duration> {
        self.advance(now);
        let rates = self.rates.window;
        let running = self.output_running;
        let learn = |window: &mut Window, said: Allowance, running: u64| {
            if said.window == Some(rates) {
                said.limit
                    .filter(|limit| *limit > 0)
                    .into_iter()
                    .for_each(|limit| window.believe(limit));
                said.remaining
                    .into_iter()
                    .for_each(|remaining| window.leave(now, remaining, running));
            }
            let wait = said.wait()?;
            window.hold(now.saturating_add(wait));
            Some(wait)
        };
        let waits = [
            learn(&mut self.requests, quota.requests, 0),
            learn(&mut self.input, quota.input_tokens, 0),
            learn(&mut self.tokens, quota.tokens, 0),
            learn(&mut self.output, quota.output_tokens, running),
        ];
        waits.into_iter().flatten().max()
    }

    pub(super) fn admission(&self) -> Admission {
        self.admission
    }

    /// Changes who is let in; what is shut stays shut. Gives those who wait in vain.
    pub(super) fn admit(&mut self, now: Duration, admission: Admission) -> Vec<W> {
        if self.admission != Admission::Shut {
            self.admission = admission;
        }
        let mut turned_away = Vec::new();
        while self.admission == Admission::Shut
            && let Some((_, _, waiter)) = self.line.pop()
        {
            self.totals.waited(now.saturating_sub(waiter.arrived));
            turned_away.push(waiter.handle);
        }
        turned_away
    }

    /// Whether nobody waits and nobody runs.
    pub(super) fn is_idle(&self) -> bool {
        self.running == 0 && self.line.is_empty()
    }

    pub(super) fn waiting(&self) -> usize {
        self.line.len()
    }

    pub(super) fn totals(&mut self) -> &mut Totals {
        &mut self.totals
    }

    pub(super) fn metrics(&mut self, now: Duration) -> Metrics {
        self.advance(now);
        let left = |until: Duration| Some(until.saturating_sub(now)).filter(|wait| !wait.is_zero());
        let spent = |window: &Window, running: u64| Spent {
            used: window.used().saturating_add(running),
            limit: window.limit(),
        };
        Metrics {
            waiting: Waiting {
                high: self.line.len_of(Priority::High),
                normal: self.line.len_of(Priority::Normal),
                low: self.line.len_of(Priority::Low),
            },
            running: self.running,
            requests: spent(&self.requests, 0),
            input_tokens: spent(&self.input, 0),
            output_tokens: spent(&self.output, self.output_running),
            tokens: spent(&self.tokens, 0),
            held: Held {
                all: left(self.held_until),
                requests: left(self.requests.held_until()),
                input_tokens: left(self.input.held_until()),
                output_tokens: left(self.output.held_until()),
                tokens: left(self.tokens.held_until()),
            },
            totals: self.totals.clone(),
        }
    }

    fn ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket
    }

    fn advance(&mut self, now: Duration) {
        for window in [
            &mut self.requests,
            &mut self.input,
            &mut self.output,
            &mut self.tokens,
        ] {
            window.advance(now);
        }
    }

    /// When a request that is next may go, by the passing of time alone.
    fn ready_at(&self, now: Duration, need: Estimate) -> Option<Duration> {
        let is_full = self
            .rates
            .concurrent
            .is_some_and(|most| self.running >= most);
        if is_full || matches!(self.admission, Admission::Paused | Admission::Shut) {
            return None;
        }
        [
            self.requests.ready_at(now, 1, 0)?,
            self.input.ready_at(now, need.input, 0)?,
            self.tokens.ready_at(now, need.total(), 0)?,
            self.output
                .ready_at(now, need.output, self.output_running)?,
            now.max(self.held_until),
        ]
        .into_iter()
        .max()
    }

    fn grant(&mut self, now: Duration, ticket: u64, arrived: Duration, need: Estimate) -> Grant {
        let waited = now.saturating_sub(arrived);
        self.running += 1;
        self.output_running = self.output_running.saturating_add(need.output);
        self.totals.granted += 1;
        self.totals.waited(waited);
        Grant {
            ticket,
            waited,
            need,
            request: self.requests.spend(now, 1),
            input: self.input.spend(now, need.input),
            tokens: self.tokens.spend(now, need.total()),
        }
    }
}
