//! What the simulator answers, asked over a socket like any server.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use windlass_core::{FinishReason, Usage};
use windlass_provider::simulate::{Reply, Simulator};

use crate::Seed;

/// A wire: its target, the framer's target with the choices for it, where it is asked, streamed and whole.
struct Wire {
    target: &'static str,
    framer: (&'static str, u8),
    streamed: &'static str,
    whole: &'static str,
}

const WIRES: &[Wire] = &[
    Wire {
        target: "decode_chat",
        framer: ("frame_sse", 1),
        streamed: "/chat/completions",
        whole: "/chat/completions",
    },
    Wire {
        target: "decode_responses",
        framer: ("frame_sse", 0),
        streamed: "/responses",
        whole: "/responses",
    },
    Wire {
        target: "decode_anthropic",
        framer: ("frame_sse", 0),
        streamed: "/messages",
        whole: "/messages",
    },
    Wire {
        target: "decode_gemini",
        framer: ("frame_sse", 1),
        streamed: "/models/m:streamGenerateContent?alt=sse",
        whole: "/models/m:generateContent",
    },
    Wire {
        target: "decode_bedrock",
        framer: ("frame_aws", 0),
        streamed: "/model/m/converse-stream",
        whole: "/model/m/converse",
    },
    Wire {
        target: "decode_cohere",
        framer: ("frame_sse", 0),
        streamed: "/v2/chat",
        whole: "/v2/chat",
    },
    Wire {
        target: "decode_ollama",
        framer: ("frame_ndjson", 0),
        streamed: "/api/chat",
        whole: "/api/chat",
    },
];

/// The seeds of the decoders and, of the same bodies, those of the framers and of the errors.
pub(crate) fn answers() -> io::Result<Vec<(&'static str, Vec<Seed>)>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let simulator = runtime.block_on(Simulator::start())?;
    let mut all = Vec::new();
    let mut errors = Vec::new();
    for wire in WIRES {
        let ask = |reply: &Reply, streamed: bool| {
            simulator.script([reply.clone()]);
            let path = if streamed { wire.streamed } else { wire.whole };
            post(&simulator.url(), path, streamed)
        };
        let mut decoder = Vec::new();
        let mut framer = Vec::new();
        for reply in replies() {
            let streamed = ask(&reply, true)?;
            framer.push((streamed.clone(), wire.framer.1));
            decoder.push((streamed, 0));
            decoder.push((ask(&reply, false)?, 1));
        }
        for status in [400, 401, 429, 500, 529] {
            let choices = u8::try_from(status % 8).unwrap_or_default();
            errors.push((ask(&Reply::status(status), true)?, choices));
        }
        all.push((wire.target, decoder));
        all.push((wire.framer.0, framer));
    }
    all.push(("classify", errors));
    Ok(all)
}

fn replies() -> [Reply; 4] {
    let usage = Usage::UNKNOWN.with_input(20).with_output(9);
    [
        Reply::text("Grüße, 😀."),
        Reply::thinking("Two cities.")
            .then_text("Let me look.")
            .then_call("call_1", "weather", r#"{"city":"Ålesund"}"#)
            .then_call("call_2", "weather", r#"{"city":"Rome"}"#)
            .with_usage(usage),
        Reply::text("It is").with_finish(FinishReason::Length),
        Reply::new().with_finish(FinishReason::Filtered),
    ]
}

/// The body of the answer to a request.
fn post(url: &str, path: &str, streamed: bool) -> io::Result<Vec<u8>> {
    let host = url.trim_start_matches("http://");
    let body = format!("{{\"stream\":{streamed}}}");
    let mut connection = TcpStream::connect(host)?;
    write!(
        connection,
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = BufReader::new(connection);
    let mut length = None;
    loop {
        let line = line(&mut answer)?;
        match line.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().ok(),
            Some(_) => {}
            None if line.is_empty() => break,
            None => {}
        }
    }
    match length {
        Some(length) => exactly(&mut answer, length),
        None => chunks(&mut answer),
    }
}

fn chunks(answer: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let length = usize::from_str_radix(&line(answer)?, 16).map_err(io::Error::other)?;
        body.extend(exactly(answer, length)?);
        line(answer)?;
        if length == 0 {
            return Ok(body);
        }
    }
}

fn exactly(answer: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    answer.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn line(answer: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    answer.read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}
