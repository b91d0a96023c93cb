use std::sync::{Mutex, PoisonError};

use tokio::runtime::Id;

/// For how many runtimes of a process connections are kept. Most programs have one, some servers one for each core, and a
/// test program many that are gone, of which no more than settings are left.
const RUNTIMES: usize = 64;

/// The client of each runtime, in which its connections live.
pub(super) struct Pools(Mutex<Kept>);

struct Kept {
    /// A client that no runtime has used yet.
    spare: Option<reqwest::Client>,
    /// The one that was used last is the last.
    used: Vec<(Id, reqwest::Client)>,
}

impl Pools {
    /// The first runtime gets the client that is there already.
    pub(super) fn new(spare: reqwest::Client) -> Self {
        Pools(Mutex::new(Kept {
            spare: Some(spare),
            used: Vec::new(),
        }))
    }

    /// The client of this runtime, built if it has none yet.
    ///
    /// Others wait while one is built, so that the threads of a runtime share one.
    pub(super) fn client<E>(
        &self,
        runtime: Id,
        build: impl FnOnce() -> Result<reqwest::Client, E>,
    ) -> Result<reqwest::Client, E> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let client = match kept.take(runtime) {
            Some(client) => client,
            None => build()?,
        };
        kept.put(runtime, client.clone());
        Ok(client)
    }
}

impl Kept {
    fn take(&mut self, runtime: Id) -> Option<reqwest::Client> {
        match self.used.iter().position(|(id, _)| *id == runtime) {
            Some(at) => Some(self.used.remove(at).1),
            None => self.spare.take(),
        }
    }

    /// Lets the one go that was not used for the longest time, where there are too many.
    fn put(&mut self, runtime: Id, client: reqwest::Client) {
        if self.used.len() >= RUNTIMES {
            self.used.remove(0);
        }
        self.used.push((runtime, client));
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    /// Whether a client had to be built for this runtime.
    fn builds(pools: &Pools, runtime: &Runtime, client: &reqwest::Client) -> bool {
        let mut built = false;
        let build = || {
            built = true;
            Ok::<_, ()>(client.clone())
        };
        pools.client(runtime.handle().id(), build).unwrap();
        built
    }

    #[test]
    fn the_runtime_that_was_not_used_for_long_is_forgotten() {
        let runtimes: Vec<Runtime> = (0..=RUNTIMES)
            .map(|_| Builder::new_current_thread().build().unwrap())
            .collect();
        let client = reqwest::Client::new();
        let pools = Pools::new(client.clone());
        let builds = |runtime| builds(&pools, runtime, &client);
        let [first, second, others @ ..] = &runtimes[..] else {
            panic!("there are several");
        };
        assert!(!builds(first), "one is there already");
        assert!(builds(second));
        for other in others {
            assert!(builds(other));
            assert!(!builds(first), "it is in use");
        }
        assert!(builds(second), "it was not used for the longest time");
        assert!(!builds(first));
    }
}
