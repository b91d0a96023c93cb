use std::time::UNIX_EPOCH;

use super::*;
use crate::hosts;

/// 2026-08-19T14:34:50Z.
const NOW: Duration = Duration::from_secs(1_787_150_090);

fn check(table: &[QuotaHeaders], headers: &str, expected: &str) {
    let headers: Vec<(Text, Text)> = headers
        .lines()
        .filter_map(|line| line.trim().split_once(": "))
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    let shown = read(table, &headers, UNIX_EPOCH + NOW).map_or(String::new(), |quota| {
        let rows = [
            ("requests", quota.requests),
            ("tokens", quota.tokens),
            ("input", quota.input_tokens),
            ("output", quota.output_tokens),
        ];
        let known = rows
            .iter()
            .filter(|(_, of)| *of != Allowance::default())
            .map(|(name, of)| {
                let number = |count: Option<u64>| count.map_or("?".into(), |n| n.to_string());
                let time =
                    |wait: Option<Duration>| wait.map_or("?".into(), |wait| format!("{wait:?}"));
                let (limit, left) = (number(of.limit), number(of.remaining));
                let (reset, window) = (time(of.reset_after), time(of.window));
                format!("{name} {left}/{limit} in {reset} of {window}")
            });
        known.collect::<Vec<_>>().join(", ")
    });
    assert_eq!(shown, expected);
}

//
#[test]
fn each_host_reads_the_headers_that_it_sends() {
    check(
        hosts::OPENAI.quota,
        "x-ratelimit-limit-requests: 15000
         x-ratelimit-limit-tokens: 40000000
         x-ratelimit-remaining-requests: 14999
         x-ratelimit-remaining-tokens: 39999995
         x-ratelimit-reset-requests: 4ms
         x-ratelimit-reset-tokens: 0s",
        "requests 14999/15000 in 4ms of 60s, tokens 39999995/40000000 in ? of 60s",
    );
    check(
        hosts::GROQ.quota,
        "x-ratelimit-limit-requests: 1000
         x-ratelimit-limit-tokens: 8000
         x-ratelimit-remaining-requests: 999
         x-ratelimit-remaining-tokens: 7848
         x-ratelimit-reset-requests: 1m26.4s
         x-ratelimit-reset-tokens: 1.14s",
        "requests 999/1000 in 86.4s of 86400s, tokens 7848/8000 in 1.14s of 60s",
    );
    check(
        hosts::ANTHROPIC.quota,
        "anthropic-ratelimit-input-tokens-limit: 10000000
         anthropic-ratelimit-input-tokens-remaining: 10000000
         anthropic-ratelimit-input-tokens-reset: 2026-08-19T14:34:53Z
         anthropic-ratelimit-output-tokens-limit: 2000000
         anthropic-ratelimit-output-tokens-remaining: 2000000
         anthropic-ratelimit-output-tokens-reset: 2026-08-19T14:34:49Z
         anthropic-ratelimit-requests-limit: 10000
         anthropic-ratelimit-requests-remaining: 9999
         anthropic-ratelimit-requests-reset: 2026-08-19T14:35:53Z",
        "requests 9999/10000 in 63s of 60s, input 10000000/10000000 in 3s of 60s, \
         output 2000000/2000000 in ? of 60s",
    );
    check(
        hosts::MISTRAL.quota,
        "x-ratelimit-limit-req-minute: 120
         x-ratelimit-limit-tokens-minute: 1500000
         x-ratelimit-remaining-req-minute: 118
         x-ratelimit-remaining-tokens-minute: 1499781
         x-ratelimit-tokens-query-cost: 129",
        "requests 118/120 in ? of 60s, tokens 1499781/1500000 in ? of 60s",
    );
    check(
        hosts::CEREBRAS.quota,
        "x-ratelimit-limit-requests-day: 1440000
         x-ratelimit-remaining-requests-day: 1439989
         x-ratelimit-remaining-tokens-minute: 999684
         x-ratelimit-reset-requests-day: 24478.5
         x-ratelimit-reset-tokens-minute: 58.5",
        "requests 1439989/1440000 in 24478.5s of 86400s, tokens 999684/? in 58.5s of 60s",
    );
    check(
        hosts::OPENROUTER.quota,
        "x-ratelimit-limit: 1
         x-ratelimit-remaining: 0
         x-ratelimit-reset: 1787150097500",
        "requests 0/1 in 7.5s of ?",
    );
    check(
        hosts::COHERE.quota,
        "x-trial-endpoint-call-limit: 20
         x-trial-endpoint-call-remaining: 19",
        "requests 19/20 in ? of 60s",
    );
    check(
        hosts::FIREWORKS.quota,
        "x-ratelimit-limit-tokens-generated: 72000
         x-ratelimit-remaining-tokens-generated: 69338
         x-ratelimit-limit-tokens-prompt: 7200000
         x-ratelimit-remaining-tokens-prompt: 7193993",
        "input 7193993/7200000 in ? of 60s, output 69338/72000 in ? of 60s",
    );
    check(
        hosts::TOGETHER.quota,
        "x-ratelimit-limit: 10
         x-ratelimit-remaining: 0
         x-ratelimit-reset: 2",
        "requests 0/10 in 2s of ?",
    );
}

//
#[test]
fn odd_values_say_nothing_and_no_time_is_made_up() {
    // Azure for Claude: no limit at all.
    check(
        OPENAI,
        "x-ratelimit-limit-tokens: -1
         x-ratelimit-remaining-tokens: -1
         x-ratelimit-reset-tokens: 0",
        "",
    );
    // Azure, older and newer: milliseconds, then seconds.
    let azure =
        |reset| format!("x-ratelimit-remaining-requests: 0\nx-ratelimit-reset-requests: {reset}");
    check(OPENAI, &azure("500"), "requests 0/? in 500ms of 60s");
    check(OPENAI, &azure("1"), "requests 0/? in 1s of 60s");
    check(OPENAI, &azure("6m0s"), "requests 0/? in 360s of 60s");
    for odd in [
        "soon",
        "",
        "-3",
        "NaN",
        "inf",
        "2026-08-19T14:34:53Z",
        "1e400",
    ] {
        check(OPENAI, &azure(odd), "requests 0/? in ? of 60s");
    }
    check(OPENAI, "x-request-id: 7", "");
    check(&[], "x-ratelimit-remaining-requests: 0", "");
}
