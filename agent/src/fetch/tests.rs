use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::*;

mod addresses;

/// A server on loopback that answers each connection with the next of its scripts.
struct Server {
    port: u16,
    served: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

/// What a connection is answered with, and whether it is held open after that.
enum Script {
    Send(Vec<u8>),
    Hold(Vec<u8>),
}

impl Server {
    async fn new(scripts: Vec<Script>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        let count = Arc::clone(&served);
        tasks.spawn(async move {
            for script in scripts {
                let (mut stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
                let mut request = [0; 4096];
                // The client may hang up before it has sent or read all.
                let _ = stream.read(&mut request).await;
                let (Script::Send(bytes) | Script::Hold(bytes)) = &script;
                let _ = stream.write_all(bytes).await;
                if matches!(script, Script::Hold(_)) {
                    std::future::pending::<()>().await;
                }
            }
        });
        Server {
            port,
            served,
            _tasks: tasks,
        }
    }

    fn served(&self) -> usize {
        self.served.load(Ordering::Relaxed)
    }
}

fn answer(head: &str, body: &str) -> Script {
    let length = body.len();
    Script::Send(
        format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
            .into(),
    )
}

fn redirect_to(url: &str) -> Script {
    answer(&format!("302 Found\r\nlocation: {url}"), "SECRET")
}

/// Names with their addresses; each time a name is asked for, its next list.
#[derive(Default)]
struct Names {
    lists: HashMap<&'static str, Vec<Vec<IpAddr>>>,
    asked: Arc<AtomicUsize>,
}

impl Names {
    fn with(mut self, name: &'static str, lists: &[&[&str]]) -> Self {
        let list = |list: &&[&str]| {
            list.iter()
                .map(|address| address.parse().unwrap())
                .collect()
        };
        self.lists.insert(name, lists.iter().map(list).collect());
        self
    }
}

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let at = self.asked.fetch_add(1, Ordering::Relaxed);
        let lists = self.lists.get(host).ok_or(io::ErrorKind::NotFound)?;
        Ok(lists[at.min(lists.len() - 1)].clone())
    }
}

async fn fetch(options: FetchOptions, url: &str) -> Result<String, ToolError> {
    let fetch = FetchUrl::new(options).unwrap();
    let arguments = json!({ "url": url }).to_string().into();
    let output = fetch.call(&arguments, &ToolContext::new("call_1")).await?;
    Ok(output.parts[0].as_text().unwrap().to_owned())
}

async fn message(options: FetchOptions, url: &str) -> String {
    let error = fetch(options, url).await.expect_err(url);
    assert!(!error.message().contains("SECRET"), "{url}: {error}");
    error.to_string()
}

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Options that let the server of a test through, and nothing else of this machine.
fn only_here() -> FetchOptions {
    let mut options = FetchOptions::new();
    options.guard = Guard::with_one(HERE);
    options
}

