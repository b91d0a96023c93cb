//! Gates on simulated time, with requests of all fates, and the laws that what came of it is held to.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::*;

const WINDOW: Duration = Duration::from_secs(60);

/// Everything that has to happen, in order of time.
pub(super) struct World {
    pub(super) targets: Vec<Target>,
    requests: Vec<Asked>,
    events: BinaryHeap<Reverse<(Duration, usize, What)>>,
    count: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Arrive(usize),
    GiveUp(usize),
    End(usize),
    Wake(usize),
}

/// What a request is like; how it goes is decided before it comes.
struct Asked {
    target: usize,
    priority: Priority,
    need: Estimate,
    real: Estimate,
    lasts: Duration,
    patience: Option<Duration>,
    fate: Fate,
    ticket: u64,
    grant: Option<Grant>,
    ended: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    /// Broken off by the caller, or in the middle: nothing is reported.
    Broken,
    Failed,
    /// Dropped between its grant and its sending.
    Unsent,
    /// 429, come back after this time.
    Limited(Duration),
}

pub(super) struct Target {
    pub(super) rates: Rates,
    gate: Gate<usize>,
    granted: Vec<Granted>,
    holds: Vec<(Duration, Duration)>,
    /// When how many were waiting.
    depths: Vec<(Duration, usize)>,
    left: usize,
    alarm: Option<Duration>,
}

/// A request as the provider saw it.
#[derive(Clone, Copy)]
struct Granted {
    ticket: u64,
    priority: Priority,
    start: Duration,
    end: Duration,
    need: Estimate,
    real: Estimate,
    requests: u64,
}

/// Enough chance for a test, the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn millis(&mut self, bound: u64) -> Duration {
        Duration::from_millis(self.below(bound))
    }
}

impl World {
    pub(super) fn new(targets: &[Rates], count: usize, seed: u64) -> Self {
        let mut chance = Chance(seed);
        let requests: Vec<_> = (0..count)
            .map(|_| Asked::new(&mut chance, targets.len()))
            .collect();
        let mut world = World {
            targets: targets.iter().cloned().map(Target::new).collect(),
            requests,
            events: BinaryHeap::new(),
            count: 0,
        };
        for request in 0..count {
            world.after(chance.millis(90_000), What::Arrive(request));
        }
        world
    }

    fn after(&mut self, at: Duration, what: What) {
        self.count += 1;
        self.events.push(Reverse((at, self.count, what)));
    }

    pub(super) fn run(&mut self) {
        while let Some(Reverse((now, _, what))) = self.events.pop() {
            let target = match what {
                What::Arrive(request) => self.arrive(now, request),
                What::GiveUp(request) => self.give_up(now, request),
                What::End(request) => self.end(now, request),
                What::Wake(target) => target,
            };
            self.pump(now, target);
        }
        for (number, request) in self.requests.iter().enumerate() {
            assert_eq!(request.ended, 1, "request {number} ends exactly once");
        }
        for target in &mut self.targets {
            target.is_left_empty();
        }
    }

    fn arrive(&mut self, now: Duration, number: usize) -> usize {
        let asked = &mut self.requests[number];
        let target = asked.target;
        let gate = &mut self.targets[target].gate;
        match gate.offer(now, asked.need) {
            Offer::Granted(grant) => self.go(now, number, grant),
            Offer::Refused(refusal) => panic!("refused: {refusal}"),
            Offer::Wait => {
                asked.ticket = gate.join(now, asked.need, asked.priority, number);
                if let Some(patience) = asked.patience {
                    self.after(now + patience, What::GiveUp(number));
                }
            }
        }
        target
    }

    fn give_up(&mut self, now: Duration, number: usize) -> usize {
        let asked = &mut self.requests[number];
        let target = &mut self.targets[asked.target];
        if target.gate.leave(now, asked.ticket, asked.priority) {
            asked.ended += 1;
            target.left += 1;
        }
        asked.target
    }

    fn go(&mut self, now: Duration, number: usize, grant: Grant) {
        let asked = &mut self.requests[number];
        asked.grant = Some(grant);
        let end = match asked.fate {
            Fate::Unsent => now,
            _ => now + asked.lasts,
        };
        let real = match asked.fate {
            Fate::Answered => asked.real,
            Fate::Broken => asked.need,
            _ => Estimate::new(0, 0),
        };
        self.targets[asked.target].granted.push(Granted {
            ticket: grant.ticket,
            priority: asked.priority,
            start: now,
            end,
            need: asked.need,
            real,
            requests: u64::from(asked.fate != Fate::Unsent),
        });
        self.after(end, What::End(number));
    }

