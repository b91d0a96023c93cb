//! Grants to offer to whoever is asked.

use serde_json::Value;

use super::grant::argument;
use super::within::{host_of, parts_of, words_of};
use super::{Grant, PendingCall, Scope, Within};

/// What a value says of the place it names, if it is sure.
type Reading = fn(&str) -> Option<Within>;

/// What an argument of this name says, by the custom of tools.
const CUSTOM: [(&str, Reading); 8] = [
    ("path", folder),
    ("file", folder),
    ("file_path", folder),
    ("directory", folder),
    ("url", host),
    ("uri", host),
    ("command", program),
    ("cmd", program),
];

/// Grants that would allow this call, the narrowest first: calls that mean the same, calls that touch the same place,
/// and all calls of a tool that changes nothing.
pub(super) fn grants(call: &PendingCall) -> Vec<Grant> {
    let scopes = [Some(Scope::exactly(call)), place(call), whole_tool(call)];
    let scopes = scopes.into_iter().flatten();
    scopes
        .filter(|scope| scope.covers(call))
        .map(Grant::allow)
        .collect()
}

/// The same folder, host or program, for every argument that names one.
fn place(call: &PendingCall) -> Option<Scope> {
    let mut scope = Scope::tool(call.spec.name.clone());
    for (name, within) in CUSTOM {
        match argument(call, name) {
            Some(Value::String(text)) => scope = scope.within(name, within(&text)?),
            // A grant that leaves it open would allow more than this call shows.
            Some(_) => return None,
            None if takes(call, name) => return None,
            None => {}
        }
    }
    (!scope.limits.is_empty()).then_some(scope)
}

fn takes(call: &PendingCall, name: &str) -> bool {
    call.spec
        .parameters
        .properties()
        .any(|(property, _)| property == name)
}

fn whole_tool(call: &PendingCall) -> Option<Scope> {
    call.spec
        .read_only
        .then(|| Scope::tool(call.spec.name.clone()))
}

fn folder(path: &str) -> Option<Within> {
    let parts = parts_of(path)?;
    let (_, folders) = parts.names.split_last()?;
    let folders = folders.join("/");
    Some(Within::Path(match (parts.absolute, folders.is_empty()) {
        // A file of the top folder stands for itself: the folder holds everything.
        (_, true) => path.into(),
        (true, false) => format!("/{folders}").into(),
        (false, false) => folders.into(),
    }))
}

fn host(url: &str) -> Option<Within> {
    host_of(url).map(|host| Within::Host(host.into()))
}

/// The program and, if it is one, its subcommand.
fn program(command: &str) -> Option<Within> {
    let words = words_of(command)?;
    let is_subcommand = |word: &&&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
    let count = 1 + usize::from(words.get(1).filter(is_subcommand).is_some());
    Some(Within::Command(words.get(..count)?.join(" ").into()))
}