#[test]
fn the_tool_says_how_it_is_to_be_run() {
    let fetch = FetchUrl::new(FetchOptions::new()).unwrap();
    assert!(fetch.spec().idempotent && !fetch.spec().read_only);
    assert_eq!(fetch.spec().timeout, Some(Duration::from_secs(35)));
    assert!(fetch.check(&r#"{"url":7}"#.into()).is_err());
    assert!(
        fetch
            .check(&r#"{"url":"x","method":"POST"}"#.into())
            .is_err()
    );
}

#[tokio::test]
async fn a_text_is_fetched_through_redirects() {
    let server = Server::new(vec![
        redirect_to("/two"),
        redirect_to("three?x#y"),
        answer("200 OK", "it is me"),
    ])
    .await;
    let url = format!("http://127.0.0.1:{}/one", server.port);
    let text = fetch(FetchOptions::new().allow_loopback(), &url)
        .await
        .unwrap();
    assert_eq!(text, "it is me");
    assert_eq!(server.served(), 3);
}

#[tokio::test]
async fn a_name_is_resolved_once_and_connected_to_where_it_was_checked() {
    let server = Server::new(vec![answer("200 OK", "it is me")]).await;
    let names = Names::default().with("good.example", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let asked = Arc::clone(&names.asked);
    let url = format!("http://good.example:{}/", server.port);
    assert_eq!(
        fetch(only_here().resolver(names), &url).await.unwrap(),
        "it is me"
    );
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_name_that_turns_private_between_two_hops_is_refused() {
    let server = Server::new(vec![redirect_to("/again"), answer("200 OK", "SECRET")]).await;
    let names = Names::default().with("turns.example", &[&["127.0.0.1"], &["10.0.0.1"]]);
    let url = format!("http://turns.example:{}/", server.port);
    let error = message(only_here().resolver(names), &url).await;
    assert_eq!(
        error,
        "`turns.example` is not fetched: it is a private address"
    );
    assert_eq!(server.served(), 1);
}

#[tokio::test]
async fn names_of_private_addresses_are_refused() {
    let private = [
        "127.0.0.1",
        "10.1.2.3",
        "172.31.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "0.0.0.0",
        "::1",
        "::",
        "fe80::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
    ];
    for address in private {
        let names = Names::default()
            .with("one.example", &[&[address]])
            .with("mixed.example", &[&["8.8.8.8", address]]);
        let options = FetchOptions::new().resolver(names);
        let error = message(options.clone(), "http://one.example/").await;
        assert!(
            error.starts_with("`one.example` is not fetched: it is "),
            "{address}: {error}"
        );
        let error = message(options, "https://mixed.example/").await;
        assert!(
            error.starts_with("`mixed.example` is not fetched: it is "),
            "{address}: {error}"
        );
    }
}

#[tokio::test]
async fn the_name_of_this_machine_is_refused_as_the_system_resolves_it() {
    let error = message(FetchOptions::new(), "http://localhost/").await;
    assert_eq!(
        error,
        "`localhost` is not fetched: it is a loopback address"
    );
}

#[tokio::test]
async fn redirects_to_what_is_not_public_are_refused() {
    let names = || {
        Names::default()
            .with("good.example", &[&["127.0.0.1"]])
            .with("inside.example", &[&["127.0.0.1"], &["192.168.1.1"]])
    };
    let cases = [
        (
            "http://127.0.0.2/",
            "`127.0.0.2` is not fetched: it is a loopback address",
        ),
        (
            "http://[::1]/",
            "`[::1]` is not fetched: it is a loopback address",
        ),
        (
            "//127.0.0.2/",
            "`127.0.0.2` is not fetched: it is a loopback address",
        ),
        (
            "http://2130706434/",
            "`127.0.0.2` is not fetched: it is a loopback address",
        ),
        (
            "http://0x7f.2/",
            "`127.0.0.2` is not fetched: it is a loopback address",
        ),
        (
            "http://169.254.169.254/latest/",
            "`169.254.169.254` is not fetched: it is a link-local address",
        ),
        (
            "http://inside.example/",
            "`inside.example` is not fetched: it is a private address",
        ),
        (
            "file:///etc/passwd",
            "`file` is not fetched: only `https` and `http` URLs are",
        ),
        (
            "gopher://127.0.0.1/",
            "`gopher` is not fetched: only `https` and `http` URLs are",
        ),
        (
            "http://user@127.0.0.1/",
            "`127.0.0.1` is not fetched: the URL has a user or a password in it",
        ),
        ("http://[", "the server redirects, but not to a URL"),
    ];
    for (location, expected) in cases {
        let server = Server::new(vec![redirect_to(location)]).await;
        let url = format!("http://good.example:{}/", server.port);
        assert_eq!(
            message(only_here().resolver(names()), &url).await,
            expected,
            "{location}"
        );
        assert_eq!(server.served(), 1);
    }
}

#[tokio::test]
async fn redirects_end() {
    let server = Server::new((0..10).map(|_| redirect_to("/")).collect()).await;
    let url = format!("http://127.0.0.1:{}/", server.port);
    let error = message(FetchOptions::new().allow_loopback(), &url).await;
    assert_eq!(error, "more than 5 redirects");
    assert_eq!(server.served(), 6);
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let endless = ["HTTP/1.1 200 OK\r\n\r\n", &"x".repeat(1 << 20)].concat();
    let chunked = [
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "3e8\r\n",
        &"x".repeat(1000),
        "\r\n",
        "3e8\r\n",
        &"x".repeat(1000),
        "\r\n",
    ]
    .concat();
    let claimed = "HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\nx".to_owned();
    for script in [endless, chunked, claimed] {
        let server = Server::new(vec![Script::Hold(script.into())]).await;
        let url = format!("http://127.0.0.1:{}/", server.port);
        let options = FetchOptions::new().allow_loopback().max_bytes(1500);
        assert_eq!(
            message(options, &url).await,
            "the response is larger than 1500 bytes"
        );
    }
}

#[tokio::test]
async fn what_is_too_slow_is_given_up() {
    let scripts = [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx",
    ];
    for script in scripts {
        let server = Server::new(vec![Script::Hold(script.into())]).await;
        let url = format!("http://127.0.0.1:{}/", server.port);
        let options = FetchOptions::new()
            .allow_loopback()
            .timeout(Duration::from_millis(200));
        let error = fetch(options, &url).await.unwrap_err();
        assert_eq!(error.message(), "it took longer than 0.2 s");
        assert!(error.is_transient());
    }
}

#[tokio::test]
async fn what_is_no_text_or_no_success_is_told() {
    let cases = [
        (
            answer("200 OK\r\ncontent-type: image/png", "\u{0}PNG"),
            "the response is no text (`image/png`)",
        ),
        (
            Script::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\xff\xd8".into()),
            "the response is no text (`unknown`)",
        ),
        (
            answer("404 Not Found", "no such page"),
            "status 404\nno such page",
        ),
        (answer("304 Not Modified", ""), "status 304\n"),
        (
            Script::Send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx".into()),
            "no response: end of file before message length reached",
        ),
    ];
    for (script, expected) in cases {
        let server = Server::new(vec![script]).await;
        let url = format!("http://127.0.0.1:{}/", server.port);
        let error = fetch(FetchOptions::new().allow_loopback(), &url)
            .await
            .unwrap_err();
        assert_eq!(error.message(), expected);
    }
}

#[tokio::test]
async fn a_cancelled_fetch_ends() {
    let server = Server::new(vec![Script::Hold(Vec::new())]).await;
    let fetch = FetchUrl::new(FetchOptions::new().allow_loopback()).unwrap();
    let context = ToolContext::new("call_1");
    let url = format!("http://127.0.0.1:{}/", server.port);
    let arguments = json!({ "url": url }).to_string().into();
    let cancel = async {
        while server.served() == 0 {
            tokio::task::yield_now().await;
        }
        context.cancel_token().cancel();
    };
    let (fetched, ()) = tokio::join!(fetch.call(&arguments, &context), cancel);
    assert_eq!(fetched.unwrap_err().message(), "cancelled");
}
