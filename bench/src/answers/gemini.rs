use super::quoted;
use crate::Plan;

pub(super) fn events(plan: Plan) -> Vec<String> {
    let mut events: Vec<_> = plan
        .pieces()
        .enumerate()
        .map(|(at, piece)| event(&quoted(&piece), "", at + 1))
        .collect();
    events.push(event("\"\"", ",\"finishReason\": \"STOP\"", plan.deltas));
    events
}

fn event(text: &str, finish: &str, tokens: usize) -> String {
    format!(
        "data: {{\"candidates\": [{{\"content\": {{\"parts\": [{{\"text\": {text}}}],\"role\": \"model\"}}{finish},\
         \"index\": 0}}],\"usageMetadata\": {{\"promptTokenCount\": 20,\"candidatesTokenCount\": {tokens},\
         \"totalTokenCount\": {total},\"promptTokensDetails\": [{{\"modality\": \"TEXT\",\"tokenCount\": 20}}]}},\
         \"modelVersion\": \"gemini-2.5-flash\",\"responseId\": \"BenchAAAAAAAAAAAAAAA\"}}\r\n\r\n",
        total = tokens + 20,
    )
}
