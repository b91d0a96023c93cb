//! Recorded requests of Anthropic Messages, read back into ours.

use serde_json::{Map, Value};
use windlass_core::{
    Assistant, AssistantPart, Breakpoint, CachePolicy, CacheTime, Call, Citation, Conversation,
    Document, Effort, HostedTool, Item, JsonText, Media, Message, Options, Outcome, OutcomePart,
    OutcomeStatus, Outcomes, OutputFormat, ParallelCalls, Reasoning, Request, Schema, Seal, Source,
    Text, TextPart, Thinking, ToolChoice, ToolSpec, Tools, User, UserPart,
};

type Object = Map<String, Value>;

/// The request that a recorded body asks, without its model and the version of the protocol.
///
/// # Errors
///
/// What of the body our types cannot say, or would say in another way.
pub fn parse(request: &Value) -> Result<Request, String> {
    let body = object(request)?;
    let mut parser = Parser::default();
    for (name, value) in body {
        parser.member(name, value)?;
    }
    parser.thinking(body);
    parser.output(body)?;
    if !parser.marks.is_empty() {
        parser.options.cache = Some(CachePolicy::Marked(parser.marks));
    }
    let request = Request::new(parser.conversation).with_tools(parser.tools);
    let request = parser
        .instructions
        .into_iter()
        .fold(request, Request::with_instructions);
    Ok(request.with_options(parser.options))
}

#[derive(Default)]
struct Parser {
    conversation: Conversation,
    instructions: Vec<Text>,
    tools: Tools,
    options: Options,
    marks: Vec<Breakpoint>,
}

impl Parser {
    fn member(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let sampling = &mut self.options.sampling;
        match name {
            "model" | "anthropic_version" | "thinking" | "output_config" => {}
            "stream" if value == &Value::Bool(true) => {}
            "messages" => list(value)?
                .iter()
                .try_for_each(|message| self.message(message))?,
            "system" => self.system(value)?,
            "tools" => self.tools = tools(list(value)?)?,
            "tool_choice" => self.tool_choice(object(value)?)?,
            "max_tokens" => sampling.max_output_tokens = value.as_u64(),
            "temperature" => sampling.temperature = value.as_f64(),
            "top_p" => sampling.top_p = value.as_f64(),
            "top_k" => sampling.top_k = value.as_u64().and_then(|count| count.try_into().ok()),
            "stop_sequences" => {
                let texts = list(value)?
                    .iter()
                    .map(string)
                    .collect::<Result<Vec<_>, _>>()?;
                sampling.stop = Some(texts.into_iter().map(Text::from).collect());
            }
            "metadata" => {
                only(object(value)?, &["user_id"])?;
                self.options.user = Some(text(object(value)?, "user_id")?.into());
            }
            _ => self.extra(name, value),
        }
        Ok(())
    }

    fn extra(&mut self, name: &str, value: &Value) {
        self.options.extra.insert(name.into(), value.clone());
    }

    /// Thinking that our options have; what else there is goes out as extra members.
    fn thinking(&mut self, body: &Object) {
        let (thinking, config) = (body.get("thinking"), body.get("output_config"));
        let model = body
            .get("model")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let budget = thinking.and_then(|thinking| budget(thinking, model));
        let effort = effort(thinking, config).filter(|_| !thinks_by_budget(model));
        match (budget, effort) {
            (Some(tokens), None) => self.options.reasoning = Some(Reasoning::budget(tokens)),
            (_, Some(effort)) => {
                self.options.reasoning = Some(Reasoning::effort(effort));
                return;
            }
            (None, None) => {
                if let Some(thinking) = thinking {
                    self.extra("thinking", thinking);
                }
            }
        }
        if let Some(config) = config.filter(|config| config.get("effort").is_some()) {
            self.extra("output_config", config);
        }
    }

    fn output(&mut self, body: &Object) -> Result<(), String> {
        let Some(config) = body
            .get("output_config")
            .filter(|config| config.get("effort").is_none())
        else {
            return Ok(());
        };
        let schema = config.pointer("/format/schema").unwrap_or(&Value::Null);
        if object(config)?.len() == 1 && is_strict(schema) {
            let schema =
                Schema::from_json(&schema.to_string()).map_err(|error| error.to_string())?;
            let name = "answer".into();
            self.options.output = Some(OutputFormat::Schema { name, schema });
        } else {
            self.extra("output_config", config);
        }
        Ok(())
    }

