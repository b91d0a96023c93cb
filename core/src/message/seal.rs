use serde::{Deserialize, Serialize};

use crate::{JsonText, Text};

/// What a provider hands out with a part and wants back unchanged. Nobody else can read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Seal {
    /// The provider's id of the part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// A signature over the part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Text>,
    /// A redacted or encrypted payload in place of readable text or beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<Text>,
    /// Whatever else the wire needs to send the part back, as JSON in a form of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<JsonText>,
}

impl Seal {
    /// An empty seal.
    pub fn new() -> Self {
        Seal::default()
    }

    /// Sets the provider's id of the part.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<Text>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the signature.
    #[must_use]
    pub fn with_signature(mut self, signature: impl Into<Text>) -> Self {
        self.signature = Some(signature.into());
        self
    }

    /// Sets the redacted or encrypted payload.
    #[must_use]
    pub fn with_encrypted(mut self, payload: impl Into<Text>) -> Self {
        self.encrypted = Some(payload.into());
        self
    }

    /// Sets what else the wire needs.
    #[must_use]
    pub fn with_extra(mut self, extra: JsonText) -> Self {
        self.extra = Some(extra);
        self
    }

    /// Takes over what `newer` says; what it does not say stays.
    pub fn update(&mut self, newer: &Seal) {
        let Seal {
            id,
            signature,
            encrypted,
            extra,
        } = newer.clone();
        self.id = id.or(self.id.take());
        self.signature = signature.or(self.signature.take());
        self.encrypted = encrypted.or(self.encrypted.take());
        self.extra = extra.or(self.extra.take());
    }
}

/// What a passage of an answer rests on.
///
/// The fields are what is common to the providers; [`Citation::json`] is the whole of it, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Citation {
    /// The address of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text>,
    /// The title of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// The words of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Text>,
    /// The citation in the provider's form, letter for letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<JsonText>,
}

impl Citation {
    /// A citation in the provider's form.
    pub fn new(json: JsonText) -> Self {
        Citation {
            json: Some(json),
            ..Citation::default()
        }
    }

    /// Sets the address of the source.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<Text>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Sets the title of the source.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<Text>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the words of the source.
    #[must_use]
    pub fn with_quote(mut self, quote: impl Into<Text>) -> Self {
        self.quote = Some(quote.into());
        self
    }
}

/// Something of the provider's own, kept letter for letter and sent back only to the model it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Item {
    /// The provider's name for the kind of thing, `web_search_call` for instance.
    pub kind: Text,
    /// The whole of it.
    pub json: JsonText,
}

impl Item {
    /// An item of this kind.
    pub fn new(kind: impl Into<Text>, json: JsonText) -> Self {
        Item {
            kind: kind.into(),
            json,
        }
    }
}
