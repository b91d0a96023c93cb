//! A choice of tool that forces a call, and the turns after it.

use std::fmt::Debug;

use windlass_agent::{Chain, Report, Stop, Target};
use windlass_core::{ErrorKind, ModelError, Options, Script, Scripted, ToolChoice};

use crate::kit::{agent, ended, looks, model};

fn choices(model: &Scripted) -> Vec<Option<ToolChoice>> {
    let requests = model.requests().into_iter();
    requests
        .map(|request| request.options.tool_choice)
        .collect()
}

fn assert_ends<T: PartialEq + Debug>(report: &Report, asked: &[T], expected: &[T]) {
    assert_eq!(report.stop, Stop::Answered);
    assert_eq!(asked, expected);
}

//
#[tokio::test(start_paused = true)]
async fn a_forced_choice_is_released_after_the_first_turn() {
    let tool = ToolChoice::Tool("look".into());
    for (choice, later) in [
        (ToolChoice::Required, None),
        (tool.clone(), None),
        (ToolChoice::Auto, Some(ToolChoice::Auto)),
        (ToolChoice::None, Some(ToolChoice::None)),
    ] {
        let expected = [Some(choice.clone()), later.clone(), later];
        let options = || Options::new().with_tool_choice(choice.clone());
        let scripts = || [looks("c1"), looks("c2"), Script::text("Done.")];

        let of_agent = Scripted::new(scripts());
        let runs = agent(of_agent.clone()).options(options()).build().unwrap();
        let report = ended(runs.run("Go.")).await;
        assert_ends(&report, &choices(&of_agent), &expected);

        let of_run = Scripted::new(scripts());
        let runs = agent(of_run.clone()).build().unwrap();
        let report = ended(runs.run("Go.").with_options(options())).await;
        assert_ends(&report, &choices(&of_run), &expected);

        let own = Scripted::new(
            (0..3).map(|_| Script::refuse(ModelError::new(ErrorKind::Authentication, ""))),
        );
        let of_target = Scripted::new(scripts());
        let target = Target::from(of_target.clone()).with_options(options());
        let runs = agent(own).fallback(Chain::new().then(target)).build();
        let report = ended(runs.unwrap().run("Go.")).await;
        assert_ends(&report, &choices(&of_target), &expected);
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_forced_choice_stays_while_the_first_turn_is_tried_again() {
    let overloaded = || Script::refuse(ModelError::new(ErrorKind::Overloaded, ""));
    let scripts = [
        overloaded(),
        overloaded(),
        looks("c1"),
        Script::text("Done."),
    ];
    let model = model("own", scripts);
    let options = Options::new().with_tool_choice(ToolChoice::Required);
    let runs = agent(model.clone()).options(options).build().unwrap();
    let report = ended(runs.run("Go.")).await;
    let forced = Some(ToolChoice::Required);
    let expected = [forced.clone(), forced.clone(), forced, None];
    assert_ends(&report, &choices(&model), &expected);
}
