use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use windlass_core::{Approval, Text, async_trait};

use super::grant::argument;
use super::{Approver, Decision, Decisions, PendingCall, Scope};

/// Decides by rules, and asks another approver where they say so or say nothing.
///
/// The order of the rules means nothing: a rule that denies counts more than one that asks, and that more than one
/// that allows. Without an approver to ask, calls stay pending. A tool that wants to be asked for always is never allowed
/// by a rule, and one that never does is only asked for by rules that name it.
///
/// ```
/// use windlass_agent::{Approver, Decision, Rule, Rules, PendingCall, Scope};
/// use windlass_core::{Call, CallId, Schema, ToolSpec};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let rules = Rules::new()
///     .with(Rule::allow().read_only())
///     .with(Rule::allow().within(Scope::tool("run_command").command("command", "cargo test")))
///     .with(Rule::ask().tools(["run_command"]).argument("command", |value| value.as_str().is_some_and(|text| text.len() > 80)))
///     .with(Rule::deny("nothing is deployed from here").category("deploy"));
/// let run = ToolSpec::new("run_command", "Runs a command.", Schema::empty_object());
/// let call = |command: &str| {
///     let call = Call::new("call_1", "run_command", format!(r#"{{"command":"{command}"}}"#));
///     PendingCall::new(call, run.clone())
/// };
/// let decide = async |command: &str| rules.decide(&[call(command)]).await.on(&CallId::from("call_1")).clone();
/// assert_eq!(decide("cargo test -p core").await, Decision::Allow);
/// assert_eq!(decide("cargo test; rm -rf .").await, Decision::Later);
/// # });
/// ```
#[derive(Clone, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    asking: Option<Arc<dyn Approver>>,
}

impl Rules {
    /// No rules: every call is asked for.
    pub fn new() -> Self {
        Rules::default()
    }

    /// Adds a rule.
    #[must_use]
    pub fn with(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Sets who is asked.
    #[must_use]
    pub fn asking(mut self, approver: impl Approver + 'static) -> Self {
        self.asking = Some(Arc::new(approver));
        self
    }

    /// Holds an edit against the rules that deny: no other arguments get past them than those of the model.
    fn review(&self, call: &PendingCall, answer: Decision) -> Decision {
        let Decision::Edit { arguments } = &answer else {
            return answer;
        };
        let mut edited = call.call.clone();
        edited.arguments = arguments.clone();
        match self.judge(&PendingCall::new(edited, call.spec.clone())) {
            denied @ Decision::Deny { .. } => denied,
            _ => answer,
        }
    }

    /// What the rules say of a call: [`Decision::Later`] means that it is asked for.
    pub fn judge(&self, call: &PendingCall) -> Decision {
        let matching = || self.rules.iter().filter(|rule| rule.matches(call));
        if let Some(denied) = matching().find_map(Rule::denial) {
            return Decision::deny(denied);
        }
        let mut asking = matching().filter(|rule| matches!(rule.verdict, Verdict::Ask));
        let allowed = || matching().any(|rule| matches!(rule.verdict, Verdict::Allow));
        let runs = match call.spec.approval {
            Approval::Always => false,
            Approval::Never => !asking.any(Rule::names_tools),
            _ => asking.next().is_none() && allowed(),
        };
        if runs {
            Decision::Allow
        } else {
            Decision::Later
        }
    }
}

#[async_trait]
impl Approver for Rules {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        let judged = Decisions::for_all(pending, |call| self.judge(call));
        let Some(asking) = &self.asking else {
            return judged;
        };
        let is_open = |call: &&PendingCall| *judged.on(&call.call.id) == Decision::Later;
        let open: Vec<PendingCall> = pending.iter().filter(is_open).cloned().collect();
        if open.is_empty() {
            return judged;
        }
        let answered = asking.decide(&open).await;
        open.iter().fold(judged, |judged, call| {
            let id = &call.call.id;
            judged.with(id.clone(), self.review(call, answered.on(id).clone()))
        })
    }

