use std::borrow::Cow;

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use windlass_core::{ToolError, ToolOutput};

/// Reads a response of text that is not too large.
pub(super) async fn read(mut response: Response, max: usize) -> Result<ToolOutput, ToolError> {
    let too_large = || ToolError::failed(format!("the response is larger than {max} bytes"));
    if response
        .content_length()
        .is_some_and(|length| length > max as u64)
    {
        return Err(too_large());
    }
    let kind = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind: String = kind.unwrap_or("unknown").chars().take(100).collect();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(super::failure)? {
        if body.len() + chunk.len() > max {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    let text = String::from_utf8_lossy(&body);
    let is_text = !text.contains('\0') && (matches!(text, Cow::Borrowed(_)) || says_text(&kind));
    if !is_text {
        return Err(ToolError::failed(format!(
            "the response is no text (`{kind}`)"
        )));
    }
    let status = response.status();
    if status.is_success() {
        return Ok(text.into_owned().into());
    }
    let shown: String = text.chars().take(2000).collect();
    Err(refusal(status.as_u16(), &shown))
}

/// Whether a media type is one of text, in which some letters may be of another encoding than UTF-8.
fn says_text(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.starts_with("text/")
        || ["json", "xml", "javascript"]
            .iter()
            .any(|text| kind.contains(text))
}

/// A status that is no success; some of them may pass.
fn refusal(status: u16, text: &str) -> ToolError {
    let error = ToolError::failed(format!("status {status}\n{text}"));
    match status {
        408 | 429 | 500 | 502..=504 => error.transient(),
        _ => error,
    }
}
