//! A recorded request of Chat Completions, read back into a [`Request`].
//!
//! What is a matter of the host's constant (how the output limit is called, in what form it is told to think) goes into
//! the extra members; what no constant says the same way for all clients is refused, with its name.

use serde_json::{Map, Value};
use windlass_core::{
    Assistant, Call, Conversation, Document, HostedTool, JsonText, Media, Message, Options,
    Outcome, OutcomePart, OutcomeStatus, Outcomes, OutputFormat, ParallelCalls, Request, Sampling,
    Schema, Seal, Source, System, TextPart, Thinking, ToolChoice, ToolSpec, Tools, User, UserPart,
};

type Parsed<T> = Result<T, String>;
type Members = Map<String, Value>;

/// Reads a request, or says what of it has no place in ours.
pub fn parse(request: &Value) -> Result<Request, String> {
    let request = object(request)?;
    only_if(request.contains_key("model"), "no model")?;
    let messages = list(request.get("messages").ok_or("no messages")?)?;
    let (instructions, messages) = instructions(messages)?;
    let mut conversation = Conversation::new();
    for message in grouped(messages)? {
        conversation
            .push(message)
            .map_err(|error| error.to_string())?;
    }
    let mut parsed = Request::new(conversation);
    if let Some(block) = instructions {
        parsed = parsed.with_instructions(block);
    }
    let tools = request.get("tools").map(tools).transpose()?;
    let has_tools = tools.as_ref().is_some_and(|tools| !tools.is_empty());
    if let Some(tools) = tools {
        only_if(has_tools, "an empty list of tools")?;
        parsed = parsed.with_tools(tools);
    }
    options(request, has_tools).map(|options| parsed.with_options(options))
}

fn options(request: &Members, has_tools: bool) -> Parsed<Options> {
    let streams = request.get("stream") == Some(&Value::Bool(true));
    let asks = request.contains_key("stream_options");
    only_if(asks || !streams, "a stream that is not asked for its usage")?;
    let mut options = Options::new();
    let mut sampling = Sampling::new();
    for (name, value) in request {
        match (name.as_str(), value) {
            ("model" | "messages" | "tools", _) | ("stream", Value::Bool(true)) => {}
            ("temperature", value) if value.is_f64() => sampling.temperature = value.as_f64(),
            ("top_p", value) if value.is_f64() => sampling.top_p = value.as_f64(),
            ("stop", Value::Array(texts)) if !texts.is_empty() => {
                sampling.stop = Some(
                    texts
                        .iter()
                        .map(|text| Ok(string(text)?.into()))
                        .collect::<Parsed<_>>()?,
                );
            }
            ("tool_choice", choice) if has_tools && tool_choice(choice).is_some() => {
                options.tool_choice = tool_choice(choice);
            }
            ("parallel_tool_calls", Value::Bool(allowed)) if has_tools => {
                options = options.with_parallel_calls(match allowed {
                    true => ParallelCalls::Allow,
                    false => ParallelCalls::Forbid,
                });
            }
            ("response_format", format)
                if *format == serde_json::json!({"type": "json_object"}) =>
            {
                options = options.with_output(OutputFormat::Json);
            }
            ("user", Value::String(user)) => options = options.with_user(user.as_str()),
            (name, value) => options = options.with_extra(name, value.clone()),
        }
    }
    Ok(options.with_sampling(sampling))
}

fn tool_choice(choice: &Value) -> Option<ToolChoice> {
    match choice {
        Value::String(word) => match word.as_str() {
            "auto" => Some(ToolChoice::Auto),
            "none" => Some(ToolChoice::None),
            "required" | "any" => Some(ToolChoice::Required),
            _ => None,
        },
        _ => {
            let name = choice.get("function")?.get("name")?.as_str()?;
            let usual = serde_json::json!({"type": "function", "function": {"name": name}});
            (*choice == usual).then(|| ToolChoice::Tool(name.into()))
        }
    }
}

/// Tools of ours if all can be, else all as they are, so that their order stays.
fn tools(list_of: &Value) -> Parsed<Tools> {
    let raw = list(list_of)?;
    let specs: Option<Vec<_>> = raw.iter().map(tool).collect();
    if let Some(specs) = specs {
        return Ok(Tools::from(specs));
    }
    let hosted = raw.iter().map(|tool| Ok(HostedTool::new(json(tool)?)));
    Ok(Tools::new([], hosted.collect::<Parsed<Vec<_>>>()?))
}

fn tool(tool: &Value) -> Option<ToolSpec> {
    let tool = tool.as_object()?;
    only(tool, &["type", "function"]).ok()?;
    let function = tool.get("function")?.as_object()?;
    only(function, &["name", "description", "parameters"]).ok()?;
    let name = function.get("name")?.as_str()?;
    let description = match function.get("description") {
        None => "",
        Some(text) => text.as_str().filter(|text| !text.is_empty())?,
    };
    let schema = Schema::from_value(function.get("parameters")?.clone()).ok()?;
    (tool.get("type")? == "function").then(|| ToolSpec::new(name, description, schema))
}

