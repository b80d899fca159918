//! A page as boxes: what is a block, what flows in lines, what is a table, after the rules of CSS 2, chapter 9.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::backdrop::Backdrop;
use super::cascade::Cascade;
use super::counter::Counts;
use super::dom::{Dom, Kind, NodeId};
use super::selector::Pseudo;
use super::style::{Display, Position, Style};
use super::value::Length;

/// A box.
#[derive(Clone)]
pub(crate) struct Bx {
    pub(crate) style: Rc<Style>,
    pub(crate) content: Content,
    /// What stands before a list item.
    pub(crate) marker: Option<String>,
    /// Level of a heading, for the outline of the document.
    pub(crate) heading: Option<u8>,
    /// Boxes that stand somewhere in this one, out of the flow.
    pub(crate) placed: Vec<Bx>,
    /// The picture behind its content: the name of its file, its natural size.
    pub(crate) picture: Option<(String, (f64, f64))>,
    /// Narrowest and natural width, once they are known.
    pub(crate) measured: Cell<Option<(f64, f64)>>,
    /// About how high it is in the widths that were last asked for: all boxes around ask again.
    pub(crate) heights: Cell<[(f64, f64); 2]>,
}

/// What is in a box.
#[derive(Clone)]
pub(crate) enum Content {
    Blocks(Vec<Bx>),
    Lines(Vec<Inline>),
    Flex(Vec<Bx>),
    Grid(Vec<Bx>),
    Table(Vec<Row>),
    /// A picture by the name of its file, with its natural size.
    Picture {
        name: String,
        size: (f64, f64),
        alt: String,
    },
}

/// A row of a table.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) style: Rc<Style>,
    pub(crate) cells: Vec<TableCell>,
    /// Whether it stands again at the head of each page.
    pub(crate) head: bool,
}

/// A cell.
#[derive(Clone)]
pub(crate) struct TableCell {
    pub(crate) bx: Bx,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

/// What flows in a line.
#[derive(Clone)]
pub(crate) enum Inline {
    Text { text: String, style: Rc<Style>, link: Option<Rc<str>> },
    Break(Rc<Style>),
    Box { bx: Bx, link: Option<Rc<str>> },
}

/// A picture that a page names: its name among the files of the document, and its size in pixels.
pub(crate) type Pictures<'p> = dyn FnMut(&str) -> Option<(String, (f64, f64))> + 'p;

/// Makes boxes of elements.
pub(crate) struct Builder<'d> {
    pub(crate) dom: &'d Dom,
    pub(crate) cascade: &'d Cascade<'d>,
    pub(crate) pictures: &'d mut Pictures<'d>,
    /// What was met and is not shown.
    pub(crate) missing: BTreeSet<String>,
    /// Boxes out of the flow, by the boxes around that they are placed in; the first list is that of the page.
    pub(crate) placed: Vec<Vec<Bx>>,
    /// Boxes that stand on every page.
    pub(crate) fixed: Vec<Bx>,
    /// What counters say where text asks for them.
    pub(crate) counts: Counts,
    /// How many quotations are open.
    pub(crate) quotations: usize,
    /// Language of the page, which says what its quotation marks are.
    pub(crate) language: &'d str,
    /// Numbers of list items, once one of their list was asked for.
    pub(crate) numbers: HashMap<NodeId, i64>,
}

/// Boxes of a container on their way.
#[derive(Default)]
pub(super) struct Flow {
    pub(super) blocks: Vec<Bx>,
    pub(super) lines: Vec<Inline>,
    /// Parts of a table without one.
    parts: Vec<NodeId>,
}

/// What is passed down to inline elements.
#[derive(Clone, Default)]
pub(super) struct Passed {
    pub(super) link: Option<Rc<str>>,
    ground: Option<super::value::Color>,
}

impl Bx {
    pub(super) fn new(style: Rc<Style>, content: Content) -> Self {
        Self {
            style,
            content,
            marker: None,
            heading: None,
            placed: Vec::new(),
            picture: None,
            measured: Cell::new(None),
            heights: Cell::new([(f64::NAN, 0.0); 2]),
        }
    }
}

impl<'d> Builder<'d> {
    /// The box of the page.
    pub(crate) fn page(&mut self) -> Option<Bx> {
        let root_style = Style::root();
        let html = self.dom.nodes[0].children.iter().copied().find(|id| self.dom.element(*id).is_some())?;
        let style = self.cascade.style(self.dom, html, &root_style, None)?;
        Some(self.container(html, Rc::new(style), &Passed::default()))
    }

    /// The box of an element that is a block. Its texts lead where a link around it does.
    pub(super) fn container(&mut self, id: NodeId, style: Rc<Style>, passed: &Passed) -> Bx {
        let holds = self.holds(id, &style);
        let passed = Passed { link: self.link(id).or_else(|| passed.link.clone()), ground: None };
        let content = match style.display {
            Display::Flex => Content::Flex(self.items(id, &style, &passed)),
            Display::Grid => Content::Grid(self.items(id, &style, &passed)),
            Display::Table => self.table(id, &style, &passed),
            _ => self.flow(id, &style, &passed),
        };
        let mut bx = self.finished(style, content, holds);
        if let Some(element) = self.dom.element(id) {
            bx.heading = element
                .tag()
                .strip_prefix('h')
                .and_then(|level| level.parse().ok())
                .filter(|level| (1..=6).contains(level));
        }
        bx
    }

