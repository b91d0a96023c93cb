use schemars::SchemaGenerator;
use serde_json::{Map, Value};

use super::{Absent, Parameter};
use crate::Schema;
use crate::schema::Object;

/// Parameters that are put together to the schema of a tool.
#[derive(Debug)]
pub struct Properties {
    generator: SchemaGenerator,
    object: Object,
}

impl Properties {
    /// None yet.
    #[allow(clippy::new_without_default, reason = "only expansions make one")]
    pub fn new() -> Self {
        Properties {
            generator: Schema::generator(),
            object: Object::default(),
        }
    }

    /// Adds a parameter at the end.
    #[must_use]
    pub fn with<T>(mut self, parameter: Parameter<'_, T>) -> Self {
        let mut schema = (parameter.schema)(&mut self.generator);
        let mut note = |key: &str, value: Value| _ = schema.insert(key.to_owned(), value);
        if !parameter.description.is_empty() {
            note("description", parameter.description.into());
        }
        match parameter.absent {
            Absent::Refused => self.object.required.push(parameter.name.into()),
            Absent::Given { value, json } => {
                if let Some(default) = json(&value()) {
                    note("default", default);
                }
            }
        }
        let properties: &mut Map<String, Value> = &mut self.object.properties;
        properties.insert(parameter.name.to_owned(), schema.to_value());
        self
    }

    /// The schema of an object that has these parameters and nothing else.
    pub fn schema(self) -> Schema {
        Schema::of_object(self.object, self.generator)
    }
}
