use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use windlass_core::{Clock, Event, Finish, FinishReason, Options, PartIndex, Phase, Warning};

use super::exchange::ERROR_BODY;
use super::*;
use crate::codec::{Codec, Decoder, WireRequest, truncated};
use crate::frame::{Frame, Framing, SseOptions};
use crate::host::KeyNeed;
use crate::transport::{HttpRequest, TransportError};

/// A wire of the simplest kind: each event is text, `!` is a ping, `.` ends the answer.
#[derive(Debug)]
struct Plain;

#[derive(Default)]
struct PlainDecoder {
    complete: bool,
}

impl Codec for Plain {
    fn encode(&self, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
        let mut wire =
            WireRequest::new("/say?alt=sse", b"{}".to_vec()).with_header("x-layer", "wire");
        if call.options.sampling.top_k.is_some() {
            wire.warnings.push(Warning::new("top_k", "left out"));
        }
        Ok(wire)
    }

    fn decoder(&self, _: &Request, _: Delivery) -> Box<dyn Decoder> {
        Box::new(PlainDecoder::default())
    }

    fn framing(&self, _: &str, _: Delivery) -> Framing {
        Framing::Sse(SseOptions::new())
    }
}

impl Decoder for PlainDecoder {
    fn frame(&mut self, frame: &Frame<'_>, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        match frame.data {
            b"!" => {}
            b"." => self.complete = true,
            text => events.push_back(Event::Text {
                part: PartIndex(0),
                text: Text::from_utf8_lossy(text),
            }),
        }
        Ok(())
    }

    fn finish(&mut self, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if !self.complete {
            return Err(truncated());
        }
        events.push_back(Event::Finish(Finish::new(FinishReason::Stop, ".")));
        Ok(())
    }

    fn is_complete(&self) -> bool {
        self.complete
    }
}

static PLAIN: Plain = Plain;
const HOST: Host =
    Host::new("plain", "http://plain.test/v1", &PLAIN).with_headers(&[("x-layer", "host")]);

