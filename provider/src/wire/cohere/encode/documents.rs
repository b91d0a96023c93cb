use serde::Serialize;
use windlass_core::{Document, Message, ModelError, Source, UserPart};

use crate::body::Degraded;
use crate::codec::Encode;

#[derive(Serialize)]
pub(super) struct Wire<'a> {
    #[serde(skip_serializing_if = "String::is_empty")]
    id: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'a str>,
    text: &'a str,
}

/// The documents of the whole conversation: the wire has one list for them, beside the messages.
pub(super) fn collect<'a>(
    call: &Encode<'a>,
    degraded: &mut Degraded,
) -> Result<Vec<Wire<'a>>, ModelError> {
    let users = call
        .request
        .conversation
        .messages()
        .filter_map(|message| match message {
            Message::User(user) => Some(user),
            _ => None,
        });
    let documents = users
        .flat_map(|user| &user.parts)
        .filter_map(|part| match part {
            UserPart::Document(document) => Some(document),
            _ => None,
        });
    let mut list = Vec::new();
    for document in documents {
        if document.citations == Some(false) {
            let why = "the host cites all documents or none, by `citation_options`";
            degraded.leave_out("citations", why)?;
        }
        // Others are named in their message.
        list.extend(document_of_text(document, format!("doc:{}", list.len())));
    }
    Ok(list)
}

/// The document as the wire has it, if its content is text.
pub(super) fn document_of_text(document: &Document, id: String) -> Option<Wire<'_>> {
    let Source::Text(text) = &document.media.source else {
        return None;
    };
    let data = Data {
        title: document.name.as_deref(),
        context: document.context.as_deref(),
        text,
    };
    Some(Wire { id, data })
}
