use std::sync::Arc;

use windlass_core::{
    Assistant, AssistantPart, Call, Conversation, Document, HostedTool, Item, JsonText, Media,
    Message, Outcome, OutcomePart, OutcomeStatus, Schema, Seal, System, TextPart, Thinking,
    ToolSpec, User, UserPart,
};

use super::*;

fn of(model: &str) -> Approximate {
    Approximate::of(&model.parse().unwrap())
}

// R-74
#[test]
fn the_seam_is_object_safe_and_the_same_through_a_pointer() {
    let estimator: Arc<dyn Estimator> = Arc::new(of("openai/gpt-5"));
    let message = Entry::new(User::new("Rome."));
    let tools = Tools::from([ToolSpec::new("weather", "Now.", Schema::empty_object())]);
    assert_eq!(
        estimator.entry(&message),
        of("openai/gpt-5").message(message.message())
    );
    assert_eq!(
        Estimator::tools(&estimator, &tools),
        of("openai/gpt-5").tools(&tools)
    );
    assert_eq!(estimator.opaque("0123456789"), 2);
}

#[test]
fn models_count_differently() {
    let text = "Is it warmer in Oslo or in Rome?".repeat(100);
    let count = |model: &str| of(model).text(&text);
    assert!(count("anthropic/claude-sonnet-4-5") > count("openai/gpt-5"));
    assert_eq!(
        count("bedrock/anthropic.claude-opus-4"),
        count("anthropic/claude-sonnet-4-5")
    );
    assert_eq!(count("ollama/qwen3"), Approximate::default().text(&text));
}

// R-74
#[test]
fn the_count_of_an_entry_is_kept_for_each_family() {
    let entry = Entry::new(User::new("Is it warmer in Oslo or in Rome?".repeat(100)));
    let (claude, gpt) = (of("anthropic/claude"), of("openai/gpt"));
    for _ in 0..2 {
        assert_eq!(claude.entry(&entry), claude.message(entry.message()));
        assert_eq!(gpt.entry(&entry), gpt.message(entry.message()));
    }
    let kept = EncodingKey::new("tokens/1/claude");
    assert!(entry.encoding(&kept, |_| Err("not kept")).is_ok());
}

// R-74
#[test]
fn everything_that_is_sent_counts() {
    let estimator = of("openai/gpt-5");
    let call = Call::new("c", "weather", r#"{"city":"Oslo"}"#);
    let picture = || Media::from_url("image/png", "https://example.com");
    let plain = |message: &Message| estimator.message(message);
    let user = |part: UserPart| Message::User(User::new("Hello").with(part));
    let answer = |part: AssistantPart| Message::Assistant(Assistant::new("Hello").with(part));
    let outcome = |part| {
        Message::Outcomes(
            [Outcome::from_parts(&call, OutcomeStatus::Success, [part])]
                .into_iter()
                .collect(),
        )
    };
    let more = [
        user("and more words".into()),
        user(picture().into()),
        user(
            Document::from_text("a long report")
                .with_name("report")
                .into(),
        ),
        answer(TextPart::new("and more words").into()),
        answer(Thinking::encrypted_only("x".repeat(50)).into()),
        answer(
            Thinking::new("hm, let me see")
                .with_seal(Seal::new().with_signature("y".repeat(50)))
                .into(),
        ),
        answer(call.clone().into()),
        answer(picture().into()),
        answer(
            Item::new(
                "search",
                JsonText::parse(r#"{"query":"Oslo now"}"#).unwrap(),
            )
            .into(),
        ),
        outcome(OutcomePart::Text("four degrees".into())),
        outcome(OutcomePart::Image(picture())),
        outcome(OutcomePart::Document(Document::from_text("a long report"))),
    ];
    let least = plain(&Message::User(User::new("Hello")));
    for message in more {
        assert!(plain(&message) > least + 4, "{message:?}");
    }
    assert!(plain(&Message::System(System::new("Be brief."))) > 4);
    let hosted = HostedTool::new(JsonText::parse(r#"{"type":"web_search"}"#).unwrap());
    assert!(estimator.tools(&Tools::new([], [hosted])) > 12);
}

#[test]
fn a_conversation_is_the_sum_of_its_entries() {
    let mut said = Conversation::from("Hello");
    said.push_system(System::new("Be brief.")).unwrap();
    let estimator = Approximate::default();
    let sum = said
        .messages()
        .map(|message| estimator.message(message))
        .sum::<u64>();
    assert_eq!(estimator.conversation(&said), sum);
}
