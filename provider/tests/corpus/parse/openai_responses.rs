//! Recorded requests to the Responses API, as ours.
//!
//! What our types say is read into them; what they cannot say but a host takes (`truncation`, a summary of the
//! reasoning) goes along as an extra member. A spelling that ours never has, such as a list of a single text, is an
//! error: it means nothing else, but is not written again as it was.
//!
//! The codec to write them with leaves storage to the host and asks for no strict tools:
//! `OpenAiResponses::new().with_continuation(None).without(Feature::StrictTools)`.

use serde_json::{Map, Value};
use windlass_core::{
    Assistant, AssistantPart, Call, Citation, Continuation, Conversation, Document, Effort,
    HostedTool, Item, JsonText, Media, Message, Options, Outcome, OutcomePart, OutcomeStatus,
    Outcomes, OutputFormat, ParallelCalls, Reasoning, Request, Sampling, Schema, Seal, Source,
    System, Text, TextPart, Thinking, ToolChoice, ToolSpec, Tools, User, UserPart,
};

/// Reads a recorded request.
///
/// # Errors
///
/// Names what our types cannot express, or would write in another way.
pub fn parse(request: &Value) -> Result<Request, String> {
    let mut members = object(request)?.clone();
    members.remove("model");
    let input = members.remove("input").ok_or("no `input`")?;
    let mut asked = Request::new(conversation(list(&input, "`input`")?)?);
    if let Some(Value::String(instructions)) = members.get("instructions") {
        if instructions.trim().is_empty() {
            return Err("blank instructions".into());
        }
        asked = asked.with_instructions(instructions.clone());
        members.remove("instructions");
    }
    if let Some(listed) = members.get("tools") {
        let listed = list(listed, "`tools`")?;
        if !listed.is_empty() {
            asked = asked.with_tools(tools(listed)?);
            members.remove("tools");
        }
    }
    let has_tools = !asked.tools.is_empty();
    let mut options = options(&mut members, has_tools)?;
    for (name, value) in members {
        options = options.with_extra(name, value);
    }
    Ok(asked.with_options(options))
}

/// The options that we have a name for; what stays in `members` goes along as it is.
fn options(members: &mut Map<String, Value>, has_tools: bool) -> Result<Options, String> {
    let mut options = Options::new();
    if members.get("stream") == Some(&Value::Bool(true)) {
        members.remove("stream");
    }
    let is_stateless = members.get("store") == Some(&Value::Bool(false))
        && members.get("include") == Some(&serde_json::json!(["reasoning.encrypted_content"]));
    if is_stateless {
        members.remove("store");
        members.remove("include");
        options = options.with_continuation(Continuation::Stateless);
    }
    options = options.with_sampling(sampling(members));
    if let Some(effort) = effort(members) {
        options = options.with_reasoning(Reasoning::effort(effort));
    }
    if let Some(output) = output(members)? {
        options = options.with_output(output);
    }
    if has_tools {
        if let Some(choice) = members.get("tool_choice").and_then(choice) {
            options = options.with_tool_choice(choice);
            members.remove("tool_choice");
        }
        if let Some(Value::Bool(parallel)) = members.get("parallel_tool_calls") {
            options = options.with_parallel_calls(if *parallel {
                ParallelCalls::Allow
            } else {
                ParallelCalls::Forbid
            });
            members.remove("parallel_tool_calls");
        }
    }
    if let Some(Value::String(user)) = members.get("safety_identifier") {
        options = options.with_user(user.clone());
        members.remove("safety_identifier");
    }
    Ok(options)
}

fn sampling(members: &mut Map<String, Value>) -> Sampling {
    let mut sampling = Sampling::new();
    let mut float = |name: &str| {
        let number = members.get(name)?.as_f64()?;
        members.remove(name);
        Some(number)
    };
    sampling.temperature = float("temperature");
    sampling.top_p = float("top_p");
    if let Some(tokens) = members.get("max_output_tokens").and_then(Value::as_u64) {
        members.remove("max_output_tokens");
        sampling.max_output_tokens = Some(tokens);
    }
    sampling
}

