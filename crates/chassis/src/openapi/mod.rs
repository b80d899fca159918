//! The OpenAPI 3.1 document of a service, from its types.
//!
//! | file | what it is for |
//! | --- | --- |
//! | `mod.rs` | the document, its paths, requests and parameters |
//! | `answers.rs` | what operations answer, errors too |
//! | `schemas.rs` | what is done to schemas so that readers of documents agree on them |

mod answers;
mod schemas;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::error::ErrorBody;
use crate::health::Health;
use crate::operation::answer::Makes;
use crate::operation::registration::About;
use crate::service::Description;
use crate::warning::Warning;
use answers::{ERRORS, answer, can_happen, error_response, response, shared_schemas};
use schemas::{
    add_warnings, allow_null_floats, close_objects, drop_null, drop_unused, prefix_schemas, reachable, tidy,
};

/// Where schemas live in a document.
const SCHEMAS: &str = "#/components/schemas/";

/// What holds for every answer, said once in each document.
const NUMBERS: &str = "\
JSON has no NaN and no infinity: a number in an answer that would be one is `null`, and a warning with the code `not-finite` \
names its field.";

fn requests() -> SchemaGenerator {
    settings().for_deserialize().into_generator()
}

fn responses() -> SchemaGenerator {
    settings().for_serialize().into_generator()
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    })
}

/// The document of one service.
pub(crate) fn document(service: &Description) -> Value {
    let mut requests = requests();
    let mut responses = responses();
    let mut paths = Map::new();
    for operation in &service.operations {
        operation.verify();
        let path = format!("{}{}", service.prefix, operation.path);
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[operation.method.as_str().to_ascii_lowercase()] =
            operation_object(service, operation, &mut requests, &mut responses);
        if operation.has_batch() {
            let path = format!("{}{}/batch", service.prefix, operation.path);
            paths.insert(path, json!({ "post": batch_object(service, operation, &mut requests) }));
        }
    }
    if let Some(path) = service.downloads {
        paths.insert(format!("{}{path}/{{id}}", service.prefix), download_path(service));
    }
    let (foreign, own): (Vec<&About>, Vec<&About>) =
        service.operations.iter().map(AsRef::as_ref).partition(|operation| operation.foreign.is_some());
    // Another product's answer has no warnings of ours.
    let answers: Vec<String> = own.into_iter().filter_map(|op| answer_name(op, &mut responses)).collect();
    let as_schema = |op: &About| Some(op.response_schema?(&mut responses).to_value());
    let foreign: Vec<Value> = foreign.into_iter().filter_map(as_schema).collect();

    let mut schemas = requests.take_definitions(true);
    close_objects(&mut schemas);
    let answered = responses.take_definitions(true);
    let as_they_are = reachable(&answered, &foreign);
    let within = reachable(&answered, &answered.values().cloned().collect::<Vec<_>>());
    for (name, mut schema) in answered {
        if answers.contains(&name) {
            add_warnings(&mut schema, within.contains(&name));
        }
        tidy(&mut schema);
        // What was sent is finite when it comes back, and another product's contract is not ours to widen.
        if !schemas.contains_key(&name) && !as_they_are.contains(&name) {
            allow_null_floats(&mut schema);
        }
        let known = schemas.insert(name.clone(), schema);
        let same = known.is_none_or(|known| known == schemas[&name]);
        assert!(same, "{name} differs as request and as answer: name it twice");
    }
    drop_unused(&mut schemas, &paths);
    let mut document = json!({ "paths": paths, "components": { "schemas": schemas } });
    prefix_schemas(&mut document, service.name);

    let mut shared = self::responses();
    let _ = shared.subschema_for::<ErrorBody<'_>>();
    let _ = shared.subschema_for::<Warning>();
    let _ = shared.subschema_for::<Health>();
    for (name, mut schema) in shared.take_definitions(true) {
        tidy(&mut schema);
        document["components"]["schemas"][name] = schema;
    }
    for (name, schema) in shared_schemas() {
        if document.to_string().contains(&format!("{SCHEMAS}{name}\"")) {
            document["components"]["schemas"][name] = schema;
        }
    }
    for path in ["/health".to_owned(), format!("{}/health", service.prefix)] {
        let id = if path == "/health" { "health" } else { "service_health" };
        document["paths"][path] = health_path(&format!("{}_{id}", service.name), service.name);
    }
    finish(document, &format!("FlowForge {}", service.name), service.title, &[(service.name, service.title)])
}

