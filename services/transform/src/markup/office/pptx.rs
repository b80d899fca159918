//! Slides: their titles as headings, their texts as paragraphs and lists, tables, and the notes of the speaker.

use std::collections::HashMap;

use chassis::Error;
use quick_xml::events::{BytesStart, Event};

use super::{Html, Lists};
use crate::package::{BadXml, Package, attribute, events, folder, local, push, relation_id, resolved};

/// Slides at most.
const MAX_SLIDES: usize = 1_000;

/// The slides as HTML.
///
/// # Errors
/// When they are damaged or too large.
pub(super) fn html(package: &mut Package) -> Result<String, Error> {
    let kind = package.kind();
    let main = package.main_part("ppt/presentation.xml")?;
    let relations = package.relations(&main)?;
    let bytes = package.needed(&main)?;
    let mut ids = Vec::new();
    events(&bytes, |event| {
        if let Event::Start(element) | Event::Empty(element) = event
            && local(element.name().0) == "sldId"
        {
            ids.extend(relation_id(element));
        }
        Ok(())
    })
    .map_err(|_| kind.broken("its list of slides is damaged"))?;
    if ids.len() > MAX_SLIDES {
        return Err(kind.too_large(&format!("{MAX_SLIDES} slides")));
    }
    let mut html = Html::default();
    for (at, id) in ids.iter().enumerate() {
        let Some(relation) = relations.iter().find(|relation| relation.id == *id) else { continue };
        let part = resolved(folder(&main), &relation.target);
        let own = package.relations(&part)?;
        let bytes = package.needed(&part)?;
        let links = own.iter().filter(|relation| relation.kind.ends_with("/hyperlink"));
        let links = links.map(|relation| (relation.id.clone(), relation.target.clone())).collect();
        if at > 0 {
            html.tag("hr");
        }
        let mut slide = Slide { html, links, ..Slide::default() };
        events(&bytes, |event| slide.read(event)).map_err(|_| kind.broken("a slide is damaged or too large"))?;
        html = slide.html;
        let notes = own.iter().find(|relation| relation.kind.ends_with("/notesSlide"));
        let Some(notes) = notes.map(|notes| resolved(folder(&part), &notes.target)) else { continue };
        let Some(bytes) = package.part(&notes)? else { continue };
        let mut noted = Slide { is_notes: true, ..Slide::default() };
        events(&bytes, |event| noted.read(event)).map_err(|_| kind.broken("the notes of a slide are damaged"))?;
        if !noted.html.0.is_empty() {
            html.tag("blockquote");
            html.0.push_str(&noted.html.0);
            html.tag("/blockquote");
        }
    }
    Ok(html.0)
}

/// A slide that is being read.
#[derive(Default)]
struct Slide {
    html: Html,
    lists: Lists,
    links: HashMap<String, String>,
    /// Whether only the text of the notes counts, not the picture of the slide above it.
    is_notes: bool,
    /// The kind of place a shape fills: title, body, sldNum ...
    place: Option<String>,
    in_shape: bool,
    in_text: bool,
    in_cell: bool,
    /// The paragraph that is open, and what is open in it.
    paragraph: Html,
    has_text: bool,
    level: usize,
    bullet: Option<&'static str>,
    shown: (bool, bool),
    look: (bool, bool),
    link: Option<String>,
    skipped: usize,
    lines: usize,
}

