//! Recorded requests of Bedrock Converse, read into ours.

use serde_json::{Map, Value};
use windlass_core::{
    Arguments, Assistant, AssistantPart, Breakpoint, CachePolicy, CacheTime, Call, Citation,
    Conversation, Document, HostedTool, Item, JsonText, Media, Message, Options, Outcome,
    OutcomePart, OutcomeStatus, OutputFormat, Reasoning, Request, Sampling, Schema, Seal, Source,
    TextPart, Thinking, ToolChoice, ToolSpec, Tools, User, UserPart,
};

type Parsed<T> = Result<T, String>;

/// Reads a request body. The error names what ours cannot say.
pub fn parse(request: &Value) -> Parsed<Request> {
    let mut reader = Reader::default();
    for (name, value) in object(request)? {
        reader.member(name, value)?;
    }
    let mut parsed = Request::new(reader.conversation).with_tools(reader.tools);
    for block in reader.instructions {
        parsed = parsed.with_instructions(block);
    }
    if !reader.marks.is_empty() {
        reader.options.cache = Some(CachePolicy::Marked(reader.marks));
    }
    Ok(parsed.with_options(reader.options))
}

#[derive(Default)]
struct Reader {
    conversation: Conversation,
    instructions: Vec<String>,
    tools: Tools,
    options: Options,
    marks: Vec<Breakpoint>,
}

impl Reader {
    fn member(&mut self, name: &str, value: &Value) -> Parsed<()> {
        match name {
            "messages" => array(value)?.iter().try_for_each(|it| self.message(it)),
            "system" if array(value)?.is_empty() => self.extra(name, value),
            "system" => array(value)?.iter().try_for_each(|it| self.system(it)),
            "inferenceConfig" if object(value)?.is_empty() => self.extra(name, value),
            "inferenceConfig" => self.inference(value),
            "toolConfig" => self.tool_config(value),
            "additionalModelRequestFields" => self.additional(value),
            "outputConfig" => self.output(value),
            "requestMetadata" => {
                for (label, value) in object(value)? {
                    let label = label.as_str();
                    self.options
                        .metadata
                        .insert(label.into(), text(value)?.into());
                }
                Ok(())
            }
            "guardrailConfig"
            | "performanceConfig"
            | "serviceTier"
            | "additionalModelResponseFieldPaths"
            | "promptVariables" => self.extra(name, value),
            other => Err(format!("member `{other}`")),
        }
    }

    /// For what has no option.
    fn extra(&mut self, name: &str, value: &Value) -> Parsed<()> {
        self.options.extra.insert(name.into(), value.clone());
        Ok(())
    }

    fn system(&mut self, block: &Value) -> Parsed<()> {
        match only(block)? {
            ("text", words) => self.instructions.push(text(words)?),
            ("cachePoint", point) => {
                let last = self.instructions.len().checked_sub(1);
                let last = last.ok_or("a cache point before any instructions")?;
                self.marks
                    .push(Breakpoint::Instructions(last, cache_time(point)?));
            }
            (other, _) => return Err(format!("system block `{other}`")),
        }
        Ok(())
    }

    fn inference(&mut self, config: &Value) -> Parsed<()> {
        let mut sampling = Sampling::new();
        for (name, value) in object(config)? {
            match name.as_str() {
                "maxTokens" => sampling.max_output_tokens = value.as_u64(),
                "temperature" => sampling.temperature = value.as_f64(),
                "topP" => sampling.top_p = value.as_f64(),
                "stopSequences" => {
                    let texts: Parsed<Vec<_>> = array(value)?.iter().map(text).collect();
                    sampling = sampling.with_stop(texts?);
                }
                other => return Err(format!("inferenceConfig.{other}")),
            }
        }
        sampling.top_k = self.options.sampling.top_k;
        self.options.sampling = sampling;
        Ok(())
    }

    fn additional(&mut self, fields: &Value) -> Parsed<()> {
        let mut rest = Map::new();
        for (name, value) in object(fields)? {
            match name.as_str() {
                "thinking" if value["type"] == "enabled" && object(value)?.len() == 2 => {
                    let tokens = value["budget_tokens"].as_u64().ok_or("thinking")?;
                    self.options.reasoning = Some(Reasoning::budget(tokens));
                }
                "top_k" => self.options.sampling.top_k = count(value),
                "inferenceConfig" if object(value)?.keys().eq(["topK"]) => {
                    self.options.sampling.top_k = count(&value["topK"]);
                }
                _ => {
                    rest.insert(name.clone(), value.clone());
                }
            }
        }
        if rest.is_empty() {
            return Ok(());
        }
        self.extra("additionalModelRequestFields", &Value::Object(rest))
    }

    /// A format that says more than ours goes as it is.
    fn output(&mut self, config: &Value) -> Parsed<()> {
        let format = &config["textFormat"]["structure"]["jsonSchema"];
        let (Some(name), Some(schema)) = (format["name"].as_str(), format["schema"].as_str())
        else {
            return self.extra("outputConfig", config);
        };
        let schema = Schema::from_json(schema).map_err(told)?;
        let spelled = schema.as_value().to_string();
        if object(format)?.len() > 2 || object(config)?.len() > 1 || format["schema"] != spelled {
            return self.extra("outputConfig", config);
        }
        let name = name.into();
        self.options.output = Some(OutputFormat::Schema { name, schema });
        Ok(())
    }