    fn asks(&self, pending: &PendingCall) -> bool {
        let others = || {
            self.asking
                .as_ref()
                .is_none_or(|asking| asking.asks(pending))
        };
        self.judge(pending) == Decision::Later && others()
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

/// What happens with the calls that meet all its conditions; with every call if it has none.
#[derive(Clone)]
pub struct Rule {
    verdict: Verdict,
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
enum Verdict {
    Allow,
    Ask,
    Deny(Text),
}

type Predicate<T> = Arc<dyn Fn(&T) -> bool + Send + Sync>;

#[derive(Clone)]
enum Condition {
    Tools(Vec<Text>),
    Category(Text),
    ReadOnly,
    Changing,
    Within(Scope),
    Argument(Text, Predicate<Value>),
    Call(Predicate<PendingCall>),
}

impl Rule {
    /// Calls that run.
    pub fn allow() -> Self {
        Rule::new(Verdict::Allow)
    }

    /// Calls that are asked for, whatever other rules allow.
    pub fn ask() -> Self {
        Rule::new(Verdict::Ask)
    }

    /// Calls that do not run, whatever other rules say, and why, in words the model can use.
    pub fn deny(reason: impl Into<Text>) -> Self {
        Rule::new(Verdict::Deny(reason.into()))
    }

    fn new(verdict: Verdict) -> Self {
        Rule {
            verdict,
            conditions: Vec::new(),
        }
    }

    /// Only calls of these tools.
    #[must_use]
    pub fn tools<T: Into<Text>>(self, names: impl IntoIterator<Item = T>) -> Self {
        self.only(Condition::Tools(
            names.into_iter().map(Into::into).collect(),
        ))
    }

    /// Only calls of tools of this category.
    #[must_use]
    pub fn category(self, category: impl Into<Text>) -> Self {
        self.only(Condition::Category(category.into()))
    }

    /// Only calls of tools that say they change nothing.
    #[must_use]
    pub fn read_only(self) -> Self {
        self.only(Condition::ReadOnly)
    }

    /// Only calls of tools that may change something.
    #[must_use]
    pub fn changing(self) -> Self {
        self.only(Condition::Changing)
    }

    /// Only calls inside this scope; for a rule that allows, only if that is certain, for others also if it may be.
    #[must_use]
    pub fn within(self, scope: Scope) -> Self {
        self.only(Condition::Within(scope))
    }

    /// Only calls with such an argument, a member of the top level that is there once.
    #[must_use]
    pub fn argument(
        self,
        name: impl Into<Text>,
        predicate: impl Fn(&Value) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.only(Condition::Argument(name.into(), Arc::new(predicate)))
    }

    /// Only such calls.
    #[must_use]
    pub fn when(self, predicate: impl Fn(&PendingCall) -> bool + Send + Sync + 'static) -> Self {
        self.only(Condition::Call(Arc::new(predicate)))
    }

    fn only(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    fn denial(&self) -> Option<Text> {
        match &self.verdict {
            Verdict::Deny(reason) => Some(reason.clone()),
            _ => None,
        }
    }

    fn names_tools(&self) -> bool {
        let names =
            |condition: &Condition| matches!(condition, Condition::Tools(_) | Condition::Within(_));
        self.conditions.iter().any(names)
    }

    fn matches(&self, call: &PendingCall) -> bool {
        let in_doubt = !matches!(self.verdict, Verdict::Allow);
        let mut conditions = self.conditions.iter();
        conditions.all(|condition| condition.holds(call, in_doubt))
    }
}

impl Condition {
    fn holds(&self, call: &PendingCall, in_doubt: bool) -> bool {
        match self {
            Condition::Tools(names) => names.contains(&call.spec.name),
            Condition::Category(category) => call.spec.category.as_ref() == Some(category),
            Condition::ReadOnly => call.spec.read_only,
            Condition::Changing => !call.spec.read_only,
            Condition::Within(scope) if in_doubt => scope.may_cover(call),
            Condition::Within(scope) => scope.covers(call),
            Condition::Argument(name, predicate) => {
                argument(call, name).is_some_and(|value| predicate(&value))
            }
            Condition::Call(predicate) => predicate(call),
        }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("verdict", &self.verdict)
            .field("conditions", &self.conditions.len())
            .finish()
    }
}
