//! Keys and tokens, kept out of logs and errors.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A key or a token: it is shown as `***`, never serialised, and wiped from memory when it is dropped.
///
/// ```
/// use windlass_provider::secret::Secret;
///
/// let key = Secret::new("sk-example");
/// assert_eq!(format!("{key:?}"), "***");
/// assert_eq!(key.expose(), "sk-example");
/// ```
///
/// It has no text of its own for users:
///
/// ```compile_fail
/// let key = windlass_provider::secret::Secret::new("sk-example");
/// println!("{key}");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Keeps this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Secret(SecretString::from(text.into()))
    }

    /// The text itself, for the one place that sends or signs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Secret::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    // R-18
    #[test]
    fn a_secret_is_never_shown() {
        #[derive(Debug)]
        struct Holder {
            _key: Option<Secret>,
        }
        let holder = Holder {
            _key: Some(Secret::new("sk-hidden")),
        };
        assert_eq!(format!("{holder:?}"), "Holder { _key: Some(***) }");
        assert_eq!(format!("{:#?}", Secret::from("sk-hidden")), "***");
        assert_eq!(Secret::from(String::from("k")).clone().expose(), "k");
    }
}
