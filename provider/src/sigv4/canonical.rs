//! A request in the one spelling that both sides sign.

use sha2::{Digest, Sha256};

use super::{SigningRequest, hex};
use crate::percent;
use crate::secret::Secret;

/// The canonical request.
#[derive(Debug)]
pub(super) struct Canonical {
    pub(super) text: String,
    /// The names of the headers that it covers.
    pub(super) signed_headers: String,
}

impl Canonical {
    /// The request with the headers that the signature adds.
    pub(super) fn of(request: &SigningRequest<'_>, added: &[(&'static str, Secret)]) -> Self {
        let added = added.iter().map(|(name, value)| (*name, value.expose()));
        let headers = headers(request, added);
        let names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let signed_headers = names.join(";");
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let text = format!(
            "{}\n{}\n{}\n{lines}\n{signed_headers}\n{}",
            request.method,
            path(request.path),
            query(request.query),
            hex(&Sha256::digest(request.body)),
        );
        Canonical {
            text,
            signed_headers,
        }
    }
}

/// Names in small letters and in order, each once; values trimmed, with single spaces.
fn headers<'a>(
    request: &SigningRequest<'a>,
    added: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    let given = request.headers.iter().copied();
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in given.chain([("host", request.host)]).chain(added) {
        let name = name.to_ascii_lowercase();
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        match headers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => {
                values.push(',');
                values.push_str(&value);
            }
            None => headers.push((name, value)),
        }
    }
    headers.sort();
    headers
}

/// The path without empty segments and dots, encoded once more than it is sent: all services but S3 want it so.
fn path(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    let mut out = String::with_capacity(path.len());
    for segment in &kept {
        out.push('/');
        out.push_str(&percent::encode(segment));
    }
    if kept.is_empty() || ends_in_a_folder(path) {
        out.push('/');
    }
    out
}

fn ends_in_a_folder(path: &str) -> bool {
    path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..")
}

/// The parameters in order, each encoded in the one way.
fn query(query: &str) -> String {
    let mut parameters: Vec<(String, String)> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            (recoded(name), recoded(value))
        })
        .collect();
    parameters.sort();
    let pairs: Vec<_> = parameters
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// A piece of a query, encoded anew: `+` is a space.
fn recoded(piece: &str) -> String {
    percent::encode_bytes(&decoded(piece.as_bytes()), b"")
}

fn decoded(mut piece: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(piece.len());
    while let Some((&first, rest)) = piece.split_first() {
        piece = rest;
        if first == b'%'
            && let [high, low, after @ ..] = rest
            && let Some(byte) = hex_byte(*high, *low)
        {
            out.push(byte);
            piece = after;
        } else {
            out.push(if first == b'+' { b' ' } else { first });
        }
    }
    out
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}
