#![no_main]
//! Schemas, lowered to what each host takes: what was lowered stays as it is when it is lowered again.

use libfuzzer_sys::fuzz_target;
use windlass_core::Schema;
use windlass_fuzz::Input;
use windlass_provider::schema::{SchemaRules, lower};

const RULES: [SchemaRules; 5] = [
    SchemaRules::Any,
    SchemaRules::Strict,
    SchemaRules::StrictPlain,
    SchemaRules::AnthropicOutput,
    SchemaRules::Gemini,
];

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::new(data) else {
        return;
    };
    // What stands after the cut is a value that a model might have written for the schema before it.
    let (schema, value) = input.body.split_at(input.cut);
    let Some(schema) = parsed(schema) else {
        return;
    };
    for rules in RULES {
        let lowered = lower(&schema, rules);
        let Ok(again) = Schema::from_value(lowered.schema.clone()) else {
            panic!("{rules:?} made what is no schema: {}", lowered.schema);
        };
        assert_eq!(lower(&again, rules), lowered, "lowered twice by {rules:?}");
    }
    if let Ok(mut value) = serde_json::from_slice(value) {
        schema.drop_nulls(&mut value);
    }
});

fn parsed(bytes: &[u8]) -> Option<Schema> {
    Schema::from_json(std::str::from_utf8(bytes).ok()?).ok()
}
