//! What functions can return, and what the model is shown of it.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use windlass_core::{
    Document, JsonText, Media, OutcomePart, Text, Tool, ToolContext, ToolError, ToolErrorKind,
    ToolOutput, tool,
};

use crate::try_call;

fn shown(tool: &dyn Tool) -> ToolOutput {
    try_call(tool, "{}", &ToolContext::new("call_1")).unwrap()
}

fn failed(tool: &dyn Tool) -> ToolError {
    try_call(tool, "{}", &ToolContext::new("call_1")).unwrap_err()
}

#[derive(Serialize)]
struct Weather {
    degrees: i8,
}

/// Neither `Serialize` nor an error.
struct Words(&'static str);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

type Answer = Result<Weather, Words>;

macro_rules! tools {
    ($($name:ident: $ty:ty = $value:expr;)*) => {$(
        #[tool(undocumented)]
        async fn $name() -> $ty {
            $value
        }
    )*};
}

tools! {
    string: String = "4 °C".to_owned();
    literal: &'static str = "4 °C";
    text: Text = "4 °C".into();
    cow: Cow<'static, str> = "4 °C".into();
    number: i32 = 4;
    list: Vec<&'static str> = vec!["a", "b"];
    option: Option<Weather> = None;
    object: Weather = Weather { degrees: 4 };
    raw: JsonText = JsonText::parse(r#"{"a":  1}"#).unwrap();
    image: Media = Media::from_bytes("image/png", b"x");
    images: Vec<Media> = vec![Media::from_bytes("image/png", b"x"), Media::from_bytes("audio/wav", b"y")];
    file: Document = Document::from_text("x");
    output: ToolOutput = ToolOutput::from("a").with("b");
    good: Result<Weather, std::io::Error> = Ok(Weather { degrees: 4 });
    nothing_wrong: Result<(), String> = Ok(());
    alias: Answer = Ok(Weather { degrees: 4 });
    bad_alias: Answer = Err(Words("no wind"));
    bad_string: Result<Weather, String> = Err("no wind".into());
    bad_literal: Result<Media, &'static str> = Err("no wind");
    bad_std: Result<String, std::num::ParseIntError> = "x".parse::<u8>().map(|_| String::new());
    bad_box: Result<String, Box<dyn std::error::Error + Send + Sync>> = Err("no wind".into());
    retry: Result<String, ToolError> = Err(ToolError::retry("another city").transient());
    fatal: Result<Weather, ToolError> = Err(ToolError::fatal("no more"));
}

/// Shows nothing.
#[tool]
fn unit() {}

// R-58
#[test]
fn text_is_shown_as_text_and_anything_else_as_json() {
    let degrees = "4 °C";
    for tool in [&string as &dyn Tool, &literal, &text, &cow] {
        assert_eq!(shown(tool), ToolOutput::from(degrees));
    }
    let cases: [(&dyn Tool, &str); 7] = [
        (&number, "4"),
        (&list, r#"["a","b"]"#),
        (&option, "null"),
        (&object, r#"{"degrees":4}"#),
        (&good, r#"{"degrees":4}"#),
        (&alias, r#"{"degrees":4}"#),
        (&raw, r#"{"a":  1}"#),
    ];
    for (tool, expected) in cases {
        let json = JsonText::parse(expected).unwrap();
        assert_eq!(
            shown(tool),
            ToolOutput::from(json),
            "of {}",
            tool.spec().name
        );
    }
    assert_eq!(shown(&unit), ToolOutput::new());
    assert_eq!(shown(&nothing_wrong), ToolOutput::new());
}

// R-58
#[test]
fn media_and_files_are_shown_as_such() {
    assert!(matches!(shown(&image).parts[..], [OutcomePart::Image(_)]));
    let parts = shown(&images).parts;
    assert!(
        matches!(parts[..], [OutcomePart::Image(_), OutcomePart::Audio(_)]),
        "{parts:?}"
    );
    assert!(matches!(shown(&file).parts[..], [OutcomePart::Document(_)]));
    assert_eq!(shown(&output).parts.len(), 2);
}

// R-54
#[test]
fn any_error_that_can_be_displayed_is_a_failure() {
    for tool in [&bad_alias as &dyn Tool, &bad_string, &bad_literal, &bad_box] {
        let error = failed(tool);
        assert_eq!(error.kind(), ToolErrorKind::Failed);
        assert_eq!(error.message(), "no wind", "of {}", tool.spec().name);
    }
    let error = failed(&bad_std);
    assert_eq!(error.message(), "invalid digit found in string");
    assert!(error.cause().is_some(), "the error is kept");
}

// R-54
#[test]
fn a_tools_own_error_keeps_its_kind() {
    let error = failed(&retry);
    assert_eq!(error.kind(), ToolErrorKind::Retry);
    assert!(error.is_transient());
    assert_eq!(failed(&fatal).kind(), ToolErrorKind::Fatal);
}