    fn tool_config(&mut self, config: &Value) -> Parsed<()> {
        let (mut specs, mut hosted) = (Vec::new(), Vec::new());
        for (name, value) in object(config)? {
            match name.as_str() {
                "tools" => {
                    for entry in array(value)? {
                        match only(entry)? {
                            ("toolSpec", _) if !hosted.is_empty() => {
                                return Err("a tool after a hosted one".into());
                            }
                            ("toolSpec", spec) => specs.push(tool_spec(spec)?),
                            ("systemTool", _) => hosted.push(HostedTool::new(json(entry)?)),
                            ("cachePoint", point) => {
                                self.marks.push(Breakpoint::Tools(cache_time(point)?));
                            }
                            (other, _) => return Err(format!("tool `{other}`")),
                        }
                    }
                }
                "toolChoice" => self.options.tool_choice = Some(tool_choice(value)?),
                other => return Err(format!("toolConfig.{other}")),
            }
        }
        self.tools = Tools::new(specs, hosted);
        Ok(())
    }

    fn message(&mut self, message: &Value) -> Parsed<()> {
        let content = array(&message["content"])?;
        match message["role"].as_str() {
            Some("user") => self.user(content),
            Some("assistant") => self.assistant(content),
            other => Err(format!("role {other:?}")),
        }
    }

    fn user(&mut self, content: &[Value]) -> Parsed<()> {
        let calls: Vec<Call> = self.conversation.open_calls().cloned().collect();
        let (mut outcomes, mut parts) = (Vec::new(), Vec::new());
        for (at, block) in content.iter().enumerate() {
            match only(block)? {
                ("toolResult", result) if parts.is_empty() => {
                    let call = calls.get(outcomes.len()).ok_or("a result without a call")?;
                    outcomes.push(outcome(call, result)?);
                }
                ("cachePoint", point) if at + 1 == content.len() => {
                    let messages =
                        usize::from(!outcomes.is_empty()) + usize::from(!parts.is_empty());
                    let last = (self.conversation.len() + messages).checked_sub(1);
                    let last = last.ok_or("a cache point before any message")?;
                    self.marks
                        .push(Breakpoint::Message(last, cache_time(point)?));
                }
                (name, value) => parts.push(user_part(name, value)?),
            }
        }
        if !outcomes.is_empty() {
            self.push(Message::Outcomes(outcomes.into_iter().collect()))?;
        }
        if !parts.is_empty() {
            self.push(Message::User(User::from_parts(parts)))?;
        }
        Ok(())
    }

    fn assistant(&mut self, content: &[Value]) -> Parsed<()> {
        let parts: Parsed<Vec<_>> = content.iter().map(answer_part).collect();
        self.push(Message::Assistant(Assistant::from_parts(parts?)))
    }

    fn push(&mut self, message: Message) -> Parsed<()> {
        self.conversation.push(message).map_err(told)
    }
}

fn tool_spec(spec: &Value) -> Parsed<ToolSpec> {
    let known = ["name", "description", "inputSchema"];
    if let Some(other) = object(spec)?
        .keys()
        .find(|name| !known.contains(&name.as_str()))
    {
        return Err(format!("toolSpec.{other}"));
    }
    let schema = Schema::from_value(spec["inputSchema"]["json"].clone());
    let schema = schema.map_err(told)?;
    let description = spec["description"].as_str().unwrap_or_default();
    Ok(ToolSpec::new(text(&spec["name"])?, description, schema))
}

fn tool_choice(choice: &Value) -> Parsed<ToolChoice> {
    match only(choice)? {
        ("auto", _) => Ok(ToolChoice::Auto),
        ("any", _) => Ok(ToolChoice::Required),
        ("tool", tool) => Ok(ToolChoice::Tool(text(&tool["name"])?.into())),
        (other, _) => Err(format!("toolChoice `{other}`")),
    }
}

fn user_part(name: &str, value: &Value) -> Parsed<UserPart> {
    match name {
        "text" => Ok(UserPart::Text(text(value)?.into())),
        "image" => Ok(UserPart::Image(media("image", value)?)),
        "audio" => Ok(UserPart::Audio(media("audio", value)?)),
        "video" => Ok(UserPart::Video(media("video", value)?)),
        "document" => Ok(UserPart::Document(document(value)?)),
        other => Err(format!("user block `{other}`")),
    }
}

fn media(class: &str, value: &Value) -> Parsed<Media> {
    let format = text(&value["format"])?;
    if format.contains('/') {
        return Err(format!("{class} format `{format}`"));
    }
    Ok(Media::new(
        format!("{class}/{format}"),
        source(&value["source"])?,
    ))
}

