#[cfg(feature = "tracing")]
use tracing::{Instrument, Span};
use windlass_core::Usage;

use super::TraceContent;

/// A span, or nothing at all.
#[derive(Clone, Debug)]
pub(super) struct Handle(#[cfg(feature = "tracing")] pub(super) Span);

/// Opens a span with the fields that it may ever have.
#[cfg(feature = "tracing")]
macro_rules! open {
    ($($span:tt)*) => {{
        #[allow(unused_imports, reason = "not every span has a field that comes later")]
        use tracing::field::Empty;
        crate::trace::handle::Handle(tracing::info_span!(target: "windlass", $($span)*))
    }};
}

#[cfg(not(feature = "tracing"))]
macro_rules! open {
    ($($span:tt)*) => {
        crate::trace::handle::Handle()
    };
}

pub(super) use open;

/// No span.
impl Default for Handle {
    fn default() -> Self {
        Handle(
            #[cfg(feature = "tracing")]
            Span::none(),
        )
    }
}

impl Handle {
    /// Whether anybody is told of the span.
    pub(super) fn is_on(&self) -> bool {
        #[cfg(feature = "tracing")]
        let is_on = !self.0.is_disabled();
        #[cfg(not(feature = "tracing"))]
        let is_on = false;
        is_on
    }

    /// Whether the span is to hold what was said.
    pub(super) fn holds(&self, content: TraceContent) -> bool {
        self.is_on() && content == TraceContent::Recorded
    }

    #[cfg(feature = "tracing")]
    pub(super) fn id(&self) -> Option<tracing::span::Id> {
        self.0.id()
    }

    pub(super) fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        #[cfg(feature = "tracing")]
        let future = future.instrument(self.0.clone());
        future
    }

    pub(super) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        #[cfg(feature = "tracing")]
        let work = || self.0.in_scope(work);
        work()
    }

    /// Sets a field, unless there is nothing to say.
    pub(super) fn text(&self, field: &'static str, text: &str) {
        #[cfg(feature = "tracing")]
        if !text.is_empty() {
            self.0.record(field, text);
        }
    }

    /// Sets a field, unless the number is not known.
    pub(super) fn count(&self, field: &'static str, count: Option<u64>) {
        #[cfg(feature = "tracing")]
        if let Some(count) = count {
            self.0.record(field, count);
        }
    }

    /// The conventions count what was read from a cache and written to it as input too.
    pub(super) fn usage(&self, usage: Usage) {
        self.count("gen_ai.usage.input_tokens", usage.total_input());
        self.count("gen_ai.usage.cache_read.input_tokens", usage.cache_read());
        self.count(
            "gen_ai.usage.cache_creation.input_tokens",
            usage.cache_write(),
        );
        self.count("gen_ai.usage.output_tokens", usage.output());
        self.count("gen_ai.usage.reasoning.output_tokens", usage.reasoning());
    }

    pub(super) fn failed(&self, kind: &str) {
        self.text("error.type", kind);
        self.text("otel.status_code", "ERROR");
    }
}
