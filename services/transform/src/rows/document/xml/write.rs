//! A tree as XML, whole or bit by bit.

use chassis::{Call, Error};

use super::{ATTRIBUTE, Shape, TEXT};
use crate::rows::cell::shown;
use crate::tree::{Object, Tree};

/// How a tree is written as XML.
#[derive(Debug, Clone)]
pub struct Writing {
    /// The shape the tree is in.
    pub shape: Shape,
    /// The name of the root where the tree has none, and of elements of a list.
    pub root: String,
    /// The name of an element of a list that has none.
    pub item: String,
}

impl Default for Writing {
    fn default() -> Self {
        Self { shape: Shape::Handy, root: "root".to_owned(), item: "item".to_owned() }
    }
}

/// Writes XML.
pub struct Writer<'a> {
    writing: &'a Writing,
    out: String,
    /// Names that XML cannot hold, and what the first became.
    renamed: Option<(String, String)>,
}

impl<'a> Writer<'a> {
    /// A writer to a text of its own.
    #[must_use]
    pub fn new(writing: &'a Writing) -> Self {
        Self { writing, out: String::new(), renamed: None }
    }

    /// What has been written since this was asked last.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.out)
    }

    /// Warns of names that had to change.
    pub fn warn(&self, call: &Call) {
        if let Some((from, to)) = &self.renamed {
            let message = format!("names that XML cannot hold were changed: {} is {to}", shown(from));
            call.warn("renamed-elements", Some("to"), message);
        }
    }

    /// A whole document.
    ///
    /// # Errors
    /// When a text holds what XML cannot.
    pub fn document(&mut self, tree: &Tree) -> Result<(), Error> {
        self.out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let (root, item) = (self.writing.root.clone(), self.writing.item.clone());
        match (self.writing.shape, tree) {
            (Shape::Exact, tree) => self.exact(tree)?,
            (_, Tree::Object(object)) if object.len() == 1 => {
                let (name, value) = object.iter().next().expect("it has one entry");
                match value {
                    Tree::List(_) => self.element(&root, tree)?,
                    _ if name.starts_with(ATTRIBUTE) || &**name == TEXT => self.element(&root, tree)?,
                    value => self.element(name, value)?,
                }
            }
            (_, Tree::List(list)) => {
                self.out.push_str(&format!("<{root}>"));
                for value in list.iter() {
                    self.element(&item, value)?;
                }
                self.out.push_str(&format!("</{root}>"));
            }
            _ => self.element(&root, tree)?,
        }
        self.out.push('\n');
        Ok(())
    }

    /// An element of this name.
    ///
    /// # Errors
    /// When a text holds what XML cannot.
    pub fn element(&mut self, name: &str, tree: &Tree) -> Result<(), Error> {
        let name = self.name(name);
        self.out.push('<');
        self.out.push_str(&name);
        let mut content = String::new();
        match tree {
            Tree::Null => {}
            Tree::Bool(_) | Tree::Number(_) => content = tree.to_json(),
            Tree::Text(text) => content = escaped(text, false)?,
            Tree::List(list) => {
                let outer = std::mem::take(&mut self.out);
                let item = self.writing.item.clone();
                for value in list.iter() {
                    self.element(&item, value)?;
                }
                content = std::mem::replace(&mut self.out, outer);
            }
            Tree::Object(object) => {
                let mut attributes = String::new();
                let outer = std::mem::take(&mut self.out);
                for (key, value) in object.iter() {
                    match (key.strip_prefix(ATTRIBUTE), value) {
                        (Some(key), Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::Text(_))
                            if !key.is_empty() =>
                        {
                            let value = match value {
                                Tree::Null => String::new(),
                                Tree::Text(text) => escaped(text, true)?,
                                other => other.to_json(),
                            };
                            let key = self.name(key);
                            attributes.push_str(&format!(" {key}=\"{value}\""));
                        }
                        _ if &**key == TEXT => match value {
                            Tree::Text(text) => self.out.push_str(&escaped(text, false)?),
                            Tree::Null => {}
                            other => self.out.push_str(&escaped(&other.to_json(), false)?),
                        },
                        (_, Tree::List(list)) => {
                            for value in list.iter() {
                                self.element(key, value)?;
                            }
                        }
                        _ => self.element(key, value)?,
                    }
                }
                content = std::mem::replace(&mut self.out, outer);
                self.out.push_str(&attributes);
            }
        }
        if content.is_empty() {
            self.out.push_str("/>");
        } else {
            self.out.push('>');
            self.out.push_str(&content);
            self.out.push_str("</");
            self.out.push_str(&name);
            self.out.push('>');
        }
        Ok(())
    }

    fn exact(&mut self, tree: &Tree) -> Result<(), Error> {
        let wrong =
            || Error::impossible("data", "is no XML in the exact shape: an element has name, attributes and children");
        if let Tree::Text(text) = tree {
            self.out.push_str(&escaped(text, false)?);
            return Ok(());
        }
        let object = tree.as_object().ok_or_else(wrong)?;
        if let Some(comment) = object.get("comment").and_then(Tree::as_text) {
            if comment.contains("--") || comment.ends_with('-') {
                return Err(Error::impossible("data", "has a comment with two hyphens, which XML cannot hold"));
            }
            self.out.push_str(&format!("<!--{comment}-->"));
            return Ok(());
        }
        if let Some(instruction) = object.get("instruction").and_then(Tree::as_text) {
            if instruction.contains("?>") {
                return Err(Error::impossible("data", "has an instruction with ?> in it"));
            }
            self.out.push_str(&format!("<?{instruction}?>"));
            return Ok(());
        }
        let name = object.get("name").and_then(Tree::as_text).ok_or_else(wrong)?;
        let name = self.name(name);
        self.out.push_str(&format!("<{name}"));
        for (key, value) in object.get("attributes").and_then(Tree::as_object).into_iter().flat_map(Object::iter) {
            let key = self.name(key);
            let value = escaped(value.as_text().ok_or_else(wrong)?, true)?;
            self.out.push_str(&format!(" {key}=\"{value}\""));
        }
        let children = object.get("children").and_then(Tree::as_list).unwrap_or_default();
        if children.is_empty() {
            self.out.push_str("/>");
            return Ok(());
        }
        self.out.push('>');
        for child in children {
            self.exact(child)?;
        }
        self.out.push_str(&format!("</{name}>"));
        Ok(())
    }

    /// A name as XML can hold it.
    fn name(&mut self, name: &str) -> String {
        let starts = |c: char| c.is_alphabetic() || c == '_';
        let plain: String = name
            .chars()
            .map(|c| if c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':') { c } else { '_' })
            .collect();
        let plain = if plain.chars().next().is_some_and(starts) { plain } else { format!("_{plain}") };
        if plain != name && self.renamed.is_none() {
            self.renamed = Some((name.to_owned(), plain.clone()));
        }
        plain
    }
}

/// Text as it stands in XML.
fn escaped(text: &str, attribute: bool) -> Result<String, Error> {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            // A parser would make spaces of them, or leave a return out.
            '\t' | '\n' if attribute => out.push_str(&format!("&#{};", u32::from(char))),
            '\r' => out.push_str("&#13;"),
            '\0'..'\t' | '\u{b}' | '\u{c}' | '\u{e}'..' ' | '\u{fffe}' | '\u{ffff}' => {
                let message = format!("has the character U+{:04X}, which XML cannot hold", u32::from(char));
                return Err(Error::impossible("data", message));
            }
            char => out.push(char),
        }
    }
    Ok(out)
}

/// Writes a tree as XML.
///
/// # Errors
/// When it holds what XML cannot.
pub fn write(tree: &Tree, writing: &Writing, call: &Call) -> Result<String, Error> {
    let mut writer = Writer::new(writing);
    writer.document(tree)?;
    writer.warn(call);
    Ok(writer.take())
}
