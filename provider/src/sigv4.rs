//! Signature Version 4 of AWS: a request in, the headers that prove who sends it out.
//!
//! It is pure: the time is given, nothing is read from the environment, and the same input gives the same headers.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use windlass_provider::sigv4::{Credentials, Scope, SigningRequest, sign};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! let scope = Scope::new("us-east-1", "bedrock");
//! let time = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
//! let request = SigningRequest::new("POST", "bedrock-runtime.us-east-1.amazonaws.com", "/model/m/converse")
//!     .with_headers(&[("content-type", "application/json")])
//!     .with_body(b"{}");
//!
//! let headers = sign(&request, &credentials, &scope, time);
//! assert_eq!(headers[0].0, "x-amz-date");
//! assert_eq!(headers[0].1.expose(), "20150830T123600Z");
//! assert!(headers[1].1.expose().starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/"));
//! ```

use std::time::SystemTime;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use windlass_core::Text;

use self::canonical::Canonical;
use self::stamp::Stamp;
use crate::secret::Secret;

mod canonical;
mod stamp;
#[cfg(test)]
mod tests;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Who signs: a pair of keys, and a token if they are temporary.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Credentials {
    /// The id of the key, which is no secret.
    pub access_key_id: Text,
    /// The key.
    pub secret_access_key: Secret,
    /// The token that goes with temporary keys.
    pub session_token: Option<Secret>,
}

impl Credentials {
    /// Keys that are not temporary.
    pub fn new(access_key_id: impl Into<Text>, secret_access_key: impl Into<Secret>) -> Self {
        Credentials {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
        }
    }

    /// Sets the token of temporary keys.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<Secret>) -> Self {
        self.session_token = Some(token.into());
        self
    }
}

/// For which service, and where, a signature counts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scope {
    /// The region: `us-east-1`.
    pub region: Text,
    /// The service's name in signatures: `bedrock`.
    pub service: Text,
}

impl Scope {
    /// A service in a region.
    pub fn new(region: impl Into<Text>, service: impl Into<Text>) -> Self {
        Scope {
            region: region.into(),
            service: service.into(),
        }
    }
}

/// What is signed of a request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SigningRequest<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The header `host` as it is sent: with the port unless it is the usual one.
    pub host: &'a str,
    /// The path as it is sent, percent-encoded once.
    pub path: &'a str,
    /// The query as it is sent, without the question mark.
    pub query: &'a str,
    /// Other headers that the signature is to cover.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
}

impl<'a> SigningRequest<'a> {
    /// A request without a query, a body, and headers other than `host`.
    #[must_use]
    pub fn new(method: &'a str, host: &'a str, path: &'a str) -> Self {
        SigningRequest {
            method,
            host,
            path,
            query: "",
            headers: &[],
            body: b"",
        }
    }

    /// Sets the query, without the question mark.
    #[must_use]
    pub fn with_query(mut self, query: &'a str) -> Self {
        self.query = query;
        self
    }

    /// Sets the other headers that the signature is to cover.
    #[must_use]
    pub fn with_headers(mut self, headers: &'a [(&'a str, &'a str)]) -> Self {
        self.headers = headers;
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(mut self, body: &'a [u8]) -> Self {
        self.body = body;
        self
    }
}

/// The headers to add to the request: `x-amz-date`, `authorization`, and `x-amz-security-token` with temporary keys.
///
/// `time` is that of the host's clock within five minutes, or the service refuses the signature. A time before 1970 counts
/// as 1970.
#[must_use]
pub fn sign(
    request: &SigningRequest<'_>,
    credentials: &Credentials,
    scope: &Scope,
    time: SystemTime,
) -> Vec<(&'static str, Secret)> {
    let stamp = Stamp::of(time);
    let mut headers = vec![("x-amz-date", Secret::new(stamp.text()))];
    if let Some(token) = &credentials.session_token {
        headers.push(("x-amz-security-token", token.clone()));
    }
    let canonical = Canonical::of(request, &headers);
    let place = format!(
        "{}/{}/{}/aws4_request",
        stamp.date(),
        scope.region,
        scope.service
    );
    let digest = hex(&Sha256::digest(canonical.text.as_bytes()));
    let to_sign = format!("{ALGORITHM}\n{}\n{place}\n{digest}", stamp.text());
    let signature = hex(&hmac(
        &signing_key(credentials, scope, &stamp),
        to_sign.as_bytes(),
    ));
    let authorization = format!(
        "{ALGORITHM} Credential={}/{place}, SignedHeaders={}, Signature={signature}",
        credentials.access_key_id, canonical.signed_headers
    );
    headers.insert(1, ("authorization", Secret::new(authorization)));
    headers
}

/// The key of one day, region and service.
fn signing_key(credentials: &Credentials, scope: &Scope, stamp: &Stamp) -> [u8; 32] {
    let secret = Secret::new(format!("AWS4{}", credentials.secret_access_key.expose()));
    let day = hmac(secret.expose().as_bytes(), stamp.date().as_bytes());
    let region = hmac(&day, scope.region.as_bytes());
    let service = hmac(&region, scope.service.as_bytes());
    hmac(&service, b"aws4_request")
}

fn hmac(key: &[u8], data: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data);
    mac.finalize().into_bytes().into()
}

/// Bytes in small hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half & 0xf)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}
