use std::fmt::Write as _;

use serde_json::Value;

/// How many differences are told; more help nobody.
const MOST: usize = 12;

/// How many characters of a value are shown.
const SHOWN: usize = 120;

/// Where two JSON values differ, a line for each place; empty where they do not. The order of members does not count.
pub(super) fn report(recorded: &Value, sent: &Value) -> String {
    let mut places = Vec::new();
    compare("", recorded, sent, &mut places);
    let mut text = String::new();
    for place in places.iter().take(MOST) {
        let _ = writeln!(text, "  {place}");
    }
    if places.len() > MOST {
        let _ = writeln!(text, "  and {} more", places.len() - MOST);
    }
    text
}

fn compare(path: &str, recorded: &Value, sent: &Value, places: &mut Vec<String>) {
    match (recorded, sent) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                let path = format!("{path}/{name}");
                match new.get(name) {
                    Some(other) => compare(&path, value, other, places),
                    None => places.push(format!("{path}: recorded {}, not sent", show(value))),
                }
            }
            let added = new.iter().filter(|(name, _)| !old.contains_key(*name));
            places.extend(
                added.map(|(name, value)| {
                    format!("{path}/{name}: sent {}, not recorded", show(value))
                }),
            );
        }
        (Value::Array(old), Value::Array(new)) => {
            for (index, (value, other)) in old.iter().zip(new).enumerate() {
                compare(&format!("{path}/{index}"), value, other, places);
            }
            if old.len() != new.len() {
                places.push(format!(
                    "{path}: recorded {} items, sent {}",
                    old.len(),
                    new.len()
                ));
            }
        }
        _ if recorded == sent => {}
        _ => {
            let path = if path.is_empty() { "the body" } else { path };
            places.push(format!(
                "{path}: recorded {}, sent {}",
                show(recorded),
                show(sent)
            ));
        }
    }
}

fn show(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_place_is_named_with_both_values() {
        let recorded =
            json!({"model": "a", "messages": [{"role": "user", "content": "Hi"}], "top_p": 1});
        let sent =
            json!({"messages": [{"content": "Ho", "role": "user"}, {}], "model": "a", "seed": 7});
        assert_eq!(
            report(&recorded, &sent),
            "  /messages/0/content: recorded \"Hi\", sent \"Ho\"\n\
             \x20 /messages: recorded 1 items, sent 2\n\
             \x20 /top_p: recorded 1, not sent\n\
             \x20 /seed: sent 7, not recorded\n"
        );
        assert_eq!(report(&recorded, &recorded), "");
        assert_eq!(
            report(&json!("a"), &json!(1)),
            "  the body: recorded \"a\", sent 1\n"
        );
    }

    #[test]
    fn a_report_is_bounded() {
        let (long, many) = ("ü".repeat(5000), (0..100).collect::<Vec<_>>());
        let told = report(
            &json!({"text": long, "many": many}),
            &json!({"text": "", "many": []}),
        );
        assert!(told.len() < 1000, "{told}");
        let all: Value = (0..50)
            .map(|n| (n.to_string(), json!(n)))
            .collect::<serde_json::Map<_, _>>()
            .into();
        assert!(report(&all, &json!({})).ends_with("  and 38 more\n"));
    }
}
