//! jq: its language by jaq-core, its values and functions ours.
//!
//! jaq's own values differ from jq's on purpose (`{} | .a.b = 1` is an error, `10/2` is 5.0) and lose literals; its library
//! hands out the environment of the process. So the interpreter is jaq's, and what it works with is here.
//!
//! | file | job |
//! | --- | --- |
//! | `val/` | a tree as jq sees it: paths, updates, operators, jq's error texts |
//! | `functions.rs`, `texts.rs` | functions on values; on texts |
//! | `prelude.jq` | functions that are written in jq |

#[cfg(test)]
mod conformance;
mod functions;
mod texts;
mod val;

use jaq_core::load::{self, Arena, File, Loader, lex, parse};
use jaq_core::{Compiler, Ctx, Vars};

use super::Problem;
use crate::tree::Tree;
use functions::Data;
use val::Val;

/// Names of functions that jq has and we have not, and why.
const ABSENT: &[(&str, &str)] = &[
    ("env", "the environment of the server is not readable"),
    ("$ENV", "the environment of the server is not readable"),
    ("input", "there is one input: all data is in `.`"),
    ("inputs", "there is one input: all data is in `.`"),
    ("input_filename", "there are no files"),
    ("input_line_number", "there are no files"),
    ("halt", "use empty or error"),
    ("halt_error", "use error"),
    ("get_search_list", "there are no modules"),
    ("modulemeta", "there are no modules"),
    ("getpath_safe", "use getpath"),
];

/// Runs a filter on an input; each output goes to the sink, until that refuses one.
pub(super) fn run(
    expression: &str,
    variables: &[(String, Tree)],
    input: Tree,
    sink: &mut dyn FnMut(Tree) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let prelude = parse(include_str!("prelude.jq"), |parser| parser.defs()).expect("the prelude is jq");
    let arena = Arena::default();
    let file = File { code: expression, path: () };
    let modules = Loader::new(prelude).load(&arena, file).map_err(|errors| unreadable(expression, errors))?;
    if let Some(problem) = imports(expression) {
        return Err(problem);
    }
    let names: Vec<String> = variables.iter().map(|(name, _)| format!("${name}")).collect();
    let compiler = Compiler::default().with_funs(functions::all()).with_global_vars(names.iter().map(String::as_str));
    let filter = compiler.compile(modules).map_err(|errors| undefined(expression, &errors))?;
    let values = variables.iter().map(|(_, value)| Val(value.clone()));
    let context = Ctx::<Data>::new(&filter.lut, Vars::new(values));
    for output in filter.id.run((context, Val(input))) {
        match output {
            Ok(value) => sink(value.0)?,
            Err(exception) => {
                let message = match exception.get_err() {
                    Ok(error) => match error.into_val().0 {
                        Tree::Text(text) => text.to_string(),
                        Tree::Null => "null (null) not a string".to_owned(),
                        other => format!("{} (not a string)", Val(other).clipped()),
                    },
                    Err(_) => "break".to_owned(),
                };
                return Err(Problem::of_data(message));
            }
        }
    }
    Ok(())
}

/// Data of modules would be read while it runs; the interpreter ends itself where nobody gives it some.
fn imports(expression: &str) -> Option<Problem> {
    let starts = expression.trim_start();
    (starts.starts_with("import ") || starts.starts_with("include "))
        .then(|| Problem::at(expression, 0, "there are no modules: import and include are not available"))
}

fn place(expression: &str, part: &str) -> usize {
    let within = expression.as_bytes().as_ptr_range();
    if within.contains(&part.as_ptr()) || part.as_ptr() == within.end { load::span(expression, part).start } else { 0 }
}

fn unreadable(expression: &str, errors: load::Errors<&str, ()>) -> Problem {
    let mut found = errors.into_iter().flat_map(|(_, error)| match error {
        load::Error::Io(_) => {
            vec![(0, "there are no modules: import and include are not available".to_owned())]
        }
        load::Error::Lex(errors) => errors.into_iter().map(|error| lexed(expression, error)).collect(),
        load::Error::Parse(errors) => errors.into_iter().map(|error| parsed(expression, error)).collect(),
    });
    let (at, message) = found.next().unwrap_or((0, "is not a jq filter".to_owned()));
    Problem::at(expression, at, message)
}

fn lexed(expression: &str, (expected, found): lex::Error<&str>) -> (usize, String) {
    let at = place(expression, found);
    let message = match expected {
        lex::Expect::Delim("\"") => "the text that begins here has no end".to_owned(),
        lex::Expect::Delim(open) => format!("{open} is not closed"),
        other => format!("expected {}", other.as_str()),
    };
    (at, message)
}

fn parsed(expression: &str, (expected, found): parse::Error<&str>) -> (usize, String) {
    let at = if found.is_empty() { expression.len() } else { place(expression, found) };
    let expected = match expected {
        parse::Expect::Just(word) => word.to_owned(),
        parse::Expect::Nothing => {
            return (at, "this is one too many; expected the end, or an operator before it".to_owned());
        }
        other => other.as_str().to_owned(),
    };
    (at, format!("expected {expected}"))
}

fn undefined(expression: &str, errors: &jaq_core::compile::Errors<&str, ()>) -> Problem {
    let first = errors.iter().flat_map(|(_, errors)| errors).next();
    let Some((name, kind)) = first else { return Problem::at(expression, 0, "is not a jq filter") };
    let at = place(expression, name);
    if let Some((_, why)) = ABSENT.iter().find(|(absent, _)| absent == name) {
        return Problem::at(expression, at, format!("{name} is not available: {why}"));
    }
    let message = match kind {
        jaq_core::compile::Undefined::Filter(count) => format!("{name}/{count} is not defined"),
        jaq_core::compile::Undefined::Var => format!("{name} is not defined: send it in variables, without the $"),
        other => format!("{} {name} is not defined", other.as_str()),
    };
    Problem::at(expression, at, message)
}
