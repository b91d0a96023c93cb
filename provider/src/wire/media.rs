//! What the user sends beside words, as far as a model and a wire take it.

use windlass_core::{Ability, Media, Message, ModelError, Source, UserPart};

use super::{lacking, plain};
use crate::body::{Degraded, unsupported};
use crate::codec::Encode;

/// The name of what is not taken, and why.
pub(crate) type Refusal = (&'static str, &'static str);

/// What a wire may be told of media beside their content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// How closely a picture is to be looked at.
    Detail,
    /// Whether a document is to be cited.
    Citations,
}

/// Refuses what the user sends and `refusal` names, and hints that are not among those of the wire; where the caller
/// allows it, each name is warned of once.
///
/// # Errors
///
/// The first of them, where the caller allows nothing to be left out.
pub(crate) fn check<'a>(
    messages: impl Iterator<Item = &'a Message>,
    hints: &[Hint],
    degraded: &mut Degraded,
    refusal: impl Fn(&UserPart) -> Option<Refusal>,
) -> Result<(), ModelError> {
    let mut named: Vec<&str> = Vec::new();
    let users = messages.filter_map(|message| match message {
        Message::User(user) => Some(user),
        _ => None,
    });
    for part in users.flat_map(|user| &user.parts) {
        let lost = refusal(part).or_else(|| unheard(part, hints));
        if let Some((option, why)) = lost.filter(|(option, _)| !named.contains(option)) {
            named.push(option);
            degraded.leave_out(option, why)?;
        }
    }
    Ok(())
}

/// A hint of a part that the wire has no word for.
fn unheard(part: &UserPart, hints: &[Hint]) -> Option<Refusal> {
    let media = media(part)?;
    let is_picture = matches!(part, UserPart::Image(_));
    if media.detail.is_some() && !(is_picture && hints.contains(&Hint::Detail)) {
        return Some(("detail", "there is no member for it"));
    }
    let cited = matches!(part, UserPart::Document(document) if document.citations == Some(true));
    (cited && !hints.contains(&Hint::Citations))
        .then_some(("citations", "the wire cites no documents"))
}

/// Why the model, as far as it is known, does not take a part; a document of text is no more than text.
pub(crate) fn beyond_model(call: &Encode<'_>, part: &UserPart) -> Option<Refusal> {
    let (ability, refusal) = match part {
        UserPart::Image(_) => (Ability::Images, ("images", "the model sees none")),
        UserPart::Audio(_) => (Ability::Audio, ("audio", "the model hears none")),
        UserPart::Video(_) => (Ability::Video, ("video", "the model sees none")),
        UserPart::Document(document) if !matches!(document.media.source, Source::Text(_)) => {
            (Ability::Documents, ("documents", "the model reads none"))
        }
        _ => return None,
    };
    lacking::lacks(call, ability).then_some(refusal)
}

/// The line that stands in place of a part that is not shown.
pub(crate) fn named(part: &UserPart) -> String {
    let kind = match part {
        UserPart::Image(_) => "image",
        UserPart::Audio(_) => "audio",
        UserPart::Video(_) => "video",
        UserPart::Document(_) => "document",
        _ => "media",
    };
    media(part).map_or_else(
        || format!("[{kind}, not shown]"),
        |media| plain::named(kind, media),
    )
}

/// The error for a part that is not taken.
pub(crate) fn refused((option, why): Refusal) -> ModelError {
    unsupported(option, why)
}

fn media(part: &UserPart) -> Option<&Media> {
    match part {
        UserPart::Image(media) | UserPart::Audio(media) | UserPart::Video(media) => Some(media),
        UserPart::Document(document) => Some(&document.media),
        _ => None,
    }
}
