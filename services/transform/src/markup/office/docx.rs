//! Texts: paragraphs with their styles, lists, tables, links and notes. What was deleted while changes were tracked is left
//! out, what was inserted is there.

use std::collections::HashMap;

use chassis::Error;
use quick_xml::events::{BytesStart, Event};

use super::styles::Styles;
use super::{Html, Lists};
use crate::package::{BadXml, Package, attribute, events, folder, local, push, relation_id, resolved};

/// Tables inside each other, and texts in boxes.
const MAX_NESTING: usize = 20;

/// The text as HTML.
///
/// # Errors
/// When it is damaged or too large.
pub(super) fn html(package: &mut Package) -> Result<String, Error> {
    let kind = package.kind();
    let main = package.main_part("word/document.xml")?;
    let relations = package.relations(&main)?;
    let part = |kind: &str| {
        let found = relations.iter().find(|relation| relation.kind.ends_with(kind));
        found.map(|relation| resolved(folder(&main), &relation.target))
    };
    let styles = Styles::read(package, part("/styles").as_deref(), part("/numbering").as_deref())?;
    let links = |relations: &[crate::package::Relation]| -> HashMap<String, String> {
        let links = relations.iter().filter(|relation| relation.kind.ends_with("/hyperlink"));
        links.map(|relation| (relation.id.clone(), relation.target.clone())).collect()
    };
    let bytes = package.needed(&main)?;
    let mut reader = Reader::new(&styles, links(&relations));
    events(&bytes, |event| reader.read(event)).map_err(|_| reader.refused(kind))?;
    for (name, mark) in [("/footnotes", "footnote"), ("/endnotes", "endnote")] {
        let Some(part) = part(name) else { continue };
        let Some(bytes) = package.part(&part)? else { continue };
        let links = links(&package.relations(&part)?);
        reader.notes(mark, &bytes, links).map_err(|_| kind.broken("its notes are damaged"))?;
    }
    reader.lists.close(&mut reader.html);
    Ok(reader.html.0)
}

/// How letters are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Look {
    bold: bool,
    italic: bool,
    strike: bool,
    above: bool,
    below: bool,
    hidden: bool,
}

/// A paragraph that is being read.
#[derive(Default)]
struct Paragraph {
    style: String,
    list: Option<(String, usize)>,
    heading: Option<usize>,
    html: Html,
    has_text: bool,
    /// What is open within it.
    shown: Look,
}

/// Where in the XML this is.
struct Reader<'s> {
    html: Html,
    lists: Lists,
    styles: &'s Styles,
    links: HashMap<String, String>,
    paragraphs: Vec<Paragraph>,
    look: Look,
    in_properties: bool,
    in_text: bool,
    /// Elements that are passed over, with all inside.
    skipped: usize,
    tables: usize,
    /// Cells around this: their columns, and whether they have begun.
    cells: Vec<(usize, bool)>,
    code: bool,
    quote: bool,
    /// Notes that the text refers to, in order: kind and id.
    noted: Vec<(&'static str, String)>,
    too_large: bool,
}

impl<'s> Reader<'s> {
    fn new(styles: &'s Styles, links: HashMap<String, String>) -> Self {
        Self {
            html: Html::default(),
            lists: Lists::default(),
            styles,
            links,
            paragraphs: Vec::new(),
            look: Look::default(),
            in_properties: false,
            in_text: false,
            skipped: 0,
            tables: 0,
            cells: Vec::new(),
            code: false,
            quote: false,
            noted: Vec::new(),
            too_large: false,
        }
    }

    fn refused(&self, kind: crate::package::Kind) -> Error {
        if self.too_large { kind.too_large("64 MB of text") } else { kind.broken("its text is damaged") }
    }

