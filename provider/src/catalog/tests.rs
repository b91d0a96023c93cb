use windlass_core::{Ability, Prices};

use super::*;

fn lines() -> impl Iterator<Item = &'static str> {
    MODELS.lines().filter(|line| !line.starts_with('#'))
}

#[test]
fn every_line_is_read() {
    assert_eq!(lines().count(), rows().count());
    assert!(rows().count() > 100);
    for line in lines() {
        let row = Row::parse(line);
        assert!(
            row.is_some_and(|row| !row.provider.is_empty() && !row.model.is_empty()),
            "{line}"
        );
        assert_ne!(
            row.unwrap().abilities,
            windlass_core::Abilities::unknown(),
            "{line}"
        );
    }
}

#[test]
fn lines_of_another_form_are_none() {
    for line in [
        "",
        "a\tb",
        "a\tb\t-\t-\t-\t-\t-\t-\t-\t-",
        "a\tb\tmany\t-\t-\t-\t-\t-\t-",
        "a\tb\t-\t-\tZ\t-\t-\t-\t-",
    ] {
        assert!(Row::parse(line).is_none(), "{line}");
    }
    assert!(Row::parse("a\tb\t-\t-\t-\t-\t-\t-\t-").is_some());
}

#[test]
fn lines_are_sorted_and_distinct() {
    let names: Vec<_> = rows().map(|row| (row.provider, row.model)).collect();
    assert!(names.is_sorted_by(|one, next| one < next));
}

#[test]
fn numbers_are_sane() {
    for profile in all() {
        let id = &profile.id;
        let window = profile.context_window.unwrap_or(1_000_000);
        assert!((1_000..=10_000_000).contains(&window), "{id}");
        assert!(
            profile
                .max_output
                .is_none_or(|tokens| (500..=window).contains(&tokens)),
            "{id}"
        );
        let Some(prices) = profile.prices else {
            continue;
        };
        assert!((10_000..=1_000_000_000).contains(&prices.input), "{id}");
        assert!(
            (prices.input..=20 * prices.input).contains(&prices.output),
            "{id}"
        );
        assert!(
            prices
                .cache_read
                .is_none_or(|price| (prices.input / 20..prices.input).contains(&price)),
            "{id}"
        );
        assert!(
            prices
                .cache_write
                .is_none_or(|price| (prices.input..=2 * prices.input).contains(&price)),
            "{id}"
        );
    }
}

#[test]
fn every_listed_name_finds_itself() {
    for profile in all() {
        assert_eq!(find(&profile.id.provider, &profile.id.model), Some(profile));
    }
}

#[test]
fn the_data_has_a_date() {
    let form: String = date()
        .chars()
        .map(|c| if c.is_ascii_digit() { '#' } else { c })
        .collect();
    assert_eq!(form, "####-##-##");
}