    fn system(&mut self, value: &Value) -> Result<(), String> {
        for (at, block) in list(value)?.iter().enumerate() {
            let block = object(block)?;
            only(block, &["type", "text", "cache_control"])?;
            kind(block, "text")?;
            if let Some(time) = marker(block)? {
                self.marks.push(Breakpoint::Instructions(at, time));
            }
            self.instructions.push(words(block)?);
        }
        Ok(())
    }

    fn tool_choice(&mut self, choice: &Object) -> Result<(), String> {
        only(choice, &["type", "name", "disable_parallel_tool_use"])?;
        self.options.tool_choice = Some(match text(choice, "type")? {
            "auto" => ToolChoice::Auto,
            "any" => ToolChoice::Required,
            "none" => ToolChoice::None,
            "tool" => ToolChoice::Tool(text(choice, "name")?.into()),
            other => return Err(format!("tool choice `{other}`")),
        });
        let disabled = choice
            .get("disable_parallel_tool_use")
            .and_then(Value::as_bool);
        self.options.parallel_calls = disabled.map(|disabled| match disabled {
            true => ParallelCalls::Forbid,
            false => ParallelCalls::Allow,
        });
        Ok(())
    }

    fn message(&mut self, message: &Value) -> Result<(), String> {
        let message = object(message)?;
        only(message, &["role", "content"])?;
        let Some(Value::Array(blocks)) = message.get("content") else {
            return Err("content that is a string, where we send blocks".into());
        };
        let last = self.conversation.messages().next_back();
        match (text(message, "role")?, last) {
            ("user", Some(Message::User(_) | Message::Outcomes(_)))
            | ("assistant", Some(Message::Assistant(_))) => {
                Err("two messages of the same role, which we merge".into())
            }
            ("user", _) => self.user(blocks),
            ("assistant", _) => self.assistant(blocks),
            (role, _) => Err(format!("a message of the role `{role}`")),
        }
    }

    fn user(&mut self, blocks: &[Value]) -> Result<(), String> {
        let is_result = |block: &&Value| block.get("type") == Some(&"tool_result".into());
        let results = blocks.iter().take_while(is_result).count();
        let (results, rest) = blocks.split_at(results);
        if !results.is_empty() {
            let calls: Vec<Call> = self.conversation.open_calls().cloned().collect();
            let outcomes = results.iter().map(|block| outcome(object(block)?, &calls));
            let outcomes = outcomes.collect::<Result<Outcomes, String>>()?;
            self.push(Message::Outcomes(outcomes), results)?;
        }
        if rest.is_empty() && !results.is_empty() {
            return Ok(());
        }
        let parts = rest.iter().map(|block| user_part(object(block)?));
        let user = User::from_parts(parts.collect::<Result<Vec<_>, _>>()?);
        self.push(Message::User(user), rest)
    }

    fn assistant(&mut self, blocks: &[Value]) -> Result<(), String> {
        let parts = blocks
            .iter()
            .map(assistant_part)
            .collect::<Result<Vec<_>, _>>()?;
        self.push(Message::Assistant(Assistant::from_parts(parts)), blocks)
    }

    /// Adds a message, with the cache marker that its last block may have.
    fn push(&mut self, message: Message, blocks: &[Value]) -> Result<(), String> {
        let Some((last, before)) = blocks.split_last() else {
            return Err("a message without blocks".into());
        };
        if before
            .iter()
            .any(|block| block.get("cache_control").is_some())
        {
            return Err("a cache marker inside a message".into());
        }
        if let Some(time) = marker(object(last)?)? {
            let at = self.conversation.len();
            self.marks.push(Breakpoint::Message(at, time));
        }
        self.conversation
            .push(message)
            .map_err(|error| error.to_string())
    }
}

fn thinks_by_budget(model: &str) -> bool {
    !model.contains("4-6")
        && (model.contains("claude-3") || model.contains("-4-"))
        && !["4-7", "4-8", "4-9"]
            .iter()
            .any(|newer| model.contains(newer))
}

fn budget(thinking: &Value, model: &str) -> Option<u64> {
    let thinking = thinking.as_object()?;
    let takes = thinks_by_budget(model) || model.contains("4-6");
    let plain = thinking.len() == 2 && thinking.get("type") == Some(&"enabled".into());
    (takes && plain)
        .then(|| thinking.get("budget_tokens")?.as_u64())
        .flatten()
}

