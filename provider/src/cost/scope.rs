use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;
use windlass_core::{ModelId, Text};

use super::books::{AccountId, Books};
use super::events::KEPT;
use super::{Budget, BudgetError, CostEvent, CostEvents, Totals};

/// Something that costs are added up for: a session, a run, a customer. A clone is the same scope.
///
/// It lives as long as somebody holds it, or a model or scope in it. What it has spent stays with those around it.
///
/// ```
/// use windlass_provider::cost::{Budget, CostMeter};
///
/// let meter = CostMeter::new();
/// let session = meter.scope("session 7").with_budget(Budget::new(2_000_000));
/// let run = session.scope("run 1");
/// assert_eq!(run.remaining(), Some(2_000_000), "it can spend what the session can");
/// ```
#[derive(Clone)]
pub struct Scope(Arc<Open>);

/// An account is open as long as this lives.
struct Open {
    id: AccountId,
    parent: Option<Scope>,
    meter: Arc<Meter>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.meter.books().close(self.id);
    }
}

/// What all scopes of a meter share.
pub(super) struct Meter {
    books: Mutex<Books>,
    events: broadcast::Sender<CostEvent>,
}

impl Meter {
    /// A new meter, as its scope that holds all others.
    pub(super) fn open() -> Scope {
        let mut books = Books::default();
        let id = books.open("all".into(), None);
        let meter = Arc::new(Meter {
            books: Mutex::new(books),
            events: broadcast::Sender::new(KEPT),
        });
        let parent = None;
        Scope(Arc::new(Open { id, parent, meter }))
    }

    pub(super) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn observe(&self) -> CostEvents {
        CostEvents::new(self.events.subscribe())
    }

    /// Tells whoever listens; that nobody does is no fault.
    fn tell(&self, event: CostEvent) {
        self.events.send(event).ok();
    }
}

impl Scope {
    /// Opens a scope in this one. What is charged to it is charged here too.
    #[must_use]
    pub fn scope(&self, name: impl Into<Text>) -> Scope {
        let meter = Arc::clone(&self.0.meter);
        let id = meter.books().open(name.into(), Some(self.0.id));
        let parent = Some(self.clone());
        Scope(Arc::new(Open { id, parent, meter }))
    }

    /// Sets how much may be spent in the scope, what it has spent so far included. It holds for all clones, and may be
    /// set again.
    #[must_use]
    pub fn with_budget(self, budget: Budget) -> Self {
        self.0.meter.books().set_budget(self.0.id, budget);
        self
    }

    /// What was spent in the scope and those in it.
    pub fn totals(&self) -> Totals {
        self.0.meter.books().totals(self.0.id)
    }

    /// How many micro-dollars are left of its budget and those around it, whichever is less; `None` where there is none.
    pub fn remaining(&self) -> Option<u64> {
        self.0.meter.books().remaining(self.0.id)
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.0.meter
    }

    /// Sets aside what a request costs at least.
    pub(super) fn reserve(&self, at_least: u64) -> Result<Reserved, BudgetError> {
        let reserved = self.0.meter.books().reserve(self.0.id, at_least);
        match reserved {
            Ok(()) => Ok(Reserved {
                scope: self.clone(),
                at_least,
            }),
            Err(error) => {
                self.0.meter.tell(CostEvent::Refused {
                    scope: error.scope.clone(),
                    spent: error.spent,
                    limit: error.limit,
                    at_least: error.at_least,
                });
                Err(error)
            }
        }
    }
}

/// What a request costs at least, set aside until this is dropped.
pub(super) struct Reserved {
    scope: Scope,
    at_least: u64,
}

impl Reserved {
    /// Charges what the request did cost instead.
    pub(super) fn charge(mut self, model: &ModelId, label: Option<&Text>, cost: Totals) {
        let at_least = std::mem::take(&mut self.at_least);
        let Open { id, meter, .. } = &*self.scope.0;
        let warnings = {
            let mut books = meter.books();
            books.release(*id, at_least);
            books.charge(*id, model, label, cost)
        };
        warnings.into_iter().for_each(|event| meter.tell(event));
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let Open { id, meter, .. } = &*self.scope.0;
        meter.books().release(*id, self.at_least);
    }
}

impl From<&Scope> for Scope {
    fn from(scope: &Scope) -> Self {
        scope.clone()
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("totals", &self.totals())
            .field("parent", &self.0.parent)
            .finish_non_exhaustive()
    }
}
