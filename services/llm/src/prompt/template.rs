//! Jinja's syntax, as far as it cannot blow up.
//!
//! minijinja bounds its steps but not its memory: `{% set x = x ~ x %}` doubles a text in one step. So what could make
//! a text grow is not there: assignments, macros, concatenation, arithmetic that repeats texts, filters that replace or pad. What is left is
//! bounded by its steps and by the length of its output.

use std::collections::{BTreeMap, HashSet};
use std::io::{Error as WriteError, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, filters, tests};
use serde_json::Value as Json;

/// Steps of a template.
const FUEL: u64 = 1_000_000;
const NAME: &str = "prompt";
/// Bytes of a joined list.
const JOINED: usize = 4 << 20;
/// Blocks that are there.
const TAGS: [&str; 8] = ["if", "elif", "else", "endif", "for", "endfor", "raw", "endraw"];
/// Signs that make texts longer.
const GROWING: [char; 3] = ['~', '+', '*'];

/// A template that may be filled.
pub(super) struct Template {
    environment: Environment<'static>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What to change.
    pub(super) fn new(source: &str) -> Result<Self, String> {
        admit(source)?;
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(50);
        let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
        environment.set_syntax(syntax.map_err(|error| said(&error))?);
        environment.add_filter("upper", filters::upper);
        environment.add_filter("lower", filters::lower);
        environment.add_filter("title", filters::title);
        environment.add_filter("capitalize", filters::capitalize);
        environment.add_filter("trim", filters::trim);
        environment.add_filter("length", filters::length);
        environment.add_filter("count", filters::length);
        environment.add_filter("first", filters::first);
        environment.add_filter("last", filters::last);
        environment.add_filter("join", join);
        environment.add_filter("default", filters::default);
        environment.add_filter("round", filters::round);
        environment.add_filter("tojson", |value: &Value| filters::tojson(value, None, nothing()));
        environment.add_test("defined", tests::is_defined);
        environment.add_test("undefined", tests::is_undefined);
        environment.add_test("none", tests::is_none);
        environment.add_template_owned(NAME, source.to_owned()).map_err(|error| said(&error))?;
        Ok(Self { environment })
    }

    /// Fills it.
    ///
    /// # Errors
    /// What is missing, or too much.
    pub(super) fn fill(&self, variables: &Json, most: usize) -> Result<String, String> {
        let template = self.environment.get_template(NAME).map_err(|error| said(&error))?;
        let mut output = Bounded { bytes: Vec::new(), most };
        template.render_captured_to(value(variables), &mut output).map_err(|error| said(&error))?;
        String::from_utf8(output.bytes).map_err(|_| "is not text when it is filled".to_owned())
    }

    /// The variables it uses.
    pub(super) fn names(&self) -> HashSet<String> {
        self.environment.get_template(NAME).map(|template| template.undeclared_variables(false)).unwrap_or_default()
    }
}

/// No arguments by name.
fn nothing() -> Kwargs {
    std::iter::empty::<(String, Value)>().collect()
}

/// JSON as templates see it.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(truth) => Value::from(*truth),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Value::from(whole),
            (_, Some(whole)) => Value::from(whole),
            _ => Value::from(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => items.iter().map(value).collect(),
        Json::Object(fields) => {
            let fields: BTreeMap<String, Value> =
                fields.iter().map(|(name, field)| (name.clone(), value(field))).collect();
            Value::from_object(fields)
        }
    }
}

/// The parts of a list as one text, which is as bounded as the output.
fn join(list: &Value, between: Option<&str>) -> Result<String, Error> {
    let between = between.unwrap_or_default();
    let mut joined = String::new();
    for (index, part) in list.try_iter()?.enumerate() {
        if index > 0 {
            joined.push_str(between);
        }
        match part.as_str() {
            Some(text) => joined.push_str(text),
            None => joined.push_str(&part.to_string()),
        }
        if joined.len() > JOINED {
            return Err(Error::new(ErrorKind::WriteFailure, "too long"));
        }
    }
    Ok(joined)
}