fn source(value: &Value) -> Parsed<Source> {
    match only(value)? {
        ("bytes", bytes) => Ok(Source::Base64(text(bytes)?.into())),
        ("text", words) => Ok(Source::Text(text(words)?.into())),
        ("s3Location", place) if object(place)?.len() == 1 => {
            Ok(Source::Url(text(&place["uri"])?.into()))
        }
        (other, _) => Err(format!("source `{other}`")),
    }
}

fn document(value: &Value) -> Parsed<Document> {
    let mime = match value["format"].as_str() {
        Some("pdf") => "application/pdf",
        Some("txt") => "text/plain",
        Some("csv") => "text/csv",
        Some("html") => "text/html",
        Some("md") => "text/markdown",
        other => return Err(format!("document format {other:?}")),
    };
    let source = source(&value["source"])?;
    let mut document = Document::new(Media::new(mime, source));
    document.name = Some(text(&value["name"])?.into());
    document.context = value["context"].as_str().map(Into::into);
    document.citations = value["citations"]["enabled"].as_bool();
    Ok(document)
}

fn outcome(call: &Call, result: &Value) -> Parsed<Outcome> {
    if result["toolUseId"] != call.id.as_str() {
        return Err("results in another order than calls".into());
    }
    let status = match result["status"].as_str() {
        None => OutcomeStatus::Success,
        Some("error") => OutcomeStatus::Failed,
        Some(_) => return Err("a spelled-out `status` of success".into()),
    };
    let parts: Parsed<Vec<_>> = array(&result["content"])?
        .iter()
        .map(outcome_part)
        .collect();
    Ok(Outcome::from_parts(call, status, parts?))
}

fn outcome_part(block: &Value) -> Parsed<OutcomePart> {
    match only(block)? {
        ("text", words) => Ok(OutcomePart::Text(text(words)?.into())),
        ("json", value) => Ok(OutcomePart::Json(json(value)?)),
        ("image", value) => Ok(OutcomePart::Image(media("image", value)?)),
        ("document", value) => Ok(OutcomePart::Document(document(value)?)),
        (other, _) => Err(format!("result block `{other}`")),
    }
}

fn answer_part(block: &Value) -> Parsed<AssistantPart> {
    match only(block)? {
        ("text", words) => Ok(TextPart::new(text(words)?).into()),
        ("toolUse", call) if call["type"] != "server_tool_use" => {
            let input = call["input"].to_string();
            let (id, name) = (text(&call["toolUseId"])?, text(&call["name"])?);
            Ok(Call::new(id, name, Arguments::from(input)).into())
        }
        ("reasoningContent", reasoning) => thinking(reasoning).map(Into::into),
        ("citationsContent", cited) => cited_text(cited).map(Into::into),
        (other, _) if other != "cachePoint" => Ok(Item::new(other, json(block)?).into()),
        _ => Err("a cache point in an answer".into()),
    }
}

fn thinking(reasoning: &Value) -> Parsed<Thinking> {
    match only(reasoning)? {
        ("redactedContent", payload) => Ok(Thinking::encrypted_only(text(payload)?)),
        ("reasoningText", said) => {
            let thinking = Thinking::new(text(&said["text"])?);
            Ok(match said["signature"].as_str() {
                Some(signature) => thinking.with_seal(Seal::new().with_signature(signature)),
                None => thinking,
            })
        }
        (other, _) => Err(format!("reasoningContent.{other}")),
    }
}

fn cited_text(cited: &Value) -> Parsed<TextPart> {
    let [words] = array(&cited["content"])?.as_slice() else {
        return Err("a cited text in several pieces".into());
    };
    let mut part = TextPart::new(text(&words["text"])?);
    for citation in array(&cited["citations"])? {
        part.citations.push(Citation::new(json(citation)?));
    }
    Ok(part)
}

fn cache_time(point: &Value) -> Parsed<CacheTime> {
    match point["ttl"].as_str() {
        None => Ok(CacheTime::Short),
        Some("1h") => Ok(CacheTime::Hour),
        Some(other) => Err(format!("cachePoint.ttl `{other}`")),
    }
}

/// The one member of a union.
fn only(union: &Value) -> Parsed<(&str, &Value)> {
    let mut members = object(union)?.iter();
    match (members.next(), members.next()) {
        (Some((name, value)), None) => Ok((name, value)),
        _ => Err(format!("not one member but others: {union}")),
    }
}

fn count(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|count| u32::try_from(count).ok())
}

fn json(value: &Value) -> Parsed<JsonText> {
    JsonText::of(value).map_err(told)
}

fn told(error: impl std::error::Error) -> String {
    error.to_string()
}

fn object(value: &Value) -> Parsed<&Map<String, Value>> {
    value
        .as_object()
        .ok_or_else(|| format!("no object: {value}"))
}

fn array(value: &Value) -> Parsed<&Vec<Value>> {
    value.as_array().ok_or_else(|| format!("no list: {value}"))
}

fn text(value: &Value) -> Parsed<String> {
    let text = value.as_str().ok_or_else(|| format!("no text: {value}"))?;
    Ok(text.to_owned())
}
