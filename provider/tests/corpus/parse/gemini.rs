//! Requests of Gemini's `generateContent`, read into ours.

use serde_json::{Map, Value, json};
use windlass_core::{
    Assistant, Call, Conversation, Effort, HostedTool, Item, JsonText, Media, Message, Options,
    Outcome, OutcomePart, OutcomeStatus, Outcomes, OutputFormat, Reasoning, Request, Sampling,
    Schema, Seal, TextPart, Thinking, ToolChoice, ToolSpec, Tools, User, UserPart,
};

/// The request that the recorded body is; the error names what our types or the default dialect cannot express.
pub fn parse(request: &Value) -> Result<Request, String> {
    let mut rest = object(request, "the request")?.clone();
    let mut parsed = Request::new(conversation(rest.remove("contents"))?);
    if let Some(system) = rest.remove("systemInstruction") {
        for text in instructions(&system)? {
            parsed = parsed.with_instructions(text);
        }
    }
    if let Some(tools) = rest.remove("tools") {
        parsed = parsed.with_tools(self::tools(&tools)?);
    }
    let mut options = Options::new();
    if let Some(config) = rest.remove("generationConfig") {
        options = generation(config, options)?;
    }
    if let Some(config) = rest.remove("toolConfig") {
        options = tool_config(config, options)?;
    }
    for (name, value) in rest {
        if name.contains('_') {
            return Err(format!("`{name}` in snake case"));
        }
        options = options.with_extra(name, value);
    }
    Ok(parsed.with_options(options))
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| format!("{what} is no object"))
}

fn list<'a>(value: Option<&'a Value>, what: &str) -> Result<&'a [Value], String> {
    let list = value.and_then(Value::as_array);
    list.map(Vec::as_slice)
        .ok_or_else(|| format!("{what} is no list"))
}

fn text<'a>(value: Option<&'a Value>, what: &str) -> Result<&'a str, String> {
    value
        .and_then(Value::as_str)
        .ok_or_else(|| format!("{what} is no text"))
}

fn instructions(system: &Value) -> Result<Vec<String>, String> {
    let system = object(system, "`systemInstruction`")?;
    if system.get("role").and_then(Value::as_str) != Some("user") {
        return Err("instructions in another role than `user`".into());
    }
    let parts = list(system.get("parts"), "`systemInstruction.parts`")?;
    let texts = parts.iter().map(|part| {
        let part = object(part, "an instruction")?;
        let only = part.len() == 1;
        only.then_some(())
            .ok_or("an instruction with other members")?;
        text(part.get("text"), "an instruction").map(str::to_owned)
    });
    texts.collect()
}

fn conversation(contents: Option<Value>) -> Result<Conversation, String> {
    let mut messages = Messages::default();
    let mut before = None;
    for content in list(contents.as_ref(), "`contents`")? {
        let content = object(content, "a content")?;
        let role = text(content.get("role"), "a role")?;
        if before == Some(role) {
            return Err("two contents of one role in a row".into());
        }
        before = Some(role);
        let parts = list(content.get("parts"), "`parts`")?;
        match role {
            "user" => messages.user(parts)?,
            "model" => messages.model(parts)?,
            role => return Err(format!("the role `{role}`")),
        }
    }
    let mut conversation = Conversation::new();
    for message in messages.all {
        conversation
            .push(message)
            .map_err(|error| error.to_string())?;
    }
    Ok(conversation)
}

#[derive(Default)]
struct Messages {
    all: Vec<Message>,
    /// The calls that wait for an outcome.
    open: Vec<Call>,
    /// How many calls were without an id.
    unnamed: usize,
}

impl Messages {
    fn user(&mut self, parts: &[Value]) -> Result<(), String> {
        let mut outcomes = Vec::new();
        let mut said = Vec::new();
        for part in parts {
            let part = object(part, "a part")?;
            match part.get("functionResponse") {
                Some(_) if !said.is_empty() => return Err("an outcome after other parts".into()),
                Some(response) => outcomes.push(self.outcome(response)?),
                None => said.push(user_part(part)?),
            }
        }
        if !outcomes.is_empty() {
            self.all.push(Message::Outcomes(Outcomes(outcomes)));
        }
        if !said.is_empty() {
            self.all.push(Message::User(User::from_parts(said)));
        }
        Ok(())
    }

