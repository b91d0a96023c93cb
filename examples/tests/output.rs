//! Each example runs offline and prints what its reader is promised.
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::process::Command;

fn check(name: &str, expected: &str) {
    let output = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--package",
            "windlass-examples",
            "--example",
            name,
        ])
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} failed: {complaint}");
    assert_eq!(shown, expected, "{name}");
}

#[test]
fn fleet() {
    check(
        "fleet",
        "night 1: demo/large after 0 s: Yes, by 27 °C.\n\
         night 2: demo/large after 0 s: Yes, by 27 °C.\n\
         hasty visitor: demo/small after 0 s: Yes.\n\
         visitor: demo/large after 1 s: Yes, by 27 °C.\n\
         night 3: demo/large after 1 s: Yes, by 27 °C.\n\
         night 4: demo/large after 2 s: Yes, by 27 °C.\n\
         5 by the large model, 1 by the small one, longest wait 2 s\n",
    );
}

#[test]
fn quickstart() {
    check(
        "quickstart",
        "Let me look. [calls weather] {\"city\": \"Oslo\"}\n\
         It is warmer in Rome than in Oslo, where it is 4 °C.\n\
         4 messages, input: 158, output: 40 in all\n",
    );
}

#[test]
fn tools() {
    check(
        "tools",
        concat!(
            "called: Some(\"4 °C in 2 days\")\n",
            "told: {\"type\":\"object\",\"properties\":{",
            "\"city\":{\"type\":\"string\",\"description\":\"City name, in English.\"},",
            "\"days\":{\"type\":\"integer\",\"description\":\"How many days to look ahead.\",",
            "\"default\":0,\"maximum\":255,\"minimum\":0}},",
            "\"required\":[\"city\"],\"additionalProperties\":false}\n",
            "weather: 4 °C in 0 days\n",
            "weather fails: `Ålesund` is not known; try its English name\n",
            "weather fails: `day`: not known, expected one of `city`, `days`; did you mean `days`?\n",
            "sell: 2\n",
            "sell fails: there are not that many\n",
        ),
    );
}
