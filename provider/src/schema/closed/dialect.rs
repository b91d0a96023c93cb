use serde_json::Value;

/// What a strict mode accepts.
#[derive(Debug)]
pub(in crate::schema) struct Dialect {
    /// Keywords that are taken as they are, beside those that give a schema its structure.
    pub(super) kept: &'static [&'static str],
    /// Values of `format`; the rest become notes.
    pub(super) formats: &'static [&'static str],
    pub(super) optional: Optional,
    pub(super) recursion: Recursion,
    /// How many objects and lists may lie inside each other.
    pub(super) depth: usize,
    /// How many elements at least may be demanded of a list.
    pub(super) min_items: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Optional {
    /// A property may be missing.
    Missing,
    /// A property must be there, and may be null.
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recursion {
    Allowed,
    Refused,
}

/// OpenAI's strict mode.
pub(in crate::schema) const STRICT: Dialect = Dialect {
    kept: &[
        "title",
        "description",
        "enum",
        "const",
        "pattern",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minItems",
        "maxItems",
    ],
    formats: &[
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "uuid",
    ],
    optional: Optional::Null,
    recursion: Recursion::Allowed,
    depth: 10,
    min_items: u64::MAX,
};

/// The same, of hosts that take no limits of values.
pub(in crate::schema) const STRICT_PLAIN: Dialect = Dialect {
    kept: &["title", "description", "enum", "const"],
    formats: &[],
    depth: 5,
    ..STRICT
};

/// Anthropic's structured output.
pub(in crate::schema) const ANTHROPIC: Dialect = Dialect {
    kept: &["title", "description", "enum", "const", "minItems"],
    formats: &[
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "uri",
        "ipv4",
        "ipv6",
        "uuid",
    ],
    optional: Optional::Missing,
    recursion: Recursion::Refused,
    depth: 100,
    min_items: 1,
};

impl Dialect {
    /// Whether a keyword is taken as it is, with this value.
    pub(super) fn keeps(&self, keyword: &str, value: &Value) -> bool {
        match keyword {
            "format" => self.formats.iter().any(|format| value == format),
            "minItems" => {
                let kept = self.kept.contains(&keyword);
                kept && value.as_u64().is_some_and(|least| least <= self.min_items)
            }
            _ => self.kept.contains(&keyword),
        }
    }
}
