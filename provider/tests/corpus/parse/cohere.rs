//! Recorded requests to Cohere's chat protocol, version 2, as ours.

use serde_json::{Map, Value};
use windlass_core::{
    Arguments, Assistant, Call, Conversation, Document, Effort, JsonText, Media, Options, Outcome,
    OutcomePart, OutcomeStatus, OutputFormat, Reasoning, Request, Sampling, Schema, Seal, Source,
    System, Text, TextPart, Thinking, ToolChoice, ToolSpec, User, UserPart,
};

/// Reads a recorded request.
///
/// # Errors
///
/// Names what our types cannot express.
pub fn parse(request: &Value) -> Result<Request, String> {
    let mut members = request
        .as_object()
        .ok_or("the request is no object")?
        .clone();
    members.remove("model");
    let messages = members.remove("messages").ok_or("no `messages`")?;
    let documents = match members.get("documents") {
        Some(Value::Array(list)) if !list.is_empty() => members.remove("documents"),
        _ => None,
    };
    let mut users = Users::of(&messages, documents.as_ref())?;
    let (instructions, conversation) = conversation(list(&messages, "`messages`")?, &mut users)?;
    let mut request = Request::new(conversation);
    if let Some(instructions) = instructions {
        request = request.with_instructions(instructions);
    }
    if let Some(tools) = members.remove("tools") {
        request = request.with_tools(specs(&tools)?);
    }
    let options = options(&mut members)?;
    let options = members.into_iter().fold(options, |options, (name, value)| {
        options.with_extra(name, value)
    });
    Ok(request.with_options(options))
}

/// The documents, which belong to the last thing that the user says.
struct Users {
    left: usize,
    documents: Vec<Document>,
}

