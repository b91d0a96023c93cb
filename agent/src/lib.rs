//! Agents: a model that is asked turn after turn and whose tools are run, up to an answer, and that loses nothing whatever
//! fails on the way.
//!
//! An [`Agent`] is built once and run many times. A [`Run`] is awaited for its [`Report`] or iterated for its
//! [`AgentEvent`]s; what it does is the same. Which provider answers is not this crate's affair: whatever is a
//! [`Model`](windlass_core::Model) will do, a client of `windlass-provider` or, as in all examples here, a script.
//!
//! ```toml
//! [dependencies]
//! windlass-agent = "0.1"
//! windlass-core = { version = "0.1", features = ["macros"] }  # `scripted` too, for tests
//! windlass-provider = "0.1"
//! tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
//! ```
//!
//! # Example: a question that takes a tool
//!
//! ```
//! use windlass_agent::Agent;
//! use windlass_core::{Script, Scripted, tool};
//!
//! /// The weather in a city right now.
//! #[tool]
//! async fn weather(
//!     /// City name, in English.
//!     city: String,
//! ) -> Result<String, std::io::Error> {
//!     Ok(format!("31 °C in {city}"))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // In a program: `windlass_provider::connect("anthropic/claude-sonnet-4-5")?`.
//! let model = Scripted::new([
//!     Script::call("call_1", "weather", r#"{"city": "Rome"}"#),
//!     Script::text("It is 31 °C."),
//! ]);
//! let agent = Agent::builder(model).instructions("Answer in one sentence.").tool(weather).build()?;
//! let report = agent.run("How warm is it in Rome?").await?;
//! assert_eq!(report.text(), "It is 31 °C.");
//! # Ok(())
//! # }
//! ```
//!
//! # Example: show the words as they come
//!
//! When an answer breaks off after some of it was shown and is made again, [`What::Discarded`] comes first.
//!
//! ```
//! use windlass_agent::{Agent, What};
//! # use windlass_core::{Script, Scripted};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let agent = Agent::builder(Scripted::new([Script::text("In Rome.")])).build()?;
//! let mut run = agent.run("Where is it warmer?");
//! let mut shown = String::new();
//! while let Some(event) = run.next().await {
//!     match event.what {
//!         What::Text { text, .. } => shown.push_str(&text),
//!         What::Discarded => shown.clear(),
//!         _ => {}
//!     }
//! }
//! let report = run.await?;
//! assert_eq!(shown, report.text());
//! # Ok(())
//! # }
//! ```
//!
//! # Example: a chat that is kept
//!
//! The report has the conversation, also that of a run that failed or was cancelled. It is written down as JSON and can be
//! run again once something is said. A [`Session`] keeps it for you.
//!
//! ```
//! use windlass_agent::{Agent, RunError};
//! use windlass_core::Conversation;
//! # use windlass_core::{Script, Scripted};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let agent = Agent::builder(Scripted::new([Script::text("Hello, Ada."), Script::text("Ada.")])).build()?;
//! let mut saved = String::from("[]");
//! for line in ["I am Ada.", "What is my name?"] {
//!     let mut conversation: Conversation = serde_json::from_str(&saved)?;
//!     conversation.push_user(line)?;
//!     let report = agent.run(conversation).await.unwrap_or_else(RunError::into_report);
//!     println!("{report}");
//!     saved = serde_json::to_string(&report.conversation)?;
//! }
//! # let conversation: Conversation = serde_json::from_str(&saved)?;
//! # assert_eq!(conversation.len(), 4);
//! # Ok(())
//! # }
//! ```
//!
//! # Example: an answer that is a value
//!
//! What does not fit the type is told to the model, which may try once more. [`Answering`] shows the value while it is
//! written.
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//! # use windlass_agent::Agent;
//! # use windlass_core::{Script, Scripted};
//!
//! #[derive(Deserialize, JsonSchema)]
//! struct City {
//!     /// Its name, in English.
//!     name: String,
//!     celsius: f64,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let json = [r#"{"name": "Rome"}"#, r#"{"name": "Rome", "celsius": 31}"#];
//! # let agent = Agent::builder(Scripted::new(json.map(Script::text))).build()?;
//! let answered = agent.run("Where is it warmest?").answer::<City>().await?;
//! assert_eq!(answered.value.name, "Rome");
//! assert_eq!(answered.report.turns, 2, "the temperature was missing at first");
//! # Ok(())
//! # }
//! ```
//!
//! # Example: a run that ends in time, and within its means
//!
//! At a limit a run stops and is no error, unless [`AtLimit`] says otherwise: [`Report::stop`] tells whether there is an
//! answer. A timeout around a run drops it and what it has; [`Run::with_time`] and [`RunHandle::cancel`] do not.
//!
//! ```
//! use std::time::Duration;
//! use windlass_agent::{Agent, AtLimit, Limits, Stop};
//! # use windlass_core::{Script, Scripted};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let model = Scripted::new([Script::text("Rome."), Script::text("Oslo.")]);
//! let agent = Agent::builder(model)
//!     .limits(Limits::default().with_turns(20).with_cost(500_000).at_limit(AtLimit::LastTurn))
//!     .build()?;
//! let report = agent.run("Where is it warmer?").with_time(Duration::from_secs(30)).await?;
//! assert_eq!(report.stop, Stop::Answered);
//!
//! let run = agent.run("And colder?");
//! run.handle().cancel(); // from another task, as a rule
//! let error = run.await.expect_err("it was cancelled");
//! assert_eq!(error.report().conversation.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Example: another model takes over, and why nothing helped
//!
//! ```
//! use windlass_agent::{Agent, Chain};
//! use windlass_core::Backoff;
//! # use windlass_core::{ErrorKind, ModelError, Script, Scripted};
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let busy = || Script::refuse(ModelError::new(ErrorKind::Overloaded, "no room"));
//! # let refused = Script::refuse(ModelError::new(ErrorKind::Authentication, "no such key"));
//! # let (large, small) = (Scripted::new([busy(), busy()]), Scripted::new([refused]));
//! let agent = Agent::builder(large)
//!     .retry(Backoff::new().with_attempts(2))
//!     .fallback(Chain::new().then(small))
//!     .build()?;
//! let error = agent.run("Where is it warmer?").await.expect_err("nobody answers");
//! let explanation = error.report().explain();
//! println!("{explanation}");
//! assert_eq!(explanation.attempts.len(), 3);
//! assert_eq!(explanation.hint, "check that the key is set, complete and of this provider");
//! # Ok(())
//! # }
//! ```
//!
//! # Example: somebody is asked before a tool runs
//!
//! An [`Approver`] decides on every call. [`Rules`] that allow all ask only about tools that want to be asked for.
//!
//! ```
//! use tokio::sync::{mpsc, oneshot};
//! use windlass_agent::{Agent, Answer, Ask, Question, Rule, Rules};
//! use windlass_core::tool;
//! # use windlass_core::{Script, Scripted};
//!
//! /// Pays.
//! #[tool(approval = "always")]
//! fn pay(
//!     /// How many euros.
//!     amount: u32,
//! ) -> String {
//!     format!("paid {amount} €")
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (ask, mut asked) = mpsc::channel::<(Vec<Question>, oneshot::Sender<Vec<Answer>>)>(1);
//! let ask = Ask::new(move |questions| {
//!     let ask = ask.clone();
//!     async move {
//!         let (reply, answers) = oneshot::channel();
//!         // Calls that nobody answers stay pending, and the run pauses.
//!         match ask.send((questions, reply)).await {
//!             Ok(()) => answers.await.unwrap_or_default(),
//!             Err(_) => Vec::new(),
//!         }
//!     }
//! });
//! # let model = Scripted::new([Script::call("call_1", "pay", r#"{"amount": 5}"#), Script::text("Done.")]);
//! let agent = Agent::builder(model)
//!     .tool(pay)
//!     .approver(Rules::new().with(Rule::allow()).asking(ask))
//!     .build()?;
//! let somebody = async {
//!     let (questions, reply) = asked.recv().await.expect("somebody is asked");
//!     assert_eq!(questions[0].pending.call.arguments.as_str(), r#"{"amount": 5}"#);
//!     reply.send(questions.iter().map(Question::allow).collect())
//! };
//! let (report, _) = tokio::join!(agent.run("Pay the five euros."), somebody);
//! assert_eq!(report?.calls, 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Example: a decision that takes days
//!
//! Without anybody to ask, the run [pauses](Stop::Paused). What it was is written down, and goes on in another process.
//!
//! ```
//! use windlass_agent::{Agent, Decision, Decisions, Paused, Rules};
//! # use windlass_core::{Script, Scripted, tool};
//! #
//! # /// Pays.
//! # #[tool]
//! # fn pay() -> &'static str {
//! #     "paid"
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let model = Scripted::new([Script::call("call_1", "pay", "{}"), Script::text("Not paid.")]);
//! let agent = Agent::builder(model).tool(pay).approver(Rules::new()).build()?;
//! let report = agent.run("Pay the five euros.").await?;
//! let saved = serde_json::to_string(&report.paused)?;
//!
//! let paused: Paused = serde_json::from_str(&saved)?;
//! let decide = |_: &_| Decision::deny("not this month");
//! let decisions = Decisions::for_all(paused.waiting.calls(), decide);
//! let report = agent.resume(paused, decisions).await?;
//! assert_eq!((report.text().as_str(), report.calls), ("Not paid.", 0));
//! # Ok(())
//! # }
//! ```
//!
//! # Example: a process that is killed, and goes on
//!
//! A [`Journal`] has what was done; [`Agent::recover`] does none of it again. [`Recording`] is one in memory, and the page of
//! [`Journal`] has one in a file.
//!
//! ```
//! use windlass_agent::{Agent, Recording};
//! # use windlass_core::{Script, Scripted};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let model = Scripted::new([Script::text("In Rome.")]);
//! let agent = Agent::builder(model.clone()).build()?;
//! let journal = Recording::new();
//! agent.run("Where is it warmer?").with_journal(journal.clone()).await?;
//! let written = journal.to_lines();
//!
//! let report = agent.recover(Recording::from_lines(&written)?).await?;
//! assert_eq!(report.text(), "In Rome.");
//! assert_eq!(model.requests().len(), 1, "the model is not asked again");
//! # Ok(())
//! # }
//! ```
//!
//! # Example: many runs at once
//!
//! An agent is cheap to clone and its runs share nothing that changes. Runs that share a key wait their turn when the model
//! is a `Governed` one of `windlass-provider`.
//!
//! ```
//! use tokio::task::JoinSet;
//! # use windlass_agent::Agent;
//! # use windlass_core::{Script, Scripted};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let agent = Agent::builder(Scripted::new((0..200).map(|_| Script::text("Rome.")))).build()?;
//! let mut runs = JoinSet::new();
//! for question in 0..200 {
//!     runs.spawn(agent.run(format!("question {question}")).into_future());
//! }
//! while let Some(report) = runs.join_next().await {
//!     assert_eq!(report??.text(), "Rome.");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Where to look
//!
//! | you want to | see |
//! |---|---|
//! | say how the model answers, for all runs or for one | [`AgentBuilder::options`], [`Run::with_options`] |
//! | speak to a run, cancel it, give it other tools | [`RunHandle`] |
//! | watch runs without slowing them | [`Agent::observe`], [`Run::observe`], feature `tracing` |
//! | change or refuse what goes to a model or a tool | [`Hook`] |
//! | switch models by rules of your own, or reject answers | [`FallbackStrategy`], [`Chain::with_validator`] |
//! | repeat a request by rules of your own | [`RetryPolicy`](windlass_core::RetryPolicy) |
//! | keep a conversation within the model's window | [`Compactor`], [`Tiers`], [`ContextBudget`], [`Estimator`] |
//! | keep one conversation over many runs | [`Session`] |
//! | know what keeps a provider from reading its prompt cache | [`PrefixGuard`] |
//! | let one agent call another | [`Agent::as_tool`] |
//! | give tools what they share | [`State`](windlass_core::State), [`AgentBuilder::state`] |
//! | combine, filter and rename tools | [`Toolbox`] |
//! | mend calls before the model is told of them | [`Repair`] |
//! | notice that the model goes in circles | [`Guard`] |
//! | remember decisions | [`Memory`], [`Grant`] |
//! | know what a run did and what it cost | [`Report`], [`Report::explain`] |
//! | run calls without a loop | [`Engine`], [`Plan`], [`Execution`] |
//!
//! # Features
//!
//! None is on unless it is asked for.
//!
//! - `workspace-tools`: tools on the files of one folder, and commands if switched on.
//! - `fetch`: a tool that fetches public URLs.
//! - `tiktoken`: an estimator that counts text to the token, as OpenAI's models do.
//! - `tracing`: spans of runs, turns, attempts and tools, by the names of OpenTelemetry.