/// An output that ends.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, WriteError> {
        if self.bytes.len() + bytes.len() > self.most {
            return Err(WriteError::other("too long"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        Ok(())
    }
}

/// What an error says, with its line.
fn said(error: &Error) -> String {
    let what = match error.kind() {
        ErrorKind::UndefinedError => {
            "uses a variable that is not there; give it in variables, or a value with `| default('')`".to_owned()
        }
        ErrorKind::WriteFailure => "becomes too long when it is filled".to_owned(),
        ErrorKind::OutOfFuel => "takes too many steps to fill".to_owned(),
        ErrorKind::UnknownFilter => format!("uses a filter that is not here: {}", error.detail().unwrap_or_default()),
        _ => error.detail().unwrap_or("is not a valid template").to_owned(),
    };
    match error.line() {
        Some(line) => format!("{what} (line {line})"),
        None => what,
    }
}

/// Refuses what could make a text grow without bound.
fn admit(source: &str) -> Result<(), String> {
    let mut rest = source;
    while let Some(at) = rest.find("{%").into_iter().chain(rest.find("{{")).chain(rest.find("{#")).min() {
        let opened = &rest[at..];
        if opened.starts_with("{#") {
            let Some(end) = opened.find("#}") else { return Ok(()) };
            rest = &opened[end + 2..];
            continue;
        }
        let is_block = opened.starts_with("{%");
        let inside = &opened[2..];
        let end = end_of(inside, if is_block { "%}" } else { "}}" })?;
        let written = &inside[..end];
        rest = &inside[(end + 2).min(inside.len())..];
        if is_block {
            let tag = written.trim_start_matches(['-', '+']).trim_start();
            let tag: String = tag.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            if !TAGS.contains(&tag.as_str()) {
                return Err(format!("{{% {tag} %}} is not here: there are {}", TAGS.join(", ")));
            }
            if tag == "raw" {
                let Some(end) = rest.find("endraw") else { return Ok(()) };
                rest = &rest[end + "endraw".len()..];
            }
        }
    }
    Ok(())
}

/// Where an expression ends; texts in quotes may hold anything.
fn end_of(inside: &str, close: &str) -> Result<usize, String> {
    let mut quote = None;
    let mut escaped = false;
    // As the engine does: within brackets nothing ends.
    let mut open = 0_usize;
    for (at, letter) in inside.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if letter == '\\' => escaped = true,
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if open == 0 && inside[at..].starts_with(close) => return Ok(at),
            None if matches!(letter, '(' | '[' | '{') => open += 1,
            None if matches!(letter, ')' | ']' | '}') => open = open.saturating_sub(1),
            None if matches!(letter, '"' | '\'') => quote = Some(letter),
            // The sign right after `{%` or before `%}` only keeps white space.
            None if GROWING.contains(&letter) && at > 0 && !inside[at + 1..].starts_with(close) => {
                return Err(format!("{letter} is not here: put the parts beside each other instead"));
            }
            None => {}
        }
    }
    Ok(inside.len())
}

#[cfg(test)]
mod proof {
    use serde_json::json;

    use super::*;

    fn filled(source: &str, variables: &Json) -> Result<String, String> {
        Template::new(source)?.fill(variables, 10_000)
    }

    #[test]
    fn templates_are_filled() {
        let variables = json!({ "a": "x", "n": 3, "list": ["p", "q"], "o": { "k": [1, { "z": "deep" }] }, "none": null, "html": "<b>&" });
        for (source, right) in [
            ("{{ a }}-{{a|upper}} {{ html }}", "x-X <b>&"),
            ("{% for i in list %}{{ loop.index }}{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}", "1p, 2q"),
            ("{{ o.k[1].z }} {{ list | join(' + ') }} {{ list|length }}", "deep p + q 2"),
            ("{% if n > 2 and a == 'x' %}yes{% else %}no{% endif %}{# no #}", "yes"),
            ("{{ missing | default('nobody') }} {{ o | tojson }}", r#"nobody {"k": [1, {"z": "deep"}]}"#),
            ("{% raw %}{{ a }} * {% set %}{% endraw %} {{ '~*+ }}' }}", "{{ a }} * {% set %} ~*+ }}"),
            ("{%- if missing is defined %}a{% endif +%}\n{{ n - 1 }}\n", "\n2\n"),
            ("no template: 2 + 2 * 3 ~ { } %", "no template: 2 + 2 * 3 ~ { } %"),
        ] {
            assert_eq!(filled(source, &variables).as_deref(), Ok(right), "{source}");
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        for source in ["{{ b }}", "{{ a.b.c }}", "{% for x in b %}{% endfor %}"] {
            assert!(filled(source, &json!({ "a": 1 })).unwrap_err().contains("line 1"), "{source}");
        }
    }

    #[test]
    fn no_template_grows_without_bound() {
        for source in [
            "{% set x = 'aa' %}",
            "{% set x %}a{% endset %}",
            "{% macro f() %}{% endmacro %}",
            "{{ a ~ a }}",
            "{{ a * 9 }}",
            "{{ [1] + [2] }}",
            "{{ [{'a':{'b':1}}, t*9] | length }}",
            "{% include 'x' %}",
            "{% import 'x' as y %}",
            "{% extends 'x' %}",
            "{% block b %}{% endblock %}",
            "{% filter upper %}{% endfilter %}",
            "{% call f() %}{% endcall %}",
            "{% with x = 1 %}{% endwith %}",
            "{% if a ~ a %}{% endif %}",
            "{{ '\\'' ~ a }}",
            "{{ a|replace('a','b') }}",
            "{{ range(9) }}",
            "{{ namespace() }}",
            "{{ a|center(999) }}",
            "{{ a.upper() }}",
            "{% do f() %}",
            "{% autoescape true %}{% endautoescape %}",
            "{% raw %}{% endraw %}{{ a*a }}",
            "{{a",
            "{% if a",
            "{{ 'a }}",
            "{% for %}",
        ] {
            assert!(filled(source, &json!({ "a": "a" })).is_err(), "{source}");
        }
        let list: Vec<u32> = (0..1000).collect();
        let nested = "{% for a in l %}{% for b in l %}{% for c in l %}{% endfor %}{% endfor %}{% endfor %}";
        assert!(filled(nested, &json!({ "l": list })).unwrap_err().contains("steps"));
        let long = "{% for a in l %}{{ t }}{% endfor %}";
        assert!(filled(long, &json!({ "l": list, "t": "x".repeat(100) })).unwrap_err().contains("too long"));
        let joined = json!({ "l": list, "t": "x".repeat(100_000) });
        assert!(filled("{{ l|join(t) }}", &joined).unwrap_err().contains("too long"));
        assert!(filled(&"{% if true %}".repeat(5_000), &json!({})).is_err());
        assert!(filled(&format!("{{{{ {}1{} }}}}", "(".repeat(50_000), ")".repeat(50_000)), &json!({})).is_err());
    }
}
