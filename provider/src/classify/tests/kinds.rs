use super::*;

/// The same error before a stream and in one, where the status is not there: R-5 wants the same kind.
fn check(kind: ErrorKind, status: u16, body: &str) {
    assert_eq!(answer(status, body).kind(), kind, "{status} {body}");
    let error = in_stream(body.as_bytes(), None);
    assert!(error.is_in_stream());
    assert_eq!(error.kind(), kind, "in a stream: {body}");
}

fn by_status(kind: ErrorKind, status: u16, body: &str) {
    assert_eq!(answer(status, body).kind(), kind, "{status} {body}");
}

// R-5, R-31, R-32
#[test]
fn overflow_is_recognised_for_every_provider() {
    let said = |message: &str| {
        serde_json::json!({"error": {"message": message, "type": "invalid_request_error"}})
            .to_string()
    };
    for message in [
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        "Your input exceeds the context window of this model.",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
        "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).",
        "The model returned the following errors: Input Tokens Exceeded: Number of input tokens exceeds maximum length.",
        "Input is too long for requested model.",
        "Too many input tokens. Max input tokens: 200000, request input token count: 250000",
        "too many tokens: size limit exceeded by 10 tokens.",
        "Prompt contains 200000 tokens and 0 draft tokens, too large for model with 131072 maximum context length",
        "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
        "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
        "Invalid request: Your request exceeded model token limit: 8192",
        "prompt token count of 137505 exceeds the limit of 128000",
        "The total length of all messages is too long.",
        "prompt too long; exceeded max context length by 12 tokens",
        "request (2009 tokens) exceeds the available context size (512 tokens), try increasing it",
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000",
        "The input (9000 tokens) is longer than the model's context length (4096 tokens).",
        "The decoder prompt (length 5000) is longer than the maximum model length of 4096",
        "Trying to keep the first 5000 tokens when context the overflows.",
        "invalid params, context window exceeds limit (2013)",
        "Range of input length should be [1, 30720]",
        "the input length exceeds the context length",
        "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7000, please reduce your message size",
    ] {
        check(ContextOverflow, 400, &said(message));
    }
    check(
        ContextOverflow,
        400,
        r#"{"error":{"code":"context_length_exceeded","message":"m"}}"#,
    );
    check(
        ContextOverflow,
        400,
        r#"{"error":{"code":400,"type":"exceed_context_size_error","message":"m"}}"#,
    );
    check(
        ContextOverflow,
        400,
        r#"{"error":{"code":400,"type":"too_many_prompt_tokens","message":"m"}}"#,
    );
    check(
        ContextOverflow,
        400,
        r#"{"error_type":"TOO_MANY_TOKENS","message":"m"}"#,
    );
    check(
        ContextOverflow,
        413,
        r#"{"type":"error","error":{"type":"request_too_large","message":"m"}}"#,
    );
    check(
        ContextOverflow,
        413,
        r#"{"error":{"code":"tokens_limit_reached","message":"m"}}"#,
    );
    by_status(
        ContextOverflow,
        413,
        "<html><title>413 Request Entity Too Large</title></html>",
    );
    let groq = r#"{"error":{"message":"Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7000","type":"tokens","code":"rate_limit_exceeded"}}"#;
    check(ContextOverflow, 413, groq);
}

// R-32
#[test]
fn a_budget_that_is_too_large_is_no_overflow() {
    check(
        InvalidRequest,
        400,
        r#"{"error":{"type":"invalid_request_error","message":"max_tokens is too large: 100000. This model supports at most 4096 completion tokens"}}"#,
    );
    check(
        InvalidRequest,
        400,
        r#"{"error":{"type":"invalid_request_error","message":"max_tokens: 300000 > 64000, which is the maximum allowed number of output tokens for m"}}"#,
    );
}

// R-5, R-31
#[test]
fn money_and_quotas_are_never_rate_limits() {
    check(
        QuotaExhausted,
        429,
        r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}"#,
    );
    check(
        QuotaExhausted,
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}}"#,
    );
    check(
        QuotaExhausted,
        402,
        r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}"#,
    );
    check(
        QuotaExhausted,
        402,
        r#"{"error":{"message":"This request requires more credits, or fewer max_tokens.","code":402}}"#,
    );
    check(
        QuotaExhausted,
        429,
        r#"{"message":"You are using a Trial key, which is limited to 1000 API calls / month."}"#,
    );
    check(
        QuotaExhausted,
        429,
        r#"{"error":{"type":"usage_limit_reached","message":"The usage limit has been reached","resets_in_seconds":90}}"#,
    );
    check(
        QuotaExhausted,
        400,
        r#"{"error":{"code":"Arrearage","message":"Access denied, please make sure your account is in good standing."}}"#,
    );
    check(
        QuotaExhausted,
        429,
        r#"{"error":{"code":"1113","message":"m"}}"#,
    );
    check(
        QuotaExhausted,
        429,
        r#"{"message":"Too many tokens per day, please wait before trying again."}"#,
    );
    by_status(QuotaExhausted, 402, "");
}