    /// Where an element leads.
    fn link(&self, id: NodeId) -> Option<Rc<str>> {
        self.dom.element(id).filter(|element| element.tag() == "a")?.attribute("href").map(Rc::from)
    }

    /// Whether boxes out of the flow are placed in this one. In the root and the body they are placed on the page.
    fn holds(&mut self, id: NodeId, style: &Style) -> bool {
        let is_page = self.dom.element(id).is_some_and(|element| matches!(element.tag(), "html" | "body"));
        let holds = !is_page && (style.position != Position::Static || style.transform.is_seen());
        if holds {
            self.placed.push(Vec::new());
        }
        holds
    }

    /// A box with what is placed in it and the picture behind it.
    pub(super) fn finished(&mut self, style: Rc<Style>, content: Content, holds: bool) -> Bx {
        let picture = match style.backdrop.as_deref() {
            Some(Backdrop::Picture(picture)) => (self.pictures)(&picture.source),
            _ => None,
        };
        let mut bx = Bx::new(style, content);
        bx.picture = picture;
        if holds {
            bx.placed = self.placed.pop().unwrap_or_default();
        }
        bx
    }

    /// A box that is taken out of the flow: where its sides say, in what is around.
    fn take_out(&mut self, id: NodeId, mut style: Style, passed: &Passed) {
        let Some(element) = self.dom.element(id) else { return };
        style.float = None;
        let fixed = style.position == Position::Fixed;
        let bx = if is_replaced(element.tag()) {
            let mut flow = Flow::default();
            style.display = Display::Block;
            self.replaced(id, style, &mut flow, passed);
            let Some(bx) = flow.blocks.pop() else { return };
            bx
        } else {
            self.container(id, Rc::new(style), passed)
        };
        if fixed {
            self.fixed.push(bx);
        } else if let Some(around) = self.placed.last_mut() {
            around.push(bx);
        }
    }

    /// The content of a block: blocks, or lines, never both.
    fn flow(&mut self, id: NodeId, style: &Rc<Style>, passed: &Passed) -> Content {
        let mut flow = Flow::default();
        self.pseudo(id, style, Pseudo::Before, &mut flow, passed);
        for child in self.dom.nodes[id].children.clone() {
            self.add(child, style, &mut flow, passed);
        }
        self.pseudo(id, style, Pseudo::After, &mut flow, passed);
        self.close(&mut flow, style, passed);
        if flow.blocks.is_empty() {
            return Content::Lines(flow.lines);
        }
        self.close_lines(&mut flow, style);
        Content::Blocks(flow.blocks)
    }

    /// Items of a flex or grid container: every child is one, texts too.
    fn items(&mut self, id: NodeId, style: &Rc<Style>, passed: &Passed) -> Vec<Bx> {
        let mut flow = Flow::default();
        self.pseudo(id, style, Pseudo::Before, &mut flow, passed);
        self.close_lines(&mut flow, style);
        for child in self.dom.nodes[id].children.clone() {
            let Some(element) = self.dom.element(child) else {
                self.add(child, style, &mut flow, passed);
                continue;
            };
            self.close_lines(&mut flow, style);
            let replaced = is_replaced(element.tag()) || element.tag() == "br";
            let Some(mut own) = self.cascade.style(self.dom, child, style, None) else { continue };
            if own.display == Display::None || (own.is_hidden() && !replaced) {
                continue;
            }
            if own.is_out() {
                self.take_out(child, own, passed);
                continue;
            }
            own.inline_level = false;
            if replaced || own.display == Display::Contents {
                self.add(child, style, &mut flow, passed);
                self.close_lines(&mut flow, style);
                continue;
            }
            if matches!(own.display, Display::Inline | Display::InlineBlock | Display::ListItem) {
                own.display = Display::Block;
            }
            own.float = None;
            own.underline |= style.underline;
            let bx = self.container(child, Rc::new(own), passed);
            flow.blocks.push(bx);
        }
        self.pseudo(id, style, Pseudo::After, &mut flow, passed);
        self.close(&mut flow, style, passed);
        self.close_lines(&mut flow, style);
        flow.blocks.sort_by_key(|item| item.style.order);
        flow.blocks
    }

