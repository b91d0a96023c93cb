use windlass_core::{Arguments, Schema, ToolContext, ToolError, ToolOutput, async_trait};

use super::*;

struct Named(ToolSpec);

#[async_trait]
impl Tool for Named {
    fn spec(&self) -> &ToolSpec {
        &self.0
    }

    async fn call(&self, _: &Arguments, _: &ToolContext) -> Result<ToolOutput, ToolError> {
        Ok(ToolOutput::new())
    }
}

fn tool(name: &str) -> Named {
    Named(ToolSpec::new(name, "Does it.", Schema::empty_object()))
}

fn toolbox(names: &[&str]) -> Toolbox {
    let tools = names
        .iter()
        .map(|name| Arc::new(tool(name)) as Arc<dyn Tool>);
    Toolbox::of(tools).unwrap()
}

fn check(result: Result<Toolbox, ToolboxError>, expected: Result<&[&str], &str>) {
    let found = result.map(|tools| tools.names().map(str::to_owned).collect::<Vec<_>>());
    match (found, expected) {
        (Ok(names), Ok(expected)) => assert_eq!(names, expected),
        (Err(error), Err(expected)) => assert_eq!(error.to_string(), expected),
        (found, expected) => panic!("{found:?}, not {expected:?}"),
    }
}

#[test]
fn every_change_keeps_the_order_and_the_names_apart() {
    let ab = || toolbox(&["alpha", "beta"]);
    check(ab().with(tool("c")), Ok(&["alpha", "beta", "c"]));
    check(
        ab().with(tool("beta")),
        Err("there are two tools named `beta`"),
    );
    check(
        ab().with(tool(" ")),
        Err("the tool described as `Does it.` has no name"),
    );
    check(ab().combine(toolbox(&["c"])), Ok(&["alpha", "beta", "c"]));
    check(ab().combine(ab()), Err("there are two tools named `alpha`"));
    check(ab().rename("alpha", "c"), Ok(&["c", "beta"]));
    check(
        ab().rename("alpha", "beta"),
        Err("there are two tools named `beta`"),
    );
    check(
        ab().rename("alpa", "c"),
        Err("there is no tool named `alpa`; did you mean `alpha`?"),
    );
    check(ab().replace(tool("alpha")), Ok(&["alpha", "beta"]));
    check(
        ab().replace(tool("gamma")),
        Err("there is no tool named `gamma`"),
    );
    check(Ok(ab().prefix("x_")), Ok(&["x_alpha", "x_beta"]));
    check(Ok(ab().filter(|spec| spec.name != "alpha")), Ok(&["beta"]));
    check(ab().hide("alpha"), Ok(&["alpha", "beta"]));
    check(ab().hide("gamma"), Err("there is no tool named `gamma`"));
}

#[test]
fn a_tool_that_takes_no_object_is_refused_where_it_is_put_in() {
    let told = "the parameters of `beta` are no object: their schema must say `\"type\":\"object\"`, as that of a struct does";
    for parameters in [
        "true",
        "{}",
        r#"{"type":"string"}"#,
        r#"{"type":["object","null"]}"#,
    ] {
        let odd = || {
            let mut odd = tool("beta");
            odd.0.parameters = Schema::from_json(parameters).unwrap();
            odd
        };
        check(toolbox(&["alpha"]).with(odd()), Err(told));
        check(toolbox(&["alpha", "beta"]).replace(odd()), Err(told));
        let error = Toolbox::of([Arc::new(odd()) as Arc<dyn Tool>]).unwrap_err();
        assert_eq!(error.kind(), ToolboxErrorKind::NotAnObject, "{parameters}");
    }
}

// R-61
#[test]
fn a_hidden_tool_is_neither_shown_nor_offered_until_it_is_shown_again() {
    let before = toolbox(&["alpha", "beta"]);
    let hidden = before.clone().hide("alpha").unwrap();
    let names = |tools: &Toolbox| {
        let specs = tools.tools().specs();
        specs
            .iter()
            .map(|spec| spec.name.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&hidden), ["beta"]);
    assert!(hidden.offered("alpha").is_none() && hidden.get("alpha").is_some());
    assert_eq!(
        names(&before),
        ["alpha", "beta"],
        "a turn keeps the box it had"
    );
    assert_eq!(names(&hidden.show("alpha").unwrap()), ["alpha", "beta"]);
}

#[test]
fn a_renamed_tool_is_found_by_its_new_name_only() {
    let tools = toolbox(&["alpha"]).rename("alpha", "beta").unwrap();
    assert!(tools.get("alpha").is_none());
    let entry = tools.offered("beta").unwrap();
    assert_eq!(entry.spec().name, "beta");
    assert_eq!(entry.tool().spec().name, "alpha");
    assert_eq!(tools.tools().specs()[0].name, "beta");
}