/// The first message if it is the system's, and the rest.
fn instructions(messages: &[Value]) -> Parsed<(Option<String>, &[Value])> {
    match messages.split_first() {
        Some((first, rest)) if first.get("role") == Some(&Value::from("system")) => {
            let text = system(object(first)?)?;
            only_if(!text.is_empty(), "a blank system message")?;
            Ok((Some(text), rest))
        }
        _ => Ok((None, messages)),
    }
}

/// The messages, those of tools put together.
fn grouped(messages: &[Value]) -> Parsed<Vec<Message>> {
    let mut parsed: Vec<Message> = Vec::new();
    for message in messages {
        let message = object(message)?;
        match message.get("role").and_then(Value::as_str) {
            Some("system") => parsed.push(System::new(system(message)?).into()),
            Some("user") => parsed.push(user(message)?.into()),
            Some("assistant") => parsed.push(assistant(message)?.into()),
            Some("tool") => {
                let calls = parsed.iter().rev().find_map(|message| match message {
                    Message::Assistant(answer) => Some(answer.calls().cloned().collect::<Vec<_>>()),
                    _ => None,
                });
                let outcome = outcome(message, &calls.unwrap_or_default())?;
                match parsed.last_mut() {
                    Some(Message::Outcomes(Outcomes(outcomes))) => outcomes.push(outcome),
                    _ => parsed.push(Outcomes(vec![outcome]).into()),
                }
            }
            role => return Err(format!("the role {role:?}")),
        }
    }
    Ok(parsed)
}

fn system(message: &Members) -> Parsed<String> {
    only(message, &["role", "content"])?;
    match message.get("content") {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err("a system message in parts".into()),
    }
}

fn user(message: &Members) -> Parsed<User> {
    only(message, &["role", "content"])?;
    let parts = match message.get("content") {
        Some(Value::String(text)) => return Ok(User::new(text.as_str())),
        Some(Value::Array(parts)) => parts,
        _ => return Err("a user message without content".into()),
    };
    let parts: Vec<_> = parts.iter().map(user_part).collect::<Parsed<_>>()?;
    only_if(!parts.is_empty(), "a list of no parts")?;
    only_if(
        !matches!(parts[..], [UserPart::Text(_)]),
        "a list of one text",
    )?;
    Ok(User::from_parts(parts))
}

fn user_part(part: &Value) -> Parsed<UserPart> {
    let part = object(part)?;
    let kind = part.get("type").and_then(Value::as_str).unwrap_or_default();
    let content = part.get(kind).unwrap_or(&Value::Null);
    let field = |name: &str| content.get(name).and_then(Value::as_str);
    match kind {
        "text" => {
            only(part, &["type", "text"])?;
            let text = string(content)?;
            only_if(!text.is_empty(), "a blank text in a list")?;
            Ok(UserPart::Text(text.into()))
        }
        "image_url" => {
            only(part, &["type", "image_url"])?;
            only(object(content)?, &["url", "detail"])?;
            let image = media("image/*", field("url").ok_or("an image without address")?);
            Ok(UserPart::Image(match field("detail") {
                Some(detail) => image.with_detail(detail),
                None => image,
            }))
        }
        "video_url" => {
            only(part, &["type", "video_url"])?;
            only(object(content)?, &["url"])?;
            let url = field("url").ok_or("a film without address")?;
            Ok(UserPart::Video(media("video/*", url)))
        }
        "input_audio" if content.is_string() => {
            only(part, &["type", "input_audio"])?;
            let plain = string(content)?;
            let source = match plain.contains("://") {
                true => Source::Url(plain.into()),
                false => Source::Base64(plain.into()),
            };
            Ok(UserPart::Audio(Media::new("audio/*", source)))
        }
        "input_audio" => {
            only(part, &["type", "input_audio"])?;
            only(object(content)?, &["data", "format"])?;
            let (data, format) = field("data")
                .zip(field("format"))
                .ok_or("audio elsewhere")?;
            let source = Source::Base64(data.into());
            Ok(UserPart::Audio(Media::new(
                format!("audio/{format}"),
                source,
            )))
        }
        "file" => {
            only(part, &["type", "file"])?;
            only(object(content)?, &["filename", "file_data", "file_id"])?;
            let media = match (field("file_id"), field("file_data")) {
                (Some(id), None) => Media::new("", Source::File(id.into())),
                (None, Some(data)) => media("", data),
                _ => return Err("a file that is nowhere".into()),
            };
            Ok(UserPart::Document(named(media, field("filename"))))
        }
        "document_url" => {
            only(part, &["type", "document_url", "document_name"])?;
            let name = part.get("document_name").and_then(Value::as_str);
            Ok(UserPart::Document(named(media("", string(content)?), name)))
        }
        "file_url" => {
            only(part, &["type", "file_url"])?;
            only(object(content)?, &["url"])?;
            let url = field("url").ok_or("a file without address")?;
            let source = match url.contains("://") {
                true => Source::Url(url.into()),
                false => Source::Base64(url.into()),
            };
            Ok(UserPart::Document(Document::new(Media::new("", source))))
        }
        other => Err(format!("a part of the type `{other}`")),
    }
}

