//! Keys, kept from every eye.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A key or token. It shows as `***`, is not written by serde, and is wiped from memory when it is dropped.
///
/// ```
/// use windlass_provider::secret::Secret;
///
/// let key = Secret::new("sk-very-secret");
/// assert_eq!(format!("{key:?}"), "***");
/// assert_eq!(key.expose(), "sk-very-secret");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// A secret of this text; white space around it, which files and variables tend to have, is not part of it.
    pub fn new(text: impl Into<String>) -> Self {
        let text: String = text.into();
        Secret(SecretString::from(text.trim().to_owned()))
    }

    /// The text, to be sent and nowhere else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Secret::new(text)
    }
}
