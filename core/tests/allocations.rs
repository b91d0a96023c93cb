//! What must not allocate does not, counted.

#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]
#![allow(unsafe_code, reason = "a global allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use windlass_core::{Accumulator, Conversation, Event, PartIndex, Request, Text};

struct Counting;

thread_local! {
    static COUNT: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT
            .try_with(|count| count.set((count.get().0 + 1, count.get().1 + layout.size() as u64)));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often, and how many bytes, `act` allocates.
fn counted<T>(act: impl FnOnce() -> T) -> (T, u64, u64) {
    let before = COUNT.get();
    let result = act();
    let after = COUNT.get();
    (result, after.0 - before.0, after.1 - before.1)
}

fn long_conversation(messages: usize) -> Conversation {
    let mut conversation = Conversation::new();
    for number in 0..messages {
        conversation
            .push_user(format!("message {number}, long enough to be shared"))
            .unwrap();
    }
    conversation
}

#[test]
fn the_counter_counts() {
    let (_, times, bytes) = counted(|| Vec::<u8>::with_capacity(100));
    assert_eq!((times, bytes), (1, 100));
}

#[test]
fn cloning_a_text_allocates_nothing() {
    for text in [
        Text::from("short"),
        Text::from("long enough that it cannot be inline"),
        Text::from_static("literal"),
    ] {
        let (_, times, _) = counted(|| text.clone());
        assert_eq!(times, 0, "{text}");
    }
    let (_, times, _) = counted(|| Text::from("22 bytes fit in inline"));
    assert_eq!(times, 0);
}

#[test]
fn cloning_a_long_conversation_or_a_request_allocates_nothing() {
    let conversation = long_conversation(1_000);
    let (clone, times, _) = counted(|| conversation.clone());
    assert_eq!(times, 0);
    let request = Request::new(clone).with_instructions("Be brief.");
    let (_, times, _) = counted(|| request.clone());
    assert_eq!(times, 0);
}

#[test]
fn pushing_to_an_unshared_conversation_copies_no_entry() {
    let mut conversation = long_conversation(1_000);
    let first = std::sync::Arc::as_ptr(&conversation.entries()[0]);
    let (_, times, bytes) = counted(|| conversation.push_user("short").unwrap());
    assert!(
        times <= 3,
        "the entry, its parts, and room for entries now and then: {times}"
    );
    assert!(bytes < 1_000 * 8 * 3, "nothing but pointers grows: {bytes}");
    assert_eq!(std::sync::Arc::as_ptr(&conversation.entries()[0]), first);
}

#[test]
fn pushing_to_a_shared_conversation_copies_pointers_but_no_entry() {
    let mut conversation = long_conversation(1_000);
    let snapshot = conversation.clone();
    let (_, _, bytes) = counted(|| conversation.push_user("short").unwrap());
    assert!(bytes < 1_001 * 8 * 4, "{bytes}");
    assert_eq!((snapshot.len(), conversation.len()), (1_000, 1_001));
    let shared =
        |at: usize| std::sync::Arc::ptr_eq(&snapshot.entries()[at], &conversation.entries()[at]);
    assert!((0..1_000).all(shared));
}

#[test]
fn deltas_allocate_only_as_often_as_the_answer_doubles() {
    let mut answer = Accumulator::new();
    let delta = Event::Text {
        part: PartIndex(0),
        text: "word ".into(),
    };
    answer.push(&delta).unwrap();
    let (_, times, _) = counted(|| (0..10_000).for_each(|_| answer.push(&delta).unwrap()));
    assert!(times <= 16, "{times}");
}
