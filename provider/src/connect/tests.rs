use windlass_core::{Abilities, Ability, Model, ModelId, Profile};

use super::*;
use crate::host::{Auth, KeyNeed};
use crate::wire::ollama::Ollama;

static WIRE: Ollama = Ollama::new();
const HOST: Host = Host::new("test", "https://{region}.test.example/{model}/v1", &WIRE)
    .with_key_vars(&["TEST_KEY", "TEST_KEY_2"])
    .with_settings(&[Setting::new("region", &["TEST_REGION"])]);

fn refusal(built: Result<Client, ConnectError>) -> (ConnectErrorKind, String, String) {
    let error = built.unwrap_err();
    (error.kind(), error.to_string(), error.hint().to_owned())
}

fn none(_: &str) -> Result<Option<String>, ConnectError> {
    Ok(None)
}

fn some(name: &str) -> Result<Option<String>, ConnectError> {
    Ok(match name {
        "TEST_KEY_2" => Some(" sk-2\n".to_owned()),
        "TEST_REGION" => Some("north-1".to_owned()),
        _ => None,
    })
}

//
#[test]
fn what_is_missing_is_named_with_what_to_do() {
    let (kind, what, hint) = refusal(connect("nobody/model"));
    assert_eq!(
        (kind, what.as_str()),
        (ConnectErrorKind::UnknownHost, "`nobody` is no known host")
    );
    assert!(
        hint.starts_with("the hosts are ") && hint.contains("anthropic"),
        "{hint}"
    );
    let (_, what, _) = refusal(connect("antropic/model"));
    assert_eq!(
        what,
        "`antropic` is no known host; did you mean `anthropic`?"
    );
    let (_, what, _) = refusal(connect("gpt-5"));
    assert_eq!(what, "`gpt-5` names no host: it must be `host/model`");
    let (kind, ..) = refusal(connect("ollama/"));
    assert_eq!(kind, ConnectErrorKind::NoModel);

    let without_key = Client::builder(HOST, "m")
        .from_variables(none)
        .and_then(|builder| builder.setting("region", "x").build());
    let (kind, what, hint) = refusal(without_key);
    assert_eq!(
        (kind, what.as_str()),
        (
            ConnectErrorKind::NoKey,
            "`test` wants a key, and there is none"
        )
    );
    assert_eq!(
        hint,
        "set `TEST_KEY` or `TEST_KEY_2`, or give it with `ClientBuilder::key`"
    );

    let (kind, what, hint) = refusal(Client::builder(HOST, "m").key("k").build());
    assert_eq!(
        (kind, what.as_str()),
        (
            ConnectErrorKind::NoSetting,
            "the address of `test` needs `region`"
        )
    );
    assert_eq!(
        hint,
        "set `TEST_REGION`, or give it with `ClientBuilder::setting(\"region\", …)`"
    );
}

//
#[test]
fn a_bad_base_url_is_an_error_without_what_may_be_a_key() {
    let (kind, what, _) = refusal(
        Client::builder(HOST, "m")
            .key("k")
            .base_url("https://user:sk-1@h/v1")
            .build(),
    );
    assert_eq!(kind, ConnectErrorKind::BadUrl);
    assert!(!what.contains("sk-1"), "{what}");
}

#[test]
fn variables_fill_in_what_was_not_given() {
    let client = Client::builder(HOST, "a/b")
        .from_variables(some)
        .unwrap()
        .build()
        .unwrap();
    let shown = format!("{client:?}");
    assert!(
        shown.contains("https://north-1.test.example/a%2Fb/v1"),
        "{shown}"
    );
    assert!(shown.contains("Key(***)"), "{shown}");
    let given = Client::builder(HOST, "m")
        .setting("region", "south-2")
        .from_variables(some)
        .unwrap()
        .build()
        .unwrap();
    assert!(format!("{given:?}").contains("https://south-2.test.example"));
}

#[test]
fn an_explicit_builder_reads_no_variable() {
    // A variable that every process has.
    let host = HOST.with_key_vars(&["PATH"]);
    let builder = || Client::builder(host, "m").setting("region", "x");
    let (kind, ..) = refusal(builder().build());
    assert_eq!(kind, ConnectErrorKind::NoKey);
    assert!(builder().from_env().and_then(ClientBuilder::build).is_ok());
}

#[test]
fn a_host_without_a_key_is_asked_without_one() {
    let home = HOST
        .with_key(KeyNeed::Optional)
        .with_auth(Auth::Header("x-key"));
    let client = Client::builder(home, "m")
        .setting("region", "x")
        .build()
        .unwrap();
    assert!(format!("{client:?}").contains("credentials: None"));
}

//
#[test]
fn the_users_word_about_the_model_wins() {
    let own = Profile::new(ModelId::new("anything", "else"))
        .with_context_window(1_000)
        .with_abilities(Abilities::unknown().with(Ability::Tools, false));
    let client = Client::builder(HOST, "m")
        .key("k")
        .setting("region", "x")
        .profile(own)
        .build()
        .unwrap();
    let profile = client.profile();
    assert_eq!(profile.id, ModelId::new("test", "m"));
    assert_eq!(profile.context_window, Some(1_000));
    assert_eq!(profile.abilities.has(Ability::Tools), Some(false));
}