fn named(media: Media, name: Option<&str>) -> Document {
    let document = Document::new(media);
    match name {
        Some(name) => document.with_name(name),
        None => document,
    }
}

/// Media at an address, or in it.
fn media(mime: &str, url: &str) -> Media {
    let inline = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"));
    match inline {
        Some((mime, data)) => Media::new(mime, Source::Base64(data.into())),
        None => Media::from_url(mime, url),
    }
}

fn assistant(message: &Members) -> Parsed<Assistant> {
    let known = [
        "role",
        "content",
        "tool_calls",
        "reasoning_content",
        "reasoning",
        "reasoning_details",
    ];
    only(message, &known)?;
    let mut answer = Assistant::default();
    let thinking: Vec<_> = ["reasoning_content", "reasoning"]
        .iter()
        .filter_map(|name| message.get(*name))
        .collect();
    match (&thinking[..], message.get("reasoning_details")) {
        ([], None) => {}
        ([text], None) => answer = answer.with(Thinking::new(string(text)?)),
        ([], Some(details)) => {
            let seal = Seal::new().with_extra(json(details)?);
            answer = answer.with(Thinking::new("").with_seal(seal));
        }
        _ => return Err("thinking in several members".into()),
    }
    match message.get("content") {
        Some(Value::String(text)) if !text.is_empty() => {
            answer = answer.with(TextPart::new(text.as_str()));
        }
        None if message.contains_key("tool_calls") => {}
        Some(Value::String(_)) if !message.contains_key("tool_calls") => {}
        _ => return Err("a content of nothing, or in parts".into()),
    }
    for raw in message
        .get("tool_calls")
        .map(list)
        .transpose()?
        .unwrap_or_default()
    {
        answer = answer.with(call(object(raw)?)?);
    }
    Ok(answer)
}

fn call(raw: &Members) -> Parsed<Call> {
    only(raw, &["id", "type", "function", "extra_content"])?;
    only_if(
        raw.get("type") == Some(&Value::from("function")),
        "a call of another type",
    )?;
    let function = object(raw.get("function").ok_or("a call of nothing")?)?;
    only(function, &["name", "arguments"])?;
    let text = |object: &Members, name: &str| {
        let value = object
            .get(name)
            .ok_or_else(|| format!("a call without `{name}`"))?;
        string(value).map(str::to_owned)
    };
    let arguments = text(function, "arguments")?;
    only_if(!arguments.trim().is_empty(), "a call with blank arguments")?;
    let call = Call::new(text(raw, "id")?, text(function, "name")?, arguments);
    Ok(match raw.get("extra_content") {
        Some(extra) => call.with_seal(Seal::new().with_extra(json(extra)?)),
        None => call,
    })
}

fn outcome(message: &Members, calls: &[Call]) -> Parsed<Outcome> {
    only(message, &["role", "tool_call_id", "content"])?;
    let id = string(message.get("tool_call_id").ok_or("an outcome of no call")?)?;
    let call = calls.iter().find(|call| call.id.as_str() == id);
    let call = call.ok_or_else(|| format!("the outcome of an unknown call `{id}`"))?;
    let parts = match message.get("content") {
        Some(Value::String(text)) => vec![OutcomePart::from(text.as_str())],
        Some(Value::Array(parts)) => {
            let parts: Vec<_> = parts.iter().map(outcome_part).collect::<Parsed<_>>()?;
            let is_image = |part: &OutcomePart| matches!(part, OutcomePart::Image(_));
            only_if(
                parts.iter().any(is_image),
                "an outcome in parts without a picture",
            )?;
            parts
        }
        _ => return Err("an outcome without content".into()),
    };
    Ok(Outcome::from_parts(call, OutcomeStatus::Success, parts))
}

fn outcome_part(part: &Value) -> Parsed<OutcomePart> {
    match user_part(part)? {
        UserPart::Text(text) => Ok(OutcomePart::Text(text)),
        UserPart::Image(image) => Ok(OutcomePart::Image(image)),
        _ => Err("an outcome with another part".into()),
    }
}

fn object(value: &Value) -> Parsed<&Members> {
    value.as_object().ok_or_else(|| kind_of(value, "an object"))
}

fn list(value: &Value) -> Parsed<&[Value]> {
    let list = value.as_array().map(Vec::as_slice);
    list.ok_or_else(|| kind_of(value, "a list"))
}

fn string(value: &Value) -> Parsed<&str> {
    value.as_str().ok_or_else(|| kind_of(value, "a string"))
}

/// Says what was found in place of what.
fn kind_of(value: &Value, expected: &str) -> String {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    format!("{found} in place of {expected}")
}

fn json(value: &Value) -> Parsed<JsonText> {
    JsonText::of(value).map_err(|error| error.to_string())
}

fn only_if(fine: bool, what: &str) -> Parsed<()> {
    if fine { Ok(()) } else { Err(what.to_owned()) }
}

/// Refuses members that have no place in ours.
fn only(object: &Members, known: &[&str]) -> Parsed<()> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("the member `{name}`")),
        None => Ok(()),
    }
}
