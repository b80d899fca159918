//! What is known while one request is read: where we are, how much we have seen, and what is wrong.

use std::cell::{Cell, RefCell};
use std::fmt::Display;

use serde::de;

use super::names::{nearest, one_of, resolve, same};
use super::{Layout, MAX_DEPTH, MAX_VALUES, Problem, Reserved, Texts};
use crate::error::{Error, clip};
use crate::warning::Warning;

/// Characters of a wrong choice or name that are shown back.
pub(super) const ECHO_CHARS: usize = 40;
/// Unknown fields that are warned about; the others are passed over in silence.
const MAX_WARNINGS: usize = 20;
/// Characters of a path that are shown.
const PATH_CHARS: usize = 120;

pub(super) enum Step {
    Field(&'static str),
    Key(String),
    Index(usize),
}

/// What is known while one request is read.
pub(super) struct Reader<'de> {
    layout: &'de Layout,
    texts: &'de Texts,
    lenient: bool,
    path: RefCell<Vec<Step>>,
    depth: Cell<u32>,
    values: Cell<u32>,
    /// Our own error while it travels through serde_json's error type.
    pub(super) carried: RefCell<Option<Problem>>,
    warnings: RefCell<Vec<Warning>>,
    takes_output: bool,
    output: RefCell<Option<String>>,
}

impl<'de> Reader<'de> {
    pub(super) fn new(layout: &'de Layout, texts: &'de Texts, lenient: bool, takes_output: bool) -> Self {
        Self {
            layout,
            texts,
            lenient,
            path: RefCell::default(),
            depth: Cell::new(0),
            values: Cell::new(0),
            carried: RefCell::default(),
            warnings: RefCell::default(),
            takes_output,
            output: RefCell::default(),
        }
    }

    pub(super) fn into_notes(self) -> (Vec<Warning>, Reserved) {
        (self.warnings.into_inner(), Reserved { output: self.output.into_inner().filter(|json| json != "null") })
    }

    /// Whether an entry of the request is for the chassis.
    pub(super) fn reserves(&self, name: &str) -> bool {
        self.takes_output && self.path.borrow().is_empty() && same(name, "output")
    }

    /// Takes what is for the chassis.
    pub(super) fn reserve(&self, json: &str) -> Result<(), Problem> {
        if json == "null" || json == "\"\"" {
            return Ok(());
        }
        let known = self.output.borrow_mut().replace(json.to_owned());
        match known {
            Some(_) => Err(Problem::twice("output")),
            None => Ok(()),
        }
    }

    /// Says where a problem stands. The path still shows it: steps are taken back only after success.
    pub(super) fn locate(&self, problem: Problem) -> Error {
        match problem {
            Problem::Field { field, message } => {
                let field = self.path_to(&field);
                if field.is_empty() {
                    Problem::Request { message }.into()
                } else {
                    Problem::Field { field, message }.into()
                }
            }
            other => other.into(),
        }
    }

    pub(super) fn path_to(&self, leaf: &str) -> String {
        let mut text = String::new();
        let mut push = |name: &str| {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(name);
        };
        for step in self.path.borrow().iter() {
            match step {
                Step::Field(name) => push(name),
                Step::Key(name) => push(&clip(name, ECHO_CHARS)),
                Step::Index(index) => push(&format!("[{index}]")),
            }
        }
        if !leaf.is_empty() {
            push(leaf);
        }
        clip(&text.replace(".[", "["), PATH_CHARS).into_owned()
    }

    /// Whether the schema says the value at the path (and `leaf` below it) is a number, boolean or enum.
    pub(super) fn is_scalar(&self, leaf: &str) -> bool {
        let Some(mut text) = self.schema_path() else { return false };
        if !text.is_empty() && leaf != "[]" {
            text.push('.');
        }
        text.push_str(leaf);
        self.layout.is_scalar(&text)
    }

    /// Whether the schema says that the list at the path is one of texts.
    pub(super) fn is_list_of_texts(&self) -> bool {
        self.schema_path().is_some_and(|path| self.layout.is_text(&(path + "[]")))
    }

