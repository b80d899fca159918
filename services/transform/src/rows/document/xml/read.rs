//! XML to a tree, element by element, with a stack of its own: depth is a bound and not a risk.

use chassis::Error;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::super::{MAX_DEPTH, MAX_VALUES};
use super::{ATTRIBUTE, Arrays, Shape, TEXT};
use crate::rows::cell::shown;
use crate::tree::{Object, ReadError, Tree};

/// Attributes an element may have.
const MAX_ATTRIBUTES: usize = 10_000;

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
