use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use windlass_core::Arguments;

use super::canonical;

/// A SHA-256 of a tool's name and what the arguments mean.
///
/// Key order, white space, escapes and the spelling of numbers do not change it; every change of meaning does. Text
/// that is no JSON counts as it is written.
///
/// ```
/// use windlass_agent::Digest;
///
/// let digest = Digest::of("pay", &r#"{"amount": 1e2, "to": "Ada"}"#.into());
/// assert_eq!(digest, Digest::of("pay", &r#"{"to":"Ada","amount":100}"#.into()));
/// assert_ne!(digest, Digest::of("pay", &r#"{"to":"Ada","amount":"100"}"#.into()));
/// assert_eq!(digest.to_string().parse::<Digest>().ok(), Some(digest));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of a call of `tool`.
    pub fn of(tool: &str, arguments: &Arguments) -> Self {
        let mut bytes = Vec::with_capacity(tool.len() + arguments.as_str().len() + 16);
        write_canonical(tool, arguments, &mut bytes);
        Digest(Sha256::digest(&bytes).into())
    }
}

/// Writes a call of `tool`, the same for all spellings of its arguments.
pub(crate) fn write_canonical(tool: &str, arguments: &Arguments, bytes: &mut Vec<u8>) {
    canonical::write_text(tool, bytes);
    canonical::write_arguments(arguments.or_empty_object(), bytes);
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl std::str::FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() {
            return Err(DigestError);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = hex(pair[0])? << 4 | hex(pair[1])?;
        }
        Ok(Digest(bytes))
    }
}

fn hex(digit: u8) -> Result<u8, DigestError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(DigestError),
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = windlass_core::Text::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// A text that is no digest: it has 64 digits from `0` to `f`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest has 64 digits from `0` to `f`")]
#[non_exhaustive]
pub struct DigestError;
