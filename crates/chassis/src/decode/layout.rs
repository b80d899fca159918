//! What a request type looks like: which fields are numbers, booleans or enums (there `""` means absent, and a list may
//! be written with commas), which are files, which are secrets.

use std::collections::HashSet;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::Value;

/// How deep a schema that contains itself is followed.
const MAX_LEVELS: usize = 8;
/// Options of the chassis itself, in every operation or in some.
const RESERVED: [&str; 2] = ["lenient", "output"];
/// The schemas of inputs that are files.
const FILE_SCHEMAS: [&str; 5] = ["File", "FileStream", "Data", "DataStream", "Numbers"];
/// Those that are read as they arrive.
const STREAM_SCHEMAS: [&str; 2] = ["FileStream", "DataStream"];

/// A request type, as far as reading it needs to know.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// The names of its fields, in the order they are declared.
    fields: &'static [&'static str],
    /// The paths of numbers, booleans and enums, as `options.width` and `algorithms[]`.
    scalars: HashSet<String>,
    /// The paths of texts that may say anything, as `title` and `tags[]`.
    texts: HashSet<String>,
    /// The paths of all properties.
    paths: HashSet<String>,
    /// Fields that take files, in the order they are declared.
    files: Vec<FileField>,
    /// Paths that hold secrets.
    secrets: Vec<String>,
}

/// A field that takes a file, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileField {
    pub(crate) name: &'static str,
    /// It is a list.
    pub(crate) many: bool,
    /// It is read as it arrives.
    pub(crate) stream: bool,
}

impl Layout {
    /// Reads it off the type's JSON Schema and the names it hands to serde.
    pub(crate) fn of<T: JsonSchema + for<'de> Deserialize<'de>>() -> Self {
        let mut generator = SchemaSettings::draft2020_12().for_deserialize().into_generator();
        let schema = generator.subschema_for::<T>().to_value();
        let definitions = Value::Object(generator.take_definitions(true));
        let mut layout = Self::default();
        layout.collect(&schema, &definitions, &mut String::new(), 0);
        let target = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next());
        let properties = &target.map_or(&schema, |name| &definitions[name])["properties"];
        layout.fields = fields_of::<T>();
        layout.files = layout.fields.iter().filter_map(|name| file_field(name, &properties[*name])).collect();
        layout
    }

    pub(crate) fn is_scalar(&self, path: &str) -> bool {
        self.scalars.contains(path)
    }

    pub(crate) fn is_text(&self, path: &str) -> bool {
        self.texts.contains(path)
    }

    /// Whether the schema has a property at this path.
    pub(crate) fn has_path(&self, path: &str) -> bool {
        self.paths.contains(path.trim_end_matches("[]"))
    }

    /// Whether a name is one of a field, or of an option of the chassis.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.fields.iter().chain(&RESERVED).any(|known| super::names::same(known, name))
    }

    pub(crate) fn files(&self) -> &[FileField] {
        &self.files
    }

    pub(crate) fn has_field(&self, name: &str) -> bool {
        self.fields.contains(&name)
    }

    pub(crate) fn has_secrets(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Whether a top-level field holds a secret, itself or within.
    pub(crate) fn is_secret(&self, name: &str) -> bool {
        let top = |path: &String| path.split(['.', '[']).next().is_some_and(|top| super::names::same(top, name));
        self.secrets.iter().any(top)
    }

    fn collect(&mut self, schema: &Value, definitions: &Value, path: &mut String, level: usize) {
        if level > MAX_LEVELS {
            return;
        }
        if is_scalar(schema) {
            self.scalars.insert(path.clone());
        } else if schema["type"] == "string" {
            self.texts.insert(path.clone());
        }
        if schema["writeOnly"] == true {
            self.secrets.push(path.clone());
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
            self.paths.insert(path.clone());
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

/// The names a type hands to serde, in the order they are declared. A schema has them in alphabetical order.
pub(super) fn fields_of<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    // It is refused once it has said what it wants.
    let _ = T::deserialize(Probe(&mut fields));
    fields
}

struct Probe<'p>(&'p mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Error::custom("nothing to read"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The field, when its schema is that of a file: `$ref`, optional, or in a list.
fn file_field(name: &'static str, schema: &Value) -> Option<FileField> {
    let file_schema = |schema: &Value| {
        let target = schema["$ref"].as_str()?.rsplit('/').next()?.to_owned();
        FILE_SCHEMAS.contains(&target.as_str()).then_some(target)
    };
    let choices = schema["anyOf"].as_array().into_iter().flatten().chain([schema]);
    choices.into_iter().find_map(|choice| {
        let (target, many) = match file_schema(choice) {
            Some(target) => (target, false),
            None => (file_schema(&choice["items"])?, true),
        };
        Some(FileField { name, many, stream: STREAM_SCHEMAS.contains(&target.as_str()) })
    })
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
