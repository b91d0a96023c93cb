use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value};

use super::Schema;

const NAMES: [&str; 12] = [
    "type",
    "properties",
    "required",
    "items",
    "anyOf",
    "default",
    "enum",
    "$defs",
    "not",
    "title",
    "zeta",
    "alpha",
];

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        select(&NAMES[..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            members(inner).prop_map(Value::Object),
        ]
    })
}

fn members(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let member = (select(&NAMES[..]).prop_map(String::from), inner);
    prop::collection::vec(member, 0..6).prop_map(|members| members.into_iter().collect())
}

fn reversed(members: &Map<String, Value>) -> Value {
    members
        .iter()
        .rev()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

proptest! {
    //
    #[test]
    fn the_order_of_keywords_does_not_matter(members in members(values())) {
        let schema = Schema::from_value(reversed(&members)).unwrap();
        prop_assert_eq!(schema, Schema::from_value(Value::Object(members)).unwrap());
    }

    //
    #[test]
    fn is_written_and_read_without_change(members in members(values())) {
        let schema = Schema::from_value(Value::Object(members)).unwrap();
        let again = Schema::from_json(schema.as_json()).unwrap();
        prop_assert_eq!(again.as_json(), schema.as_json());
        prop_assert_eq!(&serde_json::to_string(&schema).unwrap(), schema.as_json());
        prop_assert_eq!(serde_json::from_str::<Schema>(schema.as_json()).unwrap(), schema);
    }

    #[test]
    fn says_the_same_as_before(members in members(values())) {
        let value = Value::Object(members);
        let schema = Schema::from_value(value.clone()).unwrap();
        prop_assert_eq!(schema.as_value(), &value);
    }

    #[test]
    fn takes_any_text(text in any::<String>()) {
        let is_schema = serde_json::from_str::<Value>(&text).is_ok_and(|value| value.is_object() || value.is_boolean());
        prop_assert_eq!(Schema::from_json(&text).is_ok(), is_schema);
    }
}
