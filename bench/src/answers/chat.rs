use super::{padding, quoted};
use crate::{Plan, Shape};

/// What every chunk begins with.
const HEAD: &str = "data: {\"id\":\"chatcmpl-BnchAAAAAAAAAAAAAAAAAAAAAAAAA\",\"object\":\"chat.completion.chunk\",\
    \"created\":1760000000,\"model\":\"gpt-5-mini-2025-08-07\",\"service_tier\":\"default\",\
    \"system_fingerprint\":\"fp_0123456789\",";

pub(super) fn events(plan: Plan) -> Vec<String> {
    let mut events = vec![match plan.shape {
        Shape::Text => chunk(
            0,
            "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}",
            "null",
        ),
        Shape::Call => chunk(
            0,
            "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"call_0123456789\",\
             \"type\":\"function\",\"function\":{\"name\":\"write\",\"arguments\":\"\"}}],\"refusal\":null}",
            "null",
        ),
    }];
    events.extend(plan.pieces().enumerate().map(|(at, piece)| {
        let piece = quoted(&piece);
        let delta = match plan.shape {
            Shape::Text => format!("{{\"content\":{piece}}}"),
            Shape::Call => format!(
                "{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":{piece}}}}}]}}"
            ),
        };
        chunk(at, &delta, "null")
    }));
    let reason = match plan.shape {
        Shape::Text => "\"stop\"",
        Shape::Call => "\"tool_calls\"",
    };
    events.extend(closing(plan.deltas, reason));
    events
}

/// What follows the last piece: the reason to finish, the usage, and the end.
pub(super) fn closing(pieces: usize, reason: &str) -> [String; 3] {
    let usage = format!(
        "{HEAD}\"choices\":[],\"usage\":{{\"prompt_tokens\":20,\"completion_tokens\":{0},\"total_tokens\":{1},\
         \"prompt_tokens_details\":{{\"cached_tokens\":0,\"audio_tokens\":0}},\"completion_tokens_details\":\
         {{\"reasoning_tokens\":0,\"audio_tokens\":0}}}},\"obfuscation\":\"\"}}\n\n",
        pieces,
        pieces + 20,
    );
    [
        chunk(pieces, "{}", reason),
        usage,
        "data: [DONE]\n\n".to_owned(),
    ]
}

pub(super) fn chunk(at: usize, delta: &str, reason: &str) -> String {
    let padding = padding(at);
    format!(
        "{HEAD}\"choices\":[{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{reason}}}],\
         \"usage\":null,\"obfuscation\":\"{padding}\"}}\n\n"
    )
}
