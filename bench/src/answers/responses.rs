use super::{padding, quoted};
use crate::Plan;

const ID: &str = "msg_0123456789abcdef0123456789abcdef0123456789abcdef";

pub(super) fn events(plan: Plan) -> Vec<String> {
    let mut events = opening();
    events.extend(plan.pieces().enumerate().map(|(at, piece)| {
        let (piece, padding) = (quoted(&piece), padding(at));
        let members =
            format!("{PLACE},\"delta\":{piece},\"logprobs\":[],\"obfuscation\":\"{padding}\"");
        event(at + 4, "response.output_text.delta", &members)
    }));
    events.extend(closing(plan));
    events
}

fn opening() -> Vec<String> {
    let begun = format!("\"response\":{}", response("in_progress", "", "null"));
    let added = format!("\"output_index\":0,\"item\":{}", item("in_progress", ""));
    let part = format!("{PLACE},\"part\":{}", part("\"\""));
    vec![
        event(0, "response.created", &begun),
        event(1, "response.in_progress", &begun),
        event(2, "response.output_item.added", &added),
        event(3, "response.content_part.added", &part),
    ]
}

fn closing(plan: Plan) -> [String; 4] {
    let whole = quoted(&plan.whole());
    let usage = format!(
        "{{\"input_tokens\":20,\"input_tokens_details\":{{\"cached_tokens\":0}},\"output_tokens\":{0},\
         \"output_tokens_details\":{{\"reasoning_tokens\":0}},\"total_tokens\":{1}}}",
        plan.deltas,
        plan.deltas + 20
    );
    let text = format!("{PLACE},\"text\":{whole},\"logprobs\":[]");
    let part = part(&whole);
    let item = item("completed", &part);
    let response = format!("\"response\":{}", response("completed", &item, &usage));
    let part = format!("{PLACE},\"part\":{part}");
    let item = format!("\"output_index\":0,\"item\":{item}");
    let next = plan.deltas + 4;
    [
        event(next, "response.output_text.done", &text),
        event(next + 1, "response.content_part.done", &part),
        event(next + 2, "response.output_item.done", &item),
        event(next + 3, "response.completed", &response),
    ]
}

fn part(text: &str) -> String {
    format!("{{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":{text}}}")
}

fn item(status: &str, content: &str) -> String {
    format!(
        "{{\"id\":\"{ID}\",\"type\":\"message\",\"status\":\"{status}\",\"content\":[{content}],\
         \"role\":\"assistant\"}}"
    )
}

const PLACE: &str = "\"item_id\":\"msg_0123456789abcdef0123456789abcdef0123456789abcdef\",\"output_index\":0,\
    \"content_index\":0";

fn event(number: usize, kind: &str, members: &str) -> String {
    format!(
        "event: {kind}\ndata: {{\"type\":\"{kind}\",\"sequence_number\":{number},{members}}}\n\n"
    )
}

fn response(status: &str, output: &str, usage: &str) -> String {
    format!(
        "{{\"id\":\"resp_0123456789abcdef0123456789abcdef\",\"object\":\"response\",\"created_at\":1760000000,\
         \"status\":\"{status}\",\"background\":false,\"error\":null,\"incomplete_details\":null,\
         \"instructions\":null,\"max_output_tokens\":null,\"model\":\"gpt-5-mini-2025-08-07\",\
         \"output\":[{output}],\"parallel_tool_calls\":true,\"previous_response_id\":null,\
         \"reasoning\":{{\"effort\":\"medium\",\"summary\":null}},\"store\":false,\"temperature\":1.0,\
         \"text\":{{\"format\":{{\"type\":\"text\"}}}},\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1.0,\
         \"truncation\":\"disabled\",\"usage\":{usage},\"user\":null,\"metadata\":{{}}}}"
    )
}
