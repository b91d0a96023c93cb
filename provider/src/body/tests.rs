use serde_json::json;

use super::*;

fn body(head: &Value, extra: &[(&str, Value)]) -> String {
    let extra = extra
        .iter()
        .map(|(name, value)| (Text::from(*name), value.clone()))
        .collect();
    let mut body = Body::begin(head, &extra, 64).unwrap();
    let messages = |out: &mut Vec<u8>| {
        out.extend_from_slice(b"[1]");
        Ok(())
    };
    body.member("messages", messages).unwrap();
    String::from_utf8(body.end()).unwrap()
}

// R-25
#[test]
fn the_messages_come_last() {
    assert_eq!(
        body(&json!({"model": "m", "top_p": 1.0}), &[]),
        r#"{"model":"m","top_p":1.0,"messages":[1]}"#
    );
    assert_eq!(body(&json!({}), &[]), r#"{"messages":[1]}"#);
}

// R-21
#[test]
fn extra_members_are_merged_last_and_win() {
    let head = json!({"model": "m", "config": {"a": 1, "b": {"c": 2}}});
    assert_eq!(
        body(
            &head,
            &[
                ("config", json!({"b": {"d": 3}, "a": null})),
                ("store", json!(false))
            ]
        ),
        r#"{"model":"m","config":{"a":null,"b":{"c":2,"d":3}},"store":false,"messages":[1]}"#
    );
    assert_eq!(
        body(&head, &[("config", json!(7))]),
        r#"{"model":"m","config":7,"messages":[1]}"#
    );
    assert_eq!(
        body(&json!({}), &[("messages", json!([]))]),
        r#"{"messages":[]}"#
    );
}

#[test]
fn a_number_without_a_json_form_is_refused() {
    struct NoJson;
    impl Serialize for NoJson {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("not finite"))
        }
    }
    let error = Body::begin(&NoJson, &IndexMap::new(), 0).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

// R-22
#[test]
fn what_is_unsupported_is_refused_by_name_or_left_out_with_a_warning() {
    let error = Degraded::new(None)
        .leave_out("top_k", "this wire has none")
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Unsupported, Some("top_k"))
    );
    assert_eq!(error.message(), "`top_k`: this wire has none");
    let mut degraded = Degraded::new(Some(Unsupported::Warn));
    degraded.leave_out("top_k", "this wire has none").unwrap();
    let warnings = degraded.into_warnings();
    assert_eq!(
        (warnings[0].option.as_str(), warnings[0].message.as_str()),
        ("top_k", "left out: this wire has none")
    );
}
