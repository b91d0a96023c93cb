//! How many tokens a request may have, in the words of who refused a larger one.

/// What stands before the number, and what after it.
const PHRASES: [(&str, &str); 16] = [
    ("maximum context length is ", ""),
    ("maximum context length of ", ""),
    ("maximum prompt length is ", ""),
    ("maximum model length of ", ""),
    ("for model with ", " maximum context length"),
    (" > ", ""),
    ("tokens allowed (", ")"),
    ("max input tokens: ", ""),
    ("limit is ", ""),
    ("token limit: ", ""),
    ("exceeds the limit of ", ""),
    ("context size (", " tokens"),
    ("context length (", " tokens"),
    ("context length of only ", " tokens"),
    ("context window of ", ""),
    ("max_new_tokens` must be <= ", ""),
];

/// The number that the message names, if it does.
pub(super) fn of_message(message: &str) -> Option<u64> {
    let lower = message.to_ascii_lowercase();
    PHRASES.into_iter().find_map(|(before, after)| {
        let start = lower.find(before)? + before.len();
        number(&lower[start..], after)
    })
}

/// The number that a text begins with, perhaps in groups of three, if `after` follows it.
fn number(text: &str, after: &str) -> Option<u64> {
    let is_group = |at: usize| {
        let next = text.get(at + 1..at + 4);
        next.is_some_and(|next| next.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let ends = |(at, c): &(usize, char)| !(c.is_ascii_digit() || (*c == ',' && is_group(*at)));
    let end = text
        .char_indices()
        .find(ends)
        .map_or(text.len(), |(at, _)| at);
    let (digits, rest) = text.split_at(end);
    let digits = digits.replace(',', "");
    digits
        .parse()
        .ok()
        .filter(|number| *number > 0 && rest.starts_with(after))
}

#[cfg(test)]
mod tests {
    use super::of_message;

    //
    #[test]
    fn the_window_is_read_where_it_is_told() {
        for (message, window) in [
            (
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
                Some(8_192),
            ),
            (
                "prompt is too long: 210000 tokens > 200000 maximum",
                Some(200_000),
            ),
            (
                "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
                Some(200_000),
            ),
            (
                "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).",
                Some(1_048_576),
            ),
            (
                "Too many input tokens. Max input tokens: 200000, request input token count: 250000",
                Some(200_000),
            ),
            (
                "Prompt contains 200000 tokens and 0 draft tokens, too large for model with 131072 maximum context length",
                Some(131_072),
            ),
            (
                "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
                Some(131_072),
            ),
            (
                "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
                Some(8_192),
            ),
            ("Your request exceeded model token limit: 8192", Some(8_192)),
            (
                "prompt token count of 137505 exceeds the limit of 128000",
                Some(128_000),
            ),
            (
                "request (2009 tokens) exceeds the available context size (512 tokens), try increasing it",
                Some(512),
            ),
            (
                "The input (9000 tokens) is longer than the model's context length (4096 tokens).",
                Some(4_096),
            ),
            (
                "The decoder prompt (length 5000) is longer than the maximum model length of 4096",
                Some(4_096),
            ),
            (
                "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000",
                Some(4_096),
            ),
            ("maximum context length is 128,000 tokens", Some(128_000)),
            (
                "prompt too long; exceeded max context length by 12 tokens",
                None,
            ),
            ("Your input exceeds the context window of this model.", None),
            ("the limit is near", None),
            ("", None),
        ] {
            assert_eq!(of_message(message), window, "{message}");
        }
    }
}