mod agent;
mod approve;
mod attempt;
mod budget;
mod compact;
mod context;
mod event;
mod execute;
mod explain;
mod fallback;
#[cfg(feature = "fetch")]
mod fetch;
mod guard;
mod hook;
mod journal;
mod ledger;
mod limits;
mod observe;
mod output;
mod plan;
mod prefix;
mod repair;
mod report;
mod run;
mod session;
mod stop;
mod subagent;
mod toolbox;
#[cfg_attr(
    not(feature = "tracing"),
    allow(dead_code, reason = "there is nobody to tell")
)]
mod trace;
mod turn;
#[cfg(feature = "workspace-tools")]
mod workspace;

pub use agent::{Agent, AgentBuilder};
pub use approve::{
    AllowAll, Answer, Approver, Ask, Decision, Decisions, DenyAll, Digest, DigestError, Effect,
    Grant, Grants, Keep, Level, Limit, Memory, PendingCall, PendingError, PendingErrorKind,
    PendingSet, Question, Rule, Rules, Scope, Within,
};
#[cfg(feature = "tiktoken")]
pub use budget::Tiktoken;
pub use budget::{
    Approximate, BudgetError, Calibration, ContextBudget, ContextUse, Estimator, Factor, Reported,
    Room, Scaled, Sections, WindowSource, Windows,
};
pub use compact::{
    CompactError, CompactErrorKind, CompactReport, Compacted, Compaction, Compactor, Fruitless,
    KeepRecent, Reach, ShortenToolOutput, Summarize, Tiers,
};
pub use event::{
    AgentEvent, AttemptRecord, AttemptStarted, Because, Failed, RunEnded, RunId, Switched,
    ToolEnded, What,
};
pub use execute::{Engine, Execution, Prepared, Retries, RunScope, Settled, ToolEvent};
pub use explain::{Cooldown, Explanation};
pub use fallback::{
    Adapted, Cause, Chain, Failure, Fallback, FallbackStrategy, Flaw, NoFallback, Opaque,
    Shortening, Target, TargetIndex, Verdict, adapt,
};
#[cfg(feature = "fetch")]
pub use fetch::{FetchError, FetchOptions, FetchUrl, Resolver, SystemResolver};
pub use guard::{Guard, Turning};
pub use hook::{After, At, Before, Hook, HookPanicked, Moment};
pub use journal::{
    Ephemeral, Journal, JournalEffect, JournalError, JournalErrorKind, Record, Recording, Repeat,
    Step, Stepped,
};
pub use ledger::PartialAnswers;
pub use limits::{AtLimit, Left, LimitKind, Limits, Near, Reached, Turns};
pub use observe::{Observed, Observer};
pub use output::{AnswerEvent, AnswerMode, Answered, Answering, AwaitedAnswer, Partial};
pub use plan::Plan;
pub use prefix::{PrefixChange, PrefixGuard, PrefixSection};
pub use repair::{Problem, Repair};
pub use report::{Paused, Report, RunError};
pub use run::{Run, RunHandle, Running, Steered, Steering, ThinkingEvents};
pub use session::{
    Busy, Interrupt, PastRun, Session, SessionError, SessionErrorKind, SessionId, SessionRun,
    SessionRunning, SessionState, SessionStatus,
};
pub use stop::{Cancel, Stop};
pub use subagent::AgentTool;
pub use toolbox::{ToolEntry, Toolbox, ToolboxError, ToolboxErrorKind};
pub use trace::TraceContent;
#[cfg(all(feature = "workspace-tools", unix))]
pub use workspace::Commands;
#[cfg(feature = "workspace-tools")]
pub use workspace::Workspace;