    fn end(&mut self, now: Duration, number: usize) -> usize {
        let asked = &mut self.requests[number];
        let target = &mut self.targets[asked.target];
        let usage = Usage::UNKNOWN
            .with_input(asked.real.input)
            .with_output(asked.real.output);
        let ending = match asked.fate {
            Fate::Answered => Ending::Answered(usage),
            Fate::Broken => Ending::Answered(Usage::UNKNOWN),
            Fate::Failed | Fate::Limited(_) => Ending::Failed,
            Fate::Unsent => Ending::Unsent,
        };
        if let Fate::Limited(wait) = asked.fate {
            target.gate.hold(now + wait);
            target.holds.push((now, now + wait));
        }
        let grant = asked
            .grant
            .take()
            .expect("it was granted and has not ended");
        target.gate.end(now, grant, ending);
        asked.ended += 1;
        asked.target
    }

    fn pump(&mut self, now: Duration, number: usize) {
        while let Some((request, priority, grant)) = self.targets[number].gate.next(now) {
            assert_eq!(priority, self.requests[request].priority);
            self.go(now, request, grant);
        }
        let target = &mut self.targets[number];
        target.depths.push((now, target.gate.waiting()));
        if let Some(wake) = target.gate.next_wake(now) {
            assert!(wake > now, "who could go has gone");
            if target.alarm.replace(wake) != Some(wake) {
                self.after(wake, What::Wake(number));
            }
        }
    }
}

impl Asked {
    fn new(chance: &mut Chance, targets: usize) -> Self {
        let need = Estimate::new(1 + chance.below(1_500), 1 + chance.below(700));
        let real = Estimate::new(
            need.input - chance.below(need.input / 5 + 1),
            need.output - chance.below(need.output / 2 + 1),
        );
        let fate = match chance.below(1_000) {
            0..900 => Fate::Answered,
            900..940 => Fate::Broken,
            940..980 => Fate::Failed,
            980..997 => Fate::Unsent,
            _ => Fate::Limited(Duration::from_secs(1) + chance.millis(9_000)),
        };
        let target = usize::try_from(chance.below(targets as u64)).unwrap();
        let class = usize::try_from(chance.below(3)).unwrap();
        Asked {
            target,
            priority: Priority::ALL[class],
            need,
            real,
            lasts: Duration::from_millis(200) + chance.millis(8_000),
            patience: (chance.below(20) == 0).then(|| chance.millis(200_000)),
            fate,
            ticket: 0,
            grant: None,
            ended: 0,
        }
    }
}

impl Target {
    fn new(rates: Rates) -> Self {
        Target {
            gate: Gate::new(rates.clone()),
            rates,
            granted: Vec::new(),
            holds: Vec::new(),
            depths: Vec::new(),
            left: 0,
            alarm: None,
        }
    }

    fn is_left_empty(&mut self) {
        assert!(self.gate.is_idle(), "no permit is lost");
        assert_eq!(self.gate.totals().granted, self.granted.len() as u64);
        let later = self.gate.metrics(Duration::from_secs(1_000_000));
        let windows = [
            later.requests,
            later.input_tokens,
            later.output_tokens,
            later.tokens,
        ];
        assert!(windows.iter().all(|window| window.used == 0), "{later:?}");
        assert_eq!((later.running, later.waiting.all()), (0, 0));
    }
}

/// What is limited, by its place in tables.
const KINDS: usize = 5;

/// What must be true of a target, told from its grants alone.
pub(super) struct Laws<'a> {
    target: &'a Target,
}

impl<'a> Laws<'a> {
    pub(super) fn of(target: &'a Target) -> Self {
        assert!(target.left > 10 && target.holds.len() > 1, "a dull world");
        Laws { target }
    }

    pub(super) fn check(&self) {
        self.order();
        self.holds();
        self.limits();
        let idle = self.idle();
        assert!(
            idle < 0.02,
            "{:.2} % idle under {:?}",
            idle * 100.0,
            self.target.rates
        );
    }

    fn order(&self) {
        for priority in Priority::ALL {
            let granted = self.target.granted.iter();
            let tickets = granted.filter(|granted| granted.priority == priority);
            let tickets: Vec<_> = tickets.map(|granted| granted.ticket).collect();
            assert!(tickets.is_sorted(), "{priority:?}");
        }
    }

