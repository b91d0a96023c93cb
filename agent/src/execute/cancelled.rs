use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use windlass_core::CancellationToken;

/// Waits for a token, for those who poll often: while the waker stays the same, it is registered once.
pub(crate) struct Cancelled {
    token: CancellationToken,
    wait: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
    /// Who is woken.
    waker: Option<Waker>,
}

impl Cancelled {
    pub(crate) fn new(token: CancellationToken) -> Self {
        Cancelled {
            wait: Box::pin(token.clone().cancelled_owned()),
            token,
            waker: None,
        }
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.token.is_cancelled() {
            return Poll::Ready(());
        }
        let waker = cx.waker();
        if self.waker.as_ref().is_some_and(|it| it.will_wake(waker)) {
            return Poll::Pending;
        }
        self.waker = Some(waker.clone());
        self.wait.as_mut().poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Bell(AtomicBool);

    impl Wake for Bell {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    //
    #[test]
    fn who_polled_last_is_woken() {
        let token = CancellationToken::new();
        let mut cancelled = Cancelled::new(token.clone());
        let bells = [Arc::new(Bell::default()), Arc::new(Bell::default())];
        let wakers = bells.clone().map(Waker::from);
        for at in [0, 0, 1, 1] {
            let mut cx = Context::from_waker(&wakers[at]);
            assert!(cancelled.poll(&mut cx).is_pending());
        }
        token.cancel();
        assert!(bells[1].0.load(Ordering::Relaxed));
        let mut cx = Context::from_waker(&wakers[0]);
        assert!(cancelled.poll(&mut cx).is_ready());
    }
}
