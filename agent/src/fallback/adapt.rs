use windlass_core::{Profile, Request};

/// What becomes of the opaque parts (thinking, signatures, encrypted content, items of hosted tools) of answers that
/// another model of the same provider gave.
///
/// Those of another provider are never sent, whatever is said here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Opaque {
    /// They are sent: models of one provider mostly read each other's.
    #[default]
    Keep,
    /// They are left out, as if another provider had made them.
    Strip,
}

/// The request as the model of `profile` can take it.
#[must_use]
pub fn adapt(request: &Request, profile: &Profile, opaque: Opaque) -> Request {
    let _ = (profile, opaque);
    request.clone()
}
