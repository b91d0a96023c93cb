use super::*;

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

#[test]
fn versions_are_three_plain_numbers() {
    for text in ["0.0.0", "1.20.3", "4294967295.0.1"] {
        assert_eq!(version(text).to_string(), text);
    }
    for text in [
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "1.2.x",
        "1.2.03",
        "+1.2.3",
        "1.2.-3",
        "1.2.3-rc.1",
        "v1.2.3",
    ] {
        assert!(text.parse::<Version>().is_err(), "{text}");
    }
    assert!(version("1.9.9") < version("1.10.0"));
}

fn check(current: &str, change: Change, wanted: &str, expected: Result<&str, &str>) {
    let wanted = match wanted {
        "" => Wanted::Needed,
        wanted => wanted.parse().unwrap(),
    };
    let found = next(version(current), true, change, wanted);
    let found = found.map(|v| v.to_string()).map_err(|e| e.to_string());
    let expected = expected.map(str::to_owned).map_err(str::to_owned);
    assert_eq!(found, expected, "{current} {change:?}");
}

#[test]
fn the_changes_say_what_is_needed() {
    check("1.2.3", Change::Breaking, "", Ok("2.0.0"));
    check("1.2.3", Change::Added, "", Ok("1.3.0"));
    check("1.2.3", Change::Other, "", Ok("1.2.4"));
    check("0.2.3", Change::Breaking, "", Ok("0.3.0"));
    check("0.2.3", Change::Added, "", Ok("0.2.4"));
    check("0.2.3", Change::Other, "", Ok("0.2.4"));
}

#[test]
fn more_than_needed_may_be_asked_for() {
    check("0.2.3", Change::Other, "major", Ok("1.0.0"));
    check("0.2.3", Change::Breaking, "minor", Ok("0.3.0"));
    check("0.2.3", Change::Breaking, "1.0.0", Ok("1.0.0"));
    check("1.2.3", Change::Other, "1.2.4", Ok("1.2.4"));
}

#[test]
fn less_than_needed_is_refused() {
    let text = "1.3.0 is too small: the changelog has breaking changes since 1.2.3, so at least 2.0.0 is needed";
    check("1.2.3", Change::Breaking, "minor", Err(text));
    let text = "0.2.9 is too small: the changelog has breaking changes since 0.2.3, so at least 0.3.0 is needed";
    check("0.2.3", Change::Breaking, "0.2.9", Err(text));
    let text =
        "1.2.4 is too small: the changelog has additions since 1.2.3, so at least 1.3.0 is needed";
    check("1.2.3", Change::Added, "patch", Err(text));
    let text =
        "1.2.3 is too small: the changelog has changes since 1.2.3, so at least 1.2.4 is needed";
    check("1.2.3", Change::Other, "1.2.3", Err(text));
}

#[test]
fn what_was_never_tagged_is_released_as_it_is() {
    let first = |wanted| next(version("0.1.0"), false, Change::Breaking, wanted);
    assert_eq!(first(Wanted::Needed).unwrap(), version("0.1.0"));
    assert_eq!(first(Wanted::Step(Level::Minor)).unwrap(), version("0.2.0"));
    let failure = first(Wanted::Exactly(version("0.0.9"))).unwrap_err();
    let text =
        "0.0.9 is too small: 0.1.0 is the version in `Cargo.toml`, so at least 0.1.0 is needed";
    assert_eq!(failure.to_string(), text);
}