// R-5, R-31
#[test]
fn googles_quotas_tell_a_day_from_a_minute() {
    let body = |quota: &str| {
        serde_json::json!({"error": {
            "code": 429,
            "message": "You exceeded your current quota, please check your plan and billing details.",
            "status": "RESOURCE_EXHAUSTED",
            "details": [
                {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota}]},
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.07s"},
            ],
        }})
        .to_string()
    };
    let minute = body("GenerateRequestsPerMinutePerProjectPerModel-FreeTier");
    check(RateLimited, 429, &minute);
    assert_eq!(
        answer(429, &minute).retry_after(),
        Some(Duration::from_millis(34_070))
    );
    let day = body("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
    check(QuotaExhausted, 429, &day);
    assert_eq!(answer(429, &day).retry_after(), None);
    check(
        RateLimited,
        429,
        r#"{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}"#,
    );
}

// R-5, R-31
#[test]
fn rates_and_rooms() {
    check(
        RateLimited,
        429,
        r#"{"error":{"message":"Rate limit reached for m on requests per min (RPM): Limit 3, Used 3.","type":"requests","code":"rate_limit_exceeded"}}"#,
    );
    check(
        RateLimited,
        429,
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your rate limit"}}"#,
    );
    check(
        RateLimited,
        429,
        r#"{"error":{"code":"RateLimitReached","message":"m"}}"#,
    );
    check(
        RateLimited,
        429,
        r#"{"error":{"code":429,"message":"Provider returned error","metadata":{"raw":"m is temporarily rate-limited upstream."}}}"#,
    );
    check(
        RateLimited,
        429,
        r#"{"message":"You are using a Trial key, which is limited to 10 API calls / minute: too many requests"}"#,
    );
    check(
        Overloaded,
        529,
        r#"{"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"}}"#,
    );
    check(
        Overloaded,
        503,
        r#"{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}"#,
    );
    check(
        Overloaded,
        429,
        r#"{"error":{"type":"engine_overloaded_error","message":"m"}}"#,
    );
    check(
        Overloaded,
        429,
        r#"{"object":"error","type":"service_tier_capacity_exceeded","code":"3505","message":"m"}"#,
    );
    by_status(RateLimited, 429, "slow down");
    by_status(
        Overloaded,
        503,
        "<html><title>503 Service Unavailable</title></html>",
    );
    by_status(Overloaded, 498, "{}");
}

// R-5, R-31
#[test]
fn keys_and_rights() {
    check(
        Authentication,
        400,
        r#"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
    );
    check(
        Authentication,
        401,
        r#"{"error":{"message":"Authentication Fails","type":"authentication_error","code":"invalid_request_error"}}"#,
    );
    check(
        Authentication,
        401,
        r#"{"error":{"code":"401","message":"Access denied due to invalid subscription key."}}"#,
    );
    check(
        Authentication,
        400,
        r#"{"code":"invalid-argument","error":"Incorrect API key provided."}"#,
    );
    check(Authentication, 401, r#"{"detail":"Invalid API Key"}"#);
    by_status(
        Authentication,
        401,
        r#"{"error":{"message":"Unauthorized","type":"api_error"}}"#,
    );
    check(
        Permission,
        403,
        r#"{"error":{"code":403,"message":"m","status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED"}]}}"#,
    );
    check(
        Permission,
        403,
        r#"{"type":"error","error":{"type":"permission_error","message":"m"}}"#,
    );
    check(
        Permission,
        400,
        r#"{"error":{"code":400,"message":"$template","status":"FAILED_PRECONDITION","details":[{"detail":"User location is not supported for the API use."}]}}"#,
    );
    by_status(
        Permission,
        403,
        r#"{"error":{"message":"You are not allowed to sample from this model","type":"invalid_request_error"}}"#,
    );
}

// R-5, R-31
#[test]
fn filters() {
    check(
        ContentFiltered,
        400,
        r#"{"error":{"message":"m","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
    );
    check(
        ContentFiltered,
        400,
        r#"{"error":{"message":"m","code":null,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
    );
    check(
        ContentFiltered,
        403,
        r#"{"error":{"code":403,"message":"Provider returned error","metadata":{"raw":"{\"error\":\"Content violates usage guidelines.\"}"}}}"#,
    );
    check(
        ContentFiltered,
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}"#,
    );
    check(
        ContentFiltered,
        400,
        r#"{"error":{"message":"Content Exists Risk","type":"invalid_request_error"}}"#,
    );
    check(
        ContentFiltered,
        400,
        r#"{"error":{"code":"data_inspection_failed","message":"m"}}"#,
    );
    check(
        ContentFiltered,
        403,
        r#"{"error":{"code":403,"message":"m requires moderation. Your input was flagged."}}"#,
    );
    check(
        ContentFiltered,
        400,
        r#"{"message":"The guardrail blocked the request"}"#,
    );
}

