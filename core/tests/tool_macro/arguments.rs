//! What the model is told of arguments that do not fit; nothing of it runs.

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{
    Arguments, ArgumentsError, ArgumentsErrorKind, Tool, ToolContext, ToolErrorKind, tool, tool_fn,
};

use crate::{refused, try_call};

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "it is only read")]
struct Filter {
    city: String,
}

/// Must not run.
#[tool(undocumented)]
fn search(_city: String, _days: Option<u8>, _filters: Option<Vec<Filter>>) -> String {
    panic!("arguments that do not fit were run")
}

fn problem(arguments: &str) -> ArgumentsError {
    search.check(&Arguments::from(arguments)).unwrap_err()
}

// R-52
#[test]
fn path_and_what_was_found_are_named() {
    use ArgumentsErrorKind::{Mismatch, Missing, Unknown};
    let cases = [
        ("", Missing, "_city", None),
        ("{}", Missing, "_city", None),
        (r#"{"_city":"x","_dayz":1}"#, Unknown, "_dayz", None),
        (
            r#"{"_city":"x","_days":256}"#,
            Mismatch,
            "_days",
            Some("integer 256"),
        ),
        (
            r#"{"_city":"x","_filters":[{"city":"a"},{"city":1}]}"#,
            Mismatch,
            "_filters[1].city",
            Some("integer 1"),
        ),
    ];
    for (arguments, kind, path, found) in cases {
        let problem = problem(arguments);
        assert_eq!(
            (problem.kind(), problem.path()),
            (kind, path),
            "of {arguments}"
        );
        assert_eq!(problem.found(), found, "of {arguments}");
        let error = try_call(&search, arguments, &ToolContext::new("call_1")).unwrap_err();
        assert_eq!(error.kind(), ToolErrorKind::Retry);
        assert_eq!(error.message(), &problem.to_string());
    }
    assert_eq!(
        problem(r#"{"_city":"x","_dayz":1}"#).nearest(),
        Some("_days")
    );
}

// R-52
#[test]
fn what_is_no_object_or_no_json_is_refused() {
    use ArgumentsErrorKind::{Cut, Mismatch, NotJson};
    let cases = [
        ("[]", Mismatch),
        ("1", Mismatch),
        ("null", Mismatch),
        ("{", Cut),
        (r#"{"_city":"x"}}"#, NotJson),
        (r#"{"_city":"x"} {}"#, NotJson),
        (r#"{"_city":"x","_city":"y"}"#, Mismatch),
    ];
    for (arguments, kind) in cases {
        assert_eq!(problem(arguments).kind(), kind, "of {arguments}");
    }
}

// R-52
#[test]
fn a_closure_refuses_in_the_same_words() {
    let tool = tool_fn("search", "Searches.", |filter: Filter| async move {
        filter.city
    });
    assert_eq!(refused(&tool, "{}"), "`city` is missing");
    let error = try_call(&tool, "{}", &ToolContext::new("call_1")).unwrap_err();
    assert_eq!(error.kind(), ToolErrorKind::Retry);
}
