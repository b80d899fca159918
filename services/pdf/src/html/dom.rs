//! A page as a tree: html5ever parses as browsers do, this keeps what it finds.

use std::cell::RefCell;
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ExpandedName, LocalName, Namespace, QualName, local_name, ns};

use super::color::Color;

/// Elements and texts of a page.
pub(crate) const MAX_NODES: usize = 300_000;
/// Levels of elements; what is deeper is put beside its parent, so that its text is kept.
pub(crate) const MAX_DEPTH: usize = 400;

/// A node, by its place in the tree.
pub(crate) type NodeId = usize;

/// An element or a text.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) parent: Option<NodeId>,
    pub(crate) children: Vec<NodeId>,
    pub(crate) kind: Kind,
    depth: usize,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Root,
    Text(String),
    Element(Element),
    /// Comments and the like.
    Nothing,
}

/// An element.
#[derive(Debug)]
pub(crate) struct Element {
    /// Shared with the parser, which asks for names more often than for anything else.
    pub(crate) name: Rc<QualName>,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Element {
    pub(crate) fn tag(&self) -> &str {
        &self.name.local
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is part of a drawing.
    pub(crate) fn is_svg(&self) -> bool {
        self.name.ns == ns!(svg)
    }
}

/// A page.
#[derive(Debug)]
pub(crate) struct Dom {
    pub(crate) nodes: Vec<Node>,
    /// Whether it was nested deeper than is read, or had more nodes.
    pub(crate) flattened: bool,
    pub(crate) cut: bool,
}

impl Dom {
    /// Parses a page.
    pub(crate) fn parse(html: &str) -> Self {
        let sink =
            Sink { dom: RefCell::new(Self { nodes: vec![Node::new(Kind::Root)], flattened: false, cut: false }) };
        html5ever::parse_document(sink, html5ever::ParseOpts::default()).one(html)
    }

    pub(crate) fn element(&self, id: NodeId) -> Option<&Element> {
        match &self.nodes[id].kind {
            Kind::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The nearest element around a node.
    pub(crate) fn parent_element(&self, id: NodeId) -> Option<NodeId> {
        self.nodes[id].parent.filter(|parent| self.element(*parent).is_some())
    }

    /// Every node below one, in the order of the document.
    pub(crate) fn descendants(&self, id: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut stack: Vec<NodeId> = self.nodes[id].children.iter().rev().copied().collect();
        while let Some(node) = stack.pop() {
            found.push(node);
            stack.extend(self.nodes[node].children.iter().rev());
        }
        found
    }

    /// All text below a node.
    pub(crate) fn text(&self, id: NodeId) -> String {
        let texts = self.descendants(id).into_iter().filter_map(|node| match &self.nodes[node].kind {
            Kind::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// A drawing as a file.
    pub(crate) fn svg(&self, id: NodeId, color: Color) -> String {
        enum Step {
            Open(NodeId),
            Close(String),
        }
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let mut out = String::new();
        let mut stack = vec![Step::Open(id)];
        while let Some(step) = stack.pop() {
            match step {
                Step::Close(tag) => out.push_str(&format!("</{tag}>")),
                Step::Open(node) => {
                    match &self.nodes[node].kind {
                        Kind::Text(text) => out.push_str(&escape(text)),
                        Kind::Element(element) => {
                            out.push_str(&format!("<{}", element.tag()));
                            if node == id && element.attribute("xmlns").is_none() {
                                out.push_str(" xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"");
                            }
                            // What `currentColor` is.
                            if node == id && element.attribute("color").is_none() {
                                let [red, green, blue] = color.rgb;
                                out.push_str(&format!(" color=\"#{red:02x}{green:02x}{blue:02x}\""));
                            }
                            for (name, value) in &element.attributes {
                                if !name.starts_with("xmlns") || name == "xmlns" {
                                    out.push_str(&format!(" {name}=\"{}\"", escape(value)));
                                }
                            }
                            out.push('>');
                            stack.push(Step::Close(element.tag().to_owned()));
                            stack.extend(self.nodes[node].children.iter().rev().map(|child| Step::Open(*child)));
                        }
                        Kind::Root | Kind::Nothing => {}
                    }
                }
            }
        }
        out
    }

    fn detach(&mut self, id: NodeId) {
        if let Some(parent) = self.nodes[id].parent.take() {
            self.nodes[parent].children.retain(|child| *child != id);
        }
    }

    /// Where something that is put into a node really goes.
    fn place(&mut self, parent: NodeId) -> NodeId {
        let mut place = parent;
        while self.nodes[place].depth >= MAX_DEPTH {
            self.flattened = true;
            match self.nodes[place].parent {
                Some(above) => place = above,
                None => break,
            }
        }
        place
    }

    fn insert(&mut self, parent: NodeId, at: Option<usize>, child: NodeOrText<NodeId>) {
        let parent = self.place(parent);
        match child {
            NodeOrText::AppendNode(child) => {
                self.detach(child);
                self.nodes[child].parent = Some(parent);
                self.nodes[child].depth = self.nodes[parent].depth + 1;
                let at = at.unwrap_or(self.nodes[parent].children.len()).min(self.nodes[parent].children.len());
                self.nodes[parent].children.insert(at, child);
            }
            NodeOrText::AppendText(text) => {
                let end = at.unwrap_or(self.nodes[parent].children.len()).min(self.nodes[parent].children.len());
                let before = end.checked_sub(1).map(|before| self.nodes[parent].children[before]);
                if let Some(before) = before
                    && let Kind::Text(known) = &mut self.nodes[before].kind
                {
                    known.push_str(&text);
                    return;
                }
                if let Some(id) = self.add(Kind::Text(text.to_string())) {
                    self.nodes[id].parent = Some(parent);
                    self.nodes[id].depth = self.nodes[parent].depth + 1;
                    self.nodes[parent].children.insert(end, id);
                }
            }
        }
    }

    fn add(&mut self, kind: Kind) -> Option<NodeId> {
        if self.nodes.len() >= MAX_NODES {
            self.cut = true;
            return None;
        }
        self.nodes.push(Node::new(kind));
        Some(self.nodes.len() - 1)
    }
}

impl Node {
    fn new(kind: Kind) -> Self {
        Self { parent: None, children: Vec::new(), kind, depth: 0 }
    }
}

struct Sink {
    dom: RefCell<Dom>,
}

/// The name of an element, apart from the tree.
#[derive(Debug)]
struct Name(Rc<QualName>);

impl html5ever::interface::ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Dom;
    type ElemName<'a> = Name;

    fn finish(self) -> Dom {
        self.dom.into_inner()
    }

    fn parse_error(&self, _: std::borrow::Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Name {
        let name = self.dom.borrow().element(*target).map(|element| element.name.clone());
        Name(name.unwrap_or_else(|| Rc::new(QualName::new(None, ns!(html), local_name!("div")))))
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> NodeId {
        let attributes = attributes.into_iter().map(|attribute| {
            let name = match &attribute.name.prefix {
                Some(prefix) if !prefix.is_empty() => format!("{prefix}:{}", attribute.name.local),
                _ => attribute.name.local.to_string(),
            };
            (name, attribute.value.to_string())
        });
        let element = Element { name: Rc::new(name), attributes: attributes.collect() };
        let mut dom = self.dom.borrow_mut();
        match dom.add(Kind::Element(element)) {
            Some(id) => id,
            // More than is read: one place for all of it.
            None => dom.nodes.len() - 1,
        }
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        let mut dom = self.dom.borrow_mut();
        dom.add(Kind::Nothing).unwrap_or(0)
    }

    fn create_pi(&self, target: StrTendril, _: StrTendril) -> NodeId {
        self.create_comment(target)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        if !matches!(child, NodeOrText::AppendNode(child) if child == 0 || child == *parent) {
            self.dom.borrow_mut().insert(*parent, None, child);
        }
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        let has_parent = self.dom.borrow().nodes[*element].parent.is_some();
        if has_parent { self.append_before_sibling(element, child) } else { self.append(previous, child) }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        *target
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let mut dom = self.dom.borrow_mut();
        if let NodeOrText::AppendNode(child) = &child {
            if child == sibling || *child == 0 {
                return;
            }
            dom.detach(*child);
        }
        let Some(parent) = dom.nodes[*sibling].parent else { return };
        let at = dom.nodes[parent].children.iter().position(|child| child == sibling);
        dom.insert(parent, at, child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        if let Kind::Element(element) = &mut self.dom.borrow_mut().nodes[*target].kind {
            for attribute in attributes {
                let name = attribute.name.local.to_string();
                if element.attribute(&name).is_none() {
                    element.attributes.push((name, attribute.value.to_string()));
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.dom.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let children = self.dom.borrow().nodes[*node].children.clone();
        for child in children {
            self.append(new_parent, NodeOrText::AppendNode(child));
        }
    }
}

/// The name of an element of HTML.
pub(crate) fn is_html(name: &QualName, tag: &str) -> bool {
    let expanded: ExpandedName<'_> = name.expanded();
    *expanded.ns == ns!(html) && &**expanded.local == tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_lost_in_what_is_nested_too_deep() {
        let dom = Dom::parse(&format!("{}deep{} end", "<div>".repeat(3000), "</div>".repeat(3000)));
        assert!(dom.flattened);
        assert_eq!(dom.text(0).split_whitespace().collect::<Vec<_>>(), ["deep", "end"]);
    }

    #[test]
    fn a_drawing_is_written_as_it_was() {
        let dom = Dom::parse(r#"<svg viewBox="0 0 1 1"><path d="M0 0&quot;"/><text>a &lt; b</text></svg>"#);
        let svg = (0..dom.nodes.len()).find(|id| dom.element(*id).is_some_and(|e| e.tag() == "svg")).unwrap();
        let written = dom.svg(svg, Color::BLACK);
        assert!(written.contains(r#"viewBox="0 0 1 1""#) && written.contains("a &lt; b"), "{written}");
    }
}