    fn holds(&self) {
        for (from, until) in &self.target.holds {
            // What went at the same moment went before the refusal was known.
            let broken = |granted: &&Granted| granted.start > *from && granted.start < *until;
            assert_eq!(self.target.granted.iter().filter(broken).count(), 0);
        }
    }

    /// No span of a window's length holds more than the limit, wherever between the start and the end of a request the
    /// provider counts it.
    fn limits(&self) {
        let rates = &self.target.rates;
        let grants = &self.target.granted;
        let check = |limit: Option<u64>, spent: &dyn Fn(&Granted) -> (Duration, u64)| {
            let Some(limit) = limit else { return };
            let mut log: Vec<_> = grants.iter().map(spent).collect();
            log.sort_unstable();
            let (mut sum, mut oldest) = (0, 0);
            for (at, amount) in &log {
                sum += amount;
                while log[oldest].0 + WINDOW <= *at {
                    sum -= log[oldest].1;
                    oldest += 1;
                }
                assert!(sum <= limit, "{sum} of {limit} at {at:?}");
            }
        };
        check(rates.requests, &|one| (one.start, one.requests));
        check(rates.input_tokens, &|one| (one.start, one.real.input));
        check(rates.tokens, &|one| (one.start, one.real.total()));
        check(rates.output_tokens, &|one| (one.start, one.real.output));
        check(rates.output_tokens, &|one| (one.end, one.real.output));
        check(rates.output_tokens, &|one| {
            ((one.start + one.end) / 2, one.real.output)
        });
    }

    /// The share of the time in which somebody waited, nobody was held back, and something was free; weighed by how much
    /// of the scarcest thing was free. A reservation is no idleness, a window longer than the provider's is.
    fn idle(&self) -> f64 {
        let limits = self.limits_by_kind();
        let mut used = [0i64; KINDS];
        let (mut idle, mut busy, mut depth, mut holds) = (0.0, 0.0, 0usize, 0i64);
        let mut before = Duration::ZERO;
        for (at, change) in self.changes() {
            if depth > 0 && holds == 0 {
                let span = (at - before).as_secs_f64();
                let free = limits.iter().zip(used).filter_map(|(limit, used)| {
                    let limit = (*limit)? as f64;
                    Some(((limit - used as f64) / limit).max(0.0))
                });
                idle += free.fold(1.0, f64::min) * span;
                busy += span;
            }
            before = at;
            match change {
                Change::Used(kind, amount) => used[kind] += amount,
                Change::Depth(now) => depth = now,
                Change::Held(by) => holds += by,
            }
        }
        assert!(busy > 60.0, "somebody waits for a minute at least: {busy}");
        idle / busy
    }

    fn limits_by_kind(&self) -> [Option<u64>; KINDS] {
        let rates = &self.target.rates;
        let concurrent = rates.concurrent.map(|most| most as u64);
        [
            rates.requests,
            rates.input_tokens,
            rates.output_tokens,
            rates.tokens,
            concurrent,
        ]
    }

    fn changes(&self) -> Vec<(Duration, Change)> {
        let mut changes: Vec<_> = self
            .target
            .depths
            .iter()
            .map(|(at, depth)| (*at, Change::Depth(*depth)))
            .collect();
        for (from, until) in &self.target.holds {
            changes.extend([(*from, Change::Held(1)), (*until, Change::Held(-1))]);
        }
        for one in &self.target.granted {
            let leaves = one.start + WINDOW;
            let mut on = |kind, amount: u64, from: Duration, until: Duration| {
                if from < until {
                    let amount = i64::try_from(amount).unwrap();
                    changes.push((from, Change::Used(kind, amount)));
                    changes.push((until, Change::Used(kind, -amount)));
                }
            };
            on(0, one.requests, one.start, leaves);
            let known = one.end.min(leaves);
            for (kind, kept, real) in [
                (1, one.need.input, one.real.input),
                (3, one.need.total(), one.real.total()),
            ] {
                on(kind, kept, one.start, known);
                on(kind, real, known, leaves);
            }
            on(2, one.need.output, one.start, one.end);
            on(2, one.real.output, one.end, one.end + WINDOW);
            on(4, 1, one.start, one.end);
        }
        changes.sort_by_key(|(at, _)| *at);
        changes
    }
}

#[derive(Clone, Copy)]
enum Change {
    Used(usize, i64),
    Depth(usize),
    Held(i64),
}
