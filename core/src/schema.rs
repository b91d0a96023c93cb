//! What a value looks like, in JSON Schema.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value, json};

mod canonical;
mod error;
mod nulls;

pub use error::{SchemaError, SchemaErrorKind};

/// A JSON Schema (draft 2020-12) that is immutable, cheap to clone, and written in the same bytes every time.
///
/// It says what a tool takes and what a typed answer looks like. Providers keep what they have read of a request
/// only as long as the bytes are the same, so the text is canonical: the keywords of each schema come in a fixed
/// order, and the members of plain values, such as defaults, are sorted. The properties of an object keep the
/// order they were declared in, because models answer in that order. Schemas are equal if their texts are.
///
/// # Example: the schema of a type
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use windlass_core::Schema;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Weather {
///     /// City name, in English.
///     city: String,
///     days: Option<u8>,
/// }
///
/// let schema = Schema::of::<Weather>();
/// assert_eq!(
///     schema.as_json(),
///     concat!(
///         r#"{"type":"object","properties":{"#,
///         r#""city":{"type":"string","description":"City name, in English."},"#,
///         r#""days":{"type":["integer","null"],"maximum":255,"minimum":0}},"#,
///         r#""required":["city"]}"#,
///     ),
/// );
/// ```
///
/// # Example: a schema from elsewhere
///
/// ```
/// use windlass_core::Schema;
///
/// let schema = Schema::from_json(r#"{"properties": {"city": {}}, "type": "object"}"#)?;
/// assert_eq!(schema.as_json(), r#"{"type":"object","properties":{"city":{}}}"#);
/// # Ok::<(), windlass_core::SchemaError>(())
/// ```
#[derive(Clone)]
pub struct Schema(Arc<Written>);

struct Written {
    value: Value,
    json: Box<str>,
}

impl Schema {
    /// Derives the schema of what `T` is deserialized from.
    ///
    /// Documentation comments become descriptions, and types inside `T` are written out where they are used.
    /// Only a type that contains itself is referred to, by `$ref`, within the schema. Two things that schemars
    /// says are left out: a title that repeats the name of the Rust type, and formats such as `uint32` or `double`,
    /// which JSON Schema does not know and some providers refuse. The limits of the numbers stay.
    ///
    /// The work is done anew by each call, so a schema is worth keeping. A default that contains a hash set with
    /// several values may come out in another order in another process; a `BTreeSet` does not.
    #[must_use]
    pub fn of<T: JsonSchema + ?Sized>() -> Self {
        let mut schema = Self::generator().into_root_schema_for::<T>();
        if schema.get("title").and_then(Value::as_str) == Some(&*T::schema_name()) {
            schema.remove("title");
        }
        Self::canonical(schema.to_value())
    }

    /// Gives the schema of an object without properties, for tools that take nothing.
    ///
    /// ```
    /// use windlass_core::Schema;
    ///
    /// assert_eq!(Schema::empty_object().as_json(), r#"{"type":"object","properties":{}}"#);
    /// ```
    #[must_use]
    pub fn empty_object() -> Self {
        Self::canonical(json!({"type": "object", "properties": {}}))
    }

    /// Takes a schema that is there as a JSON value, as those of MCP servers are.
    ///
    /// Nothing is left out of it, and apart from the order nothing is changed.
    ///
    /// # Errors
    ///
    /// Fails if the value is neither an object nor a boolean, for then it is no schema.
    ///
    /// ```
    /// use serde_json::json;
    /// use windlass_core::Schema;
    ///
    /// let schema = Schema::from_value(json!({"enum": ["celsius", "kelvin"], "type": "string"}))?;
    /// assert_eq!(schema.as_json(), r#"{"type":"string","enum":["celsius","kelvin"]}"#);
    ///
    /// let error = Schema::from_value(json!("string")).unwrap_err();
    /// assert_eq!(error.to_string(), "a schema is an object or a boolean, and this is a string");
    /// assert_eq!(error.hint(), r#"write it as an object, such as `{"type":"string"}`"#);
    /// # Ok::<(), windlass_core::SchemaError>(())
    /// ```
    pub fn from_value(value: Value) -> Result<Self, SchemaError> {
        match value {
            Value::Object(_) | Value::Bool(_) => Ok(Self::canonical(value)),
            other => Err(SchemaError::not_a_schema(&other)),
        }
    }

    /// Reads a schema from JSON text.
    ///
    /// # Errors
    ///
    /// Fails if the text is not JSON, or its value is neither an object nor a boolean.
    pub fn from_json(json: &str) -> Result<Self, SchemaError> {
        Self::from_value(serde_json::from_str(json).map_err(SchemaError::not_json)?)
    }

    pub(crate) fn generator() -> SchemaGenerator {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        settings
            .with_transform(RecursiveTransform(remove_number_format))
            .into_generator()
    }

    /// The schema of an object whose properties were made with the generator.
    pub(crate) fn of_object(object: Object, mut generator: SchemaGenerator) -> Self {
        let mut schema = schemars::json_schema!({
            "type": "object",
            "properties": object.properties,
            "additionalProperties": false,
        });
        if !object.required.is_empty() {
            schema.insert("required".to_owned(), object.required.into());
        }
        let definitions = generator.take_definitions(false);
        if !definitions.is_empty() {
            schema.insert("$defs".to_owned(), definitions.into());
        }
        RecursiveTransform(remove_number_format).transform(&mut schema);
        Self::canonical(schema.to_value())
    }

    fn canonical(value: Value) -> Self {
        let value = canonical::schema(value);
        let json = value.to_string().into_boxed_str();
        Self(Arc::new(Written { value, json }))
    }

    /// Gives the schema as a JSON value.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0.value
    }

    /// Gives the schema as JSON text without white space, which was written when the schema was made.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0.json
    }

    /// Tells whether the schema asks for an object and nothing else, as providers demand of a tool's parameters.
    ///
    /// ```
    /// use windlass_core::Schema;
    ///
    /// assert!(Schema::empty_object().is_object());
    /// assert!(!Schema::of::<Option<()>>().is_object());
    /// ```
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.as_value().get("type").and_then(Value::as_str) == Some("object")
    }

    /// Lists the properties of the object with the schema of each, in the order they were declared.
    ///
    /// Lists nothing if the schema has no properties of its own: one that offers alternatives has them there.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &Value)> {
        let properties = self.as_value().get("properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.as_str(), schema))
    }

    /// Lists the names of the properties that must be there.
    ///
    /// ```
    /// use serde_json::json;
    /// use windlass_core::Schema;
    ///
    /// let schema = Schema::from_value(json!({
    ///     "type": "object",
    ///     "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    ///     "required": ["city"],
    /// }))?;
    /// assert!(schema.required().eq(["city"]));
    /// assert!(schema.properties().map(|(name, _)| name).eq(["city", "days"]));
    /// # Ok::<(), windlass_core::SchemaError>(())
    /// ```
    pub fn required(&self) -> impl Iterator<Item = &str> {
        let required = self.as_value().get("required").and_then(Value::as_array);
        required.into_iter().flatten().filter_map(Value::as_str)
    }
}

/// The parts of an object's schema.
#[derive(Debug, Default)]
pub(crate) struct Object {
    pub(crate) properties: Map<String, Value>,
    pub(crate) required: Vec<Value>,
}

/// The formats that schemars gives to numbers after their Rust types.
const NUMBER_FORMATS: [&str; 14] = [
    "int8", "int16", "int32", "int64", "int128", "int", "uint8", "uint16", "uint32", "uint64",
    "uint128", "uint", "float", "double",
];

fn remove_number_format(schema: &mut schemars::Schema) {
    let format = schema.get("format").and_then(Value::as_str);
    if format.is_some_and(|format| NUMBER_FORMATS.contains(&format)) && may_be_number(schema) {
        schema.remove("format");
    }
}

fn may_be_number(schema: &schemars::Schema) -> bool {
    let is_number = |name: &Value| matches!(name.as_str(), Some("integer" | "number"));
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(is_number),
        Some(name) => is_number(name),
        None => false,
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.as_json() == other.as_json()
    }
}

impl Eq for Schema {}

impl Hash for Schema {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_json().hash(state);
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({})", self.as_json())
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