fn effort(thinking: Option<&Value>, config: Option<&Value>) -> Option<Effort> {
    let (thinking, config) = (thinking?.as_object()?, config?.as_object()?);
    if thinking.len() != 1 || thinking.get("type") != Some(&"adaptive".into()) || config.len() != 1
    {
        return None;
    }
    match config.get("effort")?.as_str()? {
        "low" => Some(Effort::Low),
        "medium" => Some(Effort::Medium),
        "high" => Some(Effort::High),
        "max" => Some(Effort::Max),
        _ => None,
    }
}

/// Whether a schema has only what every strict mode has, and is as strict as that.
fn is_strict(schema: &Value) -> bool {
    const KNOWN: [&str; 6] = [
        "type",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
    ];
    let Some(schema) = schema.as_object() else {
        return false;
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema
        .get("required")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    schema.keys().all(|key| KNOWN.contains(&key.as_str()))
        && schema.get("items").is_none_or(is_strict)
        && properties.is_none_or(|properties| {
            closed && required == properties.len() && properties.values().all(is_strict)
        })
}

/// Tools as ours where all are plain, else as they were written.
fn tools(list: &[Value]) -> Result<Tools, String> {
    let plain = |tool: &Value| {
        let known = ["name", "description", "input_schema"];
        tool.as_object().is_some_and(|tool| {
            tool.get("description") != Some(&"".into())
                && tool.contains_key("input_schema")
                && tool.keys().all(|key| known.contains(&key.as_str()))
        })
    };
    if !list.iter().all(plain) {
        let hosted = list.iter().map(|tool| Ok(HostedTool::new(json(tool)?)));
        return Ok(Tools::new([], hosted.collect::<Result<Vec<_>, String>>()?));
    }
    let specs = list.iter().map(|tool| {
        let tool = object(tool)?;
        let schema = tool.get("input_schema").unwrap_or(&Value::Null).to_string();
        let schema = Schema::from_json(&schema).map_err(|error| error.to_string())?;
        let description = tool
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        Ok(ToolSpec::new(text(tool, "name")?, description, schema))
    });
    Ok(Tools::from(specs.collect::<Result<Vec<_>, String>>()?))
}

fn user_part(block: &Object) -> Result<UserPart, String> {
    match text(block, "type")? {
        "text" => {
            only(block, &["type", "text", "cache_control"])?;
            Ok(UserPart::Text(words(block)?))
        }
        "image" => Ok(UserPart::Image(image(block)?)),
        "document" => Ok(UserPart::Document(document(block)?)),
        other => Err(format!("a block `{other}` of the user")),
    }
}

fn image(block: &Object) -> Result<Media, String> {
    only(block, &["type", "source", "cache_control"])?;
    media(block, "")
}

fn document(block: &Object) -> Result<Document, String> {
    only(
        block,
        &[
            "type",
            "source",
            "title",
            "context",
            "citations",
            "cache_control",
        ],
    )?;
    let mut document = Document::new(media(block, "text/plain")?);
    document.name = block.get("title").and_then(Value::as_str).map(Text::from);
    document.context = block.get("context").and_then(Value::as_str).map(Text::from);
    if let Some(citations) = block.get("citations") {
        document.citations = citations.get("enabled").and_then(Value::as_bool);
    }
    Ok(document)
}

/// The content of a picture or document; `plain` is the media type of one that is text.
fn media(block: &Object, plain: &str) -> Result<Media, String> {
    let source = object(block.get("source").unwrap_or(&Value::Null))?;
    let get = |name| text(source, name);
    match get("type")? {
        "base64" => Ok(Media::new(
            get("media_type")?,
            Source::Base64(get("data")?.into()),
        )),
        "text" if get("media_type")? == plain => {
            Ok(Media::new(plain, Source::Text(get("data")?.into())))
        }
        "url" => Ok(Media::new("", Source::Url(get("url")?.into()))),
        "file" => Ok(Media::new("", Source::File(get("file_id")?.into()))),
        other => Err(format!("a source `{other}`")),
    }
}

fn outcome(block: &Object, calls: &[Call]) -> Result<Outcome, String> {
    only(
        block,
        &[
            "type",
            "tool_use_id",
            "content",
            "is_error",
            "cache_control",
        ],
    )?;
    let id = text(block, "tool_use_id")?;
    let call = calls.iter().find(|call| call.id.as_str() == id);
    let call = call.ok_or("an outcome without its call")?;
    let status = match block.get("is_error") {
        None => OutcomeStatus::Success,
        Some(Value::Bool(true)) => OutcomeStatus::Failed,
        Some(_) => return Err("`is_error` spelled out as false".into()),
    };
    let parts = match block.get("content") {
        None => Vec::new(),
        Some(content) => list(content)?
            .iter()
            .map(|part| outcome_part(object(part)?))
            .collect::<Result<_, _>>()?,
    };
    Ok(Outcome::from_parts(call, status, parts))
}

fn outcome_part(block: &Object) -> Result<OutcomePart, String> {
    match text(block, "type")? {
        "text" => {
            only(block, &["type", "text"])?;
            Ok(OutcomePart::Text(words(block)?))
        }
        "image" => Ok(OutcomePart::Image(image(block)?)),
        "document" => Ok(OutcomePart::Document(document(block)?)),
        other => Err(format!("a block `{other}` of an outcome")),
    }
}

fn assistant_part(block: &Value) -> Result<AssistantPart, String> {
    let json = json(block)?;
    let block = object(block)?;
    match text(block, "type")? {
        "text" => {
            only(block, &["type", "text", "citations", "cache_control"])?;
            let text = text(block, "text")?;
            if text.is_empty() {
                return Err("an empty text, which we do not send".into());
            }
            let mut part = TextPart::new(text);
            for citation in block.get("citations").map_or(Ok(&[][..]), list)? {
                part = part.with_citation(Citation::new(self::json(citation)?));
            }
            Ok(part.into())
        }
        "thinking" => {
            only(block, &["type", "thinking", "signature"])?;
            let seal = Seal::new().with_signature(text(block, "signature")?);
            Ok(Thinking::new(text(block, "thinking")?)
                .with_seal(seal)
                .into())
        }
        "redacted_thinking" => Ok(Thinking::encrypted_only(text(block, "data")?).into()),
        "tool_use" => {
            only(
                block,
                &["type", "id", "name", "input", "caller", "cache_control"],
            )?;
            let input = block.get("input").unwrap_or(&Value::Null).to_string();
            let call = Call::new(text(block, "id")?, text(block, "name")?, input);
            let Some(caller) = block.get("caller") else {
                return Ok(call.into());
            };
            let extra = self::json(&serde_json::json!({ "caller": caller }))?;
            Ok(call.with_seal(Seal::new().with_extra(extra)).into())
        }
        kind => Ok(Item::new(kind, json).into()),
    }
}

/// How long a block is to be cached, if it is marked.
fn marker(block: &Object) -> Result<Option<CacheTime>, String> {
    let Some(marker) = block.get("cache_control") else {
        return Ok(None);
    };
    match marker.get("ttl").map(Value::as_str) {
        None => Ok(Some(CacheTime::Short)),
        Some(Some("1h")) => Ok(Some(CacheTime::Hour)),
        Some(_) => Err("a cache time that is the default, spelled out".into()),
    }
}

fn words(block: &Object) -> Result<Text, String> {
    match text(block, "text")? {
        blank if blank.trim().is_empty() => Err("a blank text, which we do not send".into()),
        words => Ok(words.into()),
    }
}

fn kind(block: &Object, expected: &str) -> Result<(), String> {
    match text(block, "type")? {
        found if found == expected => Ok(()),
        found => Err(format!("a block `{found}` where `{expected}` is expected")),
    }
}

/// Refuses members that our types would lose.
fn only(object: &Object, known: &[&str]) -> Result<(), String> {
    let unknown = object.keys().find(|key| !known.contains(&key.as_str()));
    unknown.map_or(Ok(()), |key| Err(format!("the member `{key}`")))
}

fn text<'a>(object: &'a Object, name: &str) -> Result<&'a str, String> {
    string(object.get(name).unwrap_or(&Value::Null)).map_err(|_| format!("no text `{name}`"))
}

fn string(value: &Value) -> Result<&str, String> {
    value
        .as_str()
        .ok_or_else(|| "a value that is no text".to_owned())
}

fn list(value: &Value) -> Result<&[Value], String> {
    let list = value.as_array().map(Vec::as_slice);
    list.ok_or_else(|| "a value that is no list".to_owned())
}

fn object(value: &Value) -> Result<&Object, String> {
    value
        .as_object()
        .ok_or_else(|| "a value that is no object".to_owned())
}

fn json(value: &Value) -> Result<JsonText, String> {
    JsonText::of(value).map_err(|error| error.to_string())
}