    fn read(&mut self, event: &Event<'_>) -> Result<(), BadXml> {
        match event {
            Event::Start(element) => {
                if self.skipped > 0 || skips(local(element.name().0)) {
                    self.skipped += 1;
                    return Ok(());
                }
                self.start(element)?;
            }
            Event::Empty(element) if self.skipped == 0 && !skips(local(element.name().0)) => {
                self.start(element)?;
                self.end(local(element.name().0))?;
            }
            Event::End(element) => {
                if self.skipped > 0 {
                    self.skipped -= 1;
                } else {
                    self.end(local(element.name().0))?;
                }
            }
            event if self.in_text && self.skipped == 0 => {
                let mut text = String::new();
                push(event, &mut text);
                self.text(&text);
            }
            _ => {}
        }
        if self.html.check().is_err() || self.paragraphs.iter().any(|paragraph| paragraph.html.check().is_err()) {
            self.too_large = true;
            return Err(BadXml);
        }
        Ok(())
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), BadXml> {
        let value = || attribute(element, "val");
        let is_on = || value().is_none_or(|value| !matches!(value.as_str(), "0" | "false" | "none" | "off"));
        match local(element.name().0) {
            "p" => {
                self.open_cell();
                if self.paragraphs.len() >= MAX_NESTING {
                    return Err(BadXml);
                }
                self.paragraphs.push(Paragraph::default());
                self.look = Look::default();
            }
            "pStyle" => {
                if let (Some(paragraph), Some(style)) = (self.paragraphs.last_mut(), value()) {
                    paragraph.style = style;
                }
            }
            "ilvl" | "numId" if self.paragraphs.last().is_some() => {
                let is_level = local(element.name().0) == "ilvl";
                if let (Some(paragraph), Some(value)) = (self.paragraphs.last_mut(), value()) {
                    let (list, level) = paragraph.list.take().unwrap_or_default();
                    paragraph.list = Some(if is_level { (list, value.parse().unwrap_or(0)) } else { (value, level) });
                }
            }
            "outlineLvl" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.heading = value()
                        .and_then(|level| level.parse().ok())
                        .filter(|level| *level < 6)
                        .map(|level: usize| level + 1);
                }
            }
            "r" => self.look = Look::default(),
            "rPr" => self.in_properties = true,
            "b" if self.in_properties => self.look.bold = is_on(),
            "i" if self.in_properties => self.look.italic = is_on(),
            "strike" | "dstrike" if self.in_properties => self.look.strike = is_on(),
            "vanish" if self.in_properties => self.look.hidden = is_on(),
            "vertAlign" if self.in_properties => {
                let value = value().unwrap_or_default();
                self.look.above = value == "superscript";
                self.look.below = value == "subscript";
            }
            "t" => self.in_text = true,
            "tab" if !self.in_properties && !self.paragraphs.is_empty() => self.text("\t"),
            "noBreakHyphen" => self.text("-"),
            "br" | "cr" if attribute(element, "type").is_none_or(|kind| kind == "textWrapping") => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.html.tag("br");
                }
            }
            "hyperlink" => {
                let target = relation_id(element).and_then(|id| self.links.get(&id).cloned());
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.show(Look::default());
                    match target {
                        Some(target) => paragraph.html.with("a", "href", &target),
                        None => paragraph.html.tag("span"),
                    }
                }
            }
            "footnoteReference" | "endnoteReference" => {
                let kind = if local(element.name().0).starts_with('f') { "footnote" } else { "endnote" };
                if let (Some(paragraph), Some(id)) = (self.paragraphs.last_mut(), attribute(element, "id")) {
                    self.noted.push((kind, id));
                    paragraph.show(Look::default());
                    paragraph.html.tag("sup");
                    paragraph.html.text(&format!("[{}]", self.noted.len()));
                    paragraph.html.tag("/sup");
                    paragraph.has_text = true;
                }
            }
            "tbl" => {
                self.open_cell();
                self.leave_block();
                self.tables += 1;
                if self.tables > MAX_NESTING {
                    return Err(BadXml);
                }
                self.html.tag("table");
            }
            "tr" => self.html.tag("tr"),
            "tc" => self.cells.push((1, false)),
            "gridSpan" => {
                if let (Some(cell), Some(columns)) = (self.cells.last_mut(), value()) {
                    cell.0 = columns.parse().unwrap_or(1).clamp(1, 63);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), BadXml> {
        match name {
            "rPr" => self.in_properties = false,
            "t" => self.in_text = false,
            "hyperlink" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.show(Look::default());
                    // A span that was opened instead is closed by the parser.
                    paragraph.html.tag("/a");
                }
            }
            "p" => self.end_paragraph(),
            "tc" => {
                self.open_cell();
                self.leave_block();
                self.html.tag("/td");
                self.cells.pop();
            }
            "tr" => self.html.tag("/tr"),
            "tbl" => {
                self.tables = self.tables.saturating_sub(1);
                self.html.tag("/table");
            }
            _ => {}
        }
        Ok(())
    }

    /// Begins the cell this is in, whose columns are known by now.
    fn open_cell(&mut self) {
        match self.cells.last_mut() {
            Some((columns, begun)) if !*begun => {
                *begun = true;
                match *columns {
                    1 => self.html.tag("td"),
                    columns => self.html.with("td", "colspan", &columns.to_string()),
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let look = self.look;
        let Some(paragraph) = self.paragraphs.last_mut().filter(|_| !look.hidden) else { return };
        if text.is_empty() {
            return;
        }
        paragraph.show(look);
        paragraph.html.text(text);
        paragraph.has_text = true;
    }

    /// Ends what runs over several paragraphs: lists, code, quotations.
    fn leave_block(&mut self) {
        self.lists.close(&mut self.html);
        if std::mem::take(&mut self.code) {
            self.html.tag("/pre");
        }
        if std::mem::take(&mut self.quote) {
            self.html.tag("/blockquote");
        }
    }

    fn end_paragraph(&mut self) {
        let Some(mut paragraph) = self.paragraphs.pop() else { return };
        paragraph.show(Look::default());
        // A paragraph without a style stands in the text as such.
        let style = paragraph.style.as_str();
        let heading = paragraph.heading.or_else(|| self.styles.heading(style)).filter(|level| (1..=6).contains(level));
        let list = match &paragraph.list {
            Some((list, _)) if list == "0" => None,
            Some((list, level)) if !list.is_empty() => Some((list.clone(), *level)),
            _ => self.styles.list(style),
        };
        if !paragraph.has_text {
            return;
        }
        let inner = &paragraph.html.0;
        if let Some(level) = heading {
            self.leave_block();
            self.html.0.push_str(&format!("<h{level}>{inner}</h{level}>"));
        } else if let Some((list, level)) = list {
            if self.code || self.quote {
                self.leave_block();
            }
            let tag = self.styles.list_tag(&list, level);
            self.lists.item(&mut self.html, level, tag);
            self.html.0.push_str(inner);
        } else if self.styles.is_code(style) {
            if !self.code {
                self.leave_block();
                self.html.tag("pre");
                self.code = true;
            }
            self.html.0.push_str(inner);
            self.html.0.push('\n');
        } else {
            let quote = self.styles.is_quote(style);
            if !(quote && self.quote) {
                self.leave_block();
            }
            if quote && !self.quote {
                self.html.tag("blockquote");
                self.quote = true;
            }
            self.html.0.push_str(&format!("<p>{inner}</p>"));
        }
    }

    /// Adds the notes the text refers to, as a numbered list.
    fn notes(&mut self, kind: &'static str, bytes: &[u8], links: HashMap<String, String>) -> Result<(), BadXml> {
        let mut texts: HashMap<String, String> = HashMap::new();
        let mut id = None;
        let mut reader = Reader::new(self.styles, links);
        events(bytes, |event| {
            match event {
                Event::Start(element) if local(element.name().0) == kind => {
                    id = attribute(element, "id");
                    return Ok(());
                }
                Event::End(element) if local(element.name().0) == kind => {
                    reader.leave_block();
                    let text = std::mem::take(&mut reader.html).0;
                    if let Some(id) = id.take() {
                        texts.insert(id, text);
                    }
                    return Ok(());
                }
                _ => {}
            }
            reader.read(event)
        })?;
        self.leave_block();
        for (at, (other, id)) in self.noted.iter().enumerate() {
            if *other == kind
                && let Some(text) = texts.get(id)
            {
                self.html.0.push_str(&format!("<p>[{}]</p>", at + 1));
                // The number and the text of a note are one paragraph.
                self.html.0.truncate(self.html.0.len() - "</p>".len());
                self.html.0.push(' ');
                self.html.0.push_str(text.strip_prefix("<p>").unwrap_or(text));
            }
        }
        self.html.check()
    }
}

/// What is passed over: what was deleted, the second form of a drawing, what is no text.
fn skips(name: &str) -> bool {
    matches!(
        name,
        "del"
            | "moveFrom"
            | "Fallback"
            | "instrText"
            | "delText"
            | "pPrChange"
            | "rPrChange"
            | "tblPr"
            | "tblGrid"
            | "trPr"
            | "sectPr"
            | "annotationRef"
    )
}

impl Paragraph {
    /// Opens and closes tags so that what follows is shown like this.
    fn show(&mut self, look: Look) {
        if look == self.shown {
            return;
        }
        let tags = |look: Look| {
            [(look.bold, "b"), (look.italic, "i"), (look.strike, "s"), (look.above, "sup"), (look.below, "sub")]
        };
        for (on, tag) in tags(self.shown).into_iter().rev() {
            if on {
                self.html.tag(&format!("/{tag}"));
            }
        }
        for (on, tag) in tags(look) {
            if on {
                self.html.tag(tag);
            }
        }
        self.shown = look;
    }
}