impl Users {
    fn of(messages: &Value, documents: Option<&Value>) -> Result<Self, String> {
        let documents = documents.and_then(Value::as_array).into_iter().flatten();
        let said = messages.as_array().into_iter().flatten();
        Ok(Users {
            left: said.filter(|message| message["role"] == "user").count(),
            documents: documents
                .enumerate()
                .map(|(at, wire)| document(wire, at))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn document(wire: &Value, at: usize) -> Result<Document, String> {
    if wire["id"] != format!("doc:{at}") {
        return Err(format!("a document with the id {}", wire["id"]));
    }
    let document = Document::from_text(string(&wire["data"]["text"], "a document's text")?);
    Ok(match wire["data"]["title"].as_str() {
        Some(title) => document.with_name(title),
        None => document,
    })
}

/// The options we have a name for; what stays in `members` goes along as it is.
fn options(members: &mut Map<String, Value>) -> Result<Options, String> {
    let mut options = Options::new().with_sampling(sampling(members));
    if members.get("stream") == Some(&Value::Bool(true)) {
        members.remove("stream");
    }
    let choice = members.get("tool_choice").and_then(Value::as_str);
    options.tool_choice = match choice {
        Some("REQUIRED") => Some(ToolChoice::Required),
        Some("NONE") => Some(ToolChoice::None),
        _ => None,
    };
    if options.tool_choice.is_some() {
        members.remove("tool_choice");
    }
    if let Some(thinking) = members.remove("thinking") {
        let budget = thinking["token_budget"].as_u64();
        options = options.with_reasoning(match (thinking["type"].as_str(), budget) {
            (Some("enabled"), None) => Reasoning::default(),
            (Some("enabled"), Some(budget)) => Reasoning::budget(budget),
            (Some("disabled"), None) => Reasoning::effort(Effort::Off),
            _ => return Err(format!("thinking {thinking}")),
        });
    }
    if let Some(format) = members.remove("response_format") {
        options = options.with_output(output(&format)?);
    }
    Ok(options)
}

fn output(format: &Value) -> Result<OutputFormat, String> {
    match (format["type"].as_str(), format.get("schema")) {
        (Some("json_object"), None) => Ok(OutputFormat::Json),
        (Some("json_object"), Some(schema)) => Ok(OutputFormat::Schema {
            name: Text::from_static("output"),
            schema: Schema::from_value(schema.clone()).map_err(|error| error.to_string())?,
        }),
        _ => Err(format!("response format {format}")),
    }
}

fn sampling(members: &mut Map<String, Value>) -> Sampling {
    let mut take = |name: &str| members.remove(name);
    let float = |value: Option<Value>| value.as_ref().and_then(Value::as_f64);
    let count = |value: Option<Value>| value.as_ref().and_then(Value::as_u64);
    let mut sampling = Sampling::new();
    sampling.temperature = float(take("temperature"));
    sampling.top_p = float(take("p"));
    sampling.top_k = count(take("k")).and_then(|count| u32::try_from(count).ok());
    sampling.frequency_penalty = float(take("frequency_penalty"));
    sampling.presence_penalty = float(take("presence_penalty"));
    sampling.seed = take("seed").as_ref().and_then(Value::as_i64);
    sampling.max_output_tokens = count(take("max_tokens"));
    sampling.stop = take("stop_sequences")
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
fn conversation(
    messages: &[Value],
    users: &mut Users,
) -> Result<(Option<String>, Conversation), String> {
    let mut said = Conversation::new();
    let mut instructions = None;
    let mut messages = messages.iter().enumerate().peekable();
    while let Some((at, message)) = messages.next() {
        let content = &message["content"];
        let pushed = match message["role"].as_str() {
            Some("system") if at == 0 => {
                instructions = Some(string(content, "a system message's content")?);
                continue;
            }
            Some("system") => {
                said.push_system(System::new(string(content, "a system message's content")?))
            }
            Some("user") => said.push_user(user(content, users)?),
            Some("assistant") => said.push_assistant(assistant(message)?),
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

fn user(content: &Value, users: &mut Users) -> Result<User, String> {
    let mut user = User::default();
    for part in list(content, "a user's content (we send a list)")? {
        user = user.with(match part["type"].as_str() {
            Some("text") => UserPart::from(string(&part["text"], "a text")?),
            Some("image_url") => UserPart::Image(picture(&part["image_url"])?),
            kind => return Err(format!("user content {kind:?}")),
        });
    }
    users.left -= 1;
    if users.left == 0 {
        user = users.documents.drain(..).fold(user, User::with);
    }
    Ok(user)
}

fn picture(wire: &Value) -> Result<Media, String> {
    let url = string(&wire["url"], "a picture's address")?;
    let inline = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"));
    let media = match inline {
        Some((mime, data)) => Media::new(mime, Source::Base64(data.into())),
        None => Media::from_url("", url.as_str()),
    };
    Ok(match wire["detail"].as_str() {
        Some(detail) => media.with_detail(detail),
        None => media,
    })
}

fn assistant(message: &Value) -> Result<Assistant, String> {
    let mut answer = Assistant::default();
    for (name, value) in message.as_object().into_iter().flatten() {
        match name.as_str() {
            "role" | "tool_plan" | "tool_calls" if !value.is_null() => {}
            "content" if value.as_array().is_some_and(|list| !list.is_empty()) => {}
            _ => return Err(format!("`{name}` {value} of an answer")),
        }
    }
    for part in message["content"].as_array().into_iter().flatten() {
        answer = match part["type"].as_str() {
            Some("text") => {
                let text = string(&part["text"], "a text")?;
                if text.is_empty() {
                    return Err("an empty text".to_owned());
                }
                answer.with(TextPart::new(text))
            }
            Some("thinking") => answer.with(Thinking::new(string(&part["thinking"], "thinking")?)),
            kind => return Err(format!("content {kind:?} of an answer")),
        };
    }
    if let Some(plan) = message["tool_plan"].as_str() {
        let marker = JsonText::parse(r#""tool_plan""#).map_err(|error| error.to_string())?;
        answer = answer.with(Thinking::new(plan).with_seal(Seal::new().with_extra(marker)));
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let function = &call["function"];
        let arguments = string(&function["arguments"], "a call's arguments")?;
        answer = answer.with(Call::new(
            string(&call["id"], "a call's id")?,
            string(&function["name"], "a call's name")?,
            Arguments::from(arguments),
        ));
    }
    Ok(answer)
}

fn outcome(call: &Call, message: &Value) -> Result<Outcome, String> {
    if message["role"] != "tool" || message["tool_call_id"] != call.id.as_str() {
        return Err(format!("no outcome of `{}` where it belongs", call.id));
    }
    let success = OutcomeStatus::Success;
    if let Some(text) = message["content"].as_str() {
        return Ok(Outcome::new(call, success, text));
    }
    let documents = list(&message["content"], "an outcome's content")?;
    let part = |block: &Value| match (block["type"].as_str(), block["document"].get("id")) {
        (Some("document"), None) => {
            let json = JsonText::of(&block["document"]["data"]);
            json.map(OutcomePart::Json)
                .map_err(|error| error.to_string())
        }
        (kind, id) => Err(format!("outcome content {kind:?} with the id {id:?}")),
    };
    let parts: Vec<OutcomePart> = documents.iter().map(part).collect::<Result<_, _>>()?;
    Ok(Outcome::from_parts(call, success, parts))
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
