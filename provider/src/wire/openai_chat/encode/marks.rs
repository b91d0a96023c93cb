//! Where a host is told to cache.

use windlass_core::{CacheTime, Message, Request};

/// What is marked.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) tools: Option<CacheTime>,
    pub(super) instructions: Vec<(usize, CacheTime)>,
    pub(super) messages: Vec<(usize, CacheTime)>,
}

impl Marks {
    /// Marks the last message that can carry a mark, the instructions and the tools, in this order of worth.
    pub(super) fn auto(&mut self, request: &Request, time: CacheTime, limit: usize) {
        let messages = request.conversation.messages();
        let last = messages
            .enumerate()
            .filter(|(_, message)| !matches!(message, Message::Assistant(_)))
            .map(|(at, _)| at)
            .next_back();
        if limit > 0 {
            self.messages.extend(last.map(|at| (at, time)));
        }
        if limit > 1
            && let Some(block) = request.instructions.len().checked_sub(1)
        {
            self.instructions.push((block, time));
        }
        if limit > 2 && !request.tools.is_empty() {
            self.tools = Some(time);
        }
    }

    pub(super) fn message(&self, at: usize) -> Option<CacheTime> {
        of(&self.messages, at)
    }
}

/// The mark on the thing with this number.
pub(super) fn of(marks: &[(usize, CacheTime)], at: usize) -> Option<CacheTime> {
    marks
        .iter()
        .rfind(|(marked, _)| *marked == at)
        .map(|(_, time)| *time)
}

/// Writes a mark as a further member.
pub(super) fn member(time: CacheTime, out: &mut Vec<u8>) {
    out.extend_from_slice(match time {
        CacheTime::Hour => br#","cache_control":{"type":"ephemeral","ttl":"1h"}"#,
        _ => br#","cache_control":{"type":"ephemeral"}"#,
    });
}
