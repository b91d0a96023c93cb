//! The sizes that the hot paths rest on. A change here is a decision, not an accident.

use std::mem::size_of;

use windlass_core::{Conversation, Event, EventStream, ModelError, Request, Text, Tools, Usage};

#[test]
fn hot_types_stay_small() {
    assert_eq!(size_of::<Text>(), 24);
    assert_eq!(size_of::<Option<Text>>(), 24);
    assert!(size_of::<Usage>() <= 32);
    assert!(size_of::<Event>() <= 40);
    assert_eq!(size_of::<ModelError>(), size_of::<usize>());
    assert!(size_of::<Result<Event, ModelError>>() <= size_of::<Event>());
    assert_eq!(size_of::<Conversation>(), size_of::<usize>());
    assert_eq!(size_of::<Tools>(), size_of::<usize>());
    assert!(size_of::<EventStream>() <= 64);
    println!(
        "Event {}, Request {}",
        size_of::<Event>(),
        size_of::<Request>()
    );
}
