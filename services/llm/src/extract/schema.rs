//! A schema that may be judged by: one whose work is bounded.
//!
//! Whoever sends a schema may make it dear: references in a circle, definitions that double at each level, patterns that
//! backtrack. So references lead to its own definitions and in no circle, the schema may not become too large when they
//! are written out, and patterns are matched in linear time.

use std::collections::HashMap;

use chassis::Error;
use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

/// Values of a schema with its references written out.
const MAX_VALUES: usize = 50_000;
/// Bytes of a compiled pattern.
const PATTERN: usize = 1 << 20;
/// Characters of one problem.
const PROBLEM: usize = 160;
/// Problems that are counted.
const PROBLEMS: usize = 20;

/// A schema.
pub(crate) struct Shape {
    validator: Validator,
    is_object: bool,
}

impl Shape {
    /// Reads a schema.
    ///
    /// # Errors
    /// When it is none, or too dear.
    pub(crate) fn of(schema: &Value) -> Result<Self, Error> {
        let wrong = |message: String| Error::impossible("schema", message);
        if !schema.is_object() {
            return Err(wrong("must be a JSON Schema: an object".to_owned()));
        }
        let mut sizes = HashMap::new();
        size(schema, schema, &mut sizes).map_err(wrong)?;
        let patterns = PatternOptions::regex().size_limit(PATTERN).dfa_size_limit(PATTERN);
        let validator = jsonschema::options().with_pattern_options(patterns).build(schema);
        let validator =
            validator.map_err(|error| wrong(format!("is not a valid JSON Schema: {}", clipped(&error.to_string()))))?;
        Ok(Self { validator, is_object: schema["type"] == "object" })
    }

    /// Whether it says that the data is an object.
    pub(crate) fn is_object(&self) -> bool {
        self.is_object
    }

    /// Whether data fits.
    pub(crate) fn fits(&self, data: &Value) -> bool {
        self.validator.is_valid(data)
    }

    /// What is wrong with data.
    pub(crate) fn problems(&self, data: &Value) -> Vec<String> {
        let problem = |error: jsonschema::ValidationError<'_>| {
            let path = error.instance_path().to_string();
            let at = if path.is_empty() { "the whole" } else { &path };
            format!("{at}: {}", clipped(&error.to_string()))
        };
        self.validator.iter_errors(data).take(PROBLEMS).map(problem).collect()
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(PROBLEM) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Values of a part of a schema with its references written out. References that are being written out have no size yet.
fn size<'a>(part: &'a Value, whole: &'a Value, sizes: &mut HashMap<&'a str, Option<usize>>) -> Result<usize, String> {
    let mut sum = 1_usize;
    match part {
        Value::Array(parts) => {
            for part in parts {
                sum = sum.saturating_add(size(part, whole, sizes)?);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let more = match (name.as_str(), value.as_str()) {
                    ("$ref", Some(target)) => referred(target, whole, sizes)?,
                    ("$dynamicRef" | "$recursiveRef", Some(_)) => {
                        return Err("$dynamicRef and $recursiveRef are not supported: use $ref".to_owned());
                    }
                    _ => size(value, whole, sizes)?,
                };
                sum = sum.saturating_add(more);
            }
        }
        _ => {}
    }
    if sum > MAX_VALUES {
        return Err("is too large with its references written out".to_owned());
    }
    Ok(sum)
}

fn referred<'a>(
    target: &'a str,
    whole: &'a Value,
    sizes: &mut HashMap<&'a str, Option<usize>>,
) -> Result<usize, String> {
    match sizes.get(target) {
        Some(Some(size)) => return Ok(*size),
        Some(None) => return Err(format!("$ref {} leads in a circle", clipped(target))),
        None => {}
    }
    // What is escaped would be read otherwise by who checks than by who counts.
    let plain = target.strip_prefix('#').filter(|pointer| !pointer.contains('%'));
    let found = plain.and_then(|pointer| whole.pointer(pointer));
    let found = found.ok_or_else(|| {
        format!("$ref {} must lead to a definition of the schema itself, as #/$defs/name does", clipped(target))
    })?;
    sizes.insert(target, None);
    let found = size(found, whole, sizes)?;
    sizes.insert(target, Some(found));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dear_schemas_are_refused() {
        let refused = |schema: Value| Shape::of(&schema).err().unwrap().message();
        let list = json!({ "$defs": { "a": { "anyOf": [{ "$ref": "#/$defs/a" }, { "type": "null" }] } }, "$ref": "#/$defs/a" });
        assert!(refused(list).contains("circle"));
        assert!(refused(json!({ "$ref": "#" })).contains("circle"));
        let mut doubled = json!({ "$defs": { "d0": { "type": "string" } }, "$ref": "#/$defs/d30" });
        for level in 1..=30 {
            let below = json!({ "$ref": format!("#/$defs/d{}", level - 1) });
            doubled["$defs"][format!("d{level}")] = json!({ "anyOf": [below, below] });
        }
        assert!(refused(doubled).contains("too large"));
        for elsewhere in ["http://example.com/a", "file:///etc/passwd", "other.json", "#name", "#/$defs/%78"] {
            assert!(refused(json!({ "$ref": elsewhere })).contains("itself"), "{elsewhere}");
        }
        assert!(refused(json!({ "type": "nothing" })).contains("not a valid JSON Schema"));
        assert!(refused(json!({ "pattern": "(" })).contains("schema: "));
        assert!(refused(json!({ "pattern": "((a{999}){999}){999}" })).contains("schema: "));
        assert!(refused(json!([])).contains("must be"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let schema = json!({
            "type": "object", "required": ["name"], "$defs": { "year": { "type": "integer", "minimum": 1900 } },
            "properties": { "born": { "$ref": "#/$defs/year" }, "died": { "$ref": "#/$defs/year" } },
        });
        let shape = Shape::of(&schema).unwrap();
        assert!(shape.is_object() && shape.fits(&json!({ "name": "Ada", "born": 1915 })));
        let problems = shape.problems(&json!({ "born": "long ago", "died": 1852 }));
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("/born: ")), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.contains("\"name\"")), "{problems:?}");
    }
}
