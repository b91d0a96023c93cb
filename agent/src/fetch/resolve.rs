use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use windlass_core::async_trait;

use super::guard::Guard;

/// Turns the name of a host into addresses.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// The addresses of a host.
    ///
    /// # Errors
    ///
    /// When there are none, or nobody can be asked.
    ///
    /// # Cancel safety
    ///
    /// The future may be dropped at any time.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// Resolves as the system does.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// Resolves and checks in one step: what the client connects to is what was checked.
pub(super) struct Guarded {
    resolver: Arc<dyn Resolver>,
    guard: Guard,
}

impl Guarded {
    pub(super) fn new(resolver: Arc<dyn Resolver>, guard: Guard) -> Self {
        Guarded { resolver, guard }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = Arc::clone(&self.resolver);
        let guard = self.guard.clone();
        Box::pin(async move {
            let found = resolver.resolve(name.as_str()).await?;
            for address in &found {
                guard.check(name.as_str(), *address)?;
            }
            // The port is that of the URL.
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
