//! XML to a tree and back.
//!
//! The handy shape: an element is an object of its attributes (`@id`), its children by name, and its text (`#text`); an element
//! of text alone is that text, one of nothing is `""`. Children of one name are a list; whether one child is a list of one is
//! the caller's choice (`arrays`), because whoever reads the data must know. The exact shape keeps the order of everything:
//! `{"name", "attributes", "children"}`, comments and instructions among the children.
//!
//! A document type is refused where it declares anything: nothing is expanded, nothing is fetched.

use std::borrow::Cow;
use std::fmt;

use chassis::{Call, Error};
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::{MAX_DEPTH, MAX_VALUES};
use crate::rows::cell::shown;
use crate::tree::{Object, ReadError, Tree};

/// Attributes an element may have.
const MAX_ATTRIBUTES: usize = 10_000;
const ATTRIBUTE: &str = "@";
const TEXT: &str = "#text";

/// When children of one name are a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Arrays {
    /// When there are two or more.
    #[default]
    Auto,
    /// Always.
    Always,
    /// At these paths always: `order.items.item`; elsewhere when there are two or more.
    Paths(Vec<String>),
}

impl<'de> Deserialize<'de> for Arrays {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Given;
        impl<'de> Visitor<'de> for Given {
            type Value = Arrays;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("auto, always, or a list of paths such as [\"order.item\"]")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Arrays, E> {
                match text.trim() {
                    "auto" | "" => Ok(Arrays::Auto),
                    "always" => Ok(Arrays::Always),
                    list if list.starts_with('[') => serde_json::from_str(list)
                        .map(Arrays::Paths)
                        .map_err(|_| E::custom("must be a list of paths such as [\"order.item\"]")),
                    paths => Ok(Arrays::Paths(paths.split(',').map(|path| path.trim().to_owned()).collect())),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Arrays, A::Error> {
                let mut paths = Vec::new();
                while let Some(path) = list.next_element::<String>()? {
                    if paths.len() >= 1_000 {
                        return Err(A::Error::custom("names more than 1,000 paths"));
                    }
                    paths.push(path);
                }
                Ok(Arrays::Paths(paths))
            }
        }
        source.deserialize_any(Given)
    }
}

impl Serialize for Arrays {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => target.serialize_str("auto"),
            Self::Always => target.serialize_str("always"),
            Self::Paths(paths) => paths.serialize(target),
        }
    }
}

impl JsonSchema for Arrays {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Arrays".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string", "enum": ["auto", "always"] },
                { "type": "array", "items": { "type": "string" } }
            ]
        })
    }
}

/// How XML stands in a tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "XmlShape")]
pub enum Shape {
    /// Attributes as `@name`, text as `#text`, children by their name; comments are left out.
    #[default]
    Handy,
    /// Everything in its order: `name`, `attributes`, `children`. XML comes back from it as it was, save that CDATA is text.
    Exact,
}

/// An element that is being read.
#[derive(Default)]
struct Open {
    name: String,
    attributes: Vec<(String, String)>,
    /// Its children in order; texts stand between elements.
    children: Vec<Child>,
}

enum Child {
    Text(String),
    Element(String, Tree),
    /// A comment or an instruction, in the exact shape.
    Other(&'static str, String),
}

/// Reads XML.
///
/// # Errors
/// When it is not well-formed, declares a document type, or is too large.
pub fn read(text: &str, shape: Shape, arrays: &Arrays) -> Result<Tree, Error> {
    let text = text.trim_start_matches('\u{feff}');
    let refused = |offset: usize, message: &str| {
        Error::impossible("data", ReadError::at(text, offset.min(text.len()), message).to_string())
    };
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut stack: Vec<Open> = Vec::new();
    let mut root: Option<(String, Tree)> = None;
    let mut values = 0;
    loop {
        let before = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let at = usize::try_from(reader.error_position()).unwrap_or(before);
                return Err(refused(at, &said(&error)));
            }
        };
        values += 1;
        if values > MAX_VALUES {
            return Err(refused(before, "the document has more than 1,000,000 parts"));
        }
        match event {
            Event::Start(ref element) | Event::Empty(ref element) => {
                if root.is_some() && stack.is_empty() {
                    return Err(refused(before, "a document has one root element; this is a second"));
                }
                if stack.len() >= MAX_DEPTH / 2 {
                    return Err(refused(before, "elements are more than 64 deep"));
                }
                let open = opened(element).map_err(|message| refused(before, &message))?;
                if matches!(event, Event::Start(_)) {
                    stack.push(open);
                } else {
                    close(open, &mut stack, &mut root, shape, arrays);
                }
            }
            Event::End(_) => {
                let open = stack.pop().ok_or_else(|| refused(before, "this element was never opened"))?;
                close(open, &mut stack, &mut root, shape, arrays);
            }
            Event::Text(part) => add_text(&mut stack, &part.xml10_content())
                .map_err(|()| refused(before, "text stands outside the root element"))?,
            Event::CData(part) => add_text(&mut stack, &part.xml10_content())
                .map_err(|()| refused(before, "text stands outside the root element"))?,
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let text = match reference.resolve_char_ref() {
                    Ok(Some(char)) => Some(char.to_string()),
                    Ok(None) => resolve_xml_entity(&name).map(str::to_owned),
                    Err(_) => None,
                };
                let text = text.ok_or_else(|| {
                    refused(before, &format!("the entity &{name}; is not known: only those of XML itself are"))
                })?;
                add_text(&mut stack, &text).map_err(|()| refused(before, "text stands outside the root element"))?;
            }
            Event::Comment(comment) => {
                if let (Shape::Exact, Some(open)) = (shape, stack.last_mut()) {
                    open.children.push(Child::Other("comment", comment.into_inner().into_owned()));
                }
            }
            Event::PI(instruction) => {
                if let (Shape::Exact, Some(open)) = (shape, stack.last_mut()) {
                    open.children.push(Child::Other("instruction", instruction.into_inner().into_owned()));
                }
            }
            Event::DocType(kind) => {
                if kind.contains('[') {
                    return Err(refused(
                        before,
                        "a document type that declares something is not read: take the DOCTYPE out",
                    ));
                }
            }
            Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    if let Some(open) = stack.last() {
        return Err(refused(text.len(), &format!("the element {} is never closed", shown(&open.name))));
    }
    let (name, tree) = root.ok_or_else(|| refused(0, "there is no element"))?;
    Ok(match shape {
        Shape::Exact => tree,
        Shape::Handy => std::iter::once((name, tree)).collect::<Object<Tree>>().into(),
    })
}

