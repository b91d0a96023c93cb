//! Somebody who listens to spans and writes them down.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// A span as it was in the end.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) name: &'static str,
    pub(super) parent: Option<&'static str>,
    pub(super) fields: Map<String, Value>,
    holders: usize,
}

/// The spans that `work` begins on this thread, in order. All have ended with it.
#[track_caller]
pub(super) fn seen(work: impl FnOnce()) -> Vec<Seen> {
    let listener = Listener::default();
    tracing::subscriber::with_default(listener.clone(), work);
    let book = listener.book();
    for span in &book.spans {
        assert_eq!(span.holders, 0, "`{}` has not ended", span.name);
    }
    book.spans.clone()
}

#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    spans: Vec<Seen>,
    /// Those that were entered and not left, the innermost last.
    inside: Vec<Id>,
}

impl Listener {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn span(&mut self, id: &Id) -> &mut Seen {
        let at = id.into_u64() - 1;
        &mut self.spans[usize::try_from(at).unwrap()]
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut book = self.book();
        let current = book.inside.last().filter(|_| span.is_contextual()).cloned();
        let parent = span.parent().cloned().or(current);
        let parent = parent.map(|parent| book.span(&parent).name);
        let mut fields = Fields::default();
        span.record(&mut fields);
        book.spans.push(Seen {
            name: span.metadata().name(),
            parent,
            fields: fields.0,
            holders: 1,
        });
        Id::from_u64(book.spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        self.book().span(id).fields.extend(fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, id: &Id) {
        self.book().inside.push(id.clone());
    }

    fn exit(&self, _: &Id) {
        self.book().inside.pop();
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.book().span(id).holders += 1;
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut book = self.book();
        let span = book.span(&id);
        span.holders -= 1;
        span.holders == 0
    }
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }
}
