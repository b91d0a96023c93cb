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
        "It is warmer in Rome: 21 °C, against 4 °C in Oslo.\n",
    );
}

#[test]
fn agent() {
    check(
        "agent",
        concat!(
            "turn 1\n",
            "Let me look.\n",
            "  weather {\"city\": \"Oslo\"}\n",
            "  weather {\"city\": \"Roma\"}\n",
            "  4 °C\n",
            "  no such city; try its English name\n",
            "[mend the call of `weather` and make it again; 2 more tries after that]\n",
            "turn 2\n",
            "\n",
            "  weather {\"city\": \"Rome\"}\n",
            "  21 °C\n",
            "turn 3\n",
            "It is warmer in Rome.\n",
            "the model answered in 3 turns, input: 361, cache_read: 0, output: 68, reasoning: 0\n",
        ),
    );
}

#[test]
fn fallback() {
    check(
        "fallback",
        concat!(
            "I think that it is \r\u{1b}[2KIt is warmer in Rome.\n",
            "anthropic/claude-sonnet-4-5: provider overloaded (`overloaded_error`): simulated failure inside the answer\n",
            "openai-responses/gpt-5: answered\n",
        ),
    );
}

#[test]
fn limits() {
    check(
        "limits",
        concat!(
            "may spend 50 turns, $0.08\n",
            "  $0.09 of $0.08 are used\n",
            "  the limit of $0.08 is reached: $0.09, after 3 calls: \"\"\n",
            "  47 of 50 turns are left\n",
            "  $0.00 of $0.08 are left\n",
            "may spend 3 turns; then one last turn without tools\n",
            "  3 of 3 turns are used\n",
            "  the limit of 3 turns is reached, after 3 calls: \"The archive does not say.\"\n",
            "  0 of 3 turns are left\n",
        ),
    );
}

#[test]
fn approval() {
    check(
        "approval",
        concat!(
            "calls wait for approval\n",
            "  pay {\"to\": \"Bo\", \"amount\": 250}\n",
            "  pay {\"to\": \"Mallory\", \"amount\": 50}\n",
            "balance: Ida has 300 €\n",
            "pay: paid 200 € to Bo\n",
            "pay: `pay` was not allowed to run: Ida does not know Mallory\n",
            "Bo has 200 €; Mallory got nothing.\n",
        ),
    );
}

#[test]
fn steering() {
    check(
        "steering",
        concat!(
            "turn 2: 1 message\n",
            "the run was cancelled\n",
            "6 messages are kept\n",
            "weather {\"city\": \"Oslo\"}: 4 °C in Oslo\n",
            "weather {\"city\": \"Atlantis\"}: cancelled while it ran; it is not known what it did\n",
        ),
    );
}

#[test]
fn subagent() {
    check(
        "subagent",
        concat!(
            "Take a coat.\n",
            "input: 400, output: 40 for four answers\n",
            "the one that it asked was told: 4 °C in Oslo\n",
            "the one that it asked took 2 turns\n",
            "the run was told: 4 °C, and it rains.\n",
            "the run took 2 turns\n",
        ),
    );
}

#[test]
fn typed() {
    check(
        "typed",
        concat!(
            "so far: [\"the \"]\n",
            "so far: [\"the Forum\"]\n",
            "so far: []\n",
            "so far: [\"the \"]\n",
            "so far: [\"the Forum\"]\n",
            "so far: [\"the Forum\", \"the \"]\n",
            "so far: [\"the Forum\", \"the Pantheon\"]\n",
            "3 days in Rome: the Forum, the Pantheon\n",
            "the model was told: `days`: expected an integer from 0 to 255, found string \"three\"; answer again with the whole JSON object and nothing else\n",
        ),
    );
}

#[test]
fn observe() {
    check(
        "observe",
        concat!(
            "There is a key in the notes.\n",
            "turn 1: scripted/script\n",
            "turn 1: `read` was not allowed to run: nothing below `/etc` is read\n",
            "turn 1: notes: the key is ***\n",
            "turn 2: scripted/script\n",
        ),
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

#[test]
fn session() {
    check(
        "session",
        concat!(
            "In Rome.\n",
            "Yes, in Cairo.\n",
            "4 messages in 2 runs; 1120 of 8000 tokens; 1 asked 2 times for $0.0022\n",
            "Because the sun stands higher.\n",
            "  the provider's cache is of no use in turn 1: the model is not what it was; 0 tokens were read from the cache\n",
            "6 messages in 3 runs; 1150 of 8000 tokens; 2 asked 3 times for $0.0033\n",
            "made smaller: 6 messages to 3\n",
            "You are welcome.\n",
            "5 messages in 2 runs; 1120 of 8000 tokens; 2 asked 4 times for $0.0044\n",
        ),
    );
}

#[test]
fn interrupt() {
    check(
        "interrupt",
        concat!(
            "Gladly. About what?\n",
            "It was a dark … the run was cancelled\n",
            "  kept: Gladly. About what?\n",
            "  2 messages, 1 runs\n",
            "It was a dark … the run was cancelled\n",
            "  kept: Gladly. About what?\n",
            "  kept: It was a dark  (cut)\n",
            "  4 messages, 2 runs\n",
            "taken back: true\n",
            "The sun shone.\n",
            "  kept: Gladly. About what?\n",
            "  kept: The sun shone.\n",
            "  4 messages, 2 runs\n",
        ),
    );
}

#[test]
fn fork() {
    check(
        "fork",
        concat!(
            "Rome or Oslo.\n",
            "one way: Then Rome: see the Forum at dawn.\n",
            "another: Then Oslo: take the ferry to Bygdøy.\n",
            "4 and 4 messages, 2 of them shared\n",
            "spent by the first: 2 attempts\n",
            "spent by the fork: 1 attempt\n",
        ),
    );
}

#[test]
fn resume() {
    check(
        "resume",
        "first process\n  \
           the price is looked up\n  \
           a seat is booked\n\
         second process\n  \
           price: 120 euros\n  \
           book: interrupted: the call was broken off, and it is not known what it did\n  \
           I cannot tell whether the seat was booked; please look before you book again.\n  \
           the model was asked 1 time\n",
    );
}

#[test]
fn compact() {
    check(
        "compact",
        "turn 5: 1500 tokens to 600, 3 turns shortened, 1 as they were\n\
         turn 7: 79 % of the window\n\
         turn 8: 1716 tokens to 816, 3 turns shortened, 4 as they were\n\
         turn 10: 1560 tokens to 764, 5 turns shortened, 4 as they were\n\
         turn 12: 1520 tokens to 770, 4 turns shortened, 4 as they were\n\
         All is well, on all twelve pages.\n\
         saved 3346 tokens; the last request took 1224 of 1800\n",
    );
}
