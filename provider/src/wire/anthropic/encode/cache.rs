//! Where a request is marked to be cached: never in more places than the wire allows.

use windlass_core::{Ability, Breakpoint, CachePolicy, CacheTime, HostedTool, ModelError};

use super::Parts;
use crate::body::Degraded;
use crate::codec::Encode;
use crate::wire::anthropic::Anthropic;

/// As many markers a request may have.
const MAX_MARKS: usize = 4;

/// The places that are marked.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) tools: Option<CacheTime>,
    system: Vec<(usize, CacheTime)>,
    messages: Vec<(usize, CacheTime)>,
}

impl Marks {
    pub(super) fn place(
        codec: &Anthropic,
        call: &Encode<'_>,
        parts: &Parts<'_>,
        degraded: &mut Degraded,
    ) -> Result<Self, ModelError> {
        let can = call.profile.abilities.has(Ability::Caching) != Some(false);
        let mut marks = Marks::default();
        match &call.options.cache {
            None | Some(CachePolicy::Off) => {}
            Some(CachePolicy::Auto(_)) if !can => {}
            Some(CachePolicy::Auto(time)) => {
                marks.mark_all(parts, lasting(codec, *time, degraded)?);
            }
            Some(CachePolicy::Marked(_)) if !can => {
                degraded.leave_out("cache", "the model's prompts are not cached")?;
            }
            Some(CachePolicy::Marked(places)) => {
                for place in places {
                    marks.mark(codec, *place, parts, degraded)?;
                }
            }
            Some(_) => degraded.leave_out("cache", "the policy is not known here")?,
        }
        if call.request.tools.hosted().last().is_some_and(is_marked) {
            marks.tools = None;
        }
        let is_cut = marks.limit(MAX_MARKS.saturating_sub(marks_by_hand(call)));
        if is_cut && matches!(call.options.cache, Some(CachePolicy::Marked(_))) {
            degraded.leave_out("cache", "a request has at most 4 cache markers")?;
        }
        Ok(marks)
    }

    pub(super) fn system(&self, at: usize) -> Option<CacheTime> {
        find(&self.system, at)
    }

    pub(super) fn message(&self, entry: usize) -> Option<CacheTime> {
        find(&self.messages, entry)
    }

    /// Marks the tools, the instructions, and the last message that is not the model's: the next request repeats all
    /// that stands before its end.
    fn mark_all(&mut self, parts: &Parts<'_>, time: CacheTime) {
        self.tools = (!parts.tools.is_empty()).then_some(time);
        self.system
            .extend(parts.system.len().checked_sub(1).map(|last| (last, time)));
        let last = parts.pieces.iter().rfind(|piece| piece.role == "user");
        self.messages.extend(last.map(|piece| (piece.entry, time)));
    }

    fn mark(
        &mut self,
        codec: &Anthropic,
        place: Breakpoint,
        parts: &Parts<'_>,
        degraded: &mut Degraded,
    ) -> Result<(), ModelError> {
        match place {
            Breakpoint::Tools(time) if !parts.tools.is_empty() => {
                self.tools = Some(lasting(codec, time, degraded)?);
                return Ok(());
            }
            Breakpoint::Instructions(wanted, time) => {
                let at = parts
                    .system
                    .iter()
                    .position(|block| block.place == Some(wanted));
                if let Some(at) = at {
                    self.system.push((at, lasting(codec, time, degraded)?));
                    return Ok(());
                }
            }
            Breakpoint::Message(wanted, time) => {
                let piece = parts.pieces.iter().find(|piece| piece.entry == wanted);
                if piece.is_some_and(|piece| piece.markable) {
                    self.messages
                        .push((wanted, lasting(codec, time, degraded)?));
                    return Ok(());
                }
            }
            _ => {}
        }
        degraded.leave_out("cache", &format!("nothing can be marked at {place:?}"))
    }

    /// Takes markers away until there are no more than `most`: those of messages that come first, because a later one
    /// covers what stands before it, then the instructions', then the tools'. Says whether it took any.
    fn limit(&mut self, most: usize) -> bool {
        let count = usize::from(self.tools.is_some()) + self.system.len() + self.messages.len();
        let mut excess = count.saturating_sub(most);
        let is_cut = excess > 0;
        let messages = excess.min(self.messages.len().saturating_sub(1));
        self.messages.drain(..messages);
        excess -= messages;
        let system = excess.min(self.system.len());
        self.system.drain(..system);
        excess -= system;
        if excess > 0 && self.tools.take().is_some() {
            excess -= 1;
        }
        if excess > 0 {
            self.messages.clear();
        }
        is_cut
    }
}

fn find(marks: &[(usize, CacheTime)], at: usize) -> Option<CacheTime> {
    let found = marks.iter().find(|(marked, _)| *marked == at);
    found.map(|(_, time)| *time)
}

/// How long the host can keep what it was asked to keep for `time`.
fn lasting(
    codec: &Anthropic,
    time: CacheTime,
    degraded: &mut Degraded,
) -> Result<CacheTime, ModelError> {
    if time == CacheTime::Hour && !codec.hour_cache {
        degraded.leave_out("cache", "the host caches for five minutes")?;
        return Ok(CacheTime::Short);
    }
    Ok(time)
}

/// Markers that the user wrote: in hosted tools, and the one that lets the provider choose.
fn marks_by_hand(call: &Encode<'_>) -> usize {
    let hosted = call
        .request
        .tools
        .hosted()
        .iter()
        .filter(|tool| is_marked(tool))
        .count();
    hosted + usize::from(call.options.extra.contains_key("cache_control"))
}

fn is_marked(tool: &HostedTool) -> bool {
    tool.json.as_str().contains("\"cache_control\"")
}

/// Appends blocks, with a marker in the last one. They are objects that are not empty, so the marker goes before the end.
pub(super) fn write_marked(out: &mut Vec<u8>, blocks: &[u8], mark: Option<CacheTime>) {
    let (Some(time), Some((b'}', open))) = (mark, blocks.split_last()) else {
        out.extend_from_slice(blocks);
        return;
    };
    out.extend_from_slice(open);
    out.extend_from_slice(match time {
        CacheTime::Short => br#","cache_control":{"type":"ephemeral"}}"#,
        _ => br#","cache_control":{"type":"ephemeral","ttl":"1h"}}"#,
    });
}
