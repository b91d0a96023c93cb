use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{
    Ability, Effort, HostedTool, JsonText, Options, OutputFormat, Reasoning, Request, Schema,
    ToolChoice, ToolSpec, Tools,
};

use super::{City, profile};
use crate::output::{AnswerMode, Shape, Way};

fn tool(name: &'static str) -> ToolSpec {
    ToolSpec::new(name, "A tool.", Schema::empty_object())
}

type Known = &'static [(Ability, bool)];

#[test]
fn the_way_is_the_best_that_the_model_is_known_to_have() {
    use Ability::{Schema as Schemas, Tools};
    let plain = || Request::new("Hi");
    let armed = || plain().with_tools([tool("weather")]);
    let taken = || plain().with_tools([tool("final_answer")]);
    let mute = || armed().with_options(Options::new().with_tool_choice(ToolChoice::None));
    let cases: [(AnswerMode, Request, Known, Way); 12] = [
        (AnswerMode::Auto, plain(), &[], Way::Prompted),
        (AnswerMode::Auto, armed(), &[], Way::Tool),
        (AnswerMode::Auto, mute(), &[], Way::Prompted),
        (AnswerMode::Auto, taken(), &[(Tools, true)], Way::Prompted),
        (
            AnswerMode::Auto,
            plain(),
            &[(Schemas, true), (Tools, true)],
            Way::Native,
        ),
        (
            AnswerMode::Auto,
            plain(),
            &[(Schemas, false), (Tools, true)],
            Way::Tool,
        ),
        (AnswerMode::Auto, armed(), &[(Tools, false)], Way::Prompted),
        (AnswerMode::Tool, plain(), &[(Schemas, true)], Way::Tool),
        (AnswerMode::Tool, taken(), &[], Way::Prompted),
        (AnswerMode::Tool, mute(), &[], Way::Prompted),
        (
            AnswerMode::Native,
            plain(),
            &[(Schemas, false)],
            Way::Native,
        ),
        (
            AnswerMode::Prompted,
            armed(),
            &[(Schemas, true)],
            Way::Prompted,
        ),
    ];
    for (at, (mode, mut request, known, way)) in cases.into_iter().enumerate() {
        let shape = Shape::of::<City>().with_mode(mode);
        assert_eq!(
            shape.prepare(&mut request, &profile(known)),
            way,
            "case {at}"
        );
    }
}

#[test]
fn each_way_changes_what_it_needs_and_nothing_else() {
    let shape = Shape::of::<City>().with_name("city");
    let before = || {
        let hosted = JsonText::parse(r#"{"type":"search"}"#).expect("JSON");
        Request::new("Hi")
            .with_instructions("Be brief.")
            .with_tools(Tools::new([tool("weather")], [HostedTool::new(hosted)]))
    };
    let names = |request: &Request| {
        let names = request
            .tools
            .specs()
            .iter()
            .map(|spec| spec.name.to_string());
        names.collect::<Vec<_>>()
    };
    let prepared = |mode| {
        let mut request = before();
        shape
            .clone()
            .with_mode(mode)
            .prepare(&mut request, &profile(&[]));
        assert_eq!(request.conversation, before().conversation);
        assert_eq!(request.tools.hosted(), before().tools.hosted());
        request
    };

    let native = prepared(AnswerMode::Native);
    let output = OutputFormat::Schema {
        name: "city".into(),
        schema: Schema::of::<City>(),
    };
    assert_eq!(native.options, Options::new().with_output(output));
    assert_eq!(
        (names(&native), native.instructions.len()),
        (vec!["weather".to_owned()], 1)
    );

    let tool = prepared(AnswerMode::Tool);
    assert_eq!(
        (&tool.options, tool.instructions.len()),
        (&Options::new(), 1)
    );
    assert_eq!(names(&tool), ["weather", "city"]);
    assert_eq!(tool.tools.specs()[1].parameters, Schema::of::<City>());

    let prompted = prepared(AnswerMode::Prompted);
    assert_eq!(
        (&prompted.options, names(&prompted)),
        (&Options::new(), vec!["weather".to_owned()])
    );
    assert_eq!(prompted.instructions[0], "Be brief.");
    assert!(prompted.instructions[1].ends_with(Schema::of::<City>().as_json()));
}

// R-29
#[test]
fn the_answer_is_forced_where_the_model_can_call_nothing_else_and_does_not_think() {
    let thinking = |effort| Options::new().with_reasoning(Reasoning::effort(effort));
    let named = || Options::new().with_tool_choice(ToolChoice::Tool("weather".into()));
    let plain = || Request::new("Hi");
    let armed = || plain().with_tools([tool("weather")]);
    let forced = || Some(ToolChoice::Tool("final_answer".into()));
    let cases: [(Request, Known, Option<ToolChoice>); 6] = [
        (plain(), &[], forced()),
        (plain(), &[(Ability::Thinking, true)], None),
        (plain().with_options(thinking(Effort::Low)), &[], None),
        (
            plain().with_options(thinking(Effort::Off)),
            &[(Ability::Thinking, true)],
            forced(),
        ),
        (armed(), &[], None),
        (armed().with_options(named()), &[], named().tool_choice),
    ];
    for (at, (mut request, known, expected)) in cases.into_iter().enumerate() {
        let shape = Shape::of::<City>().with_mode(AnswerMode::Tool);
        shape.prepare(&mut request, &profile(known));
        assert_eq!(request.options.tool_choice, expected, "case {at}");
    }
}

// R-25
#[test]
fn a_request_is_prepared_the_same_every_time() {
    for mode in [AnswerMode::Native, AnswerMode::Tool, AnswerMode::Prompted] {
        let prepared = || {
            let mut request = Request::new("Hi");
            Shape::of::<City>()
                .with_mode(mode)
                .prepare(&mut request, &profile(&[]));
            (
                request.instructions,
                request.tools.specs().to_vec(),
                request.options,
            )
        };
        assert_eq!(prepared(), prepared());
    }
}

#[test]
fn tools_are_kept_while_they_are_the_same() {
    let shape = Shape::of::<City>().with_mode(AnswerMode::Tool);
    let tools = Tools::from([tool("weather")]);
    let prepared = |tools: &Tools| {
        let mut request = Request::new("Hi").with_tools(tools.clone());
        shape.prepare(&mut request, &profile(&[]));
        request.tools
    };
    let (first, second) = (prepared(&tools), prepared(&tools));
    assert!(std::ptr::eq(first.specs(), second.specs()));
    let other = prepared(&Tools::from([tool("weather"), tool("clock")]));
    assert_eq!((first.specs().len(), other.specs().len()), (2, 3));
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only the schema is looked at")]
enum Choice {
    City(City),
    Nothing,
}

#[test]
fn what_is_no_object_is_put_into_one() {
    let schemas = [
        Shape::of::<Vec<City>>().schema,
        Shape::of::<Option<City>>().schema,
        Shape::of::<String>().schema,
        Shape::of::<Choice>().schema,
    ];
    for schema in schemas {
        assert!(schema.is_object(), "{schema:?}");
        assert!(schema.required().eq(["value"]), "{schema:?}");
    }
    assert_eq!(
        Shape::of::<u8>().schema.as_json(),
        r#"{"type":"object","properties":{"value":{"type":"integer","maximum":255,"minimum":0}},"required":["value"],"additionalProperties":false}"#
    );
    assert_eq!(Shape::of::<City>().schema, Schema::of::<City>());
    assert!(Shape::of::<Tree>().schema.is_object());
}
