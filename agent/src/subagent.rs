//! An agent as a tool of another.

use std::sync::Arc;

use crate::RunId;
use crate::ledger::Books;
use crate::limits::Purse;

/// A run as its tools see it: an agent among them makes its run part of the family.
pub(crate) struct Family {
    run: RunId,
    parent: Option<Arc<Family>>,
    books: Arc<Books>,
}

impl Family {
    pub(crate) fn new(run: RunId, parent: Option<Arc<Family>>, books: Arc<Books>) -> Self {
        Family { run, parent, books }
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
}