/// The effort, where nothing but an effort is said.
fn effort(members: &mut Map<String, Value>) -> Option<Effort> {
    let asked = members.get("reasoning")?.as_object()?;
    let effort = match asked.get("effort")?.as_str()? {
        "none" => Effort::Off,
        "minimal" => Effort::Minimal,
        "low" => Effort::Low,
        "medium" => Effort::Medium,
        "high" => Effort::High,
        "xhigh" => Effort::Max,
        _ => return None,
    };
    if asked.len() == 1 {
        members.remove("reasoning");
    }
    Some(effort)
}

fn output(members: &mut Map<String, Value>) -> Result<Option<OutputFormat>, String> {
    let Some(text) = members.get("text").and_then(Value::as_object) else {
        return Ok(None);
    };
    let format = match text.get("format") {
        Some(format) if text.len() == 1 => format.clone(),
        _ => return Ok(None),
    };
    let output = match format["type"].as_str() {
        Some("text") => OutputFormat::Text,
        Some("json_object") => OutputFormat::Json,
        Some("json_schema") if format["strict"] == false => OutputFormat::Schema {
            name: string(&format["name"], "a format's name")?.into(),
            schema: schema(&format["schema"])?,
        },
        _ => return Ok(None),
    };
    members.remove("text");
    Ok(Some(output))
}

fn choice(choice: &Value) -> Option<ToolChoice> {
    match choice.as_str() {
        Some("auto") => return Some(ToolChoice::Auto),
        Some("none") => return Some(ToolChoice::None),
        Some("required") => return Some(ToolChoice::Required),
        _ => {}
    }
    let is_function = choice["type"] == "function" && choice.as_object()?.len() == 2;
    let name = choice["name"].as_str().filter(|_| is_function)?;
    Some(ToolChoice::Tool(name.into()))
}

/// Functions as ours, up to the first that says more than ours do; from there on each goes as it was written.
fn tools(listed: &[Value]) -> Result<Tools, String> {
    let specs: Vec<ToolSpec> = listed.iter().map_while(spec).collect();
    let hosted = listed[specs.len()..]
        .iter()
        .map(|tool| Ok(HostedTool::new(json(tool)?)));
    let hosted: Vec<HostedTool> = hosted.collect::<Result<_, String>>()?;
    Ok(Tools::new(specs, hosted))
}

fn spec(tool: &Value) -> Option<ToolSpec> {
    let members = tool.as_object()?;
    let described = members.contains_key("description");
    let is_plain = tool["type"] == "function"
        && tool["strict"] == false
        && members.len() == 4 + usize::from(described);
    let description = tool["description"].as_str().unwrap_or_default();
    if !is_plain || description.is_empty() == described {
        return None;
    }
    let parameters = Schema::from_value(tool["parameters"].clone()).ok()?;
    Some(ToolSpec::new(
        tool["name"].as_str()?,
        description,
        parameters,
    ))
}

/// What was said. Items of an answer that stand together are one answer.
fn conversation(items: &[Value]) -> Result<Conversation, String> {
    let mut said = Conversation::new();
    let mut items = items.iter().peekable();
    while let Some(item) = items.next() {
        let message = match kind(item) {
            Kind::Outcome => {
                let mut outcomes = vec![outcome(item, &said)?];
                while items.peek().is_some_and(|next| kind(next) == Kind::Outcome) {
                    let next = items.next().ok_or("an outcome")?;
                    outcomes.push(outcome(next, &said)?);
                }
                Message::Outcomes(Outcomes(outcomes))
            }
            Kind::Answer => {
                let mut answer = Assistant::default();
                answer.parts.extend(answer_parts(item)?);
                while items.peek().is_some_and(|next| kind(next) == Kind::Answer) {
                    let next = items.next().ok_or("an item")?;
                    answer.parts.extend(answer_parts(next)?);
                }
                Message::Assistant(answer)
            }
            Kind::User => Message::User(user(item)?),
            Kind::Developer => Message::System(System::new(string(&item["content"], "`content`")?)),
            Kind::Foreign => return Err(foreign(item)),
        };
        said.push(message).map_err(|error| error.to_string())?;
    }
    let open = said.open_calls().next().map(|call| call.id.to_string());
    open.map_or(Ok(said), |id| Err(format!("call `{id}` has no outcome")))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    User,
    Developer,
    Answer,
    Outcome,
    Foreign,
}

