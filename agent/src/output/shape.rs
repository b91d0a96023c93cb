use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use windlass_core::{
    Ability, Arguments, Effort, Options, OutputFormat, Profile, Request, Schema, Text, ToolChoice,
    ToolSpec, Tools,
};

/// By which means a model is made to answer in a given shape.
///
/// ```
/// use windlass_agent::{Agent, AnswerMode};
/// use windlass_core::{Script, Scripted};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let model = Scripted::new([Script::call("call_1", "final_answer", r#"{"value": 31}"#)]);
/// let run = Agent::builder(model).build()?.run("How warm is it?");
/// assert_eq!(run.answer::<i32>().with_mode(AnswerMode::Tool).await?.value, 31);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnswerMode {
    /// By the best that the model is known to have, chosen anew for each model that is asked.
    ///
    /// That is [`Native`](AnswerMode::Native) where it is known to answer by a schema. Otherwise it is
    /// [`Tool`](AnswerMode::Tool) where it is known to call tools, or where it has tools to call anyway and is not known to
    /// call none. Otherwise it is [`Prompted`](AnswerMode::Prompted), which every model has.
    #[default]
    Auto,
    /// By the provider's own structured output. A provider that has none refuses the request.
    Native,
    /// By a tool that takes the answer as its arguments. Where the model must not call tools, or a tool of the run has the
    /// same name, the model is prompted.
    Tool,
    /// By instructions that hold the schema; the JSON may stand between other words.
    Prompted,
}

/// The mode that was chosen for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Native,
    Tool,
    Prompted,
}

/// What shape an answer has, how the model is asked for it, and how often it may try again.
#[derive(Clone)]
pub(crate) struct Shape {
    pub(super) name: Text,
    pub(super) schema: Schema,
    pub(super) mode: AnswerMode,
    pub(super) tries: u32,
    pub(super) is_wrapped: bool,
    pub(super) check: Check,
    widened: Arc<Mutex<Option<Widened>>>,
}

/// Tools with the one for the answer behind them, kept for the next request: what they look like on a wire is with them.
struct Widened {
    from: Tools,
    to: Tools,
}

/// Says why a text is not the answer that was asked for.
pub(super) type Check = Arc<dyn Fn(&Arguments) -> Result<(), Text> + Send + Sync>;

/// The object around an answer that is none: providers want an object.
#[derive(Deserialize, JsonSchema)]
#[schemars(description = "", deny_unknown_fields)]
pub(super) struct Wrapped<T> {
    /// An option that is left out is an error, not a `None`.
    #[serde(
        deserialize_with = "Deserialize::deserialize",
        bound(deserialize = "T: Deserialize<'de>")
    )]
    #[schemars(description = "")]
    pub(super) value: T,
}

impl Shape {
    /// The shape of a `T`, by the name `final_answer` and with one more try.
    pub(crate) fn of<T: DeserializeOwned + JsonSchema>() -> Self {
        let schema = Schema::of::<T>();
        let is_wrapped = !schema.is_object();
        let schema = match is_wrapped {
            true => wrapped(&Schema::of::<Wrapped<T>>()),
            false => schema,
        };
        Shape {
            name: Text::from_static("final_answer"),
            schema,
            mode: AnswerMode::Auto,
            tries: 1,
            is_wrapped,
            check: Arc::new(move |text| parse::<T>(text, is_wrapped).map(drop)),
            widened: Arc::default(),
        }
    }

