//! The small members of a request, and what becomes of those that the host or the model does not have.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use windlass_core::{
    Ability, Continuation, Effort, ModelError, Options, OutputFormat, ParallelCalls, Reasoning,
    Sampling, Text, ToolChoice,
};

use crate::body::Degraded;
use crate::codec::{Delivery, Encode};
use crate::schema::{SchemaRules, lower};
use crate::wire::openai_chat::dialect::BUDGETS;
use crate::wire::openai_chat::{NAMES, OpenAiChat, OutputForm, ReasoningForm, StreamUsage};

type Checked = Result<(), ModelError>;

/// Members in the order in which they are written.
#[derive(Default)]
pub(super) struct Members<'a>(Vec<(&'static str, Member<'a>)>);

/// The value of a small member.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Member<'a> {
    Text(&'a str),
    Name(Cow<'a, str>),
    Texts(&'a [Text]),
    Number(f64),
    Count(u64),
    Seed(i64),
    Flag(bool),
    Labels(&'a indexmap::IndexMap<Text, Text>),
    Json(serde_json::Value),
    Members(Members<'a>),
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'a> Members<'a> {
    fn set(&mut self, name: &'static str, value: Member<'a>) {
        self.0.push((name, value));
    }

    fn of(members: impl IntoIterator<Item = (&'static str, Member<'a>)>) -> Member<'a> {
        Member::Members(Members(members.into_iter().collect()))
    }
}

/// Writes the head, and leaves out or refuses what cannot be said.
pub(super) fn head<'a>(
    dialect: &OpenAiChat,
    (call, has_tools): (&Encode<'a>, bool),
    degraded: &mut Degraded,
) -> Result<Members<'a>, ModelError> {
    let mut head = Head {
        dialect: *dialect,
        call: *call,
        has_tools,
        members: Members::default(),
        degraded,
    };
    let options = call.options;
    head.members.set("model", Member::Text(call.model()));
    head.delivery();
    head.sampling(&options.sampling)?;
    head.calls(options)?;
    if let Some(reasoning) = options.reasoning {
        head.reasoning(reasoning)?;
    }
    if let Some(output) = &options.output {
        head.output(output)?;
    }
    head.account(options)?;
    Ok(head.members)
}

struct Head<'a, 'd> {
    dialect: OpenAiChat,
    call: Encode<'a>,
    has_tools: bool,
    members: Members<'a>,
    degraded: &'d mut Degraded,
}

impl<'a> Head<'a, '_> {
    fn lacks(&self, ability: Ability) -> bool {
        self.call.profile.abilities.has(ability) == Some(false)
    }

    fn delivery(&mut self) {
        if self.call.delivery == Delivery::Whole {
            return;
        }
        self.members.set("stream", Member::Flag(true));
        if self.dialect.stream_usage == StreamUsage::Asked {
            let asked = Members::of([("include_usage", Member::Flag(true))]);
            self.members.set("stream_options", asked);
        }
    }

    fn sampling(&mut self, sampling: &'a Sampling) -> Checked {
        if let Some(tokens) = sampling.max_output_tokens {
            self.members
                .set(self.dialect.max_tokens, Member::Count(tokens));
        }
        let penalties = self.dialect.penalties.it();
        self.picking("temperature", true, sampling.temperature)?;
        self.picking("top_p", true, sampling.top_p)?;
        self.picking("frequency_penalty", penalties, sampling.frequency_penalty)?;
        self.picking("presence_penalty", penalties, sampling.presence_penalty)?;
        let top_k = sampling.top_k.map(|count| Member::Count(count.into()));
        self.named("top_k", self.dialect.top_k, top_k)?;
        self.named("seed", self.dialect.seed, sampling.seed.map(Member::Seed))?;
        let stop = sampling.stop.as_deref().filter(|stop| !stop.is_empty());
        let takes_stop = self.dialect.stop.it().then_some("stop");
        self.named("stop", takes_stop, stop.map(Member::Texts))
    }

    fn picking(&mut self, option: &'static str, taken: bool, value: Option<f64>) -> Checked {
        match value {
            None => Ok(()),
            Some(_) if self.lacks(Ability::Sampling) => self
                .degraded
                .leave_out(option, "the model does not take it"),
            value => self.named(option, taken.then_some(option), value.map(Member::Number)),
        }
    }

    /// Sets a member for an option, under the host's name for it.
    fn named(
        &mut self,
        option: &'static str,
        name: Option<&'static str>,
        value: Option<Member<'a>>,
    ) -> Checked {
        match (name, value) {
            (_, None) => Ok(()),
            (None, Some(_)) => self.degraded.leave_out(option, "the host does not take it"),
            (Some(name), Some(value)) => {
                self.members.set(name, value);
                Ok(())
            }
        }
    }

    /// What is said about calls; without tools nothing may be.
    fn calls(&mut self, options: &'a Options) -> Checked {
        if !self.has_tools {
            return match options.tool_choice {
                Some(ToolChoice::Required | ToolChoice::Tool(_)) => {
                    self.degraded.leave_out("tool_choice", "there are no tools")
                }
                _ => Ok(()),
            };
        }
        if let Some(choice) = &options.tool_choice {
            self.tool_choice(choice)?;
        }
        let parallel = match options.parallel_calls {
            Some(ParallelCalls::Allow) if self.lacks(Ability::ParallelCalls) => {
                let why = "the model calls one tool at a time";
                return self.degraded.leave_out("parallel_calls", why);
            }
            Some(ParallelCalls::Forbid) if self.lacks(Ability::ParallelCalls) => return Ok(()),
            parallel => parallel.map(|calls| Member::Flag(calls == ParallelCalls::Allow)),
        };
        let takes = self.dialect.parallel_calls.it();
        self.named(
            "parallel_calls",
            takes.then_some("parallel_tool_calls"),
            parallel,
        )
    }

    fn tool_choice(&mut self, choice: &'a ToolChoice) -> Checked {
        let choice = match choice {
            ToolChoice::Auto => Member::Text("auto"),
            ToolChoice::None => Member::Text("none"),
            ToolChoice::Required => Member::Text(self.dialect.required_choice),
            ToolChoice::Tool(name) => Members::of([
                ("type", Member::Text("function")),
                (
                    "function",
                    Members::of([("name", Member::Name(NAMES.fit(name)))]),
                ),
            ]),
            _ => {
                let why = "this wire does not know the choice";
                return self.degraded.leave_out("tool_choice", why);
            }
        };
        self.members.set("tool_choice", choice);
        Ok(())
    }

    fn reasoning(&mut self, reasoning: Reasoning) -> Checked {
        let off = reasoning.effort == Some(Effort::Off);
        if self.lacks(Ability::Thinking) {
            return match off {
                true => Ok(()),
                false => self
                    .degraded
                    .leave_out("reasoning", "the model does not think"),
            };
        }
        let effort = effort(reasoning);
        let word = effort.and_then(|effort| self.dialect.efforts.word(effort));
        match self.dialect.reasoning {
            ReasoningForm::Untold => self
                .degraded
                .leave_out("reasoning", "the host cannot be told how much to think"),
            ReasoningForm::Effort => match word {
                Some(word) => {
                    self.members.set("reasoning_effort", Member::Text(word));
                    Ok(())
                }
                None => self
                    .degraded
                    .leave_out("reasoning", "the host has no word for this effort"),
            },
            ReasoningForm::Object => {
                let told = match (reasoning.budget_tokens, word) {
                    (Some(tokens), _) => ("max_tokens", Member::Count(tokens)),
                    (None, Some(word)) => ("effort", Member::Text(word)),
                    (None, None) => ("enabled", Member::Flag(!off)),
                };
                self.members.set("reasoning", Members::of([told]));
                Ok(())
            }
            ReasoningForm::Thinking => {
                let kind = if off { "disabled" } else { "enabled" };
                let kind = Members::of([("type", Member::Text(kind))]);
                self.members.set("thinking", kind);
                if let Some(word) = word.filter(|_| !off) {
                    self.members.set("reasoning_effort", Member::Text(word));
                }
                Ok(())
            }
            ReasoningForm::EnableThinking => {
                self.members.set("enable_thinking", Member::Flag(!off));
                if let Some(tokens) = budget(reasoning).filter(|_| !off) {
                    self.members.set("thinking_budget", Member::Count(tokens));
                }
                Ok(())
            }
        }
    }

    fn output(&mut self, output: &'a OutputFormat) -> Checked {
        let format = match (output, self.dialect.output) {
            (OutputFormat::Text, _) => return Ok(()),
            (_, OutputForm::Untold) => {
                return self
                    .degraded
                    .leave_out("output", "the host cannot be told in what form to answer");
            }
            (OutputFormat::Json, _) => Members::of([("type", Member::Text("json_object"))]),
            (OutputFormat::Schema { .. }, _) if self.lacks(Ability::Schema) => {
                return self
                    .degraded
                    .leave_out("output", "the model does not answer in a given shape");
            }
            (OutputFormat::Schema { .. }, OutputForm::Object) => {
                self.degraded
                    .leave_out("output", "the host takes JSON, but not its shape")?;
                Members::of([("type", Member::Text("json_object"))])
            }
            (OutputFormat::Schema { schema, .. }, OutputForm::ObjectWithSchema) => {
                let lowered = lower(schema, SchemaRules::Any);
                Members::of([
                    ("type", Member::Text("json_object")),
                    ("schema", Member::Json(lowered.schema)),
                ])
            }
            (OutputFormat::Schema { name, schema }, OutputForm::Schema) => {
                let lowered = lower(schema, SchemaRules::Strict);
                let mut shape = Members::default();
                shape.set("name", Member::Text(name));
                shape.set("schema", Member::Json(lowered.schema));
                if lowered.strict {
                    shape.set("strict", Member::Flag(true));
                }
                Members::of([
                    ("type", Member::Text("json_schema")),
                    ("json_schema", Member::Members(shape)),
                ])
            }
            _ => {
                return self
                    .degraded
                    .leave_out("output", "this wire does not know the form");
            }
        };
        self.members.set("response_format", format);
        Ok(())
    }

    /// Who asks, under what labels, and what is stored.
    fn account(&mut self, options: &'a Options) -> Checked {
        let user = options.user.as_deref().map(Member::Text);
        self.named("user", self.dialect.user, user)?;
        let labels = (!options.metadata.is_empty()).then_some(Member::Labels(&options.metadata));
        let takes_labels = self.dialect.metadata.it().then_some("metadata");
        self.named("metadata", takes_labels, labels)?;
        match options.continuation {
            // A host that cannot be told stores no answers in the first place.
            Some(Continuation::Stateless) if self.dialect.store.it() => {
                self.members.set("store", Member::Flag(false));
                Ok(())
            }
            None | Some(Continuation::Stateless) => Ok(()),
            Some(_) => self.degraded.leave_out(
                "continuation",
                "this wire cannot continue an answer that is stored",
            ),
        }
    }
}

/// The effort: as asked for, or the weakest whose budget covers the number.
fn effort(reasoning: Reasoning) -> Option<Effort> {
    let by_budget = |tokens: u64| {
        let covers = BUDGETS.iter().find(|(_, budget)| tokens <= *budget);
        covers.map_or(Effort::Max, |(effort, _)| *effort)
    };
    reasoning
        .effort
        .or_else(|| reasoning.budget_tokens.map(by_budget))
}

/// The budget: as asked for, or that of the effort.
fn budget(reasoning: Reasoning) -> Option<u64> {
    let by_effort = |effort: Effort| {
        let known = BUDGETS.iter().find(|(known, _)| *known == effort);
        known.map(|(_, budget)| *budget)
    };
    reasoning
        .budget_tokens
        .or_else(|| reasoning.effort.and_then(by_effort))
}
