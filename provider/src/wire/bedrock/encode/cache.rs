//! Cache points: where they stand, and how they are written.

use windlass_core::{Ability, Breakpoint, CachePolicy, CacheTime, Message, ModelError};

use crate::body::Degraded;
use crate::codec::Encode;
use crate::wire::bedrock::{CachePoints, Family};

/// How many the wire takes.
const MOST: usize = 4;

/// The places after which a cache point stands.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<Breakpoint>);

impl Marks {
    pub(super) fn of(
        call: &Encode<'_>,
        family: &Family,
        degraded: &mut Degraded,
    ) -> Result<Self, ModelError> {
        let able = call.profile.abilities.has(Ability::Caching);
        match &call.options.cache {
            None | Some(CachePolicy::Off) => Ok(Marks::default()),
            Some(CachePolicy::Auto(_)) if able == Some(false) => Ok(Marks::default()),
            Some(CachePolicy::Auto(time)) => Ok(Marks(automatic(call, family.cache, *time))),
            Some(CachePolicy::Marked(_)) if able == Some(false) => {
                degraded.leave_out("cache", "the model does not cache")?;
                Ok(Marks::default())
            }
            Some(CachePolicy::Marked(marks)) => by_hand(marks, degraded),
            Some(_) => {
                degraded.leave_out("cache", "Bedrock has no such policy")?;
                Ok(Marks::default())
            }
        }
    }

    pub(super) fn after_tools(&self) -> Option<&'static str> {
        self.find(|mark| match mark {
            Breakpoint::Tools(time) => Some(*time),
            _ => None,
        })
    }

    pub(super) fn after_instructions(&self, block: usize) -> Option<&'static str> {
        self.find(|mark| match mark {
            Breakpoint::Instructions(at, time) if *at == block => Some(*time),
            _ => None,
        })
    }

    pub(super) fn after_message(&self, message: usize) -> Option<&'static str> {
        self.find(|mark| match mark {
            Breakpoint::Message(at, time) if *at == message => Some(*time),
            _ => None,
        })
    }

    fn find(&self, time: impl Fn(&Breakpoint) -> Option<CacheTime>) -> Option<&'static str> {
        self.0.iter().find_map(time).map(|time| match time {
            CacheTime::Hour => r#"{"cachePoint":{"type":"default","ttl":"1h"}}"#,
            _ => r#"{"cachePoint":{"type":"default"}}"#,
        })
    }
}

/// After the tools, the instructions and the last message, where the model takes them.
fn automatic(call: &Encode<'_>, places: CachePoints, time: CacheTime) -> Vec<Breakpoint> {
    let request = call.request;
    let mut marks = Vec::new();
    if places == CachePoints::Nowhere {
        return marks;
    }
    if places == CachePoints::Everywhere && !request.tools.is_empty() {
        marks.push(Breakpoint::Tools(time));
    }
    let blocks = request.instructions.iter();
    if let Some(last) = blocks.rev().position(|block| !block.trim().is_empty()) {
        let at = request.instructions.len() - 1 - last;
        marks.push(Breakpoint::Instructions(at, time));
    }
    let mut messages = request.conversation.messages();
    let in_place = |message: &Message| !matches!(message, Message::System(_));
    if let Some(last) = messages.rposition(in_place) {
        marks.push(Breakpoint::Message(last, time));
    }
    marks
}

/// The last ones, if there are too many and the caller allows it.
fn by_hand(marks: &[Breakpoint], degraded: &mut Degraded) -> Result<Marks, ModelError> {
    let extra = marks.len().saturating_sub(MOST);
    if extra > 0 {
        degraded.leave_out("cache", "Bedrock takes four cache points")?;
    }
    Ok(Marks(marks[extra..].to_vec()))
}