impl Slide {
    fn read(&mut self, event: &Event<'_>) -> Result<(), BadXml> {
        match event {
            Event::Start(element) => {
                if self.skipped > 0 || local(element.name().0) == "Fallback" {
                    self.skipped += 1;
                } else {
                    self.start(element);
                }
            }
            Event::Empty(element) if self.skipped == 0 => {
                self.start(element);
                self.end(local(element.name().0));
            }
            Event::End(element) => {
                if self.skipped > 0 {
                    self.skipped -= 1;
                } else {
                    self.end(local(element.name().0));
                }
            }
            event if self.in_text && self.skipped == 0 => {
                let mut text = String::new();
                push(event, &mut text);
                if !text.is_empty() {
                    self.show(self.look);
                    if let Some(link) = &self.link {
                        self.paragraph.with("a", "href", &link.clone());
                    }
                    self.paragraph.text(&text);
                    if self.link.is_some() {
                        self.paragraph.tag("/a");
                    }
                    self.has_text = true;
                }
            }
            _ => {}
        }
        self.html.check()?;
        self.paragraph.check()
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        let is_on = |name: &str| attribute(element, name).is_some_and(|value| matches!(value.as_str(), "1" | "true"));
        match local(element.name().0) {
            "sp" => {
                self.in_shape = true;
                self.place = None;
                self.lines = 0;
            }
            "ph" => self.place = Some(attribute(element, "type").unwrap_or_else(|| "body".to_owned())),
            "tbl" => {
                self.lists.close(&mut self.html);
                self.html.tag("table");
            }
            "tr" => self.html.tag("tr"),
            "tc" => {
                self.in_cell = true;
                self.lines = 0;
                // Cells that another one covers stand in the file, empty.
                self.html.tag("td");
            }
            "p" => {
                self.paragraph = Html::default();
                self.has_text = false;
                self.level = 0;
                // What fills the body of a slide is a list there unless it says otherwise.
                let body = matches!(self.place.as_deref(), Some("body" | "obj")) && !self.is_notes;
                self.bullet = (body && !self.in_cell).then_some("ul");
                self.shown = (false, false);
            }
            "pPr" => self.level = attribute(element, "lvl").and_then(|level| level.parse().ok()).unwrap_or(0),
            "buNone" => self.bullet = None,
            "buChar" | "buBlip" => self.bullet = Some("ul"),
            "buAutoNum" => self.bullet = Some("ol"),
            "r" | "fld" => {
                self.look = (false, false);
                self.link = None;
            }
            "rPr" => self.look = (is_on("b"), is_on("i")),
            "hlinkClick" => self.link = relation_id(element).and_then(|id| self.links.get(&id).cloned()),
            "t" => self.in_text = true,
            "br" => self.paragraph.tag("br"),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "sp" => {
                self.lists.close(&mut self.html);
                self.in_shape = false;
                self.place = None;
            }
            "tc" => {
                self.html.tag("/td");
                self.in_cell = false;
            }
            "tr" => self.html.tag("/tr"),
            "tbl" => self.html.tag("/table"),
            "t" => self.in_text = false,
            "p" => self.end_paragraph(),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        self.show((false, false));
        let inner = std::mem::take(&mut self.paragraph).0;
        let place = self.place.as_deref().unwrap_or_default();
        let is_number = matches!(place, "sldNum" | "dt" | "ftr" | "hdr" | "sldImg");
        if !self.has_text || is_number || self.is_notes && place != "body" {
            return;
        }
        self.lines += 1;
        if self.in_cell {
            if self.lines > 1 {
                self.html.tag("br");
            }
            self.html.0.push_str(&inner);
        } else if matches!(place, "title" | "ctrTitle") {
            self.lists.close(&mut self.html);
            self.html.0.push_str(&format!("<h2>{inner}</h2>"));
        } else if let Some(tag) = self.bullet.filter(|_| place != "subTitle") {
            self.lists.item(&mut self.html, self.level, tag);
            self.html.0.push_str(&inner);
        } else {
            self.lists.close(&mut self.html);
            self.html.0.push_str(&format!("<p>{inner}</p>"));
        }
    }

    /// Opens and closes tags so that what follows is shown like this.
    fn show(&mut self, look: (bool, bool)) {
        if look == self.shown {
            return;
        }
        for (on, tag) in [(self.shown.1, "/i"), (self.shown.0, "/b"), (look.0, "b"), (look.1, "i")] {
            if on {
                self.paragraph.tag(tag);
            }
        }
        self.shown = look;
    }
}