/// What a body does next.
enum Step {
    Chunk(&'static str),
    Wait(Duration),
    Break,
    Hang,
}
use Step::{Break, Chunk, Hang, Wait};

struct Steps {
    steps: VecDeque<Step>,
    pause: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Stream for Steps {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(pause) = &mut self.pause {
                std::task::ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match self.steps.pop_front() {
                Some(Chunk(text)) => {
                    return Poll::Ready(Some(Ok(Bytes::from_static(text.as_bytes()))));
                }
                Some(Wait(time)) => self.pause = Some(Box::pin(tokio::time::sleep(time))),
                Some(Break) => {
                    return Poll::Ready(Some(Err(TransportError::new(Phase::Receive, "reset"))));
                }
                Some(Hang) => {
                    self.steps.push_front(Hang);
                    return Poll::Pending;
                }
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Answers the first request with these steps, and keeps the request.
#[derive(Clone)]
struct Fake(Arc<Mutex<FakeState>>);

struct FakeState {
    status: u16,
    head_after: Duration,
    headers: Vec<(Text, Text)>,
    steps: Option<VecDeque<Step>>,
    sent: Option<HttpRequest>,
}

impl Fake {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Fake(Arc::new(Mutex::new(FakeState {
            status: 200,
            head_after: Duration::ZERO,
            headers: vec![
                ("content-type".into(), "text/event-stream".into()),
                ("x-request-id".into(), "req_1".into()),
            ],
            steps: Some(steps.into_iter().collect()),
            sent: None,
        })))
    }

    fn with(self, change: impl FnOnce(&mut FakeState)) -> Self {
        change(&mut self.0.lock().unwrap());
        self
    }

    fn client(&self) -> Client {
        Client::builder(HOST, "m")
            .key("sk-secret")
            .transport(self.clone())
            .build()
            .unwrap()
    }

    fn sent(&self) -> HttpRequest {
        self.0.lock().unwrap().sent.clone().unwrap()
    }
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

#[async_trait]
impl Transport for Fake {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let wait = self.0.lock().unwrap().head_after;
        tokio::time::sleep(wait).await;
        let mut state = self.0.lock().unwrap();
        state.sent = Some(request);
        let body = Steps {
            steps: state.steps.take().unwrap_or_default(),
            pause: None,
        };
        Ok(HttpResponse::new(
            state.status,
            state.headers.clone(),
            Box::pin(body),
        ))
    }
}

const SECOND: Duration = Duration::from_secs(1);

async fn ask(client: &Client) -> Result<windlass_core::Response, ModelError> {
    client.stream(Request::new("Hello")).await?.response().await
}

async fn check_late(
    steps: impl IntoIterator<Item = Step>,
    clocks: Clocks,
    clock: Clock,
    after: Duration,
) {
    let fake = Fake::new(steps);
    let client = Client::builder(HOST, "m")
        .key("k")
        .clocks(clocks)
        .transport(fake)
        .build()
        .unwrap();
    let began = tokio::time::Instant::now();
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(clock), "{error}");
    assert_eq!(began.elapsed().as_secs(), after.as_secs(), "{clock:?}");
}

//
#[tokio::test(start_paused = true)]
async fn each_clock_is_its_own_and_pings_are_no_progress() {
    let clocks = Clocks::unlimited();
    let ping = || [Wait(SECOND * 2), Chunk(": keep-alive\n\ndata: !\n\n")];
    let pings = || (0..50).flat_map(move |_| ping());
    check_late(
        pings(),
        clocks.with_first_output(SECOND * 7),
        Clock::FirstOutput,
        SECOND * 7,
    )
    .await;
    let one_event = || [Chunk("data: a\n\n")].into_iter().chain(pings());
    check_late(
        one_event(),
        clocks.with_idle(SECOND * 5),
        Clock::Idle,
        SECOND * 5,
    )
    .await;
    check_late(
        one_event(),
        clocks.with_total(SECOND * 9).with_idle(SECOND * 60),
        Clock::Total,
        SECOND * 9,
    )
    .await;
    check_late(
        [Hang],
        clocks.with_first_output(SECOND),
        Clock::FirstOutput,
        SECOND,
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn a_host_that_keeps_coming_is_never_late() {
    let events = (0..20).flat_map(|_| [Wait(SECOND * 4), Chunk("data: a\n\n")]);
    let fake = Fake::new(events.chain([Chunk("data: .\n\n")]));
    let clocks = Clocks::unlimited()
        .with_idle(SECOND * 5)
        .with_first_output(SECOND * 5);
    let client = Client::builder(HOST, "m")
        .key("k")
        .clocks(clocks)
        .transport(fake)
        .build()
        .unwrap();
    assert_eq!(ask(&client).await.unwrap().message.text().len(), 20);
}

//
#[tokio::test(start_paused = true)]
async fn a_consumer_that_pauses_is_no_idle_provider() {
    let fake = Fake::new([
        Chunk("data: a\n\n"),
        Wait(SECOND),
        Chunk("data: b\n\n"),
        Chunk("data: .\n\n"),
    ]);
    let clocks = Clocks::unlimited().with_idle(SECOND * 5);
    let client = Client::builder(HOST, "m")
        .key("k")
        .clocks(clocks)
        .transport(fake)
        .build()
        .unwrap();
    let mut stream = client.stream(Request::new("Hello")).await.unwrap();
    let mut events = 0;
    while let Some(event) = stream.next().await {
        event.unwrap();
        events += 1;
        tokio::time::sleep(SECOND * 60).await;
    }
    assert_eq!(events, 3);
}

#[tokio::test(start_paused = true)]
async fn the_head_of_the_response_is_awaited_under_the_first_clock() {
    let fake = Fake::new([]).with(|state| state.head_after = SECOND * 30);
    let clocks = Clocks::unlimited().with_first_output(SECOND * 3);
    let client = Client::builder(HOST, "m")
        .key("k")
        .clocks(clocks)
        .transport(fake)
        .build()
        .unwrap();
    assert_eq!(
        ask(&client).await.unwrap_err().kind(),
        ErrorKind::Timeout(Clock::FirstOutput)
    );
}

#[tokio::test(start_paused = true)]
async fn a_host_that_leaves_the_body_open_is_not_waited_for() {
    let began = tokio::time::Instant::now();
    let response = ask(&Fake::new([Chunk("data: a\n\n"), Chunk("data: .\n\n"), Hang]).client())
        .await
        .unwrap();
    assert_eq!(response.finish.reason, FinishReason::Stop);
    assert!(began.elapsed() < SECOND);
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_answer_is_no_error() {
    let fake = Fake::new([Chunk("data: a\n\n"), Chunk("data: .\n\n"), Break]);
    assert_eq!(ask(&fake.client()).await.unwrap().message.text(), "a");
}

//
#[tokio::test]
async fn a_body_that_just_ends_or_breaks_is_an_error_with_what_arrived() {
    let cases = [
        (vec![Chunk("data: a\n\n")], ErrorKind::Truncated),
        (vec![Chunk("data: a\n\nda")], ErrorKind::Truncated),
        (
            vec![Chunk("data: a\n\n"), Break],
            ErrorKind::Connection(Phase::Receive),
        ),
    ];
    for (steps, kind) in cases {
        let error = ask(&Fake::new(steps).client()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.partial().unwrap().text(), "a");
        assert!(error.is_in_stream() && error.is_after_output());
        assert_eq!(error.request_id(), Some("req_1"));
        assert_eq!(error.model().unwrap().to_string(), "plain/m");
    }
}

//
#[tokio::test]
async fn an_event_or_an_answer_without_end_is_cut_off() {
    let endless = || (0..100).map(|_| Chunk("data: xxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
    let client = |fake| {
        Client::builder(HOST, "m")
            .key("k")
            .max_event(500)
            .max_response(900)
            .transport(fake)
    };
    let error = ask(&client(Fake::new(endless())).build().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.message().contains("500"), "{error}");
    let many = (0..100).map(|_| Chunk("data: xxxxxxxx\n\n"));
    let error = ask(&client(Fake::new(many)).build().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.message(), "the answer has more than 900 bytes");
}

//
#[tokio::test]
async fn headers_come_in_layers_and_the_key_shows_nowhere() {
    let fake = Fake::new([Chunk("data: .\n\n")]);
    let builder = || {
        Client::builder(HOST, "m")
            .key("sk-secret")
            .transport(fake.clone())
    };
    ask(&builder().build().unwrap()).await.unwrap();
    assert_eq!(fake.sent().header("x-layer"), Some("host"));
    assert_eq!(fake.sent().url, "http://plain.test/v1/say?alt=sse");
    let client = builder().header("X-Layer", "client").build().unwrap();
    ask(&client).await.unwrap_err();
    assert_eq!(fake.sent().header("x-layer"), Some("client"));
    let own = Request::new("Hello").with_options(Options::new().with_header("x-layer", "request"));
    drop(client.stream(own).await);
    assert_eq!(fake.sent().header("x-layer"), Some("request"));

    let authorization = fake
        .sent()
        .headers
        .into_iter()
        .find(|(name, _)| name == "authorization")
        .unwrap()
        .1;
    assert_eq!(authorization.expose(), "Bearer sk-secret");
    let shown = format!("{client:?} {:?} {authorization:?}", fake.sent());
    assert!(!shown.contains("sk-secret"), "{shown}");
}

//
#[tokio::test]
async fn a_key_that_the_host_sends_back_is_taken_out_of_the_error() {
    let fake = Fake::new([Chunk("wrong key sk-secret")]).with(|state| state.status = 401);
    let error = ask(&fake.client()).await.unwrap_err();
    let shown = format!("{error} {error:?} {}", error.hint());
    assert!(!shown.contains("sk-secret"), "{shown}");
    assert_eq!(error.status(), Some(401));
}

#[tokio::test]
async fn an_error_body_is_read_up_to_a_bound() {
    let endless = (0..10_000)
        .map(|_| Chunk("0123456789012345678901234567890123456789012345678901234567890123"));
    let fake = Fake::new(endless).with(|state| state.status = 500);
    let error = ask(&fake.client()).await.unwrap_err();
    assert!(error.message().len() <= ERROR_BODY);
}

//
#[tokio::test]
async fn bytes_after_the_answer_are_nobodys() {
    let end = || Chunk("data: a\n\ndata: .\n\n");
    let junk = || (0..10).map(|_| Chunk("data: xxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
    let client = |fake| {
        Client::builder(HOST, "m")
            .key("k")
            .max_event(100)
            .transport(fake)
    };
    let steps = [end()].into_iter().chain(junk());
    let response = ask(&client(Fake::new(steps)).build().unwrap())
        .await
        .unwrap();
    assert_eq!(response.message.text(), "a");
    let late = [end(), Chunk("data: b\n\n")].into_iter().chain(junk());
    let response = ask(&client(Fake::new(late)).build().unwrap())
        .await
        .unwrap();
    assert_eq!(response.message.text(), "ab");
    let error = ask(&client(Fake::new(junk())).build().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let page = vec![("content-type".into(), "text/html; charset=utf-8".into())];
    let fake = Fake::new([Chunk("<html>")]).with(|state| state.headers = page);
    let error = ask(&fake.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.hint()),
        (ErrorKind::Protocol, "check the base URL and the proxy")
    );
}

//
#[tokio::test]
async fn what_was_left_out_stands_in_the_response() {
    let fake = Fake::new([Chunk("data: a\n\ndata: .\n\n")]);
    let options = Options::new().with_sampling(Sampling::new().with_top_k(3));
    let request = Request::new("Hello").with_options(options);
    let response = fake
        .client()
        .stream(request)
        .await
        .unwrap()
        .response()
        .await
        .unwrap();
    assert_eq!(response.warnings, [Warning::new("top_k", "left out")]);
    assert_eq!(response.message.text(), "a");
}

#[tokio::test]
async fn a_number_that_is_none_is_refused_by_name() {
    let options = Options::new().with_sampling(Sampling::new().with_top_p(f64::NAN));
    let request = Request::new("Hello").with_options(options);
    let error = Fake::new([]).client().stream(request).await.unwrap_err();
    assert_eq!(error.message(), "`top_p` is no number");
}

//
#[tokio::test]
async fn a_call_without_an_outcome_is_not_sent() {
    let mut conversation = windlass_core::Conversation::from("Hello");
    let call = windlass_core::Call::new("c1", "weather", "{}");
    let answer = windlass_core::Assistant::default().with(call);
    conversation.push_assistant(answer).unwrap();
    let request = Request::new(conversation);
    let error = Fake::new([]).client().stream(request).await.unwrap_err();
    assert_eq!(error.message(), "call `c1` of `weather` has no outcome yet");
}

//
#[tokio::test]
async fn the_clients_options_hold_where_the_request_has_none() {
    let fake = Fake::new([Chunk("data: .\n\n")]);
    let defaults = Options::new().with_header("x-team", "blue");
    let client = Client::builder(HOST, "m")
        .key("k")
        .options(defaults)
        .transport(fake.clone())
        .build()
        .unwrap();
    ask(&client).await.unwrap();
    assert_eq!(fake.sent().header("x-team"), Some("blue"));
}

#[tokio::test]
async fn without_a_key_only_a_host_that_needs_none_is_asked() {
    let fake = Fake::new([Chunk("data: .\n\n")]);
    let refused = Client::builder(HOST, "m")
        .transport(fake.clone())
        .build()
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`plain` wants a key, and there is none"
    );
    let home = HOST.with_key(KeyNeed::Optional);
    ask(&Client::builder(home, "m")
        .transport(fake.clone())
        .build()
        .unwrap())
    .await
    .unwrap();
    assert!(
        fake.sent()
            .headers
            .iter()
            .all(|(name, _)| name != "authorization")
    );
}

//
#[tokio::test(start_paused = true)]
async fn time_in_a_queue_counts_for_the_whole_request_and_for_no_other_clock() {
    let clocks = Clocks::unlimited();
    for (clocks, late) in [
        (clocks.with_total(SECOND * 9), SECOND * 3),
        (clocks.with_first_output(SECOND * 9), SECOND * 9),
    ] {
        let client = Client::builder(HOST, "m")
            .key("k")
            .clocks(clocks)
            .transport(Fake::new([Hang]))
            .build()
            .unwrap();
        let began = tokio::time::Instant::now();
        let request = Request::new("Hi").after_waiting(SECOND * 6);
        let answer = async { client.stream(request).await?.response().await };
        answer.await.unwrap_err();
        assert_eq!(began.elapsed(), late);
    }
}
