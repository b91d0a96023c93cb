//! The agent over real HTTP on the loopback interface, on every wire: under each fault that the simulator has, and from
//! each wire to each other in the middle of a conversation.
//!
//! The clock of these tests stands still and is moved by hand when nothing happens any more, so that none of them waits.
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

mod compacted;
mod drive;
mod expected;
mod faults;
mod legal;
mod pairs;
mod places;
mod script;

use windlass_provider::host::Host;
use windlass_provider::hosts;

/// The seven wires, each by a host and a model of it.
const WIRES: [(Host, &str); 7] = [
    (hosts::OPENAI, "gpt-5"),
    (hosts::OPENAI_RESPONSES, "gpt-5"),
    (hosts::ANTHROPIC, "claude-sonnet-4-5"),
    (hosts::GEMINI, "gemini-2.5-flash"),
    (hosts::BEDROCK, "anthropic.claude-sonnet-4-5-20250929-v1:0"),
    (hosts::COHERE, "command-a-03-2025"),
    (hosts::OLLAMA, "qwen3:4b"),
];
