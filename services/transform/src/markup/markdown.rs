//! HTML to Markdown (CommonMark with the tables, task lists and strikethrough of GitHub).
//!
//! Own writer rather than htmd: that one recurses without bound, drops the cells that head rows and puts the cells of a table
//! without a head one behind the other, and pads columns to their widest cell, which one long cell makes quadratic. This one
//! walks the tree that the rest of the service has. Elements deeper than a bound are written as their text.

mod lists;

use std::collections::HashSet;

use chassis::Error;
use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Html, Node};
use url::Url;

use super::inline::{Inline, Marks, raw_text};
use super::page::{absolute, holding_blocks, is_harmless};
use super::table;
use crate::extract::text_of;

/// Elements inside each other that are told apart; deeper ones are text.
const MAX_DEPTH: usize = 200;
/// Quotes and lists inside each other that are set in.
const MAX_INDENT: usize = 40;
/// Bytes of Markdown.
pub(super) const MAX_OUTPUT: usize = 32 << 20;

/// What is written of links and pictures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wants<'a> {
    pub links: bool,
    pub images: bool,
    pub base: Option<&'a Url>,
}

/// Whether an element stands on lines of its own.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "ul"
    )
}

/// A page as Markdown.
///
/// # Errors
/// When it is too large.
pub(super) fn of(html: &Html, wants: Wants<'_>) -> Result<String, Error> {
    let holding = holding_blocks(html);
    let mut writer = Writer {
        out: String::new(),
        prefix: String::new(),
        marker: None,
        gap: 0,
        shared: 0,
        indents: 0,
        tight: false,
        link: None,
        last_list: None,
        holding: &holding,
        wants,
    };
    writer.container(*html.root_element(), 0)?;
    let mut text = writer.out;
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
    Ok(text)
}

/// Where Markdown is written to.
struct Writer<'a> {
    out: String,
    /// What stands before each line: of quotes and lists around it.
    prefix: String,
    /// What stands before the next line instead: the mark of an item.
    marker: Option<String>,
    /// Line ends that are due before the next line.
    gap: usize,
    /// How much of the prefix has stood since the last line: empty lines belong to that.
    shared: usize,
    indents: usize,
    /// Whether blocks stand on lines without empty ones between them.
    tight: bool,
    /// The address of a link around blocks: the first text in it is the link.
    link: Option<(String, Option<String>)>,
    /// The list that ended last, with where it ended: one right behind it needs another mark.
    last_list: Option<(char, usize)>,
    holding: &'a HashSet<NodeId>,
    wants: Wants<'a>,
}

