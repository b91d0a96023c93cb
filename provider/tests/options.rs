//! No option is lost: every wire writes it, refuses it by its name, or leaves it out and says so.
#![cfg(feature = "bedrock")]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use windlass_core::{
    Abilities, Ability, Breakpoint, CachePolicy, CacheTime, Continuation, Document, Effort,
    ErrorKind, HostedTool, JsonText, Media, ModelError, ModelId, Options, OutputFormat,
    ParallelCalls, Profile, Reasoning, Request, Sampling, Schema, Source, ToolChoice, ToolSpec,
    Tools, Unsupported, User, UserPart,
};
use windlass_provider::codec::{Encode, WireRequest, encoding_key};
use windlass_provider::host::Host;
use windlass_provider::hosts;

/// Models of one wire that are told things in different ways.
const MODELS: &[(&str, &[&str])] = &[
    (
        "anthropic",
        &[
            "claude-3-5-haiku-latest",
            "claude-sonnet-4-5",
            "claude-opus-4-6",
        ],
    ),
    ("gemini", &["gemini-2.5-flash", "gemini-3-pro-preview"]),
    ("openai", &["gpt-4o", "gpt-5", "gpt-5.2"]),
    (
        "bedrock",
        &[
            "anthropic.claude-3-5-haiku-20241022-v1:0",
            "anthropic.claude-sonnet-4-5-20250929-v1:0",
            "anthropic.claude-opus-4-6-v1",
            "amazon.nova-micro-v1:0",
            "amazon.nova-2-lite-v1:0",
            "openai.gpt-oss-120b-1:0",
            "meta.llama3-1-8b-instruct-v1:0",
        ],
    ),
];

fn sampling(sampling: Sampling) -> Options {
    Options::new().with_sampling(sampling)
}

fn reasoning(reasoning: Reasoning) -> Options {
    Options::new().with_reasoning(reasoning)
}

