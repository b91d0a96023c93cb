//! Spans of a run, its turns, attempts and tools, with the names of OpenTelemetry's conventions for generative AI; the
//! page of [`TraceContent`] says which. A span ends when it is dropped, so it ends on every path. Without the feature
//! `tracing` all types here are empty.
#![cfg_attr(
    not(feature = "tracing"),
    allow(unused_variables, reason = "there is nobody to tell")
)]

#[cfg(feature = "tracing")]
mod content;
mod handle;
mod names;

use windlass_core::{Call, ModelId, OutcomeStatus, Request, Response, Usage};

use crate::{AttemptRecord, Stop};
use handle::{Handle, open};

#[cfg(feature = "tracing")]
#[cfg(test)]
mod tests;

/// Whether spans hold what was said, or only what it took.
///
/// What is said may be private, and each attempt holds its whole conversation. It is in the spans as the model and the
/// tools said it, also where a hook changes it later.
///
/// # Spans
///
/// With the feature `tracing`, a run tells the subscriber of the program what it does, in spans of the target `windlass`
/// and the level `INFO`. Names are those of OpenTelemetry's conventions for generative AI, version 1.41.
///
/// | span | is | its parent |
/// |---|---|---|
/// | `invoke_agent` | a run | the span that is current when the run is first polled: for an agent that is a tool, the tool's |
/// | `turn` | a turn | the run |
/// | `chat` | an attempt | the turn |
/// | `execute_tool` | a call that runs, with all its attempts | the turn |
///
/// | attribute | on | holds |
/// |---|---|---|
/// | `gen_ai.operation.name` | run, attempt, call | the name of the span |
/// | `gen_ai.agent.name`, `gen_ai.conversation.id` | run | the agent's name and the session's id, if they have one |
/// | `gen_ai.provider.name`, `gen_ai.request.model` | run, attempt | who is asked |
/// | `gen_ai.request.…`, `gen_ai.output.type` | attempt | what was asked for: temperature, limit on tokens and the like |
/// | `gen_ai.response.id`, `.model`, `.finish_reasons` | attempt | what the provider says; the reasons as JSON text |
/// | `gen_ai.usage.…` | run, attempt | tokens; input contains what was read from a cache and written to it |
/// | `gen_ai.tool.name`, `.call.id`, `.type` | call | which tool |
/// | `error.type`, `otel.status_code` | run, attempt, call | how it failed: an error's kind, or how a call ended |
/// | `windlass.run`, `windlass.stop` | run | its id, and why it ended |
/// | `windlass.turn`, `windlass.attempt`, `windlass.attempts` | turn, attempt, call | numbers, from one |
///
/// When it is [asked for](TraceContent::Recorded), `gen_ai.system_instructions`, `gen_ai.input.messages`,
/// `gen_ai.output.messages`, `gen_ai.tool.call.arguments` and `gen_ai.tool.call.result` hold what was said, as JSON.
///
/// ```
/// use windlass_agent::{Agent, TraceContent};
/// use windlass_core::Scripted;
///
/// let agent = Agent::builder(Scripted::new([])).name("researcher").trace_content(TraceContent::Recorded).build()?;
/// assert_eq!(TraceContent::default(), TraceContent::Hidden);
/// # Ok::<(), windlass_agent::ToolboxError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "it is said or not")]
pub enum TraceContent {
    /// Names, numbers and kinds of errors alone.
    #[default]
    Hidden,
    /// Messages, instructions, arguments and outcomes too; of media what they are and not their bytes.
    Recorded,
}

/// What is known of a run when it begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunOrigin<'a> {
    pub(crate) run: &'a str,
    pub(crate) agent: Option<&'a str>,
    /// The session, if the run is part of one.
    pub(crate) session: Option<&'a str>,
    pub(crate) model: &'a ModelId,
}

/// The span of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunSpan {
    span: Handle,
    content: TraceContent,
}

impl RunSpan {
    /// Begins a run as a child of the span that is current here.
    pub(crate) fn begin(origin: RunOrigin<'_>, content: TraceContent) -> Self {
        let span = open!(
            "invoke_agent",
            otel.name = %names::Title("invoke_agent", origin.agent.unwrap_or_default()),
            otel.kind = "internal",
            otel.status_code = Empty,
            error.type = Empty,
            gen_ai.operation.name = "invoke_agent",
            gen_ai.agent.name = origin.agent,
            gen_ai.conversation.id = origin.session,
            gen_ai.provider.name = names::provider(&origin.model.provider),
            gen_ai.request.model = origin.model.model.as_str(),
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.cache_read.input_tokens = Empty,
            gen_ai.usage.cache_creation.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
            gen_ai.usage.reasoning.output_tokens = Empty,
            windlass.run = origin.run,
            windlass.stop = Empty,
        );
        RunSpan { span, content }
    }

    /// Begins a turn.
    pub(crate) fn turn(&self, number: u32) -> TurnSpan {
        let span = open!(
            parent: self.span.id(),
            "turn",
            otel.kind = "internal",
            windlass.turn = number,
        );
        TurnSpan {
            span,
            content: self.content,
        }
    }

    /// Runs a future inside of the span.
    pub(crate) fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        self.span.around(future)
    }

    /// Notes why the run ended, and what all attempts together took.
    pub(crate) fn ended(&self, stop: &Stop, usage: Usage) {
        self.span.text("windlass.stop", names::stop(stop));
        self.span.usage(usage);
        match stop {
            Stop::Failed(failed) => self.span.failed(names::error(failed.kind)),
            stop if !stop.is_success() => self.span.failed(names::stop(stop)),
            _ => {}
        }
    }
}

