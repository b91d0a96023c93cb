//! The transport that ships, over real HTTP.
#![cfg(all(feature = "simulate", feature = "http"))]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::time::Duration;

use windlass_core::{ErrorKind, Model, ModelError, Phase, Request, Response};
use windlass_provider::simulate::{Reply, Simulator};
use windlass_provider::transport::{HttpTransport, HttpTransportBuilder};
use windlass_provider::{Client, hosts};

async fn ask(model: &dyn Model) -> Result<Response, ModelError> {
    model.stream(Request::new("Hello")).await?.response().await
}

fn client(simulator: &Simulator, transport: HttpTransportBuilder) -> Client {
    simulator
        .client(hosts::OLLAMA, "m")
        .transport(transport.build().unwrap())
        .build()
        .unwrap()
}

#[tokio::test]
async fn the_user_agent_is_ours_or_the_users() {
    let simulator = Simulator::start().await.unwrap();
    simulator.always(Reply::text("Hi!"));
    ask(&client(&simulator, HttpTransport::builder()))
        .await
        .unwrap();
    ask(&client(
        &simulator,
        HttpTransport::builder().user_agent("mine/2"),
    ))
    .await
    .unwrap();
    let seen: Vec<_> = simulator
        .requests()
        .iter()
        .map(|request| request.header("user-agent").unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        seen,
        [concat!("windlass/", env!("CARGO_PKG_VERSION")), "mine/2"]
    );
}

#[tokio::test]
async fn a_proxy_is_sent_everything() {
    let proxy = Simulator::start().await.unwrap();
    proxy.always(Reply::text("Hi!"));
    let transport = HttpTransport::builder().proxy(proxy.url()).build().unwrap();
    let client = Client::builder(hosts::OLLAMA, "m")
        .base_url("http://nowhere.test/base")
        .transport(transport)
        .build()
        .unwrap();
    assert_eq!(ask(&client).await.unwrap().message.text(), "Hi!");
    assert_eq!(
        proxy.requests()[0].path,
        "http://nowhere.test/base/api/chat"
    );
}

//
#[test]
fn the_password_of_a_proxy_is_not_shown() {
    let builder = HttpTransport::builder().proxy("http://user:hunter2@proxy.test");
    let shown = format!("{builder:?} {:?}", builder.clone().build().unwrap());
    assert!(
        shown.contains("proxy") && !shown.contains("hunter2"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_host_that_is_not_there_is_no_connection() {
    let gone = {
        let simulator = Simulator::start().await.unwrap();
        simulator.url()
    };
    let client = Client::builder(hosts::OLLAMA, "m")
        .base_url(gone)
        .build()
        .unwrap();
    let error = ask(&client).await.unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::Connection(Phase::Connect),
        "{error:?}"
    );
    assert_eq!(
        error.hint(),
        "check the base URL, the network and the proxy"
    );
}

//
#[test]
fn a_transport_that_cannot_be_built_says_so() {
    let error = HttpTransport::builder()
        .proxy("not a url")
        .build()
        .unwrap_err();
    assert_eq!(error.to_string(), "the HTTP client cannot be set up");
    assert!(HttpTransport::builder().user_agent("a\nb").build().is_err());
    assert!(
        HttpTransport::builder()
            .connect_timeout(Duration::from_millis(1))
            .build()
            .is_ok()
    );
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_named() {
    let simulator = Simulator::start().await.unwrap();
    let client = simulator
        .client(hosts::OLLAMA, "m")
        .header("x-team", "a\nb")
        .build()
        .unwrap();
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains("`x-team`"), "{error}");
}

#[test]
fn each_runtime_has_its_own_connections() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let (server, one, two) = (runtime(), runtime(), runtime());
    let simulator = server.block_on(Simulator::start()).unwrap();
    simulator.always(Reply::text("Hi!"));
    let client = client(&simulator, HttpTransport::builder());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(|| server.block_on(stopped));
        for runtime in [&one, &two, &one] {
            let patience = Duration::from_secs(30);
            let answer = async { tokio::time::timeout(patience, ask(&client)).await };
            let answer = runtime.block_on(answer);
            assert_eq!(
                answer
                    .expect("no wait for another runtime")
                    .unwrap()
                    .message
                    .text(),
                "Hi!"
            );
        }
        stop.send(()).unwrap();
    });
    assert_eq!(simulator.connections(), 2);
}