// R-5, R-31
#[test]
fn models_that_are_not_there() {
    check(
        NotFound,
        404,
        r#"{"error":{"message":"The model `m` does not exist or you do not have access to it.","code":"model_not_found"}}"#,
    );
    check(
        NotFound,
        400,
        r#"{"error":{"message":"The requested model 'm' does not exist.","code":null}}"#,
    );
    check(
        NotFound,
        404,
        r#"{"type":"error","error":{"type":"not_found_error","message":"model: m"}}"#,
    );
    check(
        NotFound,
        400,
        r#"{"message":"The provided model identifier is invalid."}"#,
    );
    check(
        NotFound,
        400,
        r#"{"error":{"code":400,"message":"a/b is not a valid model ID"}}"#,
    );
    check(
        NotFound,
        400,
        r#"{"error":{"message":"The supported API model names are a or b, but you passed c.","type":"invalid_request_error"}}"#,
    );
    check(NotFound, 404, r#"{"error":"model 'm:latest' not found"}"#);
    check(
        NotFound,
        400,
        r#"{"object":"error","type":"invalid_model","code":"1500","message":"Invalid model: m"}"#,
    );
    by_status(NotFound, 405, "");
    by_status(NotFound, 410, "");
}

// R-5, R-31
#[test]
fn the_rest_is_the_requests_or_the_providers_fault() {
    check(
        InvalidRequest,
        400,
        r#"{"error":{"message":"m","type":"invalid_request_error"}}"#,
    );
    check(
        InvalidRequest,
        422,
        r#"{"error":{"code":"Invalid input","message":"invalid input error","status":422}}"#,
    );
    by_status(InvalidRequest, 400, "");
    by_status(
        InvalidRequest,
        501,
        r#"{"error":{"code":501,"message":"m","type":"not_supported_error"}}"#,
    );
    check(
        Server,
        500,
        r#"{"error":{"message":"m","type":"server_error"}}"#,
    );
    check(
        Server,
        502,
        r#"{"error":{"message":"Provider returned error","code":502}}"#,
    );
    check(
        Server,
        400,
        r#"{"error":{"message":"m","type":"invalid_request_error","code":"tool_use_failed"}}"#,
    );
    check(
        Server,
        504,
        r#"{"type":"error","error":{"type":"timeout_error","message":"m"}}"#,
    );
    check(Server, 524, "{}");
    check(Server, 408, "{}");
}

// R-5
#[test]
fn the_names_of_aws_mean_the_same_as_header_and_as_frame() {
    let body = br#"{"message":"m"}"#;
    let cases = [
        (
            "ValidationException",
            "validationException",
            InvalidRequest,
            400,
        ),
        (
            "ThrottlingException",
            "throttlingException",
            RateLimited,
            429,
        ),
        (
            "InternalServerException",
            "internalServerException",
            Server,
            500,
        ),
        (
            "ServiceUnavailableException",
            "serviceUnavailableException",
            Overloaded,
            503,
        ),
        (
            "ModelStreamErrorException",
            "modelStreamErrorException",
            Server,
            424,
        ),
        (
            "ModelTimeoutException",
            "modelTimeoutException",
            Server,
            408,
        ),
        (
            "AccessDeniedException",
            "accessDeniedException",
            Permission,
            403,
        ),
        (
            "ServiceQuotaExceededException",
            "serviceQuotaExceededException",
            QuotaExhausted,
            400,
        ),
        (
            "UnrecognizedClientException",
            "unrecognizedClientException",
            Authentication,
            403,
        ),
    ];
    for (header, frame, kind, status) in cases {
        let name = format!("{header}:http://internal.example/coral/");
        let headers = [("x-amzn-errortype", name.as_str())];
        let error = response(&Failure::new(status, body).with_headers(&headers), now());
        assert_eq!((error.kind(), error.code()), (kind, Some(header)));
        let error = in_stream(body, Some(frame));
        assert_eq!((error.kind(), error.code()), (kind, Some(frame)));
    }
}