/// One document of several services: what the gateway serves.
#[must_use]
pub fn merge(services: &[Description], title: &str, description: &str) -> Value {
    let mut merged = json!({ "paths": {}, "components": { "schemas": {} } });
    for service in services {
        let document = service.document();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            // The first service is the gateway's own: its `/health` is that of all.
            if merged["paths"][path].is_null() {
                merged["paths"][path] = item.clone();
            }
        }
        for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
            merged["components"]["schemas"][name] = schema.clone();
        }
    }
    let tags: Vec<(&str, &str)> = services.iter().map(|service| (service.name, service.title)).collect();
    finish(merged, title, description, &tags)
}

fn finish(mut document: Value, title: &str, description: &str, tags: &[(&str, &str)]) -> Value {
    document["openapi"] = json!("3.1.0");
    document["info"] = json!({
        "title": title,
        "description": format!("{description}\n\n{NUMBERS}"),
        "version": env!("CARGO_PKG_VERSION"),
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["servers"] = json!([{ "url": "/" }]);
    document["security"] = json!([{ "apiKey": [] }]);
    let tags = tags.iter().map(|(name, description)| json!({ "name": name, "description": description }));
    document["tags"] = Value::Array(tags.collect());
    document["components"]["securitySchemes"] = json!({
        "apiKey": {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "The key of your plan. `apikey: KEY` and `Authorization: Bearer KEY` work too.",
        }
    });
    document
}

fn operation_object(
    service: &Description,
    operation: &About,
    requests: &mut SchemaGenerator,
    responses: &mut SchemaGenerator,
) -> Value {
    let mut answers = json!({ "200": answer(operation, responses) });
    for (status, code, description) in ERRORS {
        if can_happen(code, operation) {
            answers[status] = error_response(status, description);
            if operation.foreign.is_some() {
                // Of the other contract, or the gateway's own.
                answers[status]["content"]["application/json"]["schema"] = json!({ "type": "object" });
            }
        }
    }
    let mut object = json!({
        "operationId": format!("{}_{}", service.name, operation.name),
        "tags": [service.name],
        "summary": operation.summary,
        "responses": answers,
    });
    if operation.public {
        object["security"] = json!([]);
    }
    if !operation.description.is_empty() {
        object["description"] = json!(operation.description);
    }
    let request = (operation.request_schema)(requests).to_value();
    if operation.is_query_only() {
        let definition = definition_of(&request, requests);
        let mut parameters = path_parameters(operation, &definition);
        parameters.extend(query_parameters(operation, &definition));
        if !parameters.is_empty() {
            object["parameters"] = Value::Array(parameters);
        }
        return object;
    }
    let mut parameters = path_parameters(operation, &definition_of(&request, requests));
    parameters.extend(option_parameters(operation));
    object["parameters"] = Value::Array(parameters);
    let request = without_path(operation, request, requests);
    let definition = definition_of(&request, requests);
    let mut body = json!({ "schema": request });
    if let Some(mut example) = operation.example() {
        for name in operation.path_parameters() {
            example.as_object_mut().map(|fields| fields.remove(name));
        }
        body["example"] = example;
    }
    let mut content = json!({ "application/json": body });
    if !operation.layout().files().is_empty() {
        content["multipart/form-data"] = multipart(operation, &definition);
    }
    if fits_a_raw_body(operation, &definition) {
        content["application/octet-stream"] = json!({ "schema": {
            "type": "string",
            "format": "binary",
            "minLength": 1,
            "description": "The file itself; all other fields go into the query.",
        } });
    }
    object["requestBody"] = json!({ "required": definition["required"].is_array(), "content": content });
    object
}

/// The request as a form: files are parts, all else is text or JSON.
fn multipart(operation: &About, definition: &Value) -> Value {
    let mut form = definition.clone();
    for property in form["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        drop_null(property);
    }
    let mut encoding = json!({});
    for field in operation.layout().files() {
        let part = json!({ "type": "string", "format": "binary" });
        let mut schema = if field.many { json!({ "type": "array", "items": part }) } else { part };
        schema["description"] = form["properties"][field.name]["description"].take();
        form["properties"][field.name] = schema;
        // Generators take text for the type of what is written as a string.
        encoding[field.name] = json!({ "contentType": "application/octet-stream" });
    }
    tidy(&mut form);
    form["additionalProperties"] = json!(false);
    json!({ "schema": form, "encoding": encoding })
}

/// Whether the file alone, as the body, can make a request: a secret has no place beside it.
fn fits_a_raw_body(operation: &About, definition: &Value) -> bool {
    let files = operation.layout().files();
    let is_file = |name: &Value| files.iter().any(|field| name == field.name);
    let required = definition["required"].as_array();
    !files.is_empty() && !operation.layout().has_secrets() && required.is_none_or(|names| names.iter().all(is_file))
}

/// The chassis' own options, beside any body. Without one of them openapi-python-client 0.29 writes a module that does
/// not load when a required body is of several kinds.
fn option_parameters(operation: &About) -> Vec<Value> {
    let lenient = json!({
        "name": "lenient",
        "in": "query",
        "description": "Makes unknown fields warnings instead of errors.",
        "schema": { "type": "boolean", "default": false },
    });
    let output = json!({
        "name": "output",
        "in": "query",
        "description": "How a file comes: its bytes as the body, as base64 in JSON, or as a link in JSON. When absent, bytes; \
                        JSON with base64 for who accepts application/json alone.",
        "schema": { "type": "string", "enum": ["bytes", "base64", "url"] },
    });
    match operation.makes {
        _ if operation.foreign.is_some() => Vec::new(),
        Makes::Nothing | Makes::Events => vec![lenient],
        Makes::File | Makes::MayFile | Makes::Files => vec![lenient, output],
    }
}

/// The operation for several requests at once.
fn batch_object(service: &Description, operation: &About, requests: &mut SchemaGenerator) -> Value {
    let request = (operation.request_schema)(requests).to_value();
    let mut object = json!({
        "operationId": format!("{}_{}_batch", service.name, operation.name),
        "tags": [service.name],
        "summary": format!("{}: several at once", operation.summary),
        "description": "Up to 100 requests as one. Each succeeds or fails by itself; together they count as one request.",
        "parameters": option_parameters(operation),
        "requestBody": { "required": true, "content": { "application/json": { "schema": {
            "type": "object",
            "required": ["items"],
            "additionalProperties": false,
            "properties": { "items": { "type": "array", "minItems": 1, "maxItems": 100, "items": request } },
        } } } },
        "responses": { "200": response("Done, or told why not, each item.", &json!({ "$ref": format!("{SCHEMAS}Batch") })) },
    });
    if let Some(example) = operation.example() {
        object["requestBody"]["content"]["application/json"]["example"] = json!({ "items": [example] });
    }
    if operation.public {
        object["security"] = json!([]);
    }
    for (status, code, description) in ERRORS {
        if can_happen(code, operation) {
            object["responses"][status] = error_response(status, description);
        }
    }
    object
}

/// Links to kept files.
fn download_path(service: &Description) -> Value {
    let text = json!({ "type": "string" });
    let errors = ["400", "404", "429", "500", "502", "503", "504"];
    let mut answers = json!({ "200": {
        "description": "The file.",
        "headers": { "X-Request-ID": { "description": "Finds this request in the logs.", "schema": text } },
        "content": { "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } },
    } });
    for (status, _, description) in ERRORS.iter().filter(|(status, ..)| errors.contains(status)) {
        answers[*status] = error_response(status, description);
    }
    json!({ "get": {
        "operationId": format!("{}_download", service.name),
        "tags": [service.name],
        "summary": "A kept file, to whoever has its link",
        "security": [],
        "parameters": [
            { "name": "id", "in": "path", "required": true, "schema": text, "description": "Its id." },
            { "name": "expires", "in": "query", "required": true, "schema": { "type": "integer" }, "description": "Part of the link." },
            { "name": "signature", "in": "query", "required": true, "schema": text, "description": "Part of the link." },
        ],
        "responses": answers,
    } })
}

fn health_path(id: &str, tag: &str) -> Value {
    let health = json!({ "$ref": format!("{SCHEMAS}Health") });
    let errors = ["429", "500", "502", "504"];
    let mut answers = json!({ "200": response("It answers.", &health), "503": response("It does not.", &health) });
    for (status, _, description) in ERRORS.iter().filter(|(status, ..)| errors.contains(status)) {
        answers[*status] = error_response(status, description);
    }
    json!({ "get": {
        "operationId": id, "tags": [tag], "summary": "How the service is", "security": [], "responses": answers,
    } })
}

/// The component an operation answers with.
fn answer_name(operation: &About, responses: &mut SchemaGenerator) -> Option<String> {
    let schema = operation.response_schema?(responses).to_value();
    schema["$ref"].as_str().and_then(|target| target.strip_prefix(SCHEMAS)).map(str::to_owned)
}

/// The definition a schema refers to, or the schema itself.
fn definition_of(schema: &Value, generator: &SchemaGenerator) -> Value {
    let name = schema["$ref"].as_str().and_then(|target| target.strip_prefix(SCHEMAS)).unwrap_or_default();
    generator.definitions().get(name).cloned().unwrap_or_else(|| schema.clone())
}

/// The fields of a request that are in its path.
fn path_parameters(operation: &About, definition: &Value) -> Vec<Value> {
    let parameter = |name: &str| {
        let mut schema = definition["properties"][name].clone();
        drop_null(&mut schema);
        tidy(&mut schema);
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    };
    operation.path_parameters().map(parameter).collect()
}

/// The schema of a request without the fields that are in its path: a component of its own.
fn without_path(operation: &About, request: Value, requests: &mut SchemaGenerator) -> Value {
    let target = request["$ref"].as_str().and_then(|target| target.strip_prefix(SCHEMAS)).map(str::to_owned);
    let (Some(name), Some(_)) = (target, operation.path_parameters().next()) else { return request };
    let mut body = definition_of(&request, requests);
    for parameter in operation.path_parameters() {
        body["properties"].as_object_mut().map(|properties| properties.remove(parameter));
        if let Some(required) = body["required"].as_array_mut() {
            required.retain(|name| name != parameter);
        }
    }
    if body["required"].as_array().is_some_and(Vec::is_empty) {
        body.as_object_mut().map(|body| body.remove("required"));
    }
    let name = format!("{name}Body");
    requests.definitions_mut().insert(name.clone(), body);
    json!({ "$ref": format!("{SCHEMAS}{name}") })
}

fn query_parameters(operation: &About, definition: &Value) -> Vec<Value> {
    let required = |name: &str| definition["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let in_path = |name: &str| operation.path_parameters().any(|parameter| parameter == name);
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        tidy(&mut schema);
        json!({ "name": name, "in": "query", "required": required(name), "schema": schema })
    };
    let properties = definition["properties"].as_object().into_iter().flatten();
    properties.filter(|(name, _)| !in_path(name)).map(parameter).collect()
}
