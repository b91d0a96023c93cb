//! Recorded requests to Ollama's own protocol, as ours.

use serde_json::{Map, Value};
use windlass_core::{
    Arguments, Assistant, Call, CallId, Conversation, Effort, Media, Options, Outcome,
    OutcomeStatus, OutputFormat, Reasoning, Request, Sampling, Schema, Source, System, Text,
    Thinking, ToolSpec, User, UserPart,
};

/// Reads a recorded request.
///
/// # Errors
///
/// Names what our types cannot express.
pub fn parse(request: &Value) -> Result<Request, String> {
    let mut members = object(request, "the request")?.clone();
    members.remove("model");
    let messages = members.remove("messages").ok_or("no `messages`")?;
    let tools = members.remove("tools");
    let (instructions, conversation) = conversation(list(&messages, "`messages`")?)?;
    let mut request = Request::new(conversation);
    if let Some(instructions) = instructions {
        request = request.with_instructions(instructions);
    }
    let mut options = options(&mut members)?;
    match tools {
        Some(Value::Array(tools)) if tools.is_empty() => {
            options = options.with_extra("tools", Value::Array(tools));
        }
        Some(tools) => request = request.with_tools(specs(&tools)?),
        None => {}
    }
    for (name, value) in members {
        options = options.with_extra(name, value);
    }
    Ok(request.with_options(options))
}

/// The options we have a name for; what stays in `members` goes along as it is.
fn options(members: &mut Map<String, Value>) -> Result<Options, String> {
    let mut options = Options::new();
    if members.get("stream") == Some(&Value::Bool(false)) {
        members.remove("stream");
    }
    if let Some(reasoning) = members.get("think").and_then(reasoning) {
        members.remove("think");
        options = options.with_reasoning(reasoning);
    }
    match members.get("format") {
        Some(Value::String(word)) if word == "json" => {
            members.remove("format");
            options = options.with_output(OutputFormat::Json);
        }
        Some(Value::Object(_)) => {
            let schema = members.remove("format").unwrap_or_default();
            let schema = Schema::from_value(schema).map_err(|error| error.to_string())?;
            let name = Text::from_static("output");
            options = options.with_output(OutputFormat::Schema { name, schema });
        }
        _ => {}
    }
    if let Some(Value::Object(asked)) = members.get_mut("options") {
        options = options.with_sampling(sampling(asked));
        if asked.is_empty() && options.sampling != Sampling::new() {
            members.remove("options");
        }
    }
    Ok(options)
}

fn reasoning(think: &Value) -> Option<Reasoning> {
    match think {
        Value::Bool(true) => Some(Reasoning::default()),
        Value::Bool(false) => Some(Reasoning::effort(Effort::Off)),
        Value::String(level) => Some(Reasoning::effort(match level.as_str() {
            "low" => Effort::Low,
            "medium" => Effort::Medium,
            "high" => Effort::High,
            "max" => Effort::Max,
            _ => return None,
        })),
        _ => None,
    }
}

fn sampling(asked: &mut Map<String, Value>) -> Sampling {
    let mut take = |name: &str| asked.remove(name);
    let float = |value: Option<Value>| value.as_ref().and_then(Value::as_f64);
    let count = |value: Option<Value>| value.as_ref().and_then(Value::as_u64);
    let mut sampling = Sampling::new();
    sampling.temperature = float(take("temperature"));
    sampling.top_p = float(take("top_p"));
    sampling.top_k = count(take("top_k")).and_then(|count| u32::try_from(count).ok());
    sampling.frequency_penalty = float(take("frequency_penalty"));
    sampling.presence_penalty = float(take("presence_penalty"));
    sampling.seed = take("seed").as_ref().and_then(Value::as_i64);
    sampling.max_output_tokens = count(take("num_predict"));
    sampling.stop = take("stop")
        .as_ref()
        .and_then(Value::as_array)
        .map(|texts| {
            let texts = texts.iter().filter_map(Value::as_str);
            texts.map(Text::from).collect()
        });
    sampling
}