fn kind(item: &Value) -> Kind {
    match (item["type"].as_str(), item["role"].as_str()) {
        (None, Some("user")) => Kind::User,
        (None, Some("developer")) => Kind::Developer,
        (None | Some("message"), Some("assistant")) => Kind::Answer,
        (Some("message"), _) | (_, Some(_)) | (None, _) => Kind::Foreign,
        (Some("function_call_output"), _) if item.as_object().is_some_and(|it| it.len() == 3) => {
            Kind::Outcome
        }
        (Some(kind), _) if kind.ends_with("_output") => Kind::Foreign,
        _ => Kind::Answer,
    }
}

fn foreign(item: &Value) -> String {
    let (kind, role) = (&item["type"], &item["role"]);
    format!("an item of type {kind} and role {role}, as ours never is")
}

fn user(item: &Value) -> Result<User, String> {
    if let Some(text) = item["content"].as_str() {
        return Ok(User::new(text));
    }
    let parts = list(&item["content"], "`content`")?;
    let parts = parts.iter().map(user_part).collect::<Result<Vec<_>, _>>()?;
    match parts[..] {
        [] | [UserPart::Text(_)] => Err("a list of a single text".into()),
        _ => Ok(User::from_parts(parts)),
    }
}

fn user_part(part: &Value) -> Result<UserPart, String> {
    let members = object(part)?.len();
    match part["type"].as_str() {
        Some("input_text") if members == 2 => {
            let text = string(&part["text"], "`text`")?;
            Ok(UserPart::Text(text.into()))
        }
        Some("input_image") => image(part).map(UserPart::Image),
        Some("input_file") if members == 2 => file(part).map(UserPart::Document),
        kind => Err(format!("a part {kind:?} that ours never is")),
    }
}

fn image(part: &Value) -> Result<Media, String> {
    let mut image = match part["file_id"].as_str() {
        Some(id) => Media::new("", Source::File(id.into())),
        None => Media::from_url("image/*", string(&part["image_url"], "`image_url`")?),
    };
    image.detail = part["detail"].as_str().map(Text::from);
    Ok(image)
}

fn file(part: &Value) -> Result<Document, String> {
    let source = match (part["file_url"].as_str(), part["file_id"].as_str()) {
        (Some(url), _) => Source::Url(url.into()),
        (_, Some(id)) => Source::File(id.into()),
        _ => return Err("a file with its content".into()),
    };
    Ok(Document::new(Media::new("", source)))
}

fn answer_parts(item: &Value) -> Result<Vec<AssistantPart>, String> {
    let part = match item["type"].as_str() {
        None | Some("message") => return said(item),
        Some("reasoning") => {
            let mut seal = seal(item, &["type", "id", "encrypted_content"])?;
            seal.encrypted = item["encrypted_content"].as_str().map(Text::from);
            Thinking::new("").with_seal(seal).into()
        }
        Some("function_call") => {
            let id = string(&item["call_id"], "`call_id`")?;
            let name = string(&item["name"], "`name`")?;
            let call = Call::new(id, name, string(&item["arguments"], "`arguments`")?);
            let known = ["type", "id", "call_id", "name", "arguments"];
            call.with_seal(seal(item, &known)?).into()
        }
        Some(kind) => Item::new(kind, json(item)?).into(),
    };
    Ok(vec![part])
}

