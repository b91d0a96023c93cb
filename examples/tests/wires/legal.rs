//! Whether the messages of a request are what its wire takes, as far as providers refuse it.

use serde_json::Value;
use windlass_provider::simulate::Received;

/// What a message holds, whatever its wire calls it.
#[derive(Debug)]
enum Said {
    Text(Role, String),
    Call(String),
    Outcome(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    System,
    User,
    Model,
    Tool,
}

/// The wires whose user and model take turns, and which characters their ids have beside letters and digits.
const STRICT: [(&str, &str); 2] = [("/v1/messages", "_-"), ("/converse-stream", "_-.:")];

/// Panics when the wire would not take the request.
pub(crate) fn check(label: &str, request: &Received) {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    if let Err(why) = look(&request.path, &body) {
        panic!("{label}: {why} in a request to {}: {body}", request.path);
    }
}

fn look(path: &str, body: &Value) -> Result<(), String> {
    let lists = ["messages", "input", "contents"].map(|name| body[name].as_array());
    let messages = lists.into_iter().flatten().next();
    let messages = messages.ok_or("there are no messages")?;
    if body["tools"].as_array().is_some_and(Vec::is_empty) {
        return Err("the list of tools is empty".into());
    }
    let roles: Vec<_> = messages.iter().map(role).collect();
    let strict = STRICT.iter().find(|(end, _)| path.ends_with(end));
    if strict.is_some() && roles.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("two messages of one role follow each other".into());
    }
    if roles.iter().find(|role| **role != Role::System) != Some(&Role::User) {
        return Err("the user does not begin".into());
    }
    if roles.last() == Some(&Role::Model) {
        return Err("the model has the last word".into());
    }
    pair(messages, strict.map_or("", |(_, signs)| *signs))
}

/// Pairs calls and outcomes: one for each, before anything else is said.
fn pair(messages: &[Value], signs: &str) -> Result<(), String> {
    let mut open: Vec<String> = Vec::new();
    let mut known: Vec<String> = Vec::new();
    for said in messages.iter().flat_map(said) {
        match said {
            Said::Text(_, text) if text.is_empty() => return Err("a text is empty".into()),
            Said::Text(Role::User, _) if !open.is_empty() => {
                return Err(format!("the user speaks while {open:?} are open"));
            }
            Said::Text(..) => {}
            Said::Call(id) => {
                let fits = |sign: char| sign.is_ascii_alphanumeric() || signs.contains(sign);
                if id.is_empty() || id.len() > 64 || !signs.is_empty() && !id.chars().all(fits) {
                    return Err(format!("`{id}` is no id here"));
                }
                if known.contains(&id) {
                    return Err(format!("two calls have the id `{id}`"));
                }
                known.push(id.clone());
                open.push(id);
            }
            Said::Outcome(id) => {
                let at = open.iter().position(|open| *open == id);
                let at = at.ok_or_else(|| format!("`{id}` is the outcome of no open call"))?;
                open.remove(at);
            }
        }
    }
    match open.is_empty() {
        true => Ok(()),
        false => Err(format!("{open:?} have no outcome")),
    }
}

fn role(message: &Value) -> Role {
    match (&message["role"], &message["type"]) {
        (Value::String(role), _) => match role.as_str() {
            "system" | "developer" => Role::System,
            "user" => Role::User,
            "tool" => Role::Tool,
            _ => Role::Model,
        },
        (_, Value::String(kind)) if kind == "function_call_output" => Role::Tool,
        _ => Role::Model,
    }
}

fn said(message: &Value) -> Vec<Said> {
    let role = role(message);
    let mut said = Vec::new();
    let content = [&message["content"], &message["parts"]];
    for content in content {
        match content {
            // Ollama's own messages have no words beside thinking either.
            Value::String(text) if text.is_empty() && message["thinking"].is_string() => {}
            Value::String(text) => said.push(Said::Text(role, text.clone())),
            Value::Array(blocks) => said.extend(blocks.iter().filter_map(|part| block(role, part))),
            _ => {}
        }
    }
    let calls = message["tool_calls"].as_array();
    said.extend(
        calls
            .into_iter()
            .flatten()
            .map(|call| Said::Call(text(&call["id"]))),
    );
    match message["type"].as_str() {
        Some("function_call") => said.push(Said::Call(text(&message["call_id"]))),
        Some("function_call_output") => said.push(Said::Outcome(text(&message["call_id"]))),
        _ if role == Role::Tool => said.insert(0, Said::Outcome(text(&message["tool_call_id"]))),
        _ => {}
    }
    said
}

/// What a part of a message holds; nothing where it is thinking.
fn block(role: Role, block: &Value) -> Option<Said> {
    let kind = block["type"].as_str();
    let id = |name: &str, id: &str| block.get(name).map(|part| text(&part[id]));
    if kind == Some("tool_use") {
        Some(Said::Call(text(&block["id"])))
    } else if kind == Some("tool_result") {
        Some(Said::Outcome(text(&block["tool_use_id"])))
    } else if let Some(id) = id("toolUse", "toolUseId").or_else(|| id("functionCall", "id")) {
        Some(Said::Call(id))
    } else if let Some(id) = id("toolResult", "toolUseId").or_else(|| id("functionResponse", "id"))
    {
        Some(Said::Outcome(id))
    } else if block["thought"] == Value::Bool(true) {
        None
    } else {
        block["text"]
            .as_str()
            .map(|words| Said::Text(role, words.to_owned()))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

// R-23
#[test]
fn what_is_not_legal_is_seen() {
    let complaint = |messages: Value| {
        let body = serde_json::json!({ "messages": messages });
        look("/v1/messages", &body).err().unwrap_or_default()
    };
    let call = r#"{"role":"assistant","content":[{"type":"tool_use","id":"a"}]}"#;
    let outcome = r#"{"role":"user","content":[{"type":"tool_result","tool_use_id":"a"}]}"#;
    let user = r#"{"role":"user","content":"Hello"}"#;
    for (messages, expected) in [
        (vec![user], ""),
        (vec![user, call, outcome], ""),
        (
            vec![user, user],
            "two messages of one role follow each other",
        ),
        (vec![call, outcome], "the user does not begin"),
        (vec![user, call], "the model has the last word"),
        (
            vec![user, call, user],
            "the user speaks while [\"a\"] are open",
        ),
        (vec![outcome], "`a` is the outcome of no open call"),
        (
            vec![user, call, outcome, call, outcome],
            "two calls have the id `a`",
        ),
    ] {
        let messages = messages.iter().map(|text| text.parse::<Value>().unwrap());
        assert_eq!(complaint(messages.collect()), expected);
    }
}