    fn outcome(&mut self, response: &Value) -> Result<Outcome, String> {
        let response = object(response, "a `functionResponse`")?;
        let known = ["id", "name", "response"];
        if let Some(name) = response.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("`{name}` of an outcome"));
        }
        let name = text(response.get("name"), "the name of an outcome")?;
        if self.open.is_empty() {
            return Err("an outcome without a call".into());
        }
        let call = self.open.remove(0);
        let id = response.get("id").and_then(Value::as_str);
        if call.name != name || id.is_some_and(|id| call.id.as_str() != id) {
            return Err("an outcome that is not in call order".into());
        }
        if id.is_none() != call.id.as_str().starts_with("call_w") {
            return Err("an id of a call that its outcome does not repeat".into());
        }
        let shown = object(
            response.get("response").unwrap_or(&Value::Null),
            "a response",
        )?;
        let single = shown.iter().next().filter(|_| shown.len() == 1);
        Ok(match single {
            Some((key, Value::String(text))) if key == "result" => {
                Outcome::success(&call, text.as_str())
            }
            Some((key, Value::String(text))) if key == "error" => {
                Outcome::new(&call, OutcomeStatus::Failed, text.as_str())
            }
            _ => {
                let json = JsonText::of(shown).map_err(|error| error.to_string())?;
                Outcome::from_parts(&call, OutcomeStatus::Success, [OutcomePart::Json(json)])
            }
        })
    }

    fn model(&mut self, parts: &[Value]) -> Result<(), String> {
        let mut answer = Assistant::default();
        for part in parts {
            let members = object(part, "a part")?;
            let signature = members.get("thoughtSignature").and_then(Value::as_str);
            let seal = signature.map(|signature| Seal::new().with_signature(signature));
            if let Some(call) = members.get("functionCall") {
                let mut call = self.call(call)?;
                call.seal = seal.map(Box::new);
                self.open.push(call.clone());
                answer = answer.with(call);
            } else if let Some(text) = members.get("text").and_then(Value::as_str) {
                answer = words(
                    answer,
                    text,
                    members.get("thought") == Some(&json!(true)),
                    seal,
                );
            } else {
                let kind = members.keys().next().ok_or("an empty part")?.as_str();
                if kind.contains('_') {
                    return Err(format!("`{kind}` in snake case"));
                }
                let json = JsonText::of(part).map_err(|error| error.to_string())?;
                answer = answer.with(Item::new(kind, json));
            }
        }
        self.all.push(Message::Assistant(answer));
        Ok(())
    }

    fn call(&mut self, call: &Value) -> Result<Call, String> {
        let call = object(call, "a `functionCall`")?;
        let name = text(call.get("name"), "the name of a call")?;
        let args = object(call.get("args").ok_or("a call without `args`")?, "`args`")?;
        let args = serde_json::to_string(args).map_err(|error| error.to_string())?;
        let id = call.get("id").and_then(Value::as_str).map(str::to_owned);
        let id = id.unwrap_or_else(|| {
            self.unnamed += 1;
            format!("call_w{}", self.unnamed)
        });
        Ok(Call::new(id, name, args))
    }
}

fn words(answer: Assistant, text: &str, is_thought: bool, seal: Option<Seal>) -> Assistant {
    if is_thought {
        let mut thinking = Thinking::new(text);
        thinking.seal = seal.map(Box::new);
        answer.with(thinking)
    } else {
        let mut part = TextPart::new(text);
        part.seal = seal.map(Box::new);
        answer.with(part)
    }
}

fn user_part(part: &Map<String, Value>) -> Result<UserPart, String> {
    let Some((kind, content)) = part.iter().next().filter(|_| part.len() == 1) else {
        return Err("a part of the user with other than one member".into());
    };
    match kind.as_str() {
        "text" => {
            let text = text(Some(content), "`text`")?;
            if text.is_empty() {
                Err("an empty text".into())
            } else {
                Ok(text.into())
            }
        }
        "inlineData" => {
            let mime = text(content.get("mimeType"), "`mimeType`")?;
            let data = text(content.get("data"), "`data`")?;
            Ok(Media::new(mime, windlass_core::Source::Base64(data.into())).into())
        }
        "fileData" => {
            let mime = content
                .get("mimeType")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let uri = text(content.get("fileUri"), "`fileUri`")?;
            Ok(Media::from_url(mime, uri).into())
        }
        kind => Err(format!("a part of the user of the kind `{kind}`")),
    }
}

fn tools(tools: &Value) -> Result<Tools, String> {
    let mut specs = Vec::new();
    let mut hosted = Vec::new();
    for tool in list(Some(tools), "`tools`")? {
        let members = object(tool, "a tool")?;
        match members.get("functionDeclarations") {
            Some(_) if members.len() > 1 || !specs.is_empty() || !hosted.is_empty() => {
                return Err("functions that are not one entry, the first".into());
            }
            Some(declarations) => {
                for declaration in list(Some(declarations), "`functionDeclarations`")? {
                    specs.push(spec(declaration)?);
                }
            }
            None => {
                let json = JsonText::of(tool).map_err(|error| error.to_string())?;
                hosted.push(HostedTool::new(json));
            }
        }
    }
    if specs.is_empty() && hosted.is_empty() {
        return Err("an empty list of tools".into());
    }
    Ok(Tools::new(specs, hosted))
}

