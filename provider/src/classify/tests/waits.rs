use super::*;

fn headers(headers: &[(&str, &str)]) -> Option<f64> {
    let wait = with_headers(429, headers, "{}").retry_after();
    wait.map(|wait| wait.as_secs_f64())
}

// R-33
#[test]
fn headers_are_read_in_order() {
    assert_eq!(
        headers(&[("retry-after", "7"), ("retry-after-ms", "1500")]),
        Some(1.5)
    );
    assert_eq!(headers(&[("retry-after", "7")]), Some(7.0));
    assert_eq!(headers(&[("retry-after", "7.5")]), Some(7.5));
    assert_eq!(
        headers(&[("retry-after", "Fri, 02 Jan 2026 03:04:35 GMT")]),
        Some(30.0)
    );
    assert_eq!(
        headers(&[("retry-after", "Friday, 02-Jan-26 03:04:35 GMT")]),
        Some(30.0)
    );
    assert_eq!(
        headers(&[("retry-after", "Fri Jan  2 03:04:35 2026")]),
        Some(30.0)
    );
    assert_eq!(
        headers(&[("retry-after-ms", "0"), ("retry-after", "1")]),
        Some(1.0)
    );
}

// R-33
#[test]
fn negative_past_and_senseless_waits_are_none() {
    for value in [
        "-1",
        "0",
        "NaN",
        "inf",
        "1e300",
        "",
        "soon",
        "Fri, 02 Jan 2026 03:04:05 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 30 Feb 2027 00:00:00 GMT",
        "Fri, 02 Foo 2027 00:00:00 GMT",
        "Fri, 02 Jan 2027 24:00:00 GMT",
        "Fri, 02 Jan 2027 00:00:00 CET",
        "Fri, 02 Jan 20270 00:00:00 GMT",
        "Fri, +2 Jan 2027 00:00:00 GMT",
    ] {
        assert_eq!(headers(&[("retry-after", value)]), None, "{value}");
        assert_eq!(headers(&[("retry-after-ms", value)]), None, "{value}");
    }
}

// R-33
#[test]
fn dates_are_exact() {
    let seconds = |text| {
        let time: Option<SystemTime> = date::parse(text);
        time.map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_secs())
    };
    assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
    assert_eq!(seconds("Sunday, 06-Nov-94 08:49:37 GMT"), Some(784_111_777));
    assert_eq!(seconds("Sun Nov  6 08:49:37 1994"), Some(784_111_777));
    assert_eq!(
        seconds("Thu, 29 Feb 2024 00:00:00 GMT"),
        Some(1_709_164_800)
    );
    assert_eq!(
        seconds("Fri, 31 Dec 9999 23:59:59 GMT"),
        Some(253_402_300_799)
    );
    assert_eq!(seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
    assert_eq!(seconds("Sat, 29 Feb 2100 00:00:00 GMT"), None);
}

// R-33
#[test]
fn the_words_of_a_body_are_the_last_resort() {
    let cases = [
        ("Please try again in 1m2.5s.", Some(62.5)),
        ("Please try again in 20ms. Visit", Some(0.02)),
        ("Please try again in 7m12s", Some(432.0)),
        ("Please retry in 48.939935699s.", Some(48.939_935_699)),
        ("Please retry after 26 seconds.", Some(26.0)),
        ("try again in 1 hour and", Some(3600.0)),
        ("try again in a moment", None),
        ("try again in 5 parsecs", None),
        ("try again in 0s", None),
        ("wait", None),
    ];
    for (message, wait) in cases {
        let body =
            serde_json::json!({"error": {"message": message, "code": "rate_limit_exceeded"}});
        let body = body.to_string();
        let seconds = |error: ModelError| error.retry_after().map(|wait| wait.as_secs_f64());
        assert_eq!(seconds(answer(429, &body)), wait, "{message}");
        assert_eq!(seconds(in_stream(body.as_bytes(), None)), wait, "{message}");
        assert_eq!(
            seconds(with_headers(429, &[("retry-after", "3")], &body)),
            Some(3.0)
        );
    }
    let wrong = r#"{"error":{"message":"bad, retry in 5s","code":"invalid_value"}}"#;
    assert_eq!(answer(400, wrong).retry_after(), None);
    let plan = r#"{"error":{"type":"usage_limit_reached","message":"m","resets_in_seconds":90}}"#;
    assert_eq!(
        answer(429, plan).retry_after(),
        Some(Duration::from_secs(90))
    );
}

// R-33
#[test]
fn limits_that_are_used_up_say_when_they_are_back() {
    let limits = |requests, tokens| {
        headers(&[
            ("x-ratelimit-remaining-requests", requests),
            ("x-ratelimit-reset-requests", "20m9.6s"),
            ("x-ratelimit-remaining-tokens", tokens),
            ("x-ratelimit-reset-tokens", "5.42s"),
        ])
    };
    assert_eq!(limits("5", "0"), Some(5.42));
    assert_eq!(limits("0", "0"), Some(1209.6));
    assert_eq!(limits("5", "7"), None);
    let reset = "1767323105000";
    assert_eq!(
        headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset)]),
        Some(60.0)
    );
    let body = r#"{"error":{"message":"m","code":429,"metadata":{"headers":{"X-RateLimit-Reset":"1767323105000"}}}}"#;
    assert_eq!(
        answer(429, body).retry_after(),
        Some(Duration::from_secs(60))
    );
}
