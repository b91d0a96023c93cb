//! Text that is cheap to clone.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// The longest text, in bytes, that is kept without an allocation.
const INLINE: usize = 22;

/// An immutable string whose clone never allocates and never copies more than 24 bytes.
///
/// Text of up to 22 bytes, which most streamed deltas are, is kept inside the value. Longer text is copied once
/// into a shared allocation, and clones count references to it. A `Text` and an `Option<Text>` take 24 bytes each.
///
/// `Text` dereferences to `str`, and compares and hashes as one, so that a map keyed by `Text` is searched with a
/// `&str`. An inline text is checked to be UTF-8 again whenever it is read as a `str`, a matter of nanoseconds;
/// [`len`](Text::len), [`is_empty`](Text::is_empty), [`as_bytes`](Text::as_bytes) and comparisons spare even that.
///
/// # Example: from literals and from values
///
/// ```
/// use windlass_core::Text;
///
/// const ROLE: Text = Text::from_static("assistant");
///
/// let city = Text::from(format!("{}, {}", "Oslo", "Norway"));
/// assert_eq!(city, "Oslo, Norway");
/// assert!(city.starts_with("Oslo"));
/// assert_eq!(ROLE.len(), 9);
/// ```
///
/// # Example: a map searched with `&str`
///
/// ```
/// use std::collections::HashMap;
/// use windlass_core::Text;
///
/// let mut temperatures = HashMap::new();
/// temperatures.insert(Text::from("Rome"), 31);
/// assert_eq!(temperatures.get("Rome"), Some(&31));
/// ```
#[derive(Clone)]
pub struct Text(Repr);

#[derive(Clone)]
enum Repr {
    /// The first `len` of `bytes` were copied from a `str`.
    Inline {
        len: u8,
        bytes: [u8; INLINE],
    },
    Shared(Arc<str>),
    Static(&'static str),
}

impl Text {
    /// Gives the empty text.
    #[must_use]
    pub const fn new() -> Self {
        Self::from_static("")
    }

    /// Gives a text that refers to a literal, whatever its length, without copying it.
    ///
    /// ```
    /// use windlass_core::Text;
    ///
    /// const NOTICE: Text = Text::from_static("the output was cut here");
    /// assert_eq!(NOTICE.as_str(), "the output was cut here");
    /// ```
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        Self(Repr::Static(text))
    }

    /// Gives the text of `bytes`, with U+FFFD in place of what is not UTF-8.
    ///
    /// ```
    /// use windlass_core::Text;
    ///
    /// assert_eq!(Text::from_utf8_lossy(b"caf\xc3\xa9"), "café");
    /// assert_eq!(Text::from_utf8_lossy(b"caf\xc3"), "caf\u{fffd}");
    /// ```
    #[must_use]
    pub fn from_utf8_lossy(bytes: &[u8]) -> Self {
        Self::from(String::from_utf8_lossy(bytes))
    }

    /// Gives the text as a string slice.
    #[must_use]
    #[inline]
    #[expect(
        clippy::missing_panics_doc,
        reason = "only a broken invariant could panic"
    )]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Inline { len, bytes } => std::str::from_utf8(&bytes[..usize::from(*len)])
                .expect("inline bytes are copied from a `str`"),
            Repr::Shared(text) => text,
            Repr::Static(text) => text,
        }
    }

    /// Gives the bytes of the text; cheaper than `as_str().as_bytes()`.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Repr::Shared(text) => text.as_bytes(),
            Repr::Static(text) => text.as_bytes(),
        }
    }

    /// Gives the length in bytes.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Inline { len, .. } => usize::from(*len),
            Repr::Shared(text) => text.len(),
            Repr::Static(text) => text.len(),
        }
    }

    /// Tells whether the text has no characters.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies the text into a `String`.
    #[must_use]
    pub fn into_string(self) -> String {
        self.as_str().to_owned()
    }

    fn inline(text: &str) -> Option<Self> {
        let mut bytes = [0; INLINE];
        bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        let len = u8::try_from(text.len()).ok()?;
        Some(Self(Repr::Inline { len, bytes }))
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::new()
    }
}

impl From<&str> for Text {
    #[inline]
    fn from(text: &str) -> Self {
        Self::inline(text).unwrap_or_else(|| Self(Repr::Shared(text.into())))
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Box<str>> for Text {
    fn from(text: Box<str>) -> Self {
        Self::from(&*text)
    }
}

impl From<Cow<'_, str>> for Text {
    fn from(text: Cow<'_, str>) -> Self {
        Self::from(&*text)
    }
}

impl From<char> for Text {
    fn from(character: char) -> Self {
        Self::from(&*character.encode_utf8(&mut [0; 4]))
    }
}

impl From<Arc<str>> for Text {
    /// Shares a long text as it is; a short one is taken out of its allocation.
    fn from(text: Arc<str>) -> Self {
        Self::inline(&text).unwrap_or(Self(Repr::Shared(text)))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.into_string()
    }
}

impl FromIterator<char> for Text {
    fn from_iter<I: IntoIterator<Item = char>>(characters: I) -> Self {
        Self::from(String::from_iter(characters))
    }
}

impl<'a> FromIterator<&'a str> for Text {
    fn from_iter<I: IntoIterator<Item = &'a str>>(parts: I) -> Self {
        Self::from(String::from_iter(parts))
    }
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl PartialEq for Text {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq<String> for Text {
    fn eq(&self, other: &String) -> bool {
        *self == **other
    }
}

impl PartialEq<Text> for str {
    fn eq(&self, other: &Text) -> bool {
        other == self
    }
}

impl PartialEq<Text> for &str {
    fn eq(&self, other: &Text) -> bool {
        other == *self
    }
}

impl PartialEq<Text> for String {
    fn eq(&self, other: &Text) -> bool {
        other == self
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    /// Orders by bytes, which is how `str` is ordered.
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Text {
    /// Goes through `str`, because a hasher may treat strings unlike other bytes, and `Borrow` demands equal hashes.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl de::Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text::from(text))
    }
}

impl JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        str::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        str::json_schema(generator)
    }
}

#[cfg(test)]
mod tests;
