use std::sync::Arc;

use windlass_core::{
    Arguments, Schema, Tool, ToolContext, ToolError, ToolOutput, ToolSpec, async_trait,
};

use super::*;

struct Poll(ToolSpec);

#[async_trait]
impl Tool for Poll {
    fn spec(&self) -> &ToolSpec {
        &self.0
    }

    async fn call(&self, _: &Arguments, _: &ToolContext) -> Result<ToolOutput, ToolError> {
        Ok(ToolOutput::new())
    }
}

fn toolbox() -> Toolbox {
    let mut spec = ToolSpec::new("poll", "", Schema::empty_object());
    spec.polling = true;
    Toolbox::of([Arc::new(Poll(spec)) as Arc<dyn Tool>]).unwrap()
}

/// Turns of calls `name arguments = outcome`; after each, `.` nothing, `n` nudged or `s` stuck.
fn check(turns: &[&[(&str, &str, &str)]], expected: &str) {
    let (mut guard, toolbox) = (Guard::default(), toolbox());
    let marks = turns.iter().map(|turn| {
        let calls: Vec<Call> = turn
            .iter()
            .map(|(name, arguments, _)| Call::new("c", *name, *arguments))
            .collect();
        let mut outcomes: Vec<Outcome> = calls
            .iter()
            .zip(*turn)
            .map(|(call, (_, _, text))| Outcome::success(call, *text))
            .collect();
        match guard.review(&toolbox, &calls, &mut outcomes) {
            Turning::On => '.',
            Turning::Nudged => 'n',
            Turning::Stuck { .. } => 's',
        }
    });
    assert_eq!(marks.collect::<String>(), expected, "{turns:?}");
}

// R-62
#[test]
fn the_same_again_is_told_once_and_then_stops() {
    let (a, b) = (("a", "{}", "1"), ("b", "{}", "1"));
    check(&[&[a], &[a], &[a], &[a]], "..ns");
    check(&[&[a], &[b], &[a], &[b], &[a], &[b], &[a]], "....nns");
    check(&[&[a, a, a, a], &[a, a], &[a], &[a]], "..ns");
    check(&[&[a, b], &[a], &[a], &[b], &[b], &[a]], "..n.ns");
}

// R-62
#[test]
fn what_changes_is_no_repetition() {
    check(
        &[
            &[("a", "{}", "1")],
            &[("a", "{}", "2")],
            &[("a", "{}", "1")],
            &[("a", "{}", "2")],
        ],
        "....",
    );
    check(
        &[
            &[("a", "1", "x")],
            &[("a", "2", "x")],
            &[("a", "3", "x")],
            &[("a", "4", "x")],
        ],
        "....",
    );
    let spelt = [
        r#"{"x":1,"y":2}"#,
        r#"{"y":2,"x":1}"#,
        r#"{ "x" : 1.0, "y":2 }"#,
    ];
    check(
        &[
            &[("a", spelt[0], "1")],
            &[("a", spelt[1], "1")],
            &[("a", spelt[2], "1")],
        ],
        "..n",
    );
}

// R-62
#[test]
fn polling_tools_opt_out() {
    let poll = ("poll", "{}", "not yet");
    check(&[&[poll], &[poll], &[poll], &[poll], &[poll]], ".....");
}
