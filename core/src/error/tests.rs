use super::*;

fn all_kinds() -> Vec<ErrorKind> {
    use ErrorKind as K;
    let mut kinds = vec![
        K::Authentication,
        K::Permission,
        K::NotFound,
        K::InvalidRequest,
        K::ContextOverflow,
        K::ContentFiltered,
        K::RateLimited,
        K::QuotaExhausted,
        K::Overloaded,
        K::Server,
        K::Truncated,
        K::Protocol,
        K::Unsupported,
        K::Cancelled,
    ];
    let clocks = [
        Clock::Connect,
        Clock::FirstOutput,
        Clock::Idle,
        Clock::Total,
        Clock::Queue,
    ];
    kinds.extend(clocks.map(K::Timeout));
    kinds.extend([Phase::Connect, Phase::Send, Phase::Receive].map(K::Connection));
    kinds
}

//
#[test]
fn an_error_carries_all_that_is_known() {
    let error = ModelError::new(ErrorKind::Server, "boom")
        .with_model(ModelId::new("openai", "gpt-5"))
        .with_status(500)
        .with_code("server_error")
        .with_request_id("req_1")
        .with_retry_after(Duration::from_millis(20))
        .with_attempt(2)
        .with_body("{}")
        .with_source(std::io::Error::other("reset"))
        .after_output()
        .in_stream();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert_eq!(error.message(), "boom");
    assert_eq!(
        error.model().map(ToString::to_string).as_deref(),
        Some("openai/gpt-5")
    );
    assert_eq!(
        (error.status(), error.code(), error.request_id()),
        (Some(500), Some("server_error"), Some("req_1"))
    );
    assert_eq!(
        (error.retry_after(), error.attempt()),
        (Some(Duration::from_millis(20)), Some(2))
    );
    assert!(error.is_after_output() && error.is_in_stream());
    assert_eq!(error.body(), Some("{}"));
    assert_eq!(
        error.source().map(ToString::to_string).as_deref(),
        Some("reset")
    );
    assert_eq!(
        error.to_string(),
        "openai/gpt-5: provider failed (status 500, `server_error`): boom"
    );
}

//
#[test]
fn a_body_is_bounded_at_a_char_border() {
    let body = "é".repeat(3000);
    let error = ModelError::new(ErrorKind::Server, "").with_body(&body);
    let kept = error.body().unwrap();
    assert_eq!(kept.len(), 2048);
    assert!(kept.chars().all(|c| c == 'é'));
    let odd = format!("a{body}");
    assert_eq!(
        ModelError::new(ErrorKind::Server, "")
            .with_body(&odd)
            .body()
            .unwrap()
            .len(),
        2047
    );
}

//
#[test]
fn quota_is_never_a_rate_limit_and_only_what_may_pass_is_transient() {
    assert!(ErrorKind::RateLimited.is_transient());
    assert!(!ErrorKind::QuotaExhausted.is_transient());
    let transient = all_kinds()
        .into_iter()
        .filter(|kind| kind.is_transient())
        .count();
    assert_eq!(transient, 4 + 5 + 3);
}

//
#[test]
fn every_kind_says_what_happened_and_what_to_do_in_a_line_of_its_own() {
    let mut texts = std::collections::HashSet::new();
    for kind in all_kinds() {
        let error = ModelError::new(kind, "");
        let hint = error.hint().to_owned();
        assert!(
            !hint.is_empty() && !hint.contains('\n') && !hint.ends_with('.'),
            "{hint}"
        );
        assert!(texts.insert(error.to_string()), "{kind:?} shares its text");
    }
    let own =
        ModelError::new(ErrorKind::Authentication, "no key").with_hint("set `OPENAI_API_KEY`");
    assert_eq!(own.hint(), "set `OPENAI_API_KEY`");
}

//
#[test]
fn a_secret_is_taken_out_of_every_text() {
    let told = |what: &str| format!("{what} sk-123.");
    let error = ModelError::new(ErrorKind::Authentication, told("message"))
        .with_code(told("code"))
        .with_request_id(told("id"))
        .with_body(&told("body"))
        .with_hint(told("hint"))
        .without_secret("sk-123");
    let shown = format!(
        "{error} {error:?} {} {:?}",
        error.hint(),
        error.request_id()
    );
    assert!(!shown.contains("sk-123"), "{shown}");
    assert_eq!(shown.matches("***").count(), 8, "{shown}");
    assert_eq!(
        ModelError::new(ErrorKind::Server, "a")
            .without_secret("")
            .message(),
        "a"
    );
}
