use serde_json::{Value, json};

use crate::schema::keywords::{Keywords, Notes, describe};

/// What is said of a value as a whole, whichever alternative fits.
#[derive(Debug, Default)]
pub(super) struct Words {
    title: Option<Value>,
    description: String,
    nullable: bool,
}

impl Words {
    pub(super) fn taken_from(keywords: &mut Keywords) -> Self {
        let mut said = Keywords::new();
        said.extend(
            keywords
                .shift_remove("description")
                .map(|words| ("description".to_owned(), words)),
        );
        let mut notes = Notes::default();
        for keyword in [
            "default",
            "examples",
            "discriminator",
            "not",
            "if",
            "then",
            "else",
        ] {
            if let Some(value) = keywords.shift_remove(keyword) {
                notes.add(keyword, &value);
            }
        }
        notes.describe(&mut said);
        let description = said.get("description").and_then(Value::as_str);
        Words {
            title: keywords.shift_remove("title"),
            description: description.unwrap_or_default().to_owned(),
            nullable: keywords.shift_remove("nullable") == Some(Value::Bool(true)),
        }
    }

    /// Adds what cannot be said otherwise.
    pub(super) fn note(&mut self, keywords: &Keywords) {
        let mut said = Keywords::from_iter([("description".to_owned(), json!(self.description))]);
        let mut notes = Notes::default();
        keywords
            .iter()
            .for_each(|(keyword, value)| notes.add(keyword, value));
        notes.describe(&mut said);
        let description = said.get("description").and_then(Value::as_str);
        self.description = description.unwrap_or_default().to_owned();
    }

    /// One schema of the alternatives. Null is no alternative of its own beside others.
    pub(super) fn around(mut self, mut schemas: Vec<Keywords>, null: bool) -> Keywords {
        let is_null = |schema: &Keywords| schema.get("type") == Some(&json!("null"));
        if schemas.iter().any(|schema| !is_null(schema)) {
            self.nullable |= null || schemas.iter().any(is_null);
            schemas.retain(|schema| !is_null(schema));
        } else {
            schemas = vec![Keywords::from_iter([("type".to_owned(), json!("null"))])];
            self.nullable = false;
        }
        match <[Keywords; 1]>::try_from(schemas) {
            Ok([mut only]) => {
                self.say_of(&mut only);
                only
            }
            Err(schemas) => {
                let schemas = schemas.into_iter().map(Value::Object);
                let mut any = Keywords::from_iter([("anyOf".to_owned(), schemas.collect())]);
                self.say_of(&mut any);
                any
            }
        }
    }

    pub(super) fn say_of_each(&self, schemas: Option<&mut Value>) {
        let schemas = schemas.and_then(Value::as_array_mut);
        for schema in schemas
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            self.say_of(schema);
        }
    }

    /// Says it of a schema: before what the schema says of itself.
    pub(super) fn say_of(&self, schema: &mut Keywords) {
        if let Some(Value::Array(_)) = schema.get("anyOf") {
            return self.say_of_each(schema.get_mut("anyOf"));
        }
        if self.nullable {
            schema.insert("nullable".to_owned(), json!(true));
        }
        if let Some(title) = &self.title {
            schema.entry("title").or_insert_with(|| title.clone());
        }
        if !self.description.is_empty() {
            let own = schema.insert("description".to_owned(), json!(self.description));
            if let Some(own) = own.as_ref().and_then(Value::as_str) {
                describe(schema, own);
            }
        }
    }
}