fn said(error: &quick_xml::Error) -> String {
    let text = error.to_string();
    let text =
        text.strip_prefix("ill-formed document: ").or_else(|| text.strip_prefix("syntax error: ")).unwrap_or(&text);
    text.to_owned()
}

fn opened(element: &BytesStart<'_>) -> Result<Open, String> {
    let mut attributes = Vec::new();
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| format!("an attribute cannot be read: {error}"))?;
        if attributes.len() >= MAX_ATTRIBUTES {
            return Err("the element has more than 10,000 attributes".to_owned());
        }
        let value = attribute
            .normalized_value(XmlVersion::Explicit1_0)
            .map_err(|error| format!("the value of an attribute cannot be read: {error}"))?;
        attributes.push((attribute.key.0.to_owned(), value.into_owned()));
    }
    Ok(Open { name: element.name().0.to_owned(), attributes, children: Vec::new() })
}

fn add_text(stack: &mut [Open], text: &str) -> Result<(), ()> {
    match stack.last_mut() {
        None => text.trim().is_empty().then_some(()).ok_or(()),
        Some(open) => {
            match open.children.last_mut() {
                Some(Child::Text(before)) => before.push_str(text),
                _ => open.children.push(Child::Text(text.to_owned())),
            }
            Ok(())
        }
    }
}

fn close(open: Open, stack: &mut [Open], root: &mut Option<(String, Tree)>, shape: Shape, arrays: &Arrays) {
    let tree = match shape {
        Shape::Exact => exact(&open),
        Shape::Handy => {
            let path: Vec<&str> = stack.iter().map(|open| open.name.as_str()).chain([open.name.as_str()]).collect();
            handy(&open, &path, arrays)
        }
    };
    match stack.last_mut() {
        Some(parent) => parent.children.push(Child::Element(open.name, tree)),
        None => *root = Some((open.name, tree)),
    }
}

fn exact(open: &Open) -> Tree {
    let mut object = Object::default();
    object.insert("name", Tree::from(open.name.as_str()));
    if !open.attributes.is_empty() {
        let attributes = open.attributes.iter().map(|(name, value)| (name.as_str(), Tree::from(value.as_str())));
        object.insert("attributes", Tree::from(attributes.collect::<Object<Tree>>()));
    }
    let children = open.children.iter().map(|child| match child {
        Child::Text(text) => Tree::from(text.as_str()),
        Child::Element(_, tree) => tree.clone(),
        Child::Other(kind, text) => {
            std::iter::once((*kind, Tree::from(text.as_str()))).collect::<Object<Tree>>().into()
        }
    });
    object.insert("children", children.collect::<Tree>());
    object.into()
}

