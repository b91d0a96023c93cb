use serde_json::value::RawValue;

use super::*;

/// Writes the pieces, given as JSON, and compares the whole text.
fn check(pieces: &[&str], expected: Result<&str, Misplaced>) {
    let mut writer = ArgumentsWriter::default();
    let written = pieces.iter().try_fold(String::new(), |text, piece| {
        let piece: PartialArg<'_> = serde_json::from_str(piece).unwrap();
        Ok(text + &writer.piece(&piece)?)
    });
    let whole = written.map(|text| text + &writer.end());
    if let Ok(text) = &whole {
        assert!(text.is_empty() || serde_json::from_str::<&RawValue>(text).is_ok());
    }
    assert_eq!(whole, expected.map(str::to_owned), "{pieces:?}");
}

// R-10
#[test]
fn values_are_put_in_their_places() {
    check(&[], Ok(""));
    check(
        &[r#"{"jsonPath":"$.n","numberValue":1.50}"#],
        Ok(r#"{"n":1.50}"#),
    );
    check(
        &[
            r#"{"jsonPath":"$.a","stringValue":"x","willContinue":true}"#,
            r#"{"jsonPath":"$.a","stringValue":"\"y\n","willContinue":true}"#,
            r#"{"jsonPath":"$.a","stringValue":""}"#,
            r#"{"jsonPath":"$.b","boolValue":false}"#,
            r#"{"jsonPath":"$.c","nullValue":null}"#,
        ],
        Ok(r#"{"a":"x\"y\n","b":false,"c":null}"#),
    );
    check(
        &[
            r#"{"jsonPath":"$.list[0].k","numberValue":1}"#,
            r#"{"jsonPath":"$.list[0].l","stringValue":"s"}"#,
            r#"{"jsonPath":"$.list[1].k","numberValue":2}"#,
            r#"{"jsonPath":"$.grid[0][0]","numberValue":3}"#,
            r#"{"jsonPath":"$.grid[0][1]","numberValue":4}"#,
            r#"{"jsonPath":"$['odd key']['it\\'s']","stringValue":"s"}"#,
        ],
        Ok(r#"{"list":[{"k":1,"l":"s"},{"k":2}],"grid":[[3,4]],"odd key":{"it's":"s"}}"#),
    );
}

// R-12
#[test]
fn a_value_may_be_an_object_or_a_list() {
    check(
        &[
            r#"{"jsonPath":"$.o","structValue":{"a":[1]}}"#,
            r#"{"jsonPath":"$.l","listValue":[]}"#,
            r#"{"jsonPath":"$.later","willContinue":true}"#,
            r#"{"jsonPath":"$.later","stringValue":"s"}"#,
        ],
        Ok(r#"{"o":{"a":[1]},"l":[],"later":"s"}"#),
    );
}

// R-89
#[test]
fn halves_of_a_pair_join() {
    check(
        &[
            r#"{"jsonPath":"$.a","stringValue":"\ud83d","willContinue":true}"#,
            r#"{"jsonPath":"$.a","stringValue":"\ude00"}"#,
        ],
        Ok(r#"{"a":"\ud83d\ude00"}"#),
    );
}

// R-6
#[test]
fn what_has_no_place_is_refused() {
    let number = |path: &str| format!(r#"{{"jsonPath":"{path}","numberValue":1}}"#);
    for paths in [
        &["$"][..],
        &["$."],
        &["$[x]"],
        &["$['a"],
        &["$.a", "$.a"],
        &["$.a", "$.a.b"],
        &["$.a.b", "$.a"],
        &["$.a.b", "$.c", "$.a.d"],
        &["$.a[1]", "$.a[0]"],
        &["$.a[1]", "$.a.b"],
    ] {
        let pieces: Vec<_> = paths.iter().map(|path| number(path)).collect();
        let pieces: Vec<_> = pieces.iter().map(String::as_str).collect();
        check(&pieces, Err(Misplaced));
    }
    check(&[r#"{"jsonPath":"$.a","stringValue":1}"#], Err(Misplaced));
}