fn spec(declaration: &Value) -> Result<ToolSpec, String> {
    let members = object(declaration, "a function")?;
    let known = ["name", "description", "parameters"];
    if let Some(name) = members.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!(
            "`{name}` of a function, which the default dialect does not send"
        ));
    }
    let name = text(members.get("name"), "the name of a function")?;
    let description = text(members.get("description"), "the description of a function")?;
    let schema = match members.get("parameters") {
        None => Schema::empty_object(),
        Some(parameters) => schema(parameters)?,
    };
    if members.contains_key("parameters") && schema.properties().next().is_none() {
        return Err("parameters without properties".into());
    }
    Ok(ToolSpec::new(name, description, schema))
}

/// A schema; the types of OpenAPI are in capitals, and JSON Schema has no such types.
fn schema(value: &Value) -> Result<Schema, String> {
    let capitals = value.get("type").and_then(Value::as_str);
    if capitals.is_some_and(|name| name.starts_with(|first: char| first.is_ascii_uppercase())) {
        return Err("a schema with types in capitals".into());
    }
    if value.get("type").is_some_and(Value::is_number) {
        return Err("a schema with types as numbers".into());
    }
    Schema::from_value(value.clone()).map_err(|error| error.to_string())
}

fn generation(config: Value, options: Options) -> Result<Options, String> {
    let mut rest = object(&config, "`generationConfig`")?.clone();
    if rest.is_empty() {
        return Ok(options.with_extra("generationConfig", rest));
    }
    let mut sampling = Sampling::new();
    sampling.temperature = number(rest.remove("temperature"))?;
    sampling.top_p = number(rest.remove("topP"))?;
    sampling.top_k = number(rest.remove("topK"))?;
    sampling.seed = number(rest.remove("seed"))?;
    sampling.frequency_penalty = number(rest.remove("frequencyPenalty"))?;
    sampling.presence_penalty = number(rest.remove("presencePenalty"))?;
    sampling.max_output_tokens = number(rest.remove("maxOutputTokens"))?;
    sampling.stop = number(rest.remove("stopSequences"))?;
    let mut options = options.with_sampling(sampling);
    if rest.get("responseMimeType") == Some(&json!("application/json")) {
        rest.remove("responseMimeType");
        options = options.with_output(match rest.remove("responseSchema") {
            None => OutputFormat::Json,
            Some(value) => OutputFormat::Schema {
                name: "answer".into(),
                schema: schema(&value)?,
            },
        });
    }
    if let Some(reasoning) = rest.get("thinkingConfig").and_then(reasoning) {
        rest.remove("thinkingConfig");
        options = options.with_reasoning(reasoning);
    }
    if let Some(name) = rest.keys().find(|name| name.contains('_')) {
        return Err(format!("`{name}` in snake case"));
    }
    if rest.is_empty() {
        return Ok(options);
    }
    Ok(options.with_extra("generationConfig", rest))
}

fn number<T: serde::de::DeserializeOwned>(value: Option<Value>) -> Result<Option<T>, String> {
    serde_json::from_value(value.unwrap_or_default()).map_err(|error| error.to_string())
}

/// The thinking that the default dialect writes like this.
fn reasoning(config: &Value) -> Option<Reasoning> {
    let budget = config.get("thinkingBudget").and_then(Value::as_u64)?;
    let members = config.as_object()?.len();
    match (budget, config.get("includeThoughts"), members) {
        (0, None, 1) => Some(Reasoning::effort(Effort::Off)),
        (1.., Some(Value::Bool(true)), 2) => Some(Reasoning::budget(budget)),
        _ => None,
    }
}

fn tool_config(config: Value, options: Options) -> Result<Options, String> {
    let calling = config
        .get("functionCallingConfig")
        .and_then(Value::as_object);
    let only = calling.filter(|calling| {
        let known = calling
            .keys()
            .all(|name| name == "mode" || name == "allowedFunctionNames");
        known && config.as_object().is_some_and(|config| config.len() == 1)
    });
    let names = only.and_then(|calling| calling.get("allowedFunctionNames"));
    let name = match names.and_then(Value::as_array).map(Vec::as_slice) {
        None => None,
        Some([Value::String(name)]) => Some(name.clone()),
        Some(_) => return Ok(options.with_extra("toolConfig", config)),
    };
    let mode = only
        .and_then(|calling| calling.get("mode"))
        .and_then(Value::as_str);
    Ok(match (mode, name) {
        (Some("AUTO"), None) => options.with_tool_choice(ToolChoice::Auto),
        (Some("NONE"), None) => options.with_tool_choice(ToolChoice::None),
        (Some("ANY"), None) => options.with_tool_choice(ToolChoice::Required),
        (Some("ANY"), Some(name)) => options.with_tool_choice(ToolChoice::Tool(name.into())),
        _ => options.with_extra("toolConfig", config),
    })
}
