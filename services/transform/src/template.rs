//! Texts from a template and data: MiniJinja (the language of Jinja2) over the tree.
//!
//! A tree is given to the engine as it is, so that objects keep the order of their keys. Its numbers become the engine's,
//! to compute with; one that is printed as it came is printed by its literal: 1.10 stays 1.10.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chassis::{Call, Data, Error, Operation};
use garde::Validate;
use minijinja::value::{Enumerator, Kwargs, Object as Shown, ObjectRepr, Value, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, Template, UndefinedBehavior, escape_formatter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tree::{Number, Object, Syntax, Tree, tree_of};
use crate::worker;

/// What a template may do and make, in the engine's own measure: about a million steps, or 64 MB of text.
const FUEL: u64 = 1_000_000;
/// Bytes all texts of an answer may have.
const MAX_TEXT: usize = 32 * 1024 * 1024;
/// Rows that become texts at most.
const MAX_ROWS: usize = 10_000;
/// Templates inside each other.
const MAX_NESTING: usize = 50;
/// The name of the template of the request.
const MAIN: &str = "template";

const DESCRIPTION: &str = "\
Fills a template in the language of Jinja2: `Dear {{ name }}, {% for item in items %}{{ item.sku }}: {{ item.price }}{% endfor %}`. The fields of \
an object are variables, all of the data is `data`. With `each` every element of a list becomes a text of its own; `index` is its number, from 1.

Numbers are printed with all their digits (1.10), null and what is missing as nothing (with `strict` what is missing is an error), objects keep \
the order of their keys. `escape: html` makes values safe inside HTML. `templates` has more templates by name, for `{% include %}`, `{% extends %}` and \
`{% import %}`. There are no files, no environment and no functions that reach out. A template that does too much is 422.";

/// How printed values are escaped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Escape {
    /// Not at all.
    #[default]
    None,
    /// For HTML: `<`, `>`, `&` and quotes.
    Html,
}

/// A template and its data.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct TemplateRequest {
    /// Template, at most 1,000,000 characters.
    #[garde(length(chars, max = 1_000_000))]
    pub template: String,
    /// Data of the template.
    #[serde(default, alias = "variables", alias = "context", alias = "input", alias = "json")]
    pub data: Option<Data>,
    /// What a text or a file in `data` holds.
    #[serde(default)]
    pub syntax: Syntax,
    /// Whether each element of a list becomes a text, at most 10,000.
    #[serde(default)]
    pub each: bool,
    /// How printed values are escaped.
    #[serde(default)]
    pub escape: Escape,
    /// Whether a missing variable is an error.
    #[serde(default)]
    pub strict: bool,
    /// More templates by name, at most 100.
    #[serde(default)]
    #[garde(custom(few))]
    pub templates: HashMap<String, String>,
}

fn few(templates: &HashMap<String, String>, (): &()) -> garde::Result {
    if templates.len() <= 100 { Ok(()) } else { Err(garde::Error::new("length is greater than 100")) }
}

/// Texts that were made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateResponse {
    /// Text; null with `each`.
    pub text: Option<String>,
    /// Texts in the order of the elements; empty without `each`.
    pub texts: Vec<String>,
    /// Number of texts.
    pub count: usize,
}