fn handy(open: &Open, path: &[&str], arrays: &Arrays) -> Tree {
    let has_elements = open.children.iter().any(|child| matches!(child, Child::Element(..)));
    let texts = open.children.iter().filter_map(|child| match child {
        Child::Text(text) if has_elements => Some(text.trim()),
        Child::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    let text = texts.join(if has_elements { " " } else { "" });
    if !has_elements && open.attributes.is_empty() {
        return text.into();
    }
    let mut object: Object<Tree> = Object::default();
    for (name, value) in &open.attributes {
        object.insert(format!("{ATTRIBUTE}{name}"), Tree::from(value.as_str()));
    }
    let mut lists: Object<Vec<Tree>> = Object::default();
    for child in &open.children {
        let Child::Element(name, tree) = child else { continue };
        match lists.get_mut(name) {
            Some(list) => list.push(tree.clone()),
            None => drop(lists.insert(name.as_str(), vec![tree.clone()])),
        }
    }
    for (name, mut list) in lists {
        let is_list = list.len() > 1
            || match arrays {
                Arrays::Auto => false,
                Arrays::Always => true,
                Arrays::Paths(paths) => {
                    let own = path.iter().copied().chain([&*name]);
                    paths.iter().any(|wanted| wanted.split('.').eq(own.clone()))
                }
            };
        let value = if is_list { Tree::from(list) } else { list.pop().unwrap_or_default() };
        object.insert(name, value);
    }
    if !text.is_empty() {
        object.insert(TEXT, Tree::from(text));
    }
    object.into()
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::read as json;

    const ONE: &str = r#"<o xmlns:a="urn:a"><i id="1">x</i></o>"#;
    const THREE: &str = r#"<o xmlns:a="urn:a"><i id="1">x</i><i id="2" a:k="v"><![CDATA[b & c]]></i><i/></o>"#;

    fn read_json(text: &str, arrays: &Arrays) -> String {
        read(text, Shape::Handy, arrays).unwrap().to_json()
    }

    #[test]
    fn one_child_is_a_list_when_it_is_asked_for() {
        let paths = Arrays::Paths(vec!["o.i".to_owned()]);
        for arrays in [&Arrays::Always, &paths] {
            assert_eq!(read_json(ONE, arrays), r##"{"o":{"@xmlns:a":"urn:a","i":[{"@id":"1","#text":"x"}]}}"##);
            let three = r##"{"o":{"@xmlns:a":"urn:a","i":[{"@id":"1","#text":"x"},{"@id":"2","@a:k":"v","#text":"b & c"},""]}}"##;
            assert_eq!(read_json(THREE, arrays), three);
        }
        assert_eq!(read_json(ONE, &Arrays::Auto), r##"{"o":{"@xmlns:a":"urn:a","i":{"@id":"1","#text":"x"}}}"##);
        assert_eq!(
            read_json("<a>\n  <b>01730</b>\n  <c> x </c>\n</a>", &Arrays::Auto),
            r#"{"a":{"b":"01730","c":" x "}}"#
        );
    }

    #[test]
    fn the_exact_shape_goes_there_and_back() {
        let call = Call::detached();
        let writing = Writing { shape: Shape::Exact, ..Writing::default() };
        for text in [ONE, r#"<o a="1&#10;&quot;">x &amp; <b>y</b> z<!-- c --><?p q?><e/> &#13;</o>"#] {
            let tree = read(text, Shape::Exact, &Arrays::Auto).unwrap();
            let written = write(&json(&tree.to_json()).unwrap(), &writing, &call).unwrap();
            assert_eq!(written, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n"));
        }
    }

    #[test]
    fn the_handy_shape_is_written_too() {
        let call = Call::detached();
        let tree = read(THREE, Shape::Handy, &Arrays::Auto).unwrap();
        let written = write(&tree, &Writing::default(), &call).unwrap();
        assert_eq!(read(&written, Shape::Handy, &Arrays::Auto).unwrap(), tree);
        let rows = json(r#"[{"a b":1.10,"1":null,"c":["x<y",true]}]"#).unwrap();
        let written = write(&rows, &Writing::default(), &call).unwrap();
        assert!(
            written.ends_with("<root><item><a_b>1.10</a_b><_1/><c>x&lt;y</c><c>true</c></item></root>\n"),
            "{written}"
        );
        assert_eq!(call.warnings()[0].code, "renamed-elements");
        assert!(write(&json(r#""\u0001""#).unwrap(), &Writing::default(), &call).is_err());
    }

    #[test]
    fn what_is_hostile_is_refused() {
        let bomb = "<!DOCTYPE l [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]><l>&b;</l>";
        let outside = "<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><l>&x;</l>";
        for (text, said) in [
            (bomb, "DOCTYPE"),
            (outside, "DOCTYPE"),
            ("<a>&x;</a>", "&x;"),
            ("<a><b></a>", "line 1"),
            ("<a>", "never closed"),
            ("", "no element"),
            ("<a/><b/>", "second"),
            ("<a b=\"1\" b=\"2\"/>", "attribute"),
            ("x<a/>", "outside"),
            ("<a b=\"&x;\"/>", "attribute"),
        ] {
            let error = read(text, Shape::Handy, &Arrays::Auto).unwrap_err().message();
            assert!(error.contains(said), "{text}: {error}");
        }
        let deep = "<a>".repeat(2_000_000);
        assert!(read(&deep, Shape::Handy, &Arrays::Auto).unwrap_err().message().contains("64 deep"));
        assert!(read("<!DOCTYPE html><html/>", Shape::Handy, &Arrays::Auto).is_ok());
    }
}