#[test]
fn dates_versions_and_places_are_taken_off() {
    let cases = [
        (
            "anthropic",
            "claude-sonnet-4-5-20250929",
            "claude-sonnet-4-5",
        ),
        ("anthropic", "claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("anthropic", "claude-3-opus-latest", "claude-3-opus"),
        ("openai", "gpt-4o-2024-08-06", "gpt-4o"),
        ("openai", "gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("openai", "gpt-4-0613", "gpt-4"),
        ("openai", "gpt-4o-audio-preview", "gpt-4o-audio"),
        ("openai", "codex-mini-latest", "codex-mini"),
        ("gemini", "models/gemini-2.0-flash-001", "gemini-2.0-flash"),
        (
            "gemini",
            "gemini-2.5-flash-preview-09-2025",
            "gemini-2.5-flash",
        ),
        ("bedrock", "us.amazon.nova-pro-v1:0", "amazon.nova-pro"),
        ("cohere", "command-a-03-2025", "command-a"),
        ("mistral", "mistral-small-2506", "mistral-small-2506"),
        ("xai", "grok-4-0709", "grok-4"),
    ];
    for (provider, name, listed_as) in cases {
        let found = find(provider, name).unwrap_or_else(|| panic!("{name} is not found"));
        let expected = find(provider, listed_as).unwrap();
        assert_eq!(
            (found.context_window, found.prices, found.abilities),
            (expected.context_window, expected.prices, expected.abilities),
            "{name}"
        );
        assert_eq!(listed(provider, name).map(|row| row.model), Some(listed_as));
        assert_eq!(found.id, ModelId::new(provider, name));
    }
}

#[test]
fn a_longer_name_is_another_model() {
    for (provider, name) in [
        ("anthropic", "claude-sonnet-4-9"),
        ("openai", "gpt-4o-realtime"),
        ("openai", "gpt-5.9"),
        ("openai", "gpt-4omni"),
        ("openai", ""),
        ("", "gpt-4o"),
        ("ollama", "gpt-oss:20b"),
        ("copilot", "gpt-4o"),
        ("openrouter", "deepseek/deepseek-chat"),
        ("openrouter", "gpt-4o"),
        ("openrouter", "anthropic/"),
    ] {
        assert!(find(provider, name).is_none(), "{provider}/{name}");
    }
}

#[test]
fn hosts_borrow_all_but_prices() {
    let cases = [
        (
            "openrouter",
            "anthropic/claude-3.7-sonnet:thinking",
            "anthropic",
            "claude-3-7-sonnet",
        ),
        (
            "openrouter",
            "google/gemini-2.5-flash",
            "gemini",
            "gemini-2.5-flash",
        ),
        ("openrouter", "x-ai/grok-4.1-fast", "xai", "grok-4-1-fast"),
        (
            "openrouter",
            "openai/gpt-4.1-mini",
            "openai",
            "gpt-4.1-mini",
        ),
        ("vercel-gateway", "openai/gpt-5", "openai", "gpt-5"),
        (
            "azure-openai",
            "gpt-5-nano-2025-08-07",
            "openai",
            "gpt-5-nano",
        ),
        (
            "vertex",
            "claude-haiku-4-5@20251001",
            "anthropic",
            "claude-haiku-4-5",
        ),
        ("vertex", "gemini-2.5-pro", "gemini", "gemini-2.5-pro"),
        (
            "bedrock",
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "anthropic",
            "claude-sonnet-4-5",
        ),
        (
            "bedrock",
            "arn:aws:bedrock:us-east-1:012345678901:inference-profile/us.anthropic.claude-3-7-sonnet-20250219-v1:0",
            "anthropic",
            "claude-3-7-sonnet",
        ),
    ];
    for (host, name, maker, listed_as) in cases {
        let found = find(host, name).unwrap_or_else(|| panic!("{name} is not found"));
        let made = find(maker, listed_as).unwrap();
        assert_eq!(
            (found.context_window, found.max_output, found.abilities),
            (made.context_window, made.max_output, made.abilities),
            "{name}"
        );
        assert_eq!(found.prices, None, "{name}");
    }
}

//
#[test]
fn what_the_user_says_counts_more() {
    let id = ModelId::new("anthropic", "claude-haiku-4-5");
    let listed = find(&id.provider, &id.model).unwrap();
    let said = windlass_core::Abilities::unknown().with(Ability::Images, false);
    let mine = Profile::new(id)
        .with_context_window(7)
        .with_abilities(said)
        .with_prices(Prices::new(1, 2));
    let whole = complete(mine);
    assert_eq!(whole.context_window, Some(7));
    assert_eq!(whole.max_output, listed.max_output);
    assert_eq!(whole.abilities.has(Ability::Images), Some(false));
    assert_eq!(whole.abilities.has(Ability::Tools), Some(true));
    assert_eq!(whole.prices, Some(Prices::new(1, 2)));
    let unknown = Profile::new(ModelId::new("a", "b"));
    assert_eq!(complete(unknown.clone()), unknown);
}