/// Every option that is no wire's default, by its name.
fn options() -> Vec<(&'static str, Options)> {
    let marks = vec![Breakpoint::Message(0, CacheTime::Short)];
    let shape = Schema::from_json(r#"{"type":"object","properties":{"city":{"type":"string"}}}"#);
    let schema = OutputFormat::Schema {
        name: "place".into(),
        schema: shape.unwrap(),
    };
    vec![
        (
            "temperature",
            sampling(Sampling::new().with_temperature(0.25)),
        ),
        ("top_p", sampling(Sampling::new().with_top_p(0.5))),
        ("top_k", sampling(Sampling::new().with_top_k(7))),
        (
            "frequency_penalty",
            sampling(Sampling::new().with_frequency_penalty(0.5)),
        ),
        (
            "presence_penalty",
            sampling(Sampling::new().with_presence_penalty(0.5)),
        ),
        ("seed", sampling(Sampling::new().with_seed(11))),
        ("stop", sampling(Sampling::new().with_stop(["END"]))),
        (
            "max_output_tokens",
            sampling(Sampling::new().with_max_output_tokens(8_765)),
        ),
        (
            "tool_choice",
            Options::new().with_tool_choice(ToolChoice::None),
        ),
        (
            "tool_choice",
            Options::new().with_tool_choice(ToolChoice::Required),
        ),
        (
            "tool_choice",
            Options::new().with_tool_choice(ToolChoice::Tool("weather".into())),
        ),
        (
            "parallel_calls",
            Options::new().with_parallel_calls(ParallelCalls::Forbid),
        ),
        ("reasoning", reasoning(Reasoning::effort(Effort::Minimal))),
        ("reasoning", reasoning(Reasoning::effort(Effort::Low))),
        ("reasoning", reasoning(Reasoning::effort(Effort::High))),
        ("reasoning", reasoning(Reasoning::effort(Effort::Max))),
        ("reasoning", reasoning(Reasoning::budget(4_321))),
        ("output", Options::new().with_output(OutputFormat::Json)),
        ("output", Options::new().with_output(schema)),
        (
            "cache",
            Options::new().with_cache(CachePolicy::Marked(marks)),
        ),
        (
            "continuation",
            Options::new().with_continuation(Continuation::Stored),
        ),
        ("user", Options::new().with_user("user-17")),
        ("metadata", Options::new().with_metadata("team", "blue")),
        ("extra", Options::new().with_extra("windlass_extra", "yes")),
    ]
}

fn request(with_tools: bool) -> Request {
    let tool = ToolSpec::new("weather", "The weather now.", Schema::empty_object());
    Request::new("How warm is it in Rome?")
        .with_instructions("Be brief.")
        .with_tools(with_tools.then_some(tool))
}

fn encode(host: &Host, profile: &Profile, request: &Request) -> Result<WireRequest, ModelError> {
    let key = encoding_key(host.codec, profile);
    host.codec.encode(&Encode::new(request, profile, &key))
}

/// What differs in a request, and is not the answer that it asks for.
fn sent(wire: &WireRequest) -> (&str, &[u8], usize) {
    (&wire.path, &wire.body, wire.headers.len())
}

fn profiles(host: &Host) -> Vec<Profile> {
    let own = MODELS.iter().find(|(name, _)| *name == host.name);
    let names = own.map_or(&["model-1"][..], |(_, names)| names);
    let plain = names
        .iter()
        .map(|name| Profile::new(ModelId::new(host.name, *name)));
    let able = |abilities: Abilities, ability| abilities.with(ability, false);
    let none = [
        Ability::Tools,
        Ability::ParallelCalls,
        Ability::Schema,
        Ability::Thinking,
        Ability::Caching,
        Ability::Sampling,
        Ability::Images,
        Ability::Audio,
        Ability::Video,
        Ability::Documents,
    ];
    let none = none.into_iter().fold(Abilities::unknown(), able);
    plain
        .flat_map(|plain| {
            let unable = plain.clone().with_abilities(none);
            [plain, unable]
        })
        .collect()
}

fn hosts() -> impl Iterator<Item = (&'static Host, Profile)> {
    let every = hosts::ALL.iter().copied();
    every.flat_map(|host| {
        profiles(host)
            .into_iter()
            .map(move |profile| (host, profile))
    })
}

/// What became of one option, as a complaint where it was lost.
fn lost(
    host: &Host,
    profile: &Profile,
    base: &Request,
    asked: &Request,
    name: &str,
) -> Option<String> {
    let with = |request: &Request, policy| {
        let options = request.options.clone().with_unsupported(policy);
        encode(host, profile, &request.clone().with_options(options))
    };
    let unable = if profile.abilities.has(Ability::Tools).is_some() {
        ", unable"
    } else {
        ""
    };
    let value = &asked.options;
    let place = format!("{}{unable}, `{name}` {value:?}", profile.id);
    let warned = match with(base, Unsupported::Warn) {
        Ok(warned) => warned,
        Err(error) => return Some(format!("{}{unable}: {error}", profile.id)),
    };
    match with(asked, Unsupported::Warn) {
        Err(error) => {
            return Some(format!(
                "{place}: refused though it may be left out: {error}"
            ));
        }
        Ok(wire) => {
            let told = wire.warnings.iter().any(|warning| warning.option == name);
            if sent(&wire) == sent(&warned) && !told {
                return Some(format!("{place}: lost without a warning"));
            }
        }
    }
    // What the model cannot do at all, its tools for instance, refuses every request here.
    let plain = with(base, Unsupported::Refuse).ok()?;
    match with(asked, Unsupported::Refuse) {
        Ok(wire) if sent(&wire) == sent(&plain) => Some(format!("{place}: lost")),
        Ok(wire) if !wire.warnings.is_empty() => Some(format!("{place}: {:?}", wire.warnings)),
        Ok(_) => None,
        Err(error) if error.kind() != ErrorKind::Unsupported => Some(format!("{place}: {error}")),
        Err(error) if error.code() != Some(name) => Some(format!("{place}: refused as {error}")),
        Err(_) => None,
    }
}

fn check(complaints: Vec<String>) {
    assert!(
        complaints.is_empty(),
        "{} lost:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

/// Without tools there are no calls to forbid.
fn says_nothing_without_tools(options: &Options) -> bool {
    options.tool_choice == Some(ToolChoice::None) || options.parallel_calls.is_some()
}

// R-22, R-87
#[test]
fn every_option_is_written_refused_or_left_out_with_a_warning() {
    let options = options();
    let mut complaints = Vec::new();
    for (host, profile) in hosts() {
        let base = request(profile.abilities.has(Ability::Tools) != Some(false));
        for (name, options) in &options {
            if base.tools.is_empty() && says_nothing_without_tools(options) {
                continue;
            }
            let asked = base.clone().with_options(options.clone());
            complaints.extend(lost(host, &profile, &base, &asked, name));
        }
    }
    check(complaints);
}

// R-22
#[test]
fn tools_are_written_refused_or_left_out_with_a_warning() {
    let json = JsonText::parse(r#"{"type":"web_search","name":"web_search"}"#).unwrap();
    let hosted = Tools::new([], [HostedTool::new(json)]);
    let base = request(false);
    let mut complaints = Vec::new();
    for (host, profile) in hosts() {
        let own = base.clone().with_tools(request(true).tools);
        complaints.extend(lost(host, &profile, &base, &own, "tools"));
        let hosted = base.clone().with_tools(hosted.clone());
        let as_own = lost(host, &profile, &base, &hosted, "tools");
        let as_hosted = lost(host, &profile, &base, &hosted, "hosted_tools");
        complaints.extend(as_own.and(as_hosted));
    }
    check(complaints);
}

/// Something that a user may send beside words.
struct Sent {
    /// The names of what a wire may not take of it.
    names: &'static [&'static str],
    /// What a body has that says it, on one wire or another.
    marks: &'static [&'static str],
    part: UserPart,
}

impl Sent {
    fn new(
        names: &'static [&'static str],
        marks: &'static [&'static str],
        part: impl Into<UserPart>,
    ) -> Self {
        let part = part.into();
        Sent { names, marks, part }
    }
}

