//! Names of models: what is added to them, and by whom.

/// Hosts that serve the models of others, with the makers whose names they keep.
const HOSTS: [(&str, &[&str]); 5] = [
    ("azure", &["openai", "anthropic", "xai"]),
    ("bedrock", &[]),
    ("openrouter", &[]),
    ("vercel", &[]),
    ("vertex", &["gemini", "anthropic"]),
];

/// What such hosts write before a name, and which provider of ours that is. Makers of open models are not here: each host
/// gives these another window.
const MAKERS: [(&str, &[&str]); 7] = [
    ("anthropic", &["anthropic"]),
    ("cohere", &["cohere"]),
    ("google", &["gemini"]),
    ("mistralai", &["mistral"]),
    ("openai", &["openai"]),
    ("perplexity", &["perplexity"]),
    ("x-ai", &["xai"]),
];

/// Places that Bedrock writes before a name.
const REGIONS: [&str; 8] = [
    "us.", "eu.", "apac.", "jp.", "au.", "ca.", "us-gov.", "global.",
];

/// The name without a path or place before it.
pub(super) fn bare(model: &str) -> &str {
    let model = model.strip_prefix("models/").unwrap_or(model);
    let model = match model.strip_prefix("arn:") {
        Some(arn) => arn.rsplit('/').next().unwrap_or(arn),
        None => model,
    };
    let region = REGIONS.iter().find_map(|region| model.strip_prefix(region));
    region.unwrap_or(model)
}

/// The providers under which a model of a host may be listed, and its name there.
pub(super) fn makers<'a>(host: &str, model: &'a str) -> Option<(&'static [&'static str], &'a str)> {
    let is_host = |name: &str| {
        host.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let (_, kept) = HOSTS.iter().find(|(name, _)| is_host(name))?;
    let model = bare(model);
    let named = MAKERS.iter().find_map(|(maker, providers)| {
        let name = model.strip_prefix(maker)?.strip_prefix(['/', '.'])?;
        Some((*providers, name))
    });
    named.or((!kept.is_empty()).then_some((*kept, model)))
}

/// The name without its last addition: a date, a version, `-latest`, `-preview` or a variant after a colon.
pub(super) fn shorter(name: &str) -> Option<&str> {
    if let Some((name, _)) = name.rsplit_once(':') {
        return Some(name);
    }
    ["-latest", "-preview", "-exp"]
        .iter()
        .find_map(|word| name.strip_suffix(word))
        .or_else(|| without(name, &["@", "########"]))
        .or_else(|| without(name, &["-", "####", "-", "##", "-", "##"]))
        .or_else(|| without(name, &["-", "##", "-", "####"]))
        .or_else(|| without(name, &["-", "########"]))
        .or_else(|| without(name, &["-", "####"]))
        .or_else(|| without(name, &["-", "###"]))
        .or_else(|| without(name, &["-v", "#"]))
}

/// The name without an ending of these parts, in which `#` is a digit.
fn without<'a>(name: &'a str, ending: &[&str]) -> Option<&'a str> {
    ending.iter().rev().try_fold(name, |name, part| {
        let at = name.len().checked_sub(part.len())?;
        let (head, tail) = (name.get(..at)?, name.get(at..)?);
        let fits = |(byte, sign): (u8, u8)| byte == sign || sign == b'#' && byte.is_ascii_digit();
        tail.bytes().zip(part.bytes()).all(fits).then_some(head)
    })
}
