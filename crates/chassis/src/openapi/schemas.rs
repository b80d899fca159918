//! Schemas as clients are generated from best.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::SCHEMAS;

/// Every answer says what to know besides: `warnings`. Within another answer, in a list say, it has none.
pub(super) fn add_warnings(schema: &mut Value, is_within: bool) {
    schema["properties"]["warnings"] = json!({
        "type": "array",
        "description": "What to know though it succeeded; usually empty.",
        "items": { "$ref": format!("{SCHEMAS}Warning") },
    });
    if is_within {
        return;
    }
    match schema["required"].as_array_mut() {
        Some(required) => required.push(json!("warnings")),
        None => schema["required"] = json!(["warnings"]),
    }
}

/// A float of an answer may be null, because JSON has no NaN and no infinity; one with bounds stays within them.
pub(super) fn allow_null_floats(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
            let bounded = bounds.iter().any(|bound| object.contains_key(*bound));
            let float = object.get("format").is_some_and(|format| format == "double" || format == "float");
            if float && !bounded && object.get("type").is_some_and(|kind| kind == "number") {
                object.insert("type".to_owned(), json!(["number", "null"]));
            }
            object.values_mut().for_each(allow_null_floats);
        }
        Value::Array(items) => items.iter_mut().for_each(allow_null_floats),
        _ => {}
    }
}

/// Request objects are closed: a misspelled field is an error, not silence.
pub(super) fn close_objects(schemas: &mut Map<String, Value>) {
    for schema in schemas.values_mut() {
        tidy(schema);
        if schema["properties"].is_object() {
            schema["additionalProperties"] = json!(false);
        }
    }
}

/// Makes a schema what clients are generated from best: no formats that nobody knows (`uint32`: the bounds say it
/// already), and an enum as an enum, not as a choice of constants.
pub(super) fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.get("format").and_then(Value::as_str).is_some_and(|format| format.starts_with("uint")) {
                object.remove("format");
            }
            // Anything, in the way that generators of clients read.
            if object.get("items") == Some(&Value::Bool(true)) {
                object.insert("items".to_owned(), json!({}));
            }
            let choices = object.get("oneOf").and_then(Value::as_array);
            if let Some(choices) = choices.filter(|choices| choices.iter().all(|choice| choice["const"].is_string())) {
                let mut description = object.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
                for choice in choices {
                    let (value, meaning) = (choice["const"].as_str(), choice["description"].as_str());
                    description += &format!("\n- `{}`: {}", value.unwrap_or_default(), meaning.unwrap_or_default());
                }
                let values = choices.iter().map(|choice| choice["const"].clone()).collect();
                object.remove("oneOf");
                object.insert("type".to_owned(), json!("string"));
                object.insert("enum".to_owned(), Value::Array(values));
                object.insert("description".to_owned(), json!(description));
            }
            object.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Drops what nothing refers to, such as requests that became query parameters.
pub(super) fn drop_unused(schemas: &mut Map<String, Value>, paths: &Map<String, Value>) {
    let used = reachable(schemas, paths.values());
    schemas.retain(|name, _| used.contains(name));
}

/// The names of all that something refers to, itself or by what it refers to.
pub(super) fn reachable<'v>(
    schemas: &'v Map<String, Value>,
    from: impl IntoIterator<Item = &'v Value>,
) -> HashSet<String> {
    let mut used = HashSet::new();
    let mut unread: Vec<&Value> = from.into_iter().collect();
    while let Some(value) = unread.pop() {
        match value {
            Value::Object(object) => unread.extend(object.values()),
            Value::Array(items) => unread.extend(items),
            Value::String(text) => {
                if let Some(name) = text.strip_prefix(SCHEMAS)
                    && used.insert(name.to_owned())
                {
                    unread.extend(schemas.get(name));
                }
            }
            _ => {}
        }
    }
    used
}

/// Schemas of a service carry its name, so that the documents of all services fit into one. An answer is a `Result`
/// there: generators make a `<Operation>Response` of their own.
pub(super) fn prefix_schemas(document: &mut Value, service: &str) {
    let mut prefix = service.to_owned();
    if let Some(first) = prefix.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    let schemas = document["components"]["schemas"].as_object_mut().map(std::mem::take).unwrap_or_default();
    let shared = [
        "Error",
        "ErrorCode",
        "ErrorDetail",
        "Warning",
        "Health",
        "HealthStatus",
        "Batch",
        "FileResult",
        "Data",
        "Numbers",
    ];
    let rename = |name: &str| match name.strip_suffix("Response") {
        // Not `File`: languages have a type of that name, which is what bytes are there.
        _ if matches!(name, "File" | "FileStream") => "FileInput".to_owned(),
        _ if shared.contains(&name) => name.to_owned(),
        Some(stem) => format!("{prefix}{stem}Result"),
        None => format!("{prefix}{name}"),
    };
    document["components"]["schemas"] =
        Value::Object(schemas.into_iter().map(|(name, schema)| (rename(&name), schema)).collect());
    rewrite_references(document, &rename);
}

fn rewrite_references(value: &mut Value, rename: &impl Fn(&str) -> String) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(target) if key == "$ref" => {
                        if let Some(name) = target.strip_prefix(SCHEMAS) {
                            *target = format!("{SCHEMAS}{}", rename(name));
                        }
                    }
                    other => rewrite_references(other, rename),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite_references(item, rename)),
        _ => {}
    }
}

/// A form has no null: what is absent is left out.
pub(super) fn drop_null(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    object.retain(|key, value| key != "default" || !value.is_null());
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|one| one != "null");
        if let [one] = &types[..] {
            let one = one.clone();
            object.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(one)] = &choices[..] {
            let one = one.clone();
            object.remove("anyOf");
            object.extend(one);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_no_null() {
        for (sent, expected) in [
            (json!({ "type": ["string", "null"], "default": null }), json!({ "type": "string" })),
            (
                json!({ "anyOf": [{ "$ref": "#/x" }, { "type": "null" }], "title": "x" }),
                json!({ "$ref": "#/x", "title": "x" }),
            ),
            (json!({ "type": "integer", "default": 0 }), json!({ "type": "integer", "default": 0 })),
        ] {
            let mut schema = sent;
            drop_null(&mut schema);
            assert_eq!(schema, expected);
        }
    }

    #[test]
    fn schemas_take_the_name_of_their_service() {
        let mut document = json!({
            "paths": { "/x": { "$ref": "#/components/schemas/Hash" } },
            "components": { "schemas": { "Hash": {}, "Error": {} } },
        });
        prefix_schemas(&mut document, "crypto");
        assert_eq!(document["paths"]["/x"]["$ref"], "#/components/schemas/CryptoHash");
        assert!(document["components"]["schemas"]["Error"].is_object());
    }
}
