use std::error::Error as _;

use tokio::time::timeout;
use windlass_provider::governor::Refusal;

use super::*;

fn reason(error: &ModelError) -> Option<&Refusal> {
    error.source()?.downcast_ref()
}

//
#[tokio::test(start_paused = true)]
async fn a_pause_lets_everybody_wait_until_it_ends() {
    let (governor, model) = governed(Rates::new());
    governor.pause();
    assert!(timeout(MINUTE * 10, ask(&model)).await.is_err());
    let (answer, ()) = tokio::join!(ask(&model), async {
        tokio::time::sleep(SECOND).await;
        assert_eq!(governor.metrics().waiting.normal, 1);
        governor.resume();
    });
    answer.unwrap();
    assert_eq!(governor.metrics().totals.cancelled, 1);
}

//
#[tokio::test(start_paused = true)]
async fn a_drain_refuses_the_new_and_ends_with_the_last_of_the_old() {
    let (governor, model) = governed(Rates::new().with_concurrent(1));
    governor.drain().await;
    governor.resume();
    let running = open(&model).await.unwrap();
    let waiting = async {
        let answer = open(&model).await.unwrap();
        tokio::time::sleep(SECOND * 3).await;
        answer.response().await.unwrap();
    };
    let drained = async {
        let began = tokio::time::Instant::now();
        tokio::task::yield_now().await;
        governor.drain().await;
        assert_eq!(governor.metrics().totals.granted, 2);
        began.elapsed()
    };
    let late = async {
        tokio::time::sleep(SECOND).await;
        let error = ask(&model).await.unwrap_err();
        assert_eq!(
            (error.kind(), reason(&error)),
            (ErrorKind::Cancelled, Some(&Refusal::Draining))
        );
        drop(running);
    };
    let ((), took, ()) = tokio::join!(waiting, drained, late);
    assert_eq!(took, SECOND * 4);
    governor.resume();
    ask(&model).await.unwrap();
}

//
#[tokio::test(start_paused = true)]
async fn a_shutdown_answers_all_who_wait_and_lets_the_running_end() {
    let (governor, model) = governed(Rates::new().with_concurrent(1));
    let running = open(&model).await.unwrap();
    let (one, two, ()) = tokio::join!(ask(&model), ask(&model), async {
        tokio::task::yield_now().await;
        governor.shutdown();
    });
    for error in [one.unwrap_err(), two.unwrap_err()] {
        assert_eq!(reason(&error), Some(&Refusal::ShutDown));
        assert_eq!(error.hint(), "nothing; the program is ending");
    }
    assert_eq!(running.response().await.unwrap().message.text(), "Rome.");
    governor.resume();
    assert_eq!(
        reason(&ask(&model).await.unwrap_err()),
        Some(&Refusal::ShutDown),
        "for good"
    );
    let metrics = governor.metrics();
    assert_eq!((metrics.running, metrics.totals.refused), (0, 3));
}
