//! Errors of all providers, as one type: status, headers and body in, [`ModelError`] out.

use windlass_core::{ErrorKind, ModelError};

/// An error that the provider reports inside a good response: `payload` is the frame or body that holds it, in whatever
/// envelope, and `name` what the stream calls it, if it does.
pub(crate) fn in_stream(payload: &[u8], name: Option<&str>) -> ModelError {
    let message = String::from_utf8_lossy(payload);
    let error = ModelError::new(ErrorKind::Server, message.clone().into_owned())
        .with_body(&message)
        .in_stream();
    match name {
        Some(name) => error.with_code(name),
        None => error,
    }
}
