use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::fault::{Fault, Step, steps};
use super::render::{self, Rendered, Wire};
use super::{Received, Reply, Stage};

/// The largest request that is taken.
const MAX_REQUEST: usize = 64 * 1024 * 1024;

/// Takes connections until it is dropped, and with it every connection.
pub(super) async fn serve(listener: TcpListener, stage: Arc<Stage>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, Arc::clone(&stage)));
    }
}

/// Counts a connection as open while it lives.
struct Open(Arc<Stage>);

impl Open {
    fn new(stage: &Arc<Stage>) -> Self {
        let mut state = stage.state();
        state.connections += 1;
        state.open += 1;
        Open(Arc::clone(stage))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.state().open -= 1;
    }
}

/// Serves one connection until it closes; that the other side has gone is no error here.
async fn connection(stream: TcpStream, stage: Arc<Stage>) {
    let _open = Open::new(&stage);
    let _ = stream.set_nodelay(true);
    let mut stream = Connection {
        stream,
        buffer: Vec::new(),
    };
    while let Ok(Some(request)) = stream.request().await {
        let wire = Wire::of(&request.path);
        let streamed = wire.is_some_and(|wire| wire.is_streamed(&request));
        let (reply, number) = stage.take(request);
        let done = match (wire, reply) {
            (Some(wire), Some(reply)) => stream.reply(wire, streamed, number, &reply).await,
            (None, _) => {
                stream
                    .whole(
                        404,
                        &[],
                        "application/json",
                        br#"{"error":{"message":"no wire has this path"}}"#,
                    )
                    .await
            }
            (_, None) => {
                let body = br#"{"error":{"message":"the script has no reply to this request"}}"#;
                stream.whole(400, &[], "application/json", body).await
            }
        };
        if !matches!(done, Ok(Next::Keep)) {
            return;
        }
    }
}

/// What becomes of a connection after a response.
enum Next {
    Keep,
    Close,
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// The next request, or `None` at the end of the connection.
    async fn request(&mut self) -> io::Result<Option<Received>> {
        let head_end = loop {
            if let Some(at) = self
                .buffer
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                break at + 4;
            }
            if !self.fill().await? {
                return Ok(None);
            }
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).into_owned();
        let mut lines = head.split("\r\n");
        let path = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .unwrap_or_default()
            .to_owned();
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut received = Received {
            path,
            headers,
            body: Vec::new(),
        };
        let length = received
            .header("content-length")
            .and_then(|length| length.parse().ok())
            .unwrap_or(0);
        if length > MAX_REQUEST {
            return Ok(None);
        }
        while self.buffer.len() < head_end + length {
            if !self.fill().await? {
                return Ok(None);
            }
        }
        received.body = self.buffer[head_end..head_end + length].to_vec();
        self.buffer.drain(..head_end + length);
        Ok(Some(received))
    }

    async fn fill(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.buffer).await? > 0)
    }

    async fn reply(
        &mut self,
        wire: Wire,
        streamed: bool,
        number: usize,
        reply: &Reply,
    ) -> io::Result<Next> {
        if let Some(pause) = reply.faults.iter().find_map(stall_before)
            && !self.stays_open(pause).await
        {
            return Ok(Next::Close);
        }
        if let Some(Fault::Status {
            status,
            headers,
            body,
        }) = reply.faults.iter().find(|fault| is_status(fault))
        {
            let own = render::error_body(wire, *status);
            let body = body.as_deref().unwrap_or(&own);
            let mut all = headers.clone();
            all.extend(reply.headers.iter().cloned());
            all.extend(render::error_headers(wire, *status));
            return self
                .whole(*status, &all, "application/json", body.as_bytes())
                .await;
        }
        let Rendered {
            content_type,
            events,
            makings,
        } = render::render(wire, reply, streamed, number);
        let faults: Vec<_> = reply
            .faults
            .iter()
            .filter(|fault| stall_before(fault).is_none())
            .cloned()
            .collect();
        self.head(200, &reply.headers, content_type, None).await?;
        for step in steps(events, &faults, &makings) {
            match step {
                Step::Write(bytes) => self.chunk(&bytes).await?,
                Step::Pause(pause) if !self.stays_open(pause).await => return Ok(Next::Close),
                Step::Pause(_) => {}
                Step::Cut => return Ok(Next::Close),
            }
        }
        self.stream.write_all(b"0\r\n\r\n").await?;
        Ok(Next::Keep)
    }

    /// Waits, and tells whether the other side is still there.
    async fn stays_open(&mut self, pause: std::time::Duration) -> bool {
        let gone = async { while matches!(self.fill().await, Ok(true)) {} };
        tokio::time::timeout(pause, gone).await.is_err()
    }

    async fn whole(
        &mut self,
        status: u16,
        headers: &[(String, String)],
        content_type: &str,
        body: &[u8],
    ) -> io::Result<Next> {
        self.head(status, headers, content_type, Some(body.len()))
            .await?;
        self.stream.write_all(body).await?;
        Ok(Next::Keep)
    }

    async fn head(
        &mut self,
        status: u16,
        headers: &[(String, String)],
        content_type: &str,
        length: Option<usize>,
    ) -> io::Result<()> {
        let body = length.map_or("transfer-encoding: chunked".to_owned(), |length| {
            format!("content-length: {length}")
        });
        let mut head =
            format!("HTTP/1.1 {status} Simulated\r\ncontent-type: {content_type}\r\n{body}\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        self.stream.write_all(head.as_bytes()).await
    }

    /// One chunk of a chunked body, in one write.
    async fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
        chunk.extend_from_slice(bytes);
        chunk.extend_from_slice(b"\r\n");
        self.stream.write_all(&chunk).await?;
        self.stream.flush().await
    }
}

fn stall_before(fault: &Fault) -> Option<std::time::Duration> {
    match fault {
        Fault::StallBefore(pause) => Some(*pause),
        _ => None,
    }
}

fn is_status(fault: &Fault) -> bool {
    matches!(fault, Fault::Status { .. })
}