fn example() -> TemplateRequest {
    let data = r#"{"name":"Ada","items":[{"sku":"A-1","price":1.10},{"sku":"B-2","price":20.00}]}"#;
    TemplateRequest {
        template: "Dear {{ name }}:\n{% for item in items %}{{ item.sku }} {{ item.price }}\n{% endfor %}".to_owned(),
        data: Some(serde_json::from_str(data).expect("it is JSON")),
        syntax: Syntax::Auto,
        each: false,
        escape: Escape::None,
        strict: false,
        templates: HashMap::new(),
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Fill a template (Jinja2) with data").description(DESCRIPTION).example(example).isolated()
}

/// Fills a template.
///
/// # Errors
/// When the data is no JSON, or the template is none, or does too much.
pub fn template(request: TemplateRequest, call: &Call) -> Result<TemplateResponse, Error> {
    let tree = match &request.data {
        Some(data) => tree_of(data, request.syntax, "data")?,
        None => Object::default().into(),
    };
    let (response, hints) = worker::within_limit("template", call, move || fill(&request, tree))??;
    for hint in hints {
        call.warn("missing-variable", Some("template"), hint);
    }
    Ok(response)
}

/// Names that are compared with keys, to say what was probably meant; keys that each is compared with; bytes of either.
const NAMES_COMPARED: usize = 50;
const KEYS_COMPARED: usize = 1_000;
const NAME_COMPARED: usize = 100;

/// What was probably meant otherwise: variables that are called like something of the data, but are not there.
fn hints(template: &Template<'_, '_>, tree: &Tree, each: bool) -> Vec<String> {
    let data = match tree {
        Tree::List(list) if each => list.first().unwrap_or(tree),
        other => other,
    };
    let mut missing: Vec<String> = template.undeclared_variables(false).into_iter().collect();
    missing.sort();
    let row = match data {
        // A list without each: what stands in its elements is not seen.
        Tree::List(list) => match list.first().and_then(Tree::as_object) {
            Some(row) if missing.iter().any(|name| row.contains(name)) => {
                return vec!["the data is a list, so the template sees none of its fields: with each there is a text for each element".to_owned()];
            }
            _ => return Vec::new(),
        },
        other => other.as_object(),
    };
    let Some(row) = row else { return Vec::new() };
    let near = |name: &String| {
        let scored = row
            .keys()
            .take(KEYS_COMPARED)
            .filter(|key| key.len() <= NAME_COMPARED)
            .map(|key| (strsim::jaro_winkler(&key.to_lowercase(), &name.to_lowercase()), key));
        scored.filter(|(score, _)| *score > 0.85).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, key)| key.to_string())
    };
    let hint = |name: &String| Some(format!("there is no {name} in the data; did you mean {}?", near(name)?));
    let names = missing.iter().filter(|name| name.len() <= NAME_COMPARED && !row.contains(name)).take(NAMES_COMPARED);
    names.filter_map(hint).take(5).collect()
}

fn fill(request: &TemplateRequest, tree: Tree) -> Result<(TemplateResponse, Vec<String>), Error> {
    let mut literals = Literals::default();
    literals.note(&tree);
    let environment = environment(request, literals)?;
    let compiled = environment.get_template(MAIN).map_err(|error| refused(&error))?;
    let text = |root: Root| compiled.render(Value::from_object(root)).map_err(|error| refused(&error));
    let hints = hints(&compiled, &tree, request.each);
    if !request.each {
        let text = text(Root { tree, index: None })?;
        return Ok((TemplateResponse { text: Some(text), texts: Vec::new(), count: 1 }, hints));
    }
    let Tree::List(list) = tree else {
        return Err(Error::impossible("data", format!("must be a list with each, not {}", tree.kind())));
    };
    if list.len() > MAX_ROWS {
        return Err(Error::impossible("data", format!("has more than {MAX_ROWS} elements for each")));
    }
    let mut texts = Vec::with_capacity(list.len());
    let mut bytes = 0;
    for (at, value) in list.iter().enumerate() {
        let text = text(Root { tree: value.clone(), index: Some(at + 1) })?;
        bytes += text.len();
        if bytes > MAX_TEXT {
            return Err(Error::impossible("template", format!("makes texts of more than {MAX_TEXT} bytes together")));
        }
        texts.push(text);
    }
    Ok((TemplateResponse { text: None, count: texts.len(), texts }, hints))
}

fn environment(request: &TemplateRequest, literals: Literals) -> Result<Environment<'_>, Error> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(MAX_NESTING);
    environment.set_undefined_behavior(match request.strict {
        true => UndefinedBehavior::Strict,
        false => UndefinedBehavior::Chainable,
    });
    let escape = request.escape;
    environment.set_auto_escape_callback(move |_| match escape {
        Escape::None => AutoEscape::None,
        Escape::Html => AutoEscape::Html,
    });
    environment.set_formatter(move |out, state, value| {
        if value.is_none() {
            return Ok(());
        }
        match literals.of(value) {
            Some(literal) => out.write_str(&literal).map_err(minijinja::Error::from),
            None => escape_formatter(out, state, value),
        }
    });
    environment.add_filter("tojson", |value: &Value, indent: Option<Value>, options: Kwargs| {
        match value.downcast_object_ref::<Node>() {
            Some(Node(tree)) if indent.is_none() && !options.has("indent") => {
                options.assert_all_used()?;
                // Safe inside a script of a page, as the engine's own.
                let json = tree.to_json().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
                Ok(Value::from_safe_string(json.replace('\'', "\\u0027")))
            }
            _ => minijinja::filters::tojson(value, indent, options),
        }
    });
    for (name, source) in &request.templates {
        environment.add_template(name, source).map_err(|error| refused_in(&error, name))?;
    }
    environment.add_template(MAIN, &request.template).map_err(|error| refused(&error))?;
    Ok(environment)
}

