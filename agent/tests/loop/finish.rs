//! How an answer ends, and what becomes of its calls.

use windlass_agent::{AtLimit, LimitKind, Limits, RunId, Stop};
use windlass_core::{ErrorKind, Finish, FinishReason, ModelError, Script, Scripted};

use crate::kit::{agent, assert_legal, ended, history, looks};

/// An answer that ends for this reason, with calls and without.
async fn check(reason: FinishReason, said: &[&str], called: &[&str], stop: Stop) {
    let finish = || Finish::new(reason, "in its words");
    let expected = [
        (Script::text("Well.").with_finish(finish()), said),
        (looks("c1").then_text("Well.").with_finish(finish()), called),
    ];
    for (script, expected) in expected {
        let scripts = [script, Script::text("Done.")];
        let report = ended(agent(Scripted::new(scripts)).build().unwrap().run("Go.")).await;
        assert_eq!(history(&report.conversation)[1..], *expected, "{reason:?}");
        assert_eq!(report.stop, stop, "{reason:?}");
        assert_legal(&format!("{reason:?}"), &report.conversation);
        assert_eq!(report.attempts[0].finish, Some(finish()));
    }
}

//
#[tokio::test(start_paused = true)]
async fn every_reason_has_its_stop_and_only_a_normal_end_runs_calls() {
    use FinishReason::{
        Calls, Filtered, Length, MalformedCall, Other, Paused, Refused, StopSequence,
    };
    let ran = ["a Well. [c1]", "o saw c1", "a Done. []"];
    for normal in [FinishReason::Stop, StopSequence, Calls] {
        check(normal, &["a Well. []"], &ran, Stop::Answered).await;
    }
    let off = ["a Well. [c1]", "o Cancelled"];
    for cut in [Length, Filtered, MalformedCall, Other] {
        check(cut, &["a Well. []"], &off, Stop::Cut(cut)).await;
    }
    check(Refused, &["a Well. []"], &off, Stop::Refused).await;
    let on = ["a Well. []", "a Done. []"];
    let off_and_on = ["a Well. [c1]", "o Cancelled", "a Done. []"];
    check(Paused, &on, &off_and_on, Stop::Answered).await;
}

//
#[tokio::test(start_paused = true)]
async fn the_stop_says_whether_the_run_did_its_work() {
    for (reason, is_success) in [
        (FinishReason::Stop, true),
        (FinishReason::Length, false),
        (FinishReason::Refused, false),
        (FinishReason::Other, false),
    ] {
        let script = Script::text("Well.").with_finish(Finish::new(reason, ""));
        let result = agent(Scripted::new([script]))
            .build()
            .unwrap()
            .run("Go.")
            .await;
        assert_eq!(result.is_ok(), is_success, "{reason:?}");
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_provider_that_pauses_for_ever_comes_to_the_limit_of_turns() {
    let paused = || Script::text("Hm.").with_finish(Finish::new(FinishReason::Paused, "pause"));
    for then in [AtLimit::Stop, AtLimit::Fail, AtLimit::LastTurn] {
        let model = Scripted::new((0..20).map(|_| paused()));
        let limits = Limits::default().with_turns(3).at_limit(then);
        let agent = agent(model.clone()).limits(limits).build().unwrap();
        let report = ended(agent.run("Go.")).await;
        let Stop::Limit(reached) = &report.stop else {
            panic!("{then:?}: {:?}", report.stop);
        };
        assert_eq!((reached.limit, reached.then), (LimitKind::Turns, then));
        let last = u32::from(then == AtLimit::LastTurn);
        assert_eq!(report.turns, 3 + last, "{then:?}");
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_program_that_returns_the_error_of_a_run_shows_a_line_and_not_the_conversation() {
    let refused = ModelError::new(ErrorKind::Authentication, "no such key");
    let agent = agent(Scripted::new([Script::refuse(refused)]));
    let run = agent.build().unwrap().run("My secret.");
    let error = run.with_id(RunId::new("run_1")).await.unwrap_err();
    assert_eq!(
        format!("{error:?}"),
        "RunError { run: RunId(\"run_1\"), why: authentication failed: no such key, \
         hint: check that the key is set, complete and of this provider, .. }"
    );
}