impl Writer<'_> {
    /// Writes what is inside an element: blocks, and texts between them as paragraphs.
    fn container(&mut self, node: NodeRef<'_, Node>, depth: usize) -> Result<(), Error> {
        let mut run = Inline::default();
        for child in node.children() {
            self.flow(child, &mut run, depth)?;
        }
        self.paragraph(run)
    }

    /// One node within a container: an inline one goes to the run of text, a block ends that.
    fn flow(&mut self, child: NodeRef<'_, Node>, run: &mut Inline, depth: usize) -> Result<(), Error> {
        match child.value() {
            Node::Text(text) => run.text(text),
            Node::Element(element) => {
                let holds = self.holding.contains(&child.id());
                if is_block(element.name()) {
                    let full = std::mem::take(run);
                    self.paragraph(full)?;
                    self.block(child, depth + 1)?;
                } else if holds {
                    let full = std::mem::take(run);
                    self.paragraph(full)?;
                    self.around_blocks(child, depth + 1)?;
                } else {
                    run.element(child, self.wants, Marks::default(), depth + 1);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// An inline element with blocks inside. A link is that of the first text in it.
    fn around_blocks(&mut self, node: NodeRef<'_, Node>, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return self.as_text(node);
        }
        let element = node.value().as_element();
        let href = element.filter(|element| element.name() == "a").and_then(|element| element.attr("href"));
        let outer = self.link.take();
        if let Some(href) = href
            && self.wants.links
            && is_harmless(href)
            && !href.trim().is_empty()
        {
            let title = element.and_then(|element| element.attr("title")).map(str::to_owned);
            self.link = Some((absolute(self.wants.base, href).into_owned(), title));
        }
        self.container(node, depth)?;
        self.link = outer;
        Ok(())
    }

    fn block(&mut self, node: NodeRef<'_, Node>, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return self.as_text(node);
        }
        let Node::Element(element) = node.value() else { return Ok(()) };
        match element.name() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(node, depth),
            "hr" => {
                self.gap();
                self.line("---");
                self.gap();
                Ok(())
            }
            "blockquote" => {
                self.gap();
                self.within("> ", Some("> "), |writer| writer.container(node, depth))?;
                self.gap();
                Ok(())
            }
            "pre" => self.code(node),
            "ul" | "ol" | "menu" => self.list(node, depth),
            // Outside of a list.
            "li" => self.item("- ", node, depth),
            "table" => match table::read(node, self.wants) {
                Some(lines) => {
                    if let Some(caption) = table::caption(node) {
                        let mut run = Inline::default();
                        run.text(&caption);
                        self.paragraph(run)?;
                    }
                    self.gap();
                    for line in lines {
                        self.line(&line);
                        self.check()?;
                    }
                    self.gap();
                    Ok(())
                }
                None => self.layout(node, depth),
            },
            "dt" => {
                let mut run = Inline::default();
                for child in node.children() {
                    run.node(child, self.wants, Marks { strong: true, ..Marks::default() }, depth);
                }
                let run = run.wrapped("**");
                self.paragraph(run)
            }
            _ => {
                self.gap();
                self.container(node, depth)?;
                self.gap();
                Ok(())
            }
        }
    }

    /// The cells of a table that only places things: one after the other.
    fn layout(&mut self, node: NodeRef<'_, Node>, depth: usize) -> Result<(), Error> {
        for child in node.children() {
            let Node::Element(element) = child.value() else { continue };
            match element.name() {
                "tbody" | "thead" | "tfoot" | "tr" if depth < MAX_DEPTH => self.layout(child, depth + 1)?,
                _ => {
                    self.gap();
                    match depth < MAX_DEPTH {
                        true => self.container(child, depth + 1)?,
                        false => self.as_text(child)?,
                    }
                    self.gap();
                }
            }
        }
        Ok(())
    }

    fn heading(&mut self, node: NodeRef<'_, Node>, depth: usize) -> Result<(), Error> {
        let level = node.value().as_element().and_then(|element| element.name()[1..].parse().ok()).unwrap_or(1);
        let mut run = Inline::default();
        for child in node.children() {
            run.node(child, self.wants, Marks::default(), depth);
        }
        let mut text = self.linked(run).one_line();
        if text.is_empty() {
            return Ok(());
        }
        // A mark at its end would be taken for the end of the heading.
        if text.ends_with('#') {
            text.insert(text.len() - 1, '\\');
        }
        self.gap();
        self.line(&format!("{} {text}", "#".repeat(level)));
        self.gap();
        self.check()
    }

    fn code(&mut self, node: NodeRef<'_, Node>) -> Result<(), Error> {
        let code = raw_text(node);
        let code = code.replace("\r\n", "\n");
        let code = code.strip_suffix('\n').unwrap_or(&code);
        if code.trim().is_empty() {
            return Ok(());
        }
        let fence = "`".repeat(longest_run(code, '`').max(2) + 1);
        self.gap();
        self.line(&format!("{fence}{}", language(node)));
        for line in code.split('\n') {
            self.line(line);
        }
        self.line(&fence);
        self.gap();
        self.check()
    }

    /// Writes with more before each line, unless it is set in far already.
    fn within(
        &mut self,
        prefix: &str,
        marker: Option<&str>,
        write: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.indents >= MAX_INDENT {
            return write(self);
        }
        let length = self.prefix.len();
        let outer = self.marker.take();
        if let Some(marker) = marker {
            let before = outer.clone().unwrap_or_else(|| self.prefix.clone());
            self.marker = Some(format!("{before}{marker}"));
        }
        self.prefix.push_str(prefix);
        self.indents += 1;
        let at = self.out.len();
        write(self)?;
        self.indents -= 1;
        self.prefix.truncate(length);
        self.shared = self.shared.min(length);
        // Nothing was written: what stood before is still due.
        self.marker = if self.out.len() == at { outer } else { None };
        Ok(())
    }

    fn linked(&mut self, run: Inline) -> Inline {
        if self.link.is_some() && !run.is_blank() {
            let (href, title) = self.link.take().unwrap_or_default();
            return run.linked(&href, title.as_deref());
        }
        run
    }

    /// A run of text as a paragraph.
    fn paragraph(&mut self, run: Inline) -> Result<(), Error> {
        if run.is_blank() {
            return Ok(());
        }
        let lines = self.linked(run).lines();
        if self.tight && self.indents > 0 {
            self.break_line();
        } else {
            self.gap();
        }
        for line in lines {
            self.line(&line);
        }
        if self.tight && self.indents > 0 {
            self.break_line();
        } else {
            self.gap();
        }
        self.check()
    }

    /// What is too deep, as its text.
    fn as_text(&mut self, node: NodeRef<'_, Node>) -> Result<(), Error> {
        let Some(element) = ElementRef::wrap(node) else { return Ok(()) };
        for line in text_of(element).split('\n') {
            let mut run = Inline::default();
            run.text(line);
            self.paragraph(run)?;
        }
        Ok(())
    }

    /// An empty line is due before what comes next.
    fn gap(&mut self) {
        if !self.out.is_empty() && self.marker.is_none() {
            self.gap = 2;
        }
    }

    /// The next thing begins on a line of its own.
    fn break_line(&mut self) {
        if !self.out.is_empty() && self.marker.is_none() {
            self.gap = self.gap.max(1);
        }
    }

    fn line(&mut self, line: &str) {
        if !self.out.is_empty() {
            // Where no line was due it is one now: lines are whole.
            for number in 1..self.gap.max(1) + 1 {
                self.out.push('\n');
                if number < self.gap.max(1) {
                    self.out.push_str(self.prefix[..self.shared.min(self.prefix.len())].trim_end());
                }
            }
        }
        self.gap = 1;
        self.shared = self.prefix.len();
        match self.marker.take() {
            Some(marker) => self.out.push_str(&marker),
            None if line.is_empty() => self.out.push_str(self.prefix.trim_end()),
            None => self.out.push_str(&self.prefix),
        }
        self.out.push_str(line);
    }

    fn check(&self) -> Result<(), Error> {
        if self.out.len() > MAX_OUTPUT {
            let message = format!("the result has more than {} MB", MAX_OUTPUT >> 20);
            return Err(Error::new(chassis::Code::PayloadTooLarge, message));
        }
        Ok(())
    }
}

/// The longest run of a character.
pub(super) fn longest_run(text: &str, of: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The language of a block of code, by a class of it or of what is around it.
fn language(node: NodeRef<'_, Node>) -> String {
    let inner = node.children().find(|child| child.value().is_element());
    let nodes = [inner, Some(node), node.parent()];
    for element in nodes.into_iter().flatten().filter_map(|node| node.value().as_element()) {
        for class in element.classes() {
            let language = ["language-", "lang-", "highlight-source-", "brush:"]
                .iter()
                .find_map(|prefix| class.strip_prefix(prefix))
                .filter(|language| language.chars().all(|c| c.is_ascii_alphanumeric() || "+-#.".contains(c)));
            if let Some(language) = language.filter(|language| !language.is_empty() && language.len() <= 30) {
                return language.to_owned();
            }
        }
    }
    String::new()
}