    /// Adds a node to the boxes around it.
    pub(super) fn add(&mut self, id: NodeId, parent: &Rc<Style>, flow: &mut Flow, passed: &Passed) {
        let element = match &self.dom.nodes[id].kind {
            Kind::Text(text) => {
                if !parent.is_hidden() {
                    let mut style = parent.clone();
                    if let Some(ground) = passed.ground
                        && style.ground != ground
                    {
                        Rc::make_mut(&mut style).ground = ground;
                    } else if passed.ground.is_none() && style.ground.alpha > 0.0 {
                        Rc::make_mut(&mut style).ground = super::value::Color::CLEAR;
                    }
                    flow.lines.push(Inline::Text { text: text.clone(), style, link: passed.link.clone() });
                }
                return;
            }
            Kind::Element(element) => element,
            Kind::Root | Kind::Nothing => return,
        };
        let Some(mut style) = self.cascade.style(self.dom, id, parent, None) else { return };
        if style.display == Display::None {
            return;
        }
        if matches!(
            style.display,
            Display::RowGroup | Display::HeadGroup | Display::FootGroup | Display::Row | Display::Cell
        ) {
            flow.parts.push(id);
            return;
        }
        self.close(flow, parent, passed);
        let unplaced = style.inset.iter().all(|side| *side == Length::Auto);
        if style.is_out() && (!unplaced || style.position == Position::Fixed) {
            self.take_out(id, style, passed);
            return;
        }
        if style.display != Display::InlineBlock {
            style.underline |= parent.underline && matches!(parent.display, Display::Inline | Display::Block);
            style.strike |= parent.strike && matches!(parent.display, Display::Inline | Display::Block);
        }
        let tag = element.tag();
        match tag {
            "br" => {
                flow.lines.push(Inline::Break(Rc::new(style)));
                return;
            }
            tag if is_replaced(tag) => {
                self.replaced(id, style, flow, passed);
                return;
            }
            _ => {}
        }
        let mut passed = passed.clone();
        if let Some(link) = self.link(id) {
            passed.link = Some(link);
        }
        match style.display {
            Display::Contents => {
                let style = Rc::new(style);
                for child in self.dom.nodes[id].children.clone() {
                    self.add(child, &style, flow, &passed);
                }
            }
            Display::Inline => {
                let framed = (0..4).any(|side| style.edge(side) > 0.0 || style.padding[side].or_zero(0.0) > 0.0);
                let seen = style.ground.alpha > 0.0 || style.edge(0) > 0.0 || style.edge(3) > 0.0;
                if framed && seen && self.is_short(id) {
                    style.display = Display::InlineBlock;
                    let bx = self.container(id, Rc::new(style), &passed);
                    flow.lines.push(Inline::Box { bx, link: passed.link });
                    return;
                }
                if style.ground.alpha > 0.0 {
                    passed.ground = Some(style.ground);
                }
                let style = Rc::new(style);
                self.pseudo(id, &style, Pseudo::Before, flow, &passed);
                for child in self.dom.nodes[id].children.clone() {
                    self.add(child, &style, flow, &passed);
                }
                self.pseudo(id, &style, Pseudo::After, flow, &passed);
            }
            _ if style.display == Display::InlineBlock || style.inline_level => {
                let bx = self.container(id, Rc::new(style), &passed);
                flow.lines.push(Inline::Box { bx, link: passed.link });
            }
            _ => {
                self.close_lines(flow, parent);
                let marker = (style.display == Display::ListItem).then(|| self.marker(id, &style)).flatten();
                let mut bx = self.container(id, Rc::new(style), &passed);
                bx.marker = marker;
                flow.blocks.push(bx);
            }
        }
    }

    /// Whether an inline element is a label of a few words.
    fn is_short(&self, id: NodeId) -> bool {
        let only_text = self.dom.descendants(id).iter().all(|node| {
            self.dom
                .element(*node)
                .is_none_or(|element| matches!(element.tag(), "b" | "strong" | "span" | "i" | "em" | "small" | "font"))
        });
        only_text && self.dom.text(id).chars().count() < 60
    }

    /// Lines that are followed by a block become one themselves.
    pub(super) fn close_lines(&mut self, flow: &mut Flow, parent: &Rc<Style>) {
        let lines = std::mem::take(&mut flow.lines);
        let blank = lines.iter().all(|one| matches!(one, Inline::Text { text, style, .. } if text.trim_matches([' ', '\n', '\t', '\r', '\u{c}']).is_empty() && !keeps_space(style)));
        if blank {
            return;
        }
        let mut style = parent.child();
        style.display = Display::Block;
        style.underline = parent.underline;
        style.strike = parent.strike;
        flow.blocks.push(Bx::new(Rc::new(style), Content::Lines(lines)));
    }

    /// Parts of a table without one get one.
    pub(super) fn close(&mut self, flow: &mut Flow, parent: &Rc<Style>, passed: &Passed) {
        if flow.parts.is_empty() {
            return;
        }
        let parts = std::mem::take(&mut flow.parts);
        self.close_lines(flow, parent);
        let mut style = parent.child();
        style.display = Display::Table;
        // In a block the table is as wide as it needs.
        let rows = self.rows(&parts, &Rc::new(style.clone()), passed);
        flow.blocks.push(Bx::new(Rc::new(style), Content::Table(rows)));
    }
}

/// Whether an element is a picture, a control or something that no paper shows.
fn is_replaced(tag: &str) -> bool {
    matches!(
        tag,
        "img" | "svg" | "input" | "select" | "textarea" | "iframe" | "video" | "audio" | "canvas" | "object" | "embed"
    )
}

pub(crate) fn keeps_space(style: &Style) -> bool {
    use super::style::Space;
    matches!(style.pre, Space::Pre | Space::PreWrap)
}
