//! Which fields are numbers, booleans or enums: there `""` means absent, and a list may be written with commas.

use std::collections::HashSet;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// How deep a schema that contains itself is followed.
const MAX_LEVELS: usize = 8;

/// The paths of a request type whose values are numbers, booleans or enums, as `options.width` and `algorithms[]`.
#[derive(Debug, Default)]
pub(crate) struct ScalarPaths(HashSet<String>);

impl ScalarPaths {
    /// Reads them off the type's JSON Schema.
    pub(crate) fn of<T: JsonSchema>() -> Self {
        let mut generator = SchemaSettings::draft2020_12().for_deserialize().into_generator();
        let schema = generator.subschema_for::<T>().to_value();
        let mut paths = Self::default();
        paths.collect(&schema, &Value::Object(generator.take_definitions(true)), &mut String::new(), 0);
        paths
    }

    pub(crate) fn contains(&self, path: &str) -> bool {
        self.0.contains(path)
    }

    fn collect(&mut self, schema: &Value, definitions: &Value, path: &mut String, level: usize) {
        if level > MAX_LEVELS {
            return;
        }
        if is_scalar(schema) {
            self.0.insert(path.clone());
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
            self.collect(&definitions[name], definitions, path, level + 1);
        }
        for choice in ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema[*key].as_array()).flatten() {
            self.collect(choice, definitions, path, level + 1);
        }
        let length = path.len();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
            self.collect(property, definitions, path, level + 1);
            path.truncate(length);
        }
        if schema["items"].is_object() {
            path.push_str("[]");
            self.collect(&schema["items"], definitions, path, level + 1);
            path.truncate(length);
        }
    }
}

fn is_scalar(schema: &Value) -> bool {
    let scalar = |name: &str| matches!(name, "integer" | "number" | "boolean");
    let typed = match &schema["type"] {
        Value::String(name) => scalar(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(scalar),
        _ => false,
    };
    typed || schema["enum"].is_array() || schema["const"].is_string()
}