/// The span of a turn.
#[derive(Clone, Debug, Default)]
pub(crate) struct TurnSpan {
    span: Handle,
    content: TraceContent,
}

impl TurnSpan {
    /// Begins an attempt to have `model` answer `request`.
    pub(crate) fn attempt(&self, number: u32, model: &ModelId, request: &Request) -> AttemptSpan {
        let sampling = &request.options.sampling;
        let span = open!(
            parent: self.span.id(),
            "chat",
            otel.name = %names::Title("chat", &model.model),
            otel.kind = "client",
            otel.status_code = Empty,
            error.type = Empty,
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = names::provider(&model.provider),
            gen_ai.request.model = model.model.as_str(),
            gen_ai.request.temperature = sampling.temperature,
            gen_ai.request.top_p = sampling.top_p,
            gen_ai.request.top_k = sampling.top_k,
            gen_ai.request.frequency_penalty = sampling.frequency_penalty,
            gen_ai.request.presence_penalty = sampling.presence_penalty,
            gen_ai.request.max_tokens = sampling.max_output_tokens,
            gen_ai.request.seed = sampling.seed,
            gen_ai.output.type = request.options.output.as_ref().map(names::output),
            gen_ai.response.id = Empty,
            gen_ai.response.model = Empty,
            gen_ai.response.finish_reasons = Empty,
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.cache_read.input_tokens = Empty,
            gen_ai.usage.cache_creation.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
            gen_ai.usage.reasoning.output_tokens = Empty,
            gen_ai.system_instructions = Empty,
            gen_ai.input.messages = Empty,
            gen_ai.output.messages = Empty,
            windlass.attempt = number,
        );
        let attempt = AttemptSpan {
            span,
            content: self.content,
        };
        attempt.asked(request);
        attempt
    }

    /// Begins a call, as it runs.
    pub(crate) fn tool(&self, call: &Call) -> ToolSpan {
        let span = open!(
            parent: self.span.id(),
            "execute_tool",
            otel.name = %names::Title("execute_tool", &call.name),
            otel.kind = "internal",
            otel.status_code = Empty,
            error.type = Empty,
            gen_ai.operation.name = "execute_tool",
            gen_ai.tool.name = call.name.as_str(),
            gen_ai.tool.call.id = call.id.as_str(),
            gen_ai.tool.type = "function",
            gen_ai.tool.call.arguments = Empty,
            gen_ai.tool.call.result = Empty,
            windlass.attempts = Empty,
        );
        let tool = ToolSpan {
            span,
            content: self.content,
            ended: false,
        };
        if tool.span.holds(tool.content) {
            let arguments = call.arguments.as_str();
            tool.span.text("gen_ai.tool.call.arguments", arguments);
        }
        tool
    }
}

/// The span of an attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct AttemptSpan {
    span: Handle,
    content: TraceContent,
}

impl AttemptSpan {
    /// Runs a future inside of the span.
    pub(crate) fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        self.span.around(future)
    }

    /// Polls something inside of the span.
    pub(crate) fn within<T>(&self, poll: impl FnOnce() -> T) -> T {
        self.span.within(poll)
    }

    /// Notes a whole answer, as the model gave it.
    pub(crate) fn answered(&self, response: &Response) {
        let id = response.message.id.as_deref();
        self.span.text("gen_ai.response.id", id.unwrap_or_default());
        let model = response.model.as_deref().unwrap_or_default();
        self.span.text("gen_ai.response.model", model);
        if self.span.is_on() {
            let reasons = names::list(&response.finish.raw);
            self.span.text("gen_ai.response.finish_reasons", &reasons);
        }
        #[cfg(feature = "tracing")]
        if self.span.holds(self.content) {
            let said = content::output_messages(response);
            self.span.text("gen_ai.output.messages", &said);
        }
    }

    /// Notes what came of the attempt.
    pub(crate) fn ended(&self, record: &AttemptRecord) {
        self.span.usage(record.usage);
        match &record.error {
            Some(failed) => self.span.failed(names::error(failed.kind)),
            None if record.rejected.is_some() => self.span.failed("rejected"),
            None => {}
        }
    }

    fn asked(&self, request: &Request) {
        #[cfg(feature = "tracing")]
        if self.span.holds(self.content) {
            let told = content::instructions(&request.instructions);
            self.span.text("gen_ai.system_instructions", &told);
            let said = content::input_messages(&request.conversation);
            self.span.text("gen_ai.input.messages", &said);
        }
    }
}

/// The span of a call that runs. Dropped before it ended, the call was cancelled.
#[derive(Debug, Default)]
pub(crate) struct ToolSpan {
    span: Handle,
    content: TraceContent,
    ended: bool,
}

impl ToolSpan {
    /// Runs a future inside of the span.
    pub(crate) fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        self.span.around(future)
    }

    /// Notes how the call ended, after how many attempts, and what came of it.
    pub(crate) fn ended(
        mut self,
        status: OutcomeStatus,
        attempts: u32,
        result: impl FnOnce() -> String,
    ) {
        self.ended = true;
        self.span.count("windlass.attempts", Some(attempts.into()));
        if status.is_failure() {
            self.span.failed(names::status(status));
        }
        if self.span.holds(self.content) {
            self.span.text("gen_ai.tool.call.result", &result());
        }
    }
}

impl Drop for ToolSpan {
    fn drop(&mut self) {
        if !self.ended {
            self.span.failed(names::status(OutcomeStatus::Cancelled));
        }
    }
}
