use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use windlass_core::{Arguments, Assistant, Finish, FinishReason, OutcomeStatus, Seal};

use super::*;

type Log = Arc<Mutex<Vec<String>>>;

/// What a hook of these tests does when it is asked, each time.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    Nothing,
    Change,
    Replace,
    Refuse,
    /// Changes what it was given, and panics.
    Panic,
    /// Changes what it was given, and then takes forever.
    Hang,
}

struct Noted {
    name: &'static str,
    does: Does,
    log: Log,
}

impl Noted {
    async fn note(&self, what: &str) {
        push(&self.log, format!("{} {what}", self.name));
        match self.does {
            Does::Panic => panic!("{} is broken", self.name),
            Does::Hang => std::future::pending().await,
            _ => {}
        }
    }

    fn before<T>(&self, replacement: T) -> Before<T> {
        match self.does {
            Does::Replace => Before::Replace(replacement),
            Does::Refuse => Before::refuse(format!("{} says no", self.name)),
            _ => Before::Go,
        }
    }

    fn marks(&self) -> bool {
        self.does != Does::Nothing
    }
}

#[async_trait]
impl Hook for Noted {
    fn name(&self) -> &str {
        self.name
    }

    async fn before_model(&self, request: &mut Request, _: &At) -> Before<Response> {
        if self.marks() {
            *request = request.clone().with_instructions(self.name);
        }
        self.note("before model").await;
        self.before(answer(self.name))
    }

    async fn after_model(&self, response: &mut Response, _: &At) -> After {
        if self.marks() {
            response.message = Assistant::new(format!("{}{}", response.message.text(), self.name));
        }
        self.note("after model").await;
        match self.does {
            Does::Refuse => After::refuse(format!("{} says no", self.name)),
            _ => After::Keep,
        }
    }

    async fn before_call(&self, call: &mut Call, _: &At) -> Before<Outcome> {
        if self.marks() {
            let arguments = format!("{}{}", call.arguments.as_str(), self.name);
            *call = Call::new("call_9", "delete", arguments);
        }
        self.note("before call").await;
        let other = Call::new("call_8", "rename", "{}");
        self.before(Outcome::success(&other, self.name))
    }

    async fn after_call(&self, call: &Call, outcome: &mut Outcome, _: &At) {
        assert_eq!(
            (call.id.as_str(), call.name.as_str()),
            ("call_1", "weather")
        );
        if self.marks() {
            let text = format!("{}{}", outcome.text(), self.name);
            let other = Call::new("call_9", "delete", "{}");
            *outcome = Outcome::new(&other, OutcomeStatus::Failed, text);
        }
        self.note("after call").await;
    }
}

fn push(log: &Log, line: String) {
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    log.push(line);
}

/// Hooks `a`, `b`, `c`, of which each does this.
fn hooks(does: [Does; 3]) -> (Hooks, Log) {
    let log = Log::default();
    let hook = |(name, does)| {
        let log = Arc::clone(&log);
        Arc::new(Noted { name, does, log }) as Arc<dyn Hook>
    };
    let hooks = ["a", "b", "c"].into_iter().zip(does).map(hook);
    (Hooks::new(hooks), log)
}

fn answer(text: &str) -> Response {
    Response::new(
        Assistant::new(text),
        Finish::new(FinishReason::Stop, "stop"),
    )
}

fn call() -> Call {
    Call::new("call_1", "weather", "").with_seal(Seal::new().with_signature("signed"))
}

fn at() -> At {
    At::new(RunId::new("run_1"), 2, 1)
}

/// What a future gives at its first poll, which is all that these hooks need.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits"),
    }
}

/// Asks before or after a model or a call, and says what came of it, who was asked, and what was changed.
#[track_caller]
fn check(moment: Moment, does: [Does; 3], decided: &str, asked: &[&str], changed: &str) {
    let (hooks, log) = hooks(does);
    let (found, left) = match moment {
        Moment::BeforeModel => before_model(&hooks),
        Moment::AfterModel => after_model(&hooks),
        Moment::BeforeCall => before_call(&hooks),
        Moment::AfterCall => after_call(&hooks),
    };
    assert_eq!(found, decided);
    let log = log.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(*log, asked);
    assert_eq!(left, changed);
}

fn before_model(hooks: &Hooks) -> (String, String) {
    let mut request = Request::new("Where is it warmer?");
    let decided = match now(hooks.before_model(&mut request, &at())) {
        Ok(Before::Go) => "go".to_owned(),
        Ok(Before::Replace(response)) => format!("replaced by {}", response.message.text()),
        Ok(Before::Refuse(reason)) => format!("refused: {reason}"),
        Err(panicked) => panicked.to_string(),
    };
    (decided, request.instructions.concat())
}

fn after_model(hooks: &Hooks) -> (String, String) {
    let mut response = answer("");
    let decided = match now(hooks.after_model(&mut response, &at())) {
        Ok(After::Keep) => "go".to_owned(),
        Ok(After::Refuse(reason)) => format!("refused: {reason}"),
        Err(panicked) => panicked.to_string(),
    };
    (decided, response.message.text())
}