fn refused(error: &minijinja::Error) -> Error {
    refused_in(error, MAIN)
}

fn refused_in(error: &minijinja::Error, name: &str) -> Error {
    // What went wrong in a template that another one includes says more than that one does.
    let mut error = error;
    while let Some(inner) = std::error::Error::source(error).and_then(|inner| inner.downcast_ref()) {
        error = inner;
    }
    let name = error.name().unwrap_or(name);
    let field = if name == MAIN { MAIN.to_owned() } else { format!("templates.{name}") };
    let place = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    let message = match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => "does too much: fewer or smaller loops and texts".to_owned(),
        (ErrorKind::UndefinedError, None) => "uses a variable that is missing".to_owned(),
        (kind, None) => kind.to_string(),
        (_, Some(detail)) => detail.to_owned(),
    };
    Error::impossible(field, format!("{place}{message}"))
}

/// Literals of the numbers of the data that a double would print in another way.
#[derive(Default)]
struct Literals(HashMap<u64, Option<String>>);

impl Literals {
    fn note(&mut self, tree: &Tree) {
        match tree {
            Tree::Number(number) if matches!(value_of(number).kind(), ValueKind::Number) => {
                let Some(literal) = number.literal() else { return };
                let slot = self.0.entry(number.as_f64().to_bits());
                let literal = literal.into_owned();
                slot.and_modify(|known| {
                    // Of 1.1 and 1.10 it cannot be said which one it was.
                    if known.as_deref() != Some(&literal) {
                        *known = None;
                    }
                })
                .or_insert(Some(literal));
            }
            Tree::List(list) => list.iter().for_each(|value| self.note(value)),
            Tree::Object(object) => object.values().for_each(|value| self.note(value)),
            _ => {}
        }
    }

    /// The literal of a value that is a double.
    fn of(&self, value: &Value) -> Option<String> {
        if !value.is_number() || value.is_integer() {
            return None;
        }
        let float = f64::try_from(value.clone()).ok()?;
        match self.0.get(&float.to_bits()) {
            Some(Some(literal)) => Some(literal.clone()),
            // What was computed: 3 and not 3.0.
            _ => Some(Tree::from(float).to_json()),
        }
    }
}

/// A list or an object of the tree.
#[derive(Clone)]
struct Node(Tree);

fn value_of(number: &Number) -> Value {
    if let Some(integer) = number.integer() {
        return Value::from(integer);
    }
    match number.literal().and_then(|literal| literal.parse::<i128>().ok()) {
        Some(integer) if integer != 0 => Value::from(integer),
        _ => Value::from(number.as_f64()),
    }
}

fn shown(tree: &Tree) -> Value {
    match tree {
        Tree::Null => Value::from(()),
        Tree::Bool(value) => Value::from(*value),
        Tree::Number(number) => value_of(number),
        Tree::Text(text) => Value::from(text.clone()),
        Tree::List(_) | Tree::Object(_) => Value::from_object(Node(tree.clone())),
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_json())
    }
}

impl Shown for Node {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        if matches!(self.0, Tree::List(_)) { ObjectRepr::Seq } else { ObjectRepr::Map }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match &self.0 {
            Tree::List(list) => list.get(key.as_usize()?).map(shown),
            tree => tree.get(key.as_str()?).map(shown),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match &self.0 {
            Tree::List(list) => Enumerator::Seq(list.len()),
            Tree::Object(object) => Enumerator::Values(object.keys().map(|key| Value::from(key.clone())).collect()),
            _ => Enumerator::Empty,
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_json())
    }
}

/// What a template sees: the fields of the data, `data`, `index`.
struct Root {
    tree: Tree,
    index: Option<usize>,
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tree.to_json())
    }
}

impl Shown for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        match self.tree.get(name) {
            Some(value) => Some(shown(value)),
            None if name == "data" => Some(shown(&self.tree)),
            None if name == "index" => self.index.map(Value::from),
            None => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let keys = self.tree.as_object().map(|object| object.keys().map(|key| Value::from(key.clone())).collect());
        Enumerator::Values(keys.unwrap_or_default())
    }
}
