use windlass_core::{ErrorKind, ModelError};

use super::*;

//
#[test]
fn an_event_comes_back_as_it_was_written() {
    let request =
        Arc::new(Request::new("Is it warmer in Oslo or in Rome?").with_instructions("Be brief."));
    let error = ModelError::new(ErrorKind::Overloaded, "no room").with_status(529);
    for what in [
        What::RunStarted {
            parent: Some(RunId::new("run_0")),
        },
        What::AttemptStarted(Box::new(AttemptStarted::new(
            ModelId::new("a", "b"),
            request,
        ))),
        What::Text {
            part: PartIndex(1),
            text: "Rome".into(),
        },
        What::Retrying {
            wait: Duration::from_millis(7),
            because: Box::new(Because::Failed(Failed::from(&error))),
        },
        What::Discarded,
        What::RunEnded(Box::new(RunEnded::new(
            Stop::Answered,
            Usage::UNKNOWN,
            1,
            Duration::ZERO,
        ))),
    ] {
        let event = AgentEvent::new(RunId::new("run_1"), 2, 3, what);
        let written = serde_json::to_string(&event).expect("an event has a JSON form");
        let read: AgentEvent = serde_json::from_str(&written).expect("the form is read back");
        assert_eq!(read, event, "{written}");
    }
}