fn media() -> Vec<Sent> {
    let png = Media::from_bytes("image/png", b"content");
    let stored = UserPart::Image(Media::new("", Source::File("file-1".into())));
    let pdf = Media::from_bytes("application/pdf", b"content");
    let fetched = Media::from_url("audio/wav", "https://a.example/a.wav");
    let linked = Media::from_url("application/pdf", "https://a.example/b.pdf");
    let cited = Document::from_text("4 degrees").with_citations(true);
    const CONTENT: &[&str] = &["Y29udGVudA=="];
    vec![
        Sent::new(&["images"], CONTENT, png.clone()),
        Sent::new(&["images"], &["\"file-1\""], stored),
        Sent::new(&["detail", "images"], &["\"low\""], png.with_detail("low")),
        Sent::new(
            &["audio"],
            CONTENT,
            Media::from_bytes("audio/wav", b"content"),
        ),
        Sent::new(&["audio"], &["\"https://a.example/a.wav\""], fetched),
        Sent::new(
            &["video"],
            CONTENT,
            Media::from_bytes("video/mp4", b"content"),
        ),
        Sent::new(&["documents"], CONTENT, pdf),
        Sent::new(&["documents"], &["\"https://a.example/b.pdf\""], linked),
        // Cohere cites all that is in its list.
        Sent::new(
            &["citations", "documents"],
            &["\"citations\":{", "\"documents\":["],
            cited,
        ),
    ]
}

/// What became of one part, as a complaint where it was lost.
fn lost_part(host: &Host, profile: &Profile, sent: &Sent) -> Option<String> {
    let place = format!("{}: {:?}", profile.id, sent.part);
    let request = |policy| {
        let options = Options::new().with_unsupported(policy);
        let user = User::new("What is it?").with(sent.part.clone());
        encode(host, profile, &Request::new(user).with_options(options))
    };
    let is_said = |wire: &WireRequest| {
        let body = String::from_utf8_lossy(&wire.body);
        sent.marks.iter().any(|mark| body.contains(mark))
    };
    let is_named = |name: &str| sent.names.contains(&name);
    let warned = match request(Unsupported::Warn) {
        Err(error) => {
            return Some(format!(
                "{place} is refused though it may be left out: {error}"
            ));
        }
        Ok(wire) => match (is_said(&wire), &wire.warnings[..]) {
            (true, []) => false,
            (false, [warning]) if is_named(&warning.option) => true,
            (_, warnings) => return Some(format!("{place} is lost, or not: {warnings:?}")),
        },
    };
    match request(Unsupported::Refuse) {
        Ok(wire) if !warned && is_said(&wire) => None,
        Err(error) if warned && error.code().is_some_and(is_named) => None,
        result => Some(format!("{place}: {result:?}")),
    }
}

// R-22
#[test]
fn media_are_written_refused_or_named_with_a_warning() {
    let mut complaints = Vec::new();
    for (host, profile) in hosts() {
        for sent in media() {
            complaints.extend(lost_part(host, &profile, &sent));
        }
    }
    check(complaints);
}
