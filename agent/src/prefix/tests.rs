use serde_json::json;
use windlass_core::{
    Assistant, HostedTool, JsonText, ModelId, Options, ParallelCalls, Reasoning, Request, Schema,
    ToolChoice, ToolSpec, Tools, Usage,
};

use super::*;

fn model() -> ModelId {
    ModelId::new("test", "m")
}

fn spec(name: &'static str, description: &'static str) -> ToolSpec {
    ToolSpec::new(name, description, Schema::empty_object())
}

fn hosted(name: &str) -> HostedTool {
    HostedTool::new(JsonText::of(&json!({ "type": name })).unwrap())
}

fn request() -> Request {
    let mut request = Request::new("First?")
        .with_instructions("One.")
        .with_instructions("Two.")
        .with_tools(Tools::new(
            [spec("a", ""), spec("b", "")],
            [hosted("search")],
        ));
    request
        .conversation
        .push_assistant(Assistant::new("Well."))
        .unwrap();
    request.conversation.push_user("Second?").unwrap();
    request
}

/// A guard of a provider that says what it reads from its cache.
fn guard() -> PrefixGuard {
    let mut guard = PrefixGuard::new();
    guard.asking(&model(), &request());
    guard.answered(0, Usage::UNKNOWN.with_cache_read(0));
    guard
}

#[test]
fn nothing_is_compared_while_nobody_caches() {
    let mut guard = PrefixGuard::new();
    for instructions in ["One.", "Two."] {
        let request = Request::new("First?").with_instructions(instructions);
        guard.asking(&model(), &request);
        assert_eq!(guard.answered(1, Usage::UNKNOWN.with_input(10)), None);
        assert!(guard.prior.is_none());
    }
}

/// What the guard says of a request that follows [`request`].
fn check(change: impl FnOnce(&mut Request), expected: Option<PrefixSection>) {
    let mut guard = guard();
    guard.asking(&model(), &request());
    assert_eq!(guard.answered(1, Usage::UNKNOWN), None);
    let mut next = request();
    change(&mut next);
    guard.asking(&model(), &next);
    let told = guard
        .answered(2, Usage::UNKNOWN)
        .and_then(|change| change.section);
    assert_eq!(told, expected);
    guard.asking(&model(), &next);
    assert_eq!(guard.answered(3, Usage::UNKNOWN), None, "it is told once");
}

// R-25
#[test]
fn the_first_part_that_changed_is_named() {
    let tool = |name: &'static str| Some(PrefixSection::Tool(name.into()));
    let tools = |specs: Vec<ToolSpec>| {
        move |next: &mut Request| {
            next.tools = Tools::new(specs, [hosted("search")]);
            next.instructions = ["Other.".into()].into();
        }
    };
    check(|_| {}, None);
    check(tools(vec![spec("a", "other"), spec("b", "")]), tool("a"));
    check(tools(vec![spec("a", "")]), tool("b"));
    check(
        tools(vec![spec("a", ""), spec("b", ""), spec("c", "")]),
        tool("c"),
    );
    check(tools(vec![spec("b", ""), spec("a", "")]), tool("b"));
    check(
        |next| next.tools = Tools::new([spec("a", ""), spec("b", "")], [hosted("maps")]),
        Some(PrefixSection::HostedTool(0)),
    );
    let blocks = |blocks: &'static [&'static str]| {
        move |next: &mut Request| {
            next.instructions = blocks.iter().map(|block| (*block).into()).collect();
            next.options.reasoning = Some(Reasoning::budget(1));
        }
    };
    check(
        blocks(&["One.", "2."]),
        Some(PrefixSection::Instructions(1)),
    );
    check(blocks(&["One."]), Some(PrefixSection::Instructions(1)));
    check(
        blocks(&["One.", "Two.", "Three."]),
        Some(PrefixSection::Instructions(2)),
    );
}

// R-25
#[test]
fn options_count_as_far_as_they_are_cached() {
    let option = |name: &'static str| Some(PrefixSection::Option(name.into()));
    let with = |options: Options| move |next: &mut Request| next.options = options;
    check(
        with(Options::new().with_tool_choice(ToolChoice::None)),
        option("tool_choice"),
    );
    check(
        with(Options::new().with_parallel_calls(ParallelCalls::Forbid)),
        option("parallel_calls"),
    );
    check(
        with(Options::new().with_reasoning(Reasoning::budget(1))),
        option("reasoning"),
    );
    check(
        with(Options::new().with_output(windlass_core::OutputFormat::Json)),
        option("output"),
    );
    check(with(Options::new().with_user("somebody")), None);
    check(with(Options::new().with_cache(CachePolicy::Off)), None);
}

// R-25
#[test]
fn messages_may_be_added_and_left_out_at_the_end_alone() {
    let message = |place| Some(PrefixSection::Message(place));
    check(|next| next.conversation.push_user("Third?").unwrap(), None);
    check(
        |next| next.conversation = windlass_core::Conversation::from("First?"),
        None,
    );
    check(
        |next| next.conversation = windlass_core::Conversation::from("1st?"),
        message(0),
    );
    let other = |next: &mut Request| {
        let replaced = next
            .conversation
            .replacing(|at, _| (at == 1).then(|| Assistant::new("Hm.").into()));
        next.conversation = replaced.unwrap();
    };
    check(other, message(1));
}

#[test]
fn another_model_has_another_cache() {
    let mut guard = guard();
    guard.asking(&model(), &request());
    guard.answered(1, Usage::UNKNOWN);
    guard.asking(&ModelId::new("test", "other"), &request());
    let change = guard.answered(1, Usage::UNKNOWN).expect("it changed");
    assert_eq!(change.section, Some(PrefixSection::Model));
    let written = serde_json::to_string(&change).unwrap();
    assert_eq!(written, r#"{"turn":1,"section":"model"}"#);
}

#[test]
fn it_neither_copies_the_conversation_nor_keeps_it_from_growing_in_place() {
    let mut guard = guard();
    let mut request = request();
    guard.asking(&model(), &request);
    let before = request.conversation.entries().as_ptr();
    request.conversation.push_user("Third?").unwrap();
    // A list that is shared is copied before it grows; this one has room for a fourth, and stays where it is.
    assert_eq!(request.conversation.entries().as_ptr(), before);
}
