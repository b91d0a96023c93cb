//! The headers, as they were recorded or are documented.

use std::time::Duration;

use super::Limited::{InputTokens, OutputTokens, Requests, Tokens};
use super::{QuotaHeaders, Reset};

const DAY: Option<Duration> = Some(Duration::from_secs(86_400));

const X_REQUESTS: QuotaHeaders = QuotaHeaders::new(
    Requests,
    "x-ratelimit-limit-requests",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests",
);
const X_TOKENS: QuotaHeaders = QuotaHeaders::new(
    Tokens,
    "x-ratelimit-limit-tokens",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-reset-tokens",
);

/// OpenAI, and whoever writes as it does: Azure, xAI and most gateways.
pub const OPENAI: &[QuotaHeaders] = &[X_REQUESTS, X_TOKENS];

/// Groq: as OpenAI, but the requests are those of a day.
pub const GROQ: &[QuotaHeaders] = &[X_REQUESTS.with_window(DAY), X_TOKENS];

/// Anthropic.
pub const ANTHROPIC: &[QuotaHeaders] = &[
    QuotaHeaders::new(
        Requests,
        "anthropic-ratelimit-requests-limit",
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-requests-reset",
    )
    .with_form(Reset::Date),
    QuotaHeaders::new(
        Tokens,
        "anthropic-ratelimit-tokens-limit",
        "anthropic-ratelimit-tokens-remaining",
        "anthropic-ratelimit-tokens-reset",
    )
    .with_form(Reset::Date),
    QuotaHeaders::new(
        InputTokens,
        "anthropic-ratelimit-input-tokens-limit",
        "anthropic-ratelimit-input-tokens-remaining",
        "anthropic-ratelimit-input-tokens-reset",
    )
    .with_form(Reset::Date),
    QuotaHeaders::new(
        OutputTokens,
        "anthropic-ratelimit-output-tokens-limit",
        "anthropic-ratelimit-output-tokens-remaining",
        "anthropic-ratelimit-output-tokens-reset",
    )
    .with_form(Reset::Date),
];

/// Mistral, which names no end.
pub const MISTRAL: &[QuotaHeaders] = &[
    QuotaHeaders::new(
        Requests,
        "x-ratelimit-limit-req-minute",
        "x-ratelimit-remaining-req-minute",
        "",
    ),
    QuotaHeaders::new(
        Tokens,
        "x-ratelimit-limit-tokens-minute",
        "x-ratelimit-remaining-tokens-minute",
        "",
    ),
];

/// Cerebras: requests of a day, tokens of a minute, ends in seconds.
pub const CEREBRAS: &[QuotaHeaders] = &[
    QuotaHeaders::new(
        Requests,
        "x-ratelimit-limit-requests-day",
        "x-ratelimit-remaining-requests-day",
        "x-ratelimit-reset-requests-day",
    )
    .with_window(DAY),
    QuotaHeaders::new(
        Tokens,
        "x-ratelimit-limit-tokens-minute",
        "x-ratelimit-remaining-tokens-minute",
        "x-ratelimit-reset-tokens-minute",
    ),
];

/// OpenRouter, which tells of the limit that was hit, without saying for how long a window it is.
pub const OPENROUTER: &[QuotaHeaders] = &[QuotaHeaders::new(
    Requests,
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
)
.with_form(Reset::EpochMillis)
.with_window(None)];

/// Cohere, with a trial key.
pub const COHERE: &[QuotaHeaders] = &[QuotaHeaders::new(
    Requests,
    "x-trial-endpoint-call-limit",
    "x-trial-endpoint-call-remaining",
    "",
)];

/// Fireworks.
pub const FIREWORKS: &[QuotaHeaders] = &[
    X_REQUESTS,
    QuotaHeaders::new(
        InputTokens,
        "x-ratelimit-limit-tokens-prompt",
        "x-ratelimit-remaining-tokens-prompt",
        "",
    ),
    QuotaHeaders::new(
        OutputTokens,
        "x-ratelimit-limit-tokens-generated",
        "x-ratelimit-remaining-tokens-generated",
        "",
    ),
];

/// Together, whose windows are shorter than a minute and not the same for all.
pub const TOGETHER: &[QuotaHeaders] = &[
    QuotaHeaders::new(
        Requests,
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    )
    .with_window(None),
    QuotaHeaders::new(
        Tokens,
        "x-tokenlimit-limit",
        "x-tokenlimit-remaining",
        "x-tokenlimit-reset",
    )
    .with_window(None),
];
