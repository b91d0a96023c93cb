use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;

use super::*;

/// The moment and the keys of the examples that AWS publishes.
const TIME: u64 = 1_440_938_160;
const KEY_ID: &str = "AKIDEXAMPLE";
const KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const HOST: &str = "example.amazonaws.com";

fn headers_of(
    request: &SigningRequest<'_>,
    token: Option<&str>,
    service: &str,
) -> Vec<(&'static str, String)> {
    let mut credentials = Credentials::new(KEY_ID, KEY);
    credentials.session_token = token.map(Secret::from);
    let scope = Scope::new("us-east-1", service);
    let time = UNIX_EPOCH + Duration::from_secs(TIME);
    sign(request, &credentials, &scope, time)
        .into_iter()
        .map(|(name, value)| (name, value.expose().to_owned()))
        .collect()
}

fn check(request: &SigningRequest<'_>, signed: &str, signature: &str) {
    assert_eq!(
        headers_of(request, None, "service"),
        [
            ("x-amz-date", "20150830T123600Z".to_owned()),
            (
                "authorization",
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                     SignedHeaders={signed}, Signature={signature}"
                )
            ),
        ],
        "{request:?}"
    );
}

#[test]
fn the_published_examples_are_signed_as_published() {
    let plain = "host;x-amz-date";
    let get = |path| SigningRequest::new("GET", HOST, path);
    let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
    for same in ["/", "//", "/./", "/example/..", "/one/two/../.."] {
        check(&get(same), plain, vanilla);
    }
    check(
        &SigningRequest::new("POST", HOST, "/"),
        plain,
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    );
    check(
        &get("/").with_query("Param2=value2&Param1=value1"),
        plain,
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    );
}

//
#[test]
fn the_keys_are_never_shown() {
    let credentials = Credentials::new(KEY_ID, KEY).with_session_token("token-hidden");
    let shown = format!("{credentials:?}");
    assert!(!shown.contains(KEY) && !shown.contains("hidden"), "{shown}");
    let headers = sign(
        &SigningRequest::new("GET", HOST, "/"),
        &credentials,
        &Scope::new("us-east-1", "service"),
        UNIX_EPOCH,
    );
    let shown = format!("{headers:?}");
    assert!(
        !shown.contains("Signature") && !shown.contains("hidden"),
        "{shown}"
    );
}

/// What the vendor's own crate adds to the same request.
fn vendor(request: &SigningRequest<'_>, token: Option<&str>) -> Vec<(String, String)> {
    use aws_credential_types::Credentials as VendorCredentials;
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings};
    use aws_sigv4::sign::v4;

    let identity =
        VendorCredentials::new(KEY_ID, KEY, token.map(str::to_owned), None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("bedrock")
        .time(UNIX_EPOCH + Duration::from_secs(TIME))
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let query = if request.query.is_empty() {
        String::new()
    } else {
        format!("?{}", request.query)
    };
    let url = format!("https://{}{}{query}", request.host, request.path);
    let signable = SignableRequest::new(
        request.method,
        url,
        request.headers.iter().copied(),
        SignableBody::Bytes(request.body),
    )
    .unwrap();
    let signed = aws_sigv4::http_request::sign(signable, &params).unwrap();
    let mut headers: Vec<_> = signed
        .output()
        .headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    headers.sort();
    headers
}

proptest! {
    #[test]
    fn the_vendors_crate_agrees(
        path in "(/[a-zA-Z0-9._~:%-]{0,9}){1,4}/?",
        query in "([a-zA-Z]{1,3}=[a-zA-Z0-9%. ~-]{0,4}(&[a-zA-Z]{1,3}=[a-z0-9]{0,3}){0,2})?",
        kind in "[a-z]{1,5}(  ?[a-z;=]{1,5}){0,2}",
        token in proptest::option::of("[a-zA-Z0-9/+=]{1,40}"),
        body in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let (path, query) = (path.replace('%', "%3A"), query.replace('%', "%2F").replace(' ', "%20"));
        let headers = [("x-zeta", "last"), ("Content-Type", kind.as_str()), ("accept", "*/*")];
        let request = SigningRequest::new("POST", HOST, &path)
            .with_query(&query)
            .with_headers(&headers)
            .with_body(&body);
        let mut ours: Vec<_> = headers_of(&request, token.as_deref(), "bedrock")
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        ours.sort();
        prop_assert_eq!(ours, vendor(&request, token.as_deref()));
    }
}
