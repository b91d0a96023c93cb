use std::ops::ControlFlow::{self, Continue};

use windlass_core::{ErrorKind, Model as _, ModelError};

use super::{Asking, Miss};
use crate::{CompactError, Fallback, Shortening, Stop, context};

impl Asking<'_> {
    /// What becomes of a request that was not sent because it does not fit: the same as of one that the provider refuses.
    pub(super) fn too_large(&self, why: CompactError) -> Miss {
        let model = self.scope.target(self.target).model.profile();
        let message = format!("not sent: {why}");
        let error = ModelError::new(ErrorKind::ContextOverflow, message);
        Miss::TooLarge {
            error: error.with_model(model.id.clone()),
            why,
        }
    }

    /// Whether the conversation may be made smaller now: once for an answer, when the strategy says so or would give up on
    /// a request that was too large.
    pub(super) fn may_shorten(&self, miss: &Miss, next: Fallback) -> bool {
        let is_overflow = match miss {
            Miss::Error(error) => error.kind() == ErrorKind::ContextOverflow,
            Miss::Rejected { .. } => false,
            Miss::TooLarge { .. } => return false,
        };
        let is_wanted = next == Fallback::Compact || (is_overflow && !self.run.has_partial());
        is_wanted && self.shortening == Shortening::Untried
    }

    /// Makes the conversation smaller, and says whether it is. What went wrong with that is on the report.
    pub(super) async fn shorten(&mut self, miss: &Miss) -> ControlFlow<Stop, bool> {
        let refusal = match miss {
            Miss::Error(error) => error.window(),
            _ => None,
        };
        let tools = &self.request.tools;
        if !context::shorten(self.run, self.scope, tools, (self.target, refusal)).await? {
            self.shortening = Shortening::Fruitless;
            return Continue(false);
        }
        self.request.conversation = self.run.conversation.clone();
        self.number = 0;
        self.shortening = Shortening::Done;
        Continue(true)
    }
}
