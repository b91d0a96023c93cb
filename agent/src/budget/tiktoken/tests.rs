use windlass_core::User;

use super::*;

fn gpt() -> Tiktoken {
    Tiktoken::of(&ModelId::new("openai", "gpt-5")).unwrap()
}

//
#[test]
fn text_is_counted_to_the_token() {
    for (text, tokens) in [
        ("", 0),
        ("Rome.", 2),
        (
            "今天天气很好，我们去公园散步吧。请问北京和上海哪个更暖和？",
            22,
        ),
        ("الطقس جميل اليوم، لنذهب في نزهة في الحديقة.", 16),
    ] {
        assert_eq!(gpt().text(text), tokens, "{text}");
    }
}

#[test]
fn models_have_the_tokenizers_they_have() {
    let key = |model: &str| Tiktoken::of(&ModelId::new("openai", model)).map(|known| known.key);
    assert_eq!(key("gpt-5"), key("gpt-4o"));
    assert_ne!(key("gpt-4o"), key("gpt-4"));
    assert_eq!(key("claude-sonnet-4-5"), None);
}

#[test]
fn a_long_text_is_the_sum_of_its_pieces() {
    let text = "ä".repeat(PIECE);
    assert_eq!(
        pieces(&text).map(str::len).collect::<Vec<_>>(),
        [PIECE, PIECE]
    );
    assert_eq!(
        pieces(&format!("x{text}"))
            .map(str::len)
            .collect::<Vec<_>>(),
        [PIECE + 1, PIECE]
    );
    assert_eq!(pieces("").count(), 0);
}

//
#[test]
fn the_count_of_an_entry_is_kept() {
    let entry = Entry::new(User::new("Rome."));
    for _ in 0..2 {
        assert_eq!(gpt().entry(&entry), gpt().message(entry.message()));
    }
    assert!(entry.encoding(&gpt().key, |_| Err("not kept")).is_ok());
}