    /// Sets the name of the tool and of the schema.
    #[must_use]
    pub(crate) fn with_name(mut self, name: impl Into<Text>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets by which means the model is made to answer in this shape.
    #[must_use]
    pub(crate) fn with_mode(mut self, mode: AnswerMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets how often the model is told what is wrong with its answer and may try again.
    #[must_use]
    pub(crate) fn with_tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// Adds a check of the value, after those that are there. What it returns is told to the model.
    #[must_use]
    pub(crate) fn with_validator<T: DeserializeOwned, E: fmt::Display>(
        mut self,
        validator: impl Fn(&T) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        let (earlier, is_wrapped) = (self.check, self.is_wrapped);
        self.check = Arc::new(move |text| {
            earlier(text)?;
            let value = parse::<T>(text, is_wrapped)?;
            validator(&value).map_err(|why| Text::from(why.to_string()))
        });
        self
    }

    /// How often the model may try again.
    pub(crate) fn tries(&self) -> u32 {
        self.tries
    }

    /// Asks for the shape in `request`, by what the model of this profile has. What came of it is needed to read the answer.
    ///
    /// Call it for each model that is asked, on a request that asks for no shape yet.
    pub(crate) fn prepare(&self, request: &mut Request, profile: &Profile) -> Way {
        let way = self.way(request, profile);
        match way {
            Way::Native => {
                request.options.output = Some(OutputFormat::Schema {
                    name: self.name.clone(),
                    schema: self.schema.clone(),
                });
            }
            Way::Tool => self.add_tool(request, profile),
            Way::Prompted => {
                let instructions = request.instructions.iter().cloned();
                request.instructions = instructions.chain([self.instructions()]).collect();
            }
        }
        way
    }

    fn way(&self, request: &Request, profile: &Profile) -> Way {
        let has = |ability| profile.abilities.has(ability);
        let can_call = match has(Ability::Tools) {
            Some(can_call) => can_call,
            None => !request.tools.is_empty(),
        };
        match self.mode {
            AnswerMode::Native => Way::Native,
            AnswerMode::Auto if has(Ability::Schema) == Some(true) => Way::Native,
            AnswerMode::Auto if can_call && self.may_be_tool(request) => Way::Tool,
            AnswerMode::Tool if self.may_be_tool(request) => Way::Tool,
            _ => Way::Prompted,
        }
    }

    fn may_be_tool(&self, request: &Request) -> bool {
        let mut specs = request.tools.specs().iter();
        request.options.tool_choice != Some(ToolChoice::None)
            && specs.all(|spec| spec.name != self.name)
    }

    /// The call is forced where nothing else can be called, and left to models that may think: some refuse a forced one then.
    fn add_tool(&self, request: &mut Request, profile: &Profile) {
        let is_alone = request.tools.is_empty();
        request.tools = self.widen(&request.tools);
        if is_alone && !may_think(&request.options, profile) {
            request.options.tool_choice = Some(ToolChoice::Tool(self.name.clone()));
        }
    }

    fn widen(&self, tools: &Tools) -> Tools {
        let mut widened = self.widened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Widened { from, to }) = &*widened
            && from == tools
        {
            return to.clone();
        }
        let specs = tools.specs().iter().cloned().chain([self.tool()]);
        let to = Tools::new(specs, tools.hosted().iter().cloned());
        *widened = Some(Widened {
            from: tools.clone(),
            to: to.clone(),
        });
        to
    }

    fn tool(&self) -> ToolSpec {
        let description = "Takes the final answer. Call it once and alone, when nothing else is left to do; the answer is what \
             is given here, and not what is written beside it.";
        ToolSpec::new(self.name.clone(), description, self.schema.clone())
    }

    fn instructions(&self) -> Text {
        let schema = self.schema.as_json();
        let text = format!(
            "Give the final answer as one JSON object that fits this JSON Schema, with nothing before or after it:\n{schema}"
        );
        text.into()
    }
}

/// The schema says of no option that it must be there.
fn wrapped(schema: &Schema) -> Schema {
    let mut schema = schema.as_value().clone();
    schema["required"] = json!(["value"]);
    Schema::from_value(schema).expect("a schema with another keyword is a schema")
}

fn may_think(options: &Options, profile: &Profile) -> bool {
    match options.reasoning {
        Some(reasoning) => reasoning.effort != Some(Effort::Off),
        None => profile.abilities.has(Ability::Thinking) == Some(true),
    }
}

/// Reads the text of an answer.
pub(super) fn parse<T: DeserializeOwned>(text: &Arguments, is_wrapped: bool) -> Result<T, Text> {
    let value = match is_wrapped {
        true => text.parse::<Wrapped<T>>().map(|wrapped| wrapped.value),
        false => text.parse::<T>(),
    };
    value.map_err(|error| {
        let words = error.to_string();
        match words.strip_prefix("the arguments") {
            Some(rest) => format!("the answer{rest}").into(),
            None => words.into(),
        }
    })
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shape")
            .field("name", &self.name)
            .field("schema", &self.schema)
            .field("mode", &self.mode)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}