    /// Whether the value at the path is a field by a name that only serde knows, so that nothing is known of its type.
    pub(super) fn is_alias(&self) -> bool {
        self.schema_path().is_some_and(|path| !path.is_empty() && !self.layout.has_path(&path))
    }

    /// The path as the layout has it; none below a name that is data.
    fn schema_path(&self) -> Option<String> {
        let mut text = String::new();
        for step in self.path.borrow().iter() {
            match step {
                Step::Field(name) if text.is_empty() => text.push_str(name),
                Step::Field(name) => {
                    text.push('.');
                    text.push_str(name);
                }
                Step::Key(_) => return None,
                Step::Index(_) => text.push_str("[]"),
            }
        }
        Some(text)
    }

    /// Whether the value at the path is an element of a list.
    pub(super) fn is_within_list(&self) -> bool {
        matches!(self.path.borrow().last(), Some(Step::Index(_)))
    }

    pub(super) fn step_in(&self, step: Step) {
        self.path.borrow_mut().push(step);
    }

    pub(super) fn step_out(&self) {
        self.path.borrow_mut().pop();
    }

    pub(super) fn count_value(&self) -> Result<(), Problem> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > MAX_VALUES {
            return Err(Problem::Request { message: format!("the body holds more than {MAX_VALUES} values") });
        }
        Ok(())
    }

    /// Runs something one level deeper.
    pub(super) fn nested<T>(&self, read: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
        if self.depth.get() == MAX_DEPTH {
            return Err(Problem::too_deep());
        }
        self.depth.set(self.depth.get() + 1);
        let result = read();
        self.depth.set(self.depth.get() - 1);
        result
    }

    /// Hands a problem to serde_json, which only knows its own error type.
    pub(super) fn carry<E: de::Error>(&self, problem: Problem) -> E {
        *self.carried.borrow_mut() = Some(problem);
        E::custom("")
    }

    /// Takes the problem back, or reads the source's own.
    pub(super) fn arrive<E: Display>(&self, error: &E) -> Problem {
        self.carried.borrow_mut().take().unwrap_or_else(|| Problem::from_source(error))
    }

    pub(super) fn keep(&self, text: String) -> Result<&'de str, Problem> {
        self.texts.keep(text).ok_or_else(|| Problem::here("too many values are JSON written as text: send plain JSON"))
    }

    /// The field an option beside the body belongs to. One that nobody knows may be a part that was to be a file.
    pub(super) fn option(&self, name: &str, fields: &'static [&'static str]) -> Result<Option<&'static str>, Problem> {
        let files: Vec<&str> = self.layout.files().iter().map(|field| field.name).collect();
        let hint =
            if files.is_empty() { String::new() } else { format!("; a file goes into {}", one_of(name, &files)) };
        self.known(name, fields, &hint)
    }

    /// The field an entry belongs to; nothing when it is unknown and may be.
    pub(super) fn field(&self, name: &str, fields: &'static [&'static str]) -> Result<Option<&'static str>, Problem> {
        self.known(name, fields, "")
    }

    fn known(&self, name: &str, fields: &'static [&'static str], more: &str) -> Result<Option<&'static str>, Problem> {
        if let Some(field) = resolve(name, fields) {
            return Ok(Some(field));
        }
        if self.lenient && self.warnings.borrow().len() >= MAX_WARNINGS {
            return Ok(None);
        }
        let hint = match (nearest(name, fields), fields) {
            (Some(near), _) => format!("; did you mean {near}?{}", more.replacen("; a", " A", 1)),
            (None, []) => "; there are none".to_owned(),
            (None, _) => format!("; use {}{more}", one_of(name, fields)),
        };
        let shown = clip(name, ECHO_CHARS);
        if self.lenient {
            self.warnings.borrow_mut().push(Warning {
                code: "unknown-field".to_owned(),
                message: format!("this field is not known and was ignored{hint}"),
                field: Some(self.path_to(&shown)),
            });
            return Ok(None);
        }
        Err(Problem::Field { field: shown.into_owned(), message: format!("is not a field here{hint}") })
    }
}