/// The parts of an earlier message; they share its seal.
fn said(item: &Value) -> Result<Vec<AssistantPart>, String> {
    if let Some(text) = item["content"].as_str() {
        return match (item["type"].as_str(), text) {
            (None, text) if !text.is_empty() => Ok(vec![TextPart::new(text).into()]),
            _ => Err("an earlier message in a spelling that ours never has".into()),
        };
    }
    let seal = seal(item, &["type", "id", "role", "content"])?;
    if item["type"].is_null() || seal.id.is_none() || item["status"].is_null() {
        return Err("an earlier message as a list, without what it was sent with".into());
    }
    let part = |part: &Value| {
        let is_plain = part["type"] == "output_text"
            && part["annotations"].is_array()
            && object(part)?.len() == 3;
        if !is_plain {
            return Err(format!("a part that ours never is: {part}"));
        }
        let mut text = TextPart::new(string(&part["text"], "`text`")?).with_seal(seal.clone());
        for annotation in list(&part["annotations"], "`annotations`")? {
            text = text.with_citation(Citation::new(json(annotation)?));
        }
        Ok(AssistantPart::Text(text))
    };
    list(&item["content"], "`content`")?
        .iter()
        .map(part)
        .collect()
}

fn seal(item: &Value, known: &[&str]) -> Result<Seal, String> {
    let mut seal = Seal::new();
    seal.id = item["id"].as_str().map(Text::from);
    let mut rest = object(item)?.clone();
    if rest.values().any(Value::is_null) {
        return Err("an item with `null` for a member".into());
    }
    rest.retain(|name, _| !known.contains(&name.as_str()));
    if !rest.is_empty() {
        seal.extra = Some(json(&Value::Object(rest))?);
    }
    Ok(seal)
}

fn outcome(item: &Value, said: &Conversation) -> Result<Outcome, String> {
    let id = string(&item["call_id"], "`call_id`")?;
    let call = said.open_calls().find(|call| call.id.as_str() == id);
    let call = call.ok_or_else(|| format!("an outcome without its call `{id}`"))?;
    if let Some(text) = item["output"].as_str() {
        if text.is_empty() {
            return Err("an outcome that says nothing".into());
        }
        return Ok(Outcome::new(call, OutcomeStatus::Success, text));
    }
    let part = |part: &Value| match user_part(part)? {
        UserPart::Text(text) => Ok(OutcomePart::Text(text)),
        UserPart::Image(image) => Ok(OutcomePart::Image(image)),
        UserPart::Document(document) => Ok(OutcomePart::Document(document)),
        part => Err(format!("an outcome with {part:?}")),
    };
    let parts = list(&item["output"], "`output`")?.iter().map(part);
    let parts = parts.collect::<Result<Vec<_>, String>>()?;
    if parts.iter().all(|part| part.as_text().is_some()) {
        return Err("an outcome of texts as a list".into());
    }
    Ok(Outcome::from_parts(call, OutcomeStatus::Success, parts))
}

fn schema(value: &Value) -> Result<Schema, String> {
    Schema::from_value(value.clone()).map_err(|error| error.to_string())
}

fn json(value: &Value) -> Result<JsonText, String> {
    JsonText::of(value).map_err(|error| error.to_string())
}

fn object(value: &Value) -> Result<&Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| format!("no object: {value}"))
}

fn list<'v>(value: &'v Value, what: &str) -> Result<&'v [Value], String> {
    let list = value.as_array().map(Vec::as_slice);
    list.ok_or_else(|| format!("{what} is no list"))
}

fn string<'v>(value: &'v Value, what: &str) -> Result<&'v str, String> {
    value.as_str().ok_or_else(|| format!("{what} is no string"))
}
