use std::time::{Duration, SystemTime, UNIX_EPOCH};

use windlass_core::ErrorKind::{
    self, Authentication, ContentFiltered, ContextOverflow, InvalidRequest, NotFound, Overloaded,
    Permission, QuotaExhausted, RateLimited, Server,
};

use super::*;

mod kinds;
mod recorded;
mod waits;

/// 2026-01-02 03:04:05 UTC.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_323_045)
}

fn answer(status: u16, body: &str) -> ModelError {
    response(&Failure::new(status, body.as_bytes()), now())
}

fn with_headers(status: u16, headers: &[(&str, &str)], body: &str) -> ModelError {
    response(
        &Failure::new(status, body.as_bytes()).with_headers(headers),
        now(),
    )
}

// R-30
#[test]
fn an_error_carries_what_the_provider_says() {
    let body = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_7"}"#;
    let error = answer(529, body);
    assert_eq!(error.kind(), Overloaded);
    assert_eq!(error.message(), "Overloaded");
    assert_eq!(error.code(), Some("overloaded_error"));
    assert_eq!(error.status(), Some(529));
    assert_eq!(error.request_id(), Some("req_7"));
    assert_eq!(error.body(), Some(body));
    assert!(!error.is_in_stream());
}

// R-30
#[test]
fn the_code_is_the_most_specific_word() {
    let cases = [
        (
            r#"{"error":{"code":"a_code","type":"a_type","message":"m"}}"#,
            Some("a_code"),
        ),
        (
            r#"{"error":{"code":null,"type":"a_type","message":"m"}}"#,
            Some("a_type"),
        ),
        (
            r#"{"error":{"code":400,"type":"a_type","message":"m"}}"#,
            Some("a_type"),
        ),
        (r#"{"error":{"code":"400","message":"m"}}"#, None),
        (r#"{"error":{"code":422,"message":"m"}}"#, Some("422")),
        (
            r#"{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"m","details":[{"reason":"A_REASON"}]}}"#,
            Some("A_REASON"),
        ),
        (
            r#"{"code":"3051","type":"invalid_args","message":"m"}"#,
            Some("3051"),
        ),
        (
            r#"{"error":{"message":"m","code":502,"metadata":{"raw":"{\"error\":{\"code\":\"inner\",\"message\":\"n\"}}"}}}"#,
            Some("inner"),
        ),
        (
            r#"{"__type":"com.amazon.coral.service#SomeException","message":"m"}"#,
            Some("SomeException"),
        ),
        (r#"{"detail":"m"}"#, None),
        ("m", None),
    ];
    for (body, code) in cases {
        assert_eq!(answer(400, body).code(), code, "{body}");
    }
}

// R-30
#[test]
fn the_message_is_found_in_every_envelope() {
    let cases = [
        (r#"{"error":{"message":"words"}}"#, "words"),
        (r#"{"error":"words"}"#, "words"),
        (r#"{"message":"words"}"#, "words"),
        (r#"{"Message":"words"}"#, "words"),
        (r#"{"detail":"words"}"#, "words"),
        (r#"[{"error":{"message":"words"}}]"#, "words"),
        (
            r#"{"object":"error","message":{"detail":[{"loc":["body","n"],"msg":"too small"}]}}"#,
            "body.n: too small",
        ),
        (
            r#"{"detail":[{"loc":["body","messages",0],"msg":"missing"},{"msg":"wrong"}]}"#,
            "body.messages.0: missing; wrong",
        ),
        (
            r#"{"message":"{\"error\":{\"message\":\"words\"}}"}"#,
            "words",
        ),
        (
            r#"{"type":"error","code":"x","message":"words","param":null}"#,
            "words",
        ),
        (
            r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"x","message":"words"}}}"#,
            "words",
        ),
        (
            r#"{"id":"resp_1","object":"response","status":"failed","error":{"code":"x","message":"words"}}"#,
            "words",
        ),
        (
            r#"{"error":{"message":"$template","details":[{"detail":"words"}]}}"#,
            "words",
        ),
        (
            r#"{"error":{"message":"outer","metadata":{"raw":"words"}}}"#,
            "words",
        ),
        (r#"{"error":"words \ud83d"}"#, "words \u{fffd}"),
        (
            "<html><head><title>502 Bad\n Gateway</title></head></html>",
            "502 Bad Gateway",
        ),
        ("<html></html>", "the host answered with a page for people"),
        (" plain words ", "plain words"),
        ("", "the host says no more"),
        ("null", "the host says no more"),
    ];
    for (body, message) in cases {
        assert_eq!(answer(400, body).message(), message, "{body}");
        assert_eq!(
            in_stream(body.as_bytes(), None).message(),
            message,
            "{body}"
        );
    }
}

#[test]
fn envelopes_without_end_are_cut() {
    let deep = format!("{}\"x\"{}", r#"{"error":"#.repeat(100), "}".repeat(100));
    assert_eq!(answer(500, &deep).kind(), Server);
    let mut text = "\"x\"".to_owned();
    for _ in 0..10 {
        text = serde_json::json!({ "message": text }).to_string();
    }
    assert_eq!(answer(500, &text).kind(), Server);
}

// R-30
#[test]
fn a_message_is_bounded_without_cutting_a_character() {
    let body = format!("a{}", "é".repeat(5000));
    let error = answer(500, &body);
    assert!(error.message().len() <= 1024 + '…'.len_utf8());
    assert!(error.message().ends_with("é…"));
    assert!(error.body().unwrap().len() <= 2048);
}

// R-30
#[test]
fn the_request_id_is_that_of_the_provider() {
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, Option<&'a str>);
    let cases: [Case<'_>; 6] = [
        (
            &[("cf-ray", "ray"), ("x-request-id", "req")],
            "{}",
            Some("req"),
        ),
        (&[("x-amzn-requestid", "aws")], "{}", Some("aws")),
        (&[("cf-ray", "ray")], "{}", Some("ray")),
        (&[], r#"{"id":"c-1","message":"m"}"#, Some("c-1")),
        (
            &[],
            r#"{"id":"gen-1","object":"chat.completion","message":"m"}"#,
            None,
        ),
        (&[], r#"{"error":{"message":"m"},"request_id":null}"#, None),
    ];
    for (headers, body, id) in cases {
        assert_eq!(with_headers(400, headers, body).request_id(), id, "{body}");
    }
}

// R-18
#[test]
fn a_redirect_is_an_error_that_names_its_target() {
    let error = with_headers(
        307,
        &[("location", "https://other.example/v1?key=a1b2c3d4e5")],
        "",
    );
    assert_eq!(error.kind(), NotFound);
    assert_eq!(
        error.message(),
        "the host redirects to `https://other.example/v1?key=***`"
    );
    assert!(error.hint().contains("base URL"));
    assert_eq!(
        answer(302, "").message(),
        "the host redirects without saying where"
    );
}

// R-18
#[test]
fn keys_are_masked() {
    let cases = [
        ("Incorrect key: sk-proj-abcd1234EFGH", "Incorrect key: ***"),
        ("AIzaSyA1234567890abcdefghij is bad", "*** is bad"),
        (
            r#"{"authorization":"Bearer abc123def456"}"#,
            r#"{"authorization":"Bearer ***"}"#,
        ),
        (
            r#"{\"x-api-key\": \"abcd1234efgh\"}"#,
            r#"{\"x-api-key\": \"***\"}"#,
        ),
        (
            "POST /v1?a=1&key=abcd1234efgh&b=2",
            "POST /v1?a=1&key=***&b=2",
        ),
        ("Credential=AKIAIOSFODNN7EXAMPLE/20260102", "Credential=***"),
        (
            "X-Amz-Security-Token=FwoGZXIvYXdzE12%2F",
            "X-Amz-Security-Token=***",
        ),
        ("gsk_abcdefgh and hf_abcdefgh", "*** and ***"),
    ];
    for (text, masked) in cases {
        assert_eq!(redact(text), masked);
    }
}

// R-18
#[test]
fn words_and_numbers_are_no_keys() {
    let cases = [
        "invalid x-api-key",
        "the task-force asks for tokens: 12345678",
        "max_token: 123456789",
        "unknown key: messages.0.content.1.text",
        "Signature expired: 20251117T063822Z is now earlier",
        "a bearer token is missing",
        "key",
        "key=",
        "bearer ",
        "ключ sk-кириллица",
        "",
    ];
    for text in cases {
        assert_eq!(redact(text), text);
    }
}

// R-18
#[test]
fn the_key_that_was_sent_is_in_no_part_of_an_error() {
    let secret = "plain-words-only";
    let body = format!(r#"{{"error":{{"message":"no key {secret}","code":"bad_{secret}"}}}}"#);
    let failure = Failure::new(401, body.as_bytes()).with_secret(secret);
    let error = response(&failure, now());
    assert_eq!(error.message(), "no key ***");
    assert!(!format!("{error:?} {error} {failure:?}").contains(secret));
}

// R-34
#[test]
fn a_hint_says_what_to_do() {
    let hint = |status, body: &str| answer(status, body).hint().to_owned();
    let unsupported =
        r#"{"error":{"message":"m","param":"temperature","code":"unsupported_value"}}"#;
    assert!(hint(400, unsupported).contains("`temperature`"));
    assert!(
        hint(
            404,
            r#"{"error":{"message":"tools is not supported in this model"}}"#
        )
        .contains("leave the tools out")
    );
    assert!(
        hint(400, r#"{"error":{"code":"tool_use_failed","message":"m"}}"#).contains("try again")
    );
    assert!(
        hint(
            404,
            r#"{"error":{"code":"DeploymentNotFound","message":"m"}}"#
        )
        .contains("deployment")
    );
    assert!(hint(401, "{}").contains("key"));
}

#[test]
fn the_rows_of_the_tables_can_match() {
    for (_, fragments) in MESSAGES {
        assert!(!fragments.is_empty());
        for fragment in *fragments {
            assert_eq!(
                *fragment,
                fragment.to_lowercase(),
                "messages are compared in lower case"
            );
        }
    }
    let codes = [CERTAIN, CODES, VAGUE].concat();
    let codes: Vec<_> = codes.iter().flat_map(|(_, codes)| codes.iter()).collect();
    for (at, code) in codes.iter().enumerate() {
        let later = &codes[at + 1..];
        assert!(
            !later.iter().any(|other| is_same_word(code, other)),
            "`{code}` stands twice"
        );
    }
}
