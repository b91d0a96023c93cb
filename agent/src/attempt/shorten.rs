use std::ops::ControlFlow::{self, Continue};

use super::Asking;
use crate::{Compaction, Shortening, Stop};

impl Asking<'_> {
    /// Makes the conversation smaller, and says whether it is. What went wrong with that is on the report.
    pub(super) async fn shorten(&mut self) -> ControlFlow<Stop, bool> {
        let settings = self.scope.settings();
        self.shortening = Shortening::Fruitless;
        let Some(compactor) = &settings.compactor else {
            return Continue(false);
        };
        let conversation = self.run.conversation.clone();
        let estimator = &*settings.estimator;
        // The provider has just said that it does not fit, whatever was estimated: half of it is real progress.
        let target = estimator.conversation(&conversation) / 2;
        let work = Compaction::new(&conversation, estimator, target);
        match work.run(&**compactor).await {
            Ok(Some(compacted)) => {
                self.request.conversation = compacted.conversation.clone();
                self.run.compacted(compacted).await;
                self.number = 0;
                self.shortening = Shortening::Done;
                Continue(true)
            }
            Ok(None) => Continue(false),
            Err(error) => {
                self.run.note_compact_error(error);
                Continue(false)
            }
        }
    }
}