fn before_call(hooks: &Hooks) -> (String, String) {
    let mut changed = call();
    let decided = match now(hooks.before_call(&mut changed, &at())) {
        Ok(None) => "go".to_owned(),
        Ok(Some(outcome)) => {
            assert_eq!(
                (outcome.call.as_str(), &*outcome.name),
                ("call_1", "weather")
            );
            format!("{:?}: {}", outcome.status, outcome.text())
        }
        Err(panicked) => panicked.to_string(),
    };
    let arguments = changed.arguments.as_str().to_owned();
    changed.arguments = Arguments::from("");
    assert_eq!(changed, call(), "a hook can change the arguments alone");
    (decided, arguments)
}

fn after_call(hooks: &Hooks) -> (String, String) {
    let call = call();
    let mut outcome = Outcome::success(&call, "");
    let decided = match now(hooks.after_call(&call, &mut outcome, &at())) {
        Ok(()) => "go".to_owned(),
        Err(panicked) => panicked.to_string(),
    };
    assert_eq!((&outcome.call, &outcome.name), (&call.id, &call.name));
    (decided, outcome.text())
}

use Does::{Change, Nothing, Panic, Refuse, Replace};
use Moment::{AfterCall, AfterModel, BeforeCall, BeforeModel};

#[test]
fn hooks_come_in_order_before_and_in_reverse_order_after() {
    let all = [Change; 3];
    check(
        BeforeModel,
        all,
        "go",
        &["a before model", "b before model", "c before model"],
        "abc",
    );
    check(
        AfterModel,
        all,
        "go",
        &["c after model", "b after model", "a after model"],
        "cba",
    );
    check(
        BeforeCall,
        all,
        "go",
        &["a before call", "b before call", "c before call"],
        "abc",
    );
    check(
        AfterCall,
        all,
        "go",
        &["c after call", "b after call", "a after call"],
        "cba",
    );
    check(
        AfterCall,
        [Nothing; 3],
        "go",
        &["c after call", "b after call", "a after call"],
        "",
    );
}

#[test]
fn the_first_that_replaces_or_refuses_decides() {
    let replaced = [Change, Replace, Refuse];
    check(
        BeforeModel,
        replaced,
        "replaced by b",
        &["a before model", "b before model"],
        "ab",
    );
    check(
        BeforeCall,
        replaced,
        "Success: b",
        &["a before call", "b before call"],
        "a",
    );
    let refused = [Change, Refuse, Change];
    let (models, calls) = (
        &["a before model", "b before model"],
        &["a before call", "b before call"],
    );
    check(BeforeModel, refused, "refused: b says no", models, "ab");
    let denied = "Denied: `weather` was not allowed to run: b says no";
    check(BeforeCall, refused, denied, calls, "a");
    check(
        AfterModel,
        refused,
        "refused: b says no",
        &["c after model", "b after model"],
        "c",
    );
}

#[test]
fn a_hook_that_panics_is_named_and_what_it_was_at_stays_as_it_was() {
    let does = [Change, Panic, Change];
    let said = |when: &str| format!("the hook `b` panicked {when}: b is broken");
    let asked = &["a before model", "b before model"];
    check(
        BeforeModel,
        does,
        &said("before a model was asked"),
        asked,
        "ab",
    );
    check(
        AfterModel,
        does,
        &said("after a model answered"),
        &["c after model", "b after model"],
        "c",
    );
    check(
        BeforeCall,
        does,
        &said("before a call"),
        &["a before call", "b before call"],
        "a",
    );
    check(
        AfterCall,
        does,
        &said("after a call"),
        &["c after call", "b after call"],
        "c",
    );
}

// R-65
#[test]
fn hooks_that_are_dropped_halfway_have_not_changed_an_outcome() {
    let (hooks, log) = hooks([Does::Hang, Nothing, Change]);
    let (call, at) = (call(), at());
    let mut outcome = Outcome::success(&call, "");
    let mut cx = Context::from_waker(Waker::noop());
    let told = pin!(hooks.after_call(&call, &mut outcome, &at)).poll(&mut cx);
    assert!(told.is_pending());
    let log = log.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(*log, ["c after call", "b after call", "a after call"]);
    assert_eq!(outcome, Outcome::success(&call, ""));
}

#[test]
fn a_hook_that_writes_no_method_changes_nothing() {
    struct Idle;
    impl Hook for Idle {}
    let shared: Arc<dyn Hook> = Arc::new(Arc::new(Idle));
    assert!(shared.name().ends_with("Idle"), "{}", shared.name());
    for hooks in [Hooks::default(), Hooks::new([shared])] {
        for moment in [before_model, after_model, before_call, after_call] {
            assert_eq!(moment(&hooks), ("go".to_owned(), String::new()));
        }
    }
}

#[test]
fn a_panic_of_a_hook_survives_being_written_down() {
    let panicked = HookPanicked::new("audit", Moment::AfterCall, "the disk is full");
    let json = serde_json::to_string(&panicked).unwrap();
    assert_eq!(
        json,
        r#"{"hook":"audit","moment":"after_call","message":"the disk is full"}"#
    );
    assert_eq!(
        serde_json::from_str::<HookPanicked>(&json).unwrap(),
        panicked
    );
    assert!(panicked.hint().starts_with("mend the hook"));
}
