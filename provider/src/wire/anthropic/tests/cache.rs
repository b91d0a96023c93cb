use windlass_core::{
    Abilities, Ability, Assistant, Breakpoint, CachePolicy, CacheTime, Conversation, HostedTool,
    JsonText, Options, Profile, Request, Schema, ToolSpec, Tools, Unsupported,
};

use super::{CODEC, encode_to, refused};
use crate::codec::{Codec, Encode, encoding_key};
use crate::wire::anthropic::Anthropic;
use crate::wire::testkit::model;

const SHORT: &str = r#","cache_control":{"type":"ephemeral"}}"#;
const HOUR: &str = r#","cache_control":{"type":"ephemeral","ttl":"1h"}}"#;

fn request(policy: CachePolicy) -> Request {
    let mut conversation = Conversation::from("Oslo?");
    conversation
        .push_assistant(Assistant::new("Cold."))
        .unwrap();
    conversation.push_user("Rome?").unwrap();
    let tools = ["look", "ask"].map(|name| ToolSpec::new(name, "", Schema::empty_object()));
    Request::new(conversation)
        .with_instructions("First.")
        .with_instructions("Second.")
        .with_tools(tools)
        .with_options(Options::new().with_cache(policy))
}

/// Checks which texts and tools stand right before a marker.
fn check(request: &Request, marker: &str, expected: &[&str]) {
    let body = encode_to(&CODEC, "m-1", request).unwrap();
    let mut marked = Vec::new();
    for (at, _) in body.match_indices(marker) {
        let names = ["\"text\":\"", "\"name\":\""].map(|member| {
            let start = body[..at].rfind(member).map(|start| start + member.len());
            start.unwrap_or_default()
        });
        let start = names.into_iter().max().unwrap_or_default();
        marked.push(body[start..].split('"').next().unwrap_or_default());
    }
    assert_eq!(marked, expected, "{body}");
    assert_eq!(
        body.matches("cache_control").count(),
        marked.len(),
        "{body}"
    );
}

// R-27
#[test]
fn the_stable_parts_are_marked_by_themselves() {
    check(&request(CachePolicy::Off), SHORT, &[]);
    check(
        &request(CachePolicy::Auto(CacheTime::Short)),
        SHORT,
        &["ask", "Second.", "Rome?"],
    );
    check(
        &request(CachePolicy::Auto(CacheTime::Hour)),
        HOUR,
        &["ask", "Second.", "Rome?"],
    );
}

// R-27
#[test]
fn places_can_be_marked_by_hand_but_no_more_than_four() {
    let places = vec![
        Breakpoint::Instructions(0, CacheTime::Short),
        Breakpoint::Message(0, CacheTime::Short),
        Breakpoint::Message(1, CacheTime::Short),
    ];
    check(
        &request(CachePolicy::Marked(places.clone())),
        SHORT,
        &["First.", "Oslo?", "Cold."],
    );
    let mut many = places;
    many.extend([
        Breakpoint::Tools(CacheTime::Short),
        Breakpoint::Message(2, CacheTime::Short),
    ]);
    let many = request(CachePolicy::Marked(many));
    assert_eq!(refused(&many), "cache");
    let options = many.options.clone().with_unsupported(Unsupported::Warn);
    check(
        &many.clone().with_options(options),
        SHORT,
        &["ask", "First.", "Cold.", "Rome?"],
    );
}

// R-22
#[test]
fn a_place_that_is_not_there_is_refused() {
    for place in [
        Breakpoint::Instructions(2, CacheTime::Short),
        Breakpoint::Message(7, CacheTime::Short),
    ] {
        assert_eq!(refused(&request(CachePolicy::Marked(vec![place]))), "cache");
    }
}

// R-27
#[test]
fn markers_of_the_user_count_too() {
    let marked = r#"{"type":"web_search_20250305","name":"web_search","cache_control":{"type":"ephemeral"}}"#;
    let hosted = || HostedTool::new(JsonText::parse(marked).unwrap());
    let mut request = request(CachePolicy::Auto(CacheTime::Hour));
    request.tools = Tools::new(None::<ToolSpec>, [hosted()]);
    let body = encode_to(&CODEC, "m-1", &request).unwrap();
    assert_eq!(body.matches("cache_control").count(), 3, "{body}");
    request
        .options
        .extra
        .insert("cache_control".into(), "auto".into());
    request.tools = Tools::new(None::<ToolSpec>, [hosted(), hosted()]);
    request.options.unsupported = Some(Unsupported::Warn);
    let body = encode_to(&CODEC, "m-1", &request).unwrap();
    assert_eq!(body.matches("cache_control").count(), 4, "{body}");
}

// R-22
#[test]
fn a_host_or_model_that_does_not_cache_so_is_not_asked_to() {
    let short: Anthropic = CODEC.without_hour_cache();
    let mut request = request(CachePolicy::Auto(CacheTime::Hour));
    assert_eq!(
        encode_to(&short, "m-1", &request).unwrap_err().code(),
        Some("cache")
    );
    request.options.unsupported = Some(Unsupported::Warn);
    assert!(encode_to(&short, "m-1", &request).unwrap().contains(SHORT));
    let abilities = Abilities::unknown().with(Ability::Caching, false);
    let profile = Profile::new(model()).with_abilities(abilities);
    let key = encoding_key(&CODEC, &profile);
    let wire = CODEC
        .encode(&Encode::new(&request, &profile, &key))
        .unwrap();
    assert!(
        !String::from_utf8(wire.body)
            .unwrap()
            .contains("cache_control")
    );
}