fn specs(tools: &Value) -> Result<Vec<ToolSpec>, String> {
    let spec = |tool: &Value| {
        let function = &tool["function"];
        let name = string(&function["name"], "a tool's name")?;
        let description = string(&function["description"], "a tool's description")?;
        let parameters = Schema::from_value(function["parameters"].clone())
            .map_err(|error| format!("parameters of `{name}`: {error}"))?;
        Ok(ToolSpec::new(name, description, parameters))
    };
    list(tools, "`tools`")?.iter().map(spec).collect()
}

/// The system message at the beginning, and what was said.
fn conversation(messages: &[Value]) -> Result<(Option<String>, Conversation), String> {
    let mut said = Conversation::new();
    let mut instructions = None;
    let mut number = 0;
    let mut messages = messages.iter().enumerate().peekable();
    while let Some((at, message)) = messages.next() {
        let content = string(&message["content"], "`content`")?;
        let pushed = match message["role"].as_str() {
            Some("system") if at == 0 => {
                instructions = Some(content);
                continue;
            }
            Some("system") => said.push_system(System::new(content)),
            Some("user") => said.push_user(user(content, message)?),
            Some("assistant") => said.push_assistant(assistant(content, message, &mut number)?),
            Some("tool") => {
                let calls: Vec<Call> = said.open_calls().cloned().collect();
                let mut outcomes = Vec::new();
                let mut result = message;
                for call in &calls {
                    outcomes.push(outcome(call, result)?);
                    if outcomes.len() < calls.len() {
                        result = messages.next().ok_or("a call without an outcome")?.1;
                    }
                }
                said.push_outcomes(outcomes)
            }
            role => return Err(format!("role {role:?}")),
        };
        pushed.map_err(|error| error.to_string())?;
    }
    Ok((instructions, said))
}

fn user(content: String, message: &Value) -> Result<User, String> {
    let mut user = User::new(content);
    for image in message["images"].as_array().into_iter().flatten() {
        let data = string(image, "an image")?;
        user = user.with(UserPart::Image(Media::new("", Source::Base64(data.into()))));
    }
    Ok(user)
}

/// An answer; calls without an id get those that a decoder would have given them.
fn assistant(content: String, message: &Value, number: &mut u64) -> Result<Assistant, String> {
    let mut answer = Assistant::default();
    if let Some(thinking) = message["thinking"].as_str() {
        answer = answer.with(Thinking::new(thinking));
    }
    if !content.is_empty() {
        answer = answer.with(windlass_core::TextPart::new(content));
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let function = &call["function"];
        let name = string(&function["name"], "a call's name")?;
        let id = call["id"]
            .as_str()
            .map_or_else(|| format!("call_w{number}"), str::to_owned);
        *number += 1;
        let arguments = Arguments::from(function["arguments"].to_string());
        answer = answer.with(Call::new(CallId::from(id), name, arguments));
    }
    Ok(answer)
}

fn outcome(call: &Call, message: &Value) -> Result<Outcome, String> {
    if message["role"] != "tool" || message["tool_name"] != call.name.as_str() {
        return Err(format!("no outcome of `{}` where it belongs", call.name));
    }
    let content = string(&message["content"], "an outcome's content")?;
    Ok(Outcome::new(call, OutcomeStatus::Success, content))
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| format!("{what} is no object"))
}

fn list<'a>(value: &'a Value, what: &str) -> Result<&'a [Value], String> {
    let list = value
        .as_array()
        .ok_or_else(|| format!("{what} is no list"))?;
    Ok(list)
}

fn string(value: &Value, what: &str) -> Result<String, String> {
    let text = value
        .as_str()
        .ok_or_else(|| format!("{what} is no string"))?;
    Ok(text.to_owned())
}
