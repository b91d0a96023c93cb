//! A tool that fetches a URL from the public network.

mod body;
mod guard;
mod options;
mod resolve;

use std::error::Error as StdError;
use std::sync::Arc;

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{
    Arguments, ArgumentsError, Schema, Tool, ToolContext, ToolError, ToolOutput, ToolSpec,
    async_trait,
};

use guard::{Guard, Refused};
pub use options::FetchOptions;
use resolve::Guarded;
pub use resolve::{Resolver, SystemResolver};

/// How many redirects are followed.
const HOPS: usize = 5;

/// How much longer the engine waits than the tool, so that the tool is the one to say what took so long.
const SLACK: std::time::Duration = std::time::Duration::from_secs(5);

/// A tool, `fetch_url`, that gets a text from the public network.
///
/// Each address that a host's name stands for is checked, and the connection goes to an address that was checked; the
/// same for each of at most five redirects. What is not public, such as this machine, its network and the metadata
/// service of a cloud, is refused. Proxies of the environment are not used, because they would do the resolving.
///
/// It counts as idempotent but not as read-only: what is asked for in a URL is told to somebody.
///
/// ```
/// use windlass_agent::{FetchOptions, FetchUrl};
/// use windlass_core::{Tool, ToolContext};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
/// # runtime.block_on(async {
/// let fetch = FetchUrl::new(FetchOptions::new())?;
/// let arguments = r#"{"url":"http://169.254.169.254/latest/meta-data/"}"#.into();
/// let error = fetch.call(&arguments, &ToolContext::new("call_1")).await.expect_err("it is not public");
/// assert_eq!(error.message(), "`169.254.169.254` is not fetched: it is a link-local address");
/// # Ok::<(), windlass_agent::FetchError>(())
/// # }).expect("a client");
/// ```
pub struct FetchUrl {
    spec: ToolSpec,
    client: Client,
    guard: Guard,
    options: FetchOptions,
}

/// Why there is no client: its encryption could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up")]
pub struct FetchError(#[source] reqwest::Error);

impl FetchError {
    /// What to do about it, in one line.
    pub fn hint(&self) -> &'static str {
        "look at the cause; as a rule the system's root certificates are missing"
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FetchArguments {
    /// The address, beginning with `https://` or `http://`.
    url: String,
}

impl FetchUrl {
    /// Sets the tool up.
    ///
    /// # Errors
    ///
    /// When the encryption of the HTTP client cannot be set up.
    pub fn new(options: FetchOptions) -> Result<Self, FetchError> {
        let guard = options.guard.clone();
        Ok(FetchUrl {
            spec: spec(&options),
            client: client(&options, &guard).map_err(FetchError)?,
            guard,
            options,
        })
    }

    async fn fetch(&self, url: &str) -> Result<ToolOutput, ToolError> {
        let mut url = Url::parse(url)
            .map_err(|error| ToolError::failed(format!("the URL cannot be read: {error}")))?;
        for _ in 0..=HOPS {
            let response = self.get(url.clone()).await?;
            match redirect(&url, &response)? {
                Some(next) => url = next,
                None => return body::read(response, self.options.max_bytes).await,
            }
        }
        Err(ToolError::failed(format!("more than {HOPS} redirects")))
    }

    /// One request to a URL that was checked; a name in it is checked when it is resolved.
    async fn get(&self, url: Url) -> Result<Response, ToolError> {
        self.guard
            .check_url(&url)
            .map_err(|refused| ToolError::failed(refused.to_string()))?;
        let response = self
            .client
            .get(url)
            .header(ACCEPT, "text/*, application/json, */*;q=0.1");
        response.send().await.map_err(failure)
    }
}

fn spec(options: &FetchOptions) -> ToolSpec {
    let description = "Gets what is at a URL of the public internet, as it is, by HTTP GET. Only text is shown: pages \
        come as HTML. Redirects are followed. Private and local addresses are refused.";
    ToolSpec::new("fetch_url", description, Schema::of::<FetchArguments>())
        .with_category("network")
        .with_timeout(options.timeout.saturating_add(SLACK))
        .idempotent()
}

fn client(options: &FetchOptions, guard: &Guard) -> Result<Client, reqwest::Error> {
    Client::builder()
        .dns_resolver(Guarded::new(Arc::clone(&options.resolver), guard.clone()))
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .pool_max_idle_per_host(0)
        .user_agent(concat!("windlass/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Where a response leads to, if it is a redirect.
fn redirect(from: &Url, response: &Response) -> Result<Option<Url>, ToolError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok());
    let location = location.and_then(|location| from.join(location).ok());
    let unclear = || ToolError::failed("the server redirects, but not to a URL");
    location.map(Some).ok_or_else(unclear)
}

/// Says why there is no response. Our own refusal lies at the bottom of what the client says.
fn failure(error: reqwest::Error) -> ToolError {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
    let mut said = String::new();
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return ToolError::failed(refused.to_string());
        }
        said = error.to_string();
        cause = error.source();
    }
    ToolError::failed(format!("no response: {said}")).transient()
}

#[async_trait]
impl Tool for FetchUrl {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
        arguments.parse::<FetchArguments>().map(drop)
    }

    async fn call(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError> {
        let arguments = arguments.parse::<FetchArguments>()?;
        let limit = self.options.timeout;
        let fetched = tokio::time::timeout(limit, self.fetch(&arguments.url));
        match context.cancel_token().run_until_cancelled(fetched).await {
            Some(Ok(fetched)) => fetched,
            Some(Err(_)) => {
                let why = format!("it took longer than {} s", limit.as_secs_f32());
                Err(ToolError::failed(why).transient())
            }
            None => Err(ToolError::failed("cancelled")),
        }
    }
}

impl std::fmt::Debug for FetchUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchUrl")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
