use super::quoted;
use crate::Plan;

pub(super) fn events(plan: Plan) -> Vec<String> {
    let mut events = vec![
        event(
            "message_start",
            "\"message\":{\"model\":\"claude-sonnet-4-5-20250929\",\"id\":\"msg_01BenchAAAAAAAAAAAAAAAAA\",\
             \"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"stop_reason\":null,\
             \"stop_sequence\":null,\"usage\":{\"input_tokens\":20,\"cache_creation_input_tokens\":0,\
             \"cache_read_input_tokens\":0,\"output_tokens\":1,\"service_tier\":\"standard\"}}",
        ),
        event(
            "content_block_start",
            "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}",
        ),
        "event: ping\ndata: {\"type\": \"ping\"}\n\n".to_owned(),
    ];
    events.extend(plan.pieces().map(|piece| {
        let piece = quoted(&piece);
        let members = format!("\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":{piece}}}");
        event("content_block_delta", &members)
    }));
    let last = format!(
        "\"delta\":{{\"stop_reason\":\"end_turn\",\"stop_sequence\":null}},\"usage\":{{\"input_tokens\":20,\
         \"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":{}}}",
        plan.deltas
    );
    events.extend([
        event("content_block_stop", "\"index\":0"),
        event("message_delta", &last),
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".to_owned(),
    ]);
    events
}

fn event(kind: &str, members: &str) -> String {
    format!("event: {kind}\ndata: {{\"type\":\"{kind}\",{members}}}\n\n")
}
