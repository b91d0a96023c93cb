use std::ops::ControlFlow::{self, Continue};

use super::Asking;
use crate::journal::{self, Compacting};
use crate::turn::or_stop;
use crate::{Compaction, Shortening, Step, Stop};

impl Asking<'_> {
    /// Makes the conversation smaller, and says whether it is. What went wrong with that is on the report.
    pub(super) async fn shorten(&mut self) -> ControlFlow<Stop, bool> {
        let scope = self.scope;
        let step = scope.journaled(|| Step::compact(self.run.turn, self.run.compactions()));
        let compacting = async { self.compacted().await };
        let (made, _) = or_stop(journal::known(step, compacting).await.map_err(Stop::from))?;
        if let Some(failed) = made.failed {
            self.run.note_compact_error(failed);
        }
        let Some((smaller, report)) = made.smaller else {
            self.shortening = Shortening::Fruitless;
            return Continue(false);
        };
        self.request.conversation = smaller.clone();
        self.run.compacted(smaller, report).await;
        self.number = 0;
        self.shortening = Shortening::Done;
        Continue(true)
    }

    async fn compacted(&self) -> Compacting {
        let settings = self.scope.settings();
        let (mut smaller, mut failed) = (None, None);
        if let Some(compactor) = &settings.compactor {
            let (conversation, estimator) = (&self.run.conversation, &*settings.estimator);
            // The provider has just said that it does not fit, whatever was estimated: a tenth less is real progress.
            let tokens = estimator.conversation(conversation);
            let work = Compaction::new(conversation, estimator, tokens - tokens.div_ceil(10));
            match work.with_aim(tokens / 2).run(&**compactor).await {
                Ok(made) => smaller = made.map(|made| (made.conversation, made.report)),
                Err(error) => failed = Some(error),
            }
        }
        Compacting { smaller, failed }
    }
}
