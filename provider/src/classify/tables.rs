//! What providers say, and what it means. The first row that fits decides, so what must win stands first.

mod messages;

use windlass_core::ErrorKind::{
    self, Authentication, ContentFiltered, ContextOverflow, InvalidRequest, NotFound, Overloaded,
    Permission, QuotaExhausted, RateLimited, Server,
};

pub(super) use messages::MESSAGES;

/// Codes that leave no doubt.
pub(super) const CERTAIN: &[(ErrorKind, &[&str])] = &[
    (
        QuotaExhausted,
        &[
            "insufficient_quota",
            "insufficient_balance",
            "insufficient_credits",
            "insufficient_funds",
            "billing_error",
            "billing_hard_limit_reached",
            "billing_not_active",
            "billing_disabled",
            "quota_exceeded",
            "quota_exhausted",
            "exceeded_current_quota_error",
            "usage_limit_reached",
            "usage_not_included",
            "credit_limit_reached",
            "payment_required",
            "Arrearage",
            "AllocationQuota.FreeTierOnly",
            "ServiceQuotaExceededException",
            // Z.AI: the account is overdue, has no balance, or its plan is used up.
            "1112",
            "1113",
            "1308",
            "1310",
        ],
    ),
    (
        ContextOverflow,
        &[
            "context_length_exceeded",
            "context_window_exceeded",
            "context_length_error",
            "context_overflow",
            "exceed_context_size_error",
            "exceeded_context_length",
            "model_context_window_exceeded",
            "model_max_prompt_tokens_exceeded",
            "max_context_length_exceeded",
            "too_many_prompt_tokens",
            "too_many_tokens",
            "tokens_limit_reached",
            "prompt_too_long",
            "input_too_long",
            "string_above_max_length",
            // Z.AI: the prompt is longer than the model's window.
            "1261",
        ],
    ),
    (
        ContentFiltered,
        &[
            "content_filter",
            "content_filtered",
            "content_policy_violation",
            "content_blocked",
            "ResponsibleAIPolicyViolation",
            "moderation_blocked",
            "data_inspection_failed",
            "guardrail_intervened",
            "image_content_policy_violation",
            "safety",
            "prohibited_content",
            "blocklist",
            // Z.AI: unsafe content in the prompt or the answer.
            "1301",
        ],
    ),
    (
        Authentication,
        &[
            "API_KEY_INVALID",
            "API_KEY_EXPIRED",
            "invalid_api_key",
            "incorrect_api_key",
            "missing_api_key",
            "token_expired",
            "ACCESS_TOKEN_EXPIRED",
            "UnrecognizedClientException",
            "ExpiredTokenException",
            "InvalidSignatureException",
            "IncompleteSignatureException",
            "MissingAuthenticationTokenException",
            "InvalidClientTokenIdException",
            "SignatureDoesNotMatchException",
        ],
    ),
    (
        NotFound,
        &[
            "model_not_found",
            "invalid_model",
            "unknown_model",
            "model_not_available",
            "DeploymentNotFound",
        ],
    ),
    (
        Overloaded,
        &[
            "overloaded_error",
            "overloaded",
            "server_overloaded",
            "server_is_overloaded",
            "engine_overloaded",
            "engine_overloaded_error",
            "service_tier_capacity_exceeded",
            "capacity_exceeded",
            "slow_down",
            "ServiceUnavailableException",
            "ModelNotReadyException",
        ],
    ),
    // The model wrote a call that the provider could not read. The next try may go well.
    (Server, &["tool_use_failed", "INVALID_TOOL_GENERATION"]),
];

/// Codes that speak for themselves where the message says nothing else.
pub(super) const CODES: &[(ErrorKind, &[&str])] = &[
    (
        Authentication,
        &[
            "authentication_error",
            "authentication_failed",
            "unauthorized",
            "unauthenticated",
            "UnauthorizedException",
            "invalid_authentication_error",
            "invalid_token",
        ],
    ),
    (
        Permission,
        &[
            "permission_error",
            "permission_denied",
            "forbidden",
            "access_denied",
            "AccessDeniedException",
            "IAM_PERMISSION_DENIED",
            "SERVICE_DISABLED",
            "API_KEY_SERVICE_BLOCKED",
            "API_KEY_HTTP_REFERRER_BLOCKED",
            "API_KEY_IP_ADDRESS_BLOCKED",
            "CONSUMER_SUSPENDED",
            "unsupported_country_region_territory",
            "account_deactivated",
        ],
    ),
    (
        NotFound,
        &["not_found_error", "not_found", "ResourceNotFoundException"],
    ),
    (
        RateLimited,
        &[
            "rate_limit_exceeded",
            "rate_limit_error",
            "rate_limit",
            "rate_limited",
            "rate_limit_reached",
            "rate_limit_reached_error",
            "too_many_requests",
            "too_many_requests_error",
            "TooManyRequestsException",
            "ThrottlingException",
            "ThrottledException",
            "Throttling",
            "Throttling.RateQuota",
            "Throttling.AllocationQuota",
            "Throttling.BurstRate",
            "resource_exhausted",
            // Z.AI: too many at a time, too often, or too much traffic.
            "1302",
            "1303",
            "1305",
        ],
    ),
    (
        Overloaded,
        &[
            "unavailable",
            "service_unavailable",
            "service_unavailable_error",
            "no_capacity",
        ],
    ),
    (ContextOverflow, &["request_too_large"]),
    (
        InvalidRequest,
        &[
            "ValidationException",
            "unsupported_value",
            "unsupported_parameter",
            "unknown_parameter",
            "missing_required_parameter",
            "invalid_value",
            "invalid_type",
            "previous_response_not_found",
            "unprocessable_entity",
            "not_supported_error",
        ],
    ),
    (
        Server,
        &[
            "InternalServerException",
            "ModelErrorException",
            "ModelStreamErrorException",
            "ModelTimeoutException",
            "deadline_exceeded",
            "timeout_error",
            "malformed_function_call",
        ],
    ),
];

/// Codes that say little: hosts put them beside any status.
pub(super) const VAGUE: &[(ErrorKind, &[&str])] = &[
    (
        InvalidRequest,
        &[
            "invalid_request_error",
            "invalid_request",
            "invalid_argument",
            "invalid_request_invalid_args",
            "Client specified an invalid argument",
            "failed_precondition",
            "bad_request",
            "BadRequestException",
            "BadRequestError",
            "invalid_prompt",
            "InvalidParameter",
        ],
    ),
    (
        Server,
        &[
            "server_error",
            "internal_server_error",
            "api_error",
            "internal",
            "internal_error",
            "unknown",
            "aborted",
            "cancelled",
        ],
    ),
];

/// What a status means where nothing better is known. The rest of those from 500 on are the provider's fault, the rest
/// below are the request's.
pub(super) const STATUSES: &[(ErrorKind, &[u16])] = &[
    (Authentication, &[401, 407]),
    (QuotaExhausted, &[402]),
    (Permission, &[403, 451]),
    (NotFound, &[404, 405, 410]),
    (ContextOverflow, &[413]),
    (RateLimited, &[429]),
    // 498 is Groq's word for no room at the cheap tier, 529 is Anthropic's for no room at all.
    (Overloaded, &[498, 503, 529]),
    // A conflict or a time-out of theirs passes; 424 is Bedrock's for a model that failed.
    (Server, &[408, 409, 424, 425]),
    (InvalidRequest, &[501]),
];
