//! Where in an answer a fault can strike: which event of a wire holds which part.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use windlass_provider::simulate::{Received, Reply, Simulator};

/// A place in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The first event.
    Begin,
    /// In the middle of the thinking.
    Thinking,
    /// In the middle of the words.
    Text,
    /// In the middle of the first call's arguments, where the wire streams them.
    Arguments,
    /// The last call.
    LastCall,
    /// The last event.
    End,
}

impl Place {
    pub(crate) const ALL: [Place; 6] = [
        Place::Begin,
        Place::Thinking,
        Place::Text,
        Place::Arguments,
        Place::LastCall,
        Place::End,
    ];

    /// Words of the script that come first in the event that is meant.
    fn marks(self) -> &'static [&'static str] {
        match self {
            Place::Begin | Place::End => &[],
            Place::Thinking => &["looking", "colder"],
            Place::Text => &["see", "warmer"],
            Place::Arguments => &["Oslo\\\"", "Oslo\""],
            Place::LastCall => &["call_2"],
        }
    }

    /// Where this place is; nothing where the answer has no such part.
    pub(crate) fn spot(self, events: &[Vec<u8>]) -> Option<Spot> {
        let has = |event: &[u8], mark: &str| String::from_utf8_lossy(event).contains(mark);
        let event = match self {
            Place::Begin => 0,
            // What comes after it on the wire that has it is of no use any more.
            Place::End => events
                .iter()
                .position(|event| has(event, "message-end"))
                .unwrap_or(events.len() - 1),
            _ => events
                .iter()
                .position(|event| self.marks().iter().any(|mark| has(event, mark)))?,
        };
        let before = events[..event].iter().map(Vec::len).sum::<usize>();
        let bytes = before + events[event].len() / 2;
        Some(Spot { event, bytes })
    }
}

/// A place in the bytes of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    /// The event.
    pub(crate) event: usize,
    /// The bytes up to the middle of it.
    pub(crate) bytes: usize,
}

/// The events of a reply in the bytes of the wire that `request` was made for. The simulator writes each as one chunk.
pub(crate) async fn events(request: &Received, reply: Reply) -> Vec<Vec<u8>> {
    let simulator = Simulator::start().await.unwrap();
    simulator.script([reply]);
    let address = simulator.url();
    let mut stream = TcpStream::connect(address.trim_start_matches("http://"))
        .await
        .unwrap();
    let (path, length) = (&request.path, request.body.len());
    let head = format!("POST {path} HTTP/1.1\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&request.body).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n0\r\n\r\n") {
        assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "it is cut");
    }
    chunks(&answer)
}

/// The chunks of a chunked response.
fn chunks(answer: &[u8]) -> Vec<Vec<u8>> {
    let end_of = |bytes: &[u8], mark: &[u8]| {
        let at = bytes.windows(mark.len()).position(|window| window == mark);
        at.unwrap() + mark.len()
    };
    let mut rest = &answer[end_of(answer, b"\r\n\r\n")..];
    let mut chunks = Vec::new();
    loop {
        let (size, after) = rest.split_at(end_of(rest, b"\r\n"));
        let size = str::from_utf8(size).unwrap().trim_end();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return chunks;
        }
        chunks.push(after[..size].to_vec());
        rest = &after[size + 2..];
    }
}
