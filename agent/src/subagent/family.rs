use std::sync::Arc;

use crate::ledger::Books;
use crate::limits::Purse;
use crate::run::Outbox;
use crate::{AgentEvent, Approver, RunId};

/// A run as its tools see it: a run that one of them begins becomes part of the family.
pub(crate) struct Family {
    run: RunId,
    parent: Option<Arc<Family>>,
    books: Arc<Books>,
    outbox: Arc<Outbox>,
    approver: Option<Arc<dyn Approver>>,
}

impl Family {
    pub(crate) fn new(
        run: RunId,
        parent: Option<Arc<Family>>,
        books: Arc<Books>,
        outbox: Arc<Outbox>,
        approver: Option<Arc<dyn Approver>>,
    ) -> Self {
        Family {
            run,
            parent,
            books,
            outbox,
            approver,
        }
    }

    pub(crate) fn run(&self) -> &RunId {
        &self.run
    }

    pub(crate) fn parent(&self) -> Option<&Family> {
        self.parent.as_deref()
    }

    pub(crate) fn books(&self) -> &Arc<Books> {
        &self.books
    }

    pub(crate) fn purse(&self) -> &Purse {
        self.books.purse()
    }

    /// Who allows the calls of this run, and of the runs in it that do not say so themselves.
    pub(crate) fn approver(&self) -> Option<&Arc<dyn Approver>> {
        self.approver.as_ref()
    }

    /// Tells the observers of this run, and of those above it, what happened in a run below it.
    pub(crate) fn tell(&self, event: &AgentEvent) {
        let mut family = Some(self);
        while let Some(own) = family {
            own.outbox.show(event);
            family = own.parent();
        }
    }
}
