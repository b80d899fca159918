//! RSS and Atom, element by element. What a name means is settled by its namespace, whatever its prefix.

use std::collections::HashMap;

use chassis::Error;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use scraper::Html;

use super::entry::{Entry, Raw, Text};
use super::{Enclosure, MAX_ITEMS};
use crate::package::{attribute, local};

/// Elements inside each other.
const MAX_DEPTH: usize = 200;
/// Files and categories of an item.
const MAX_PARTS: usize = 200;

/// The namespaces that are told apart, with the prefix they have here.
const NAMESPACES: &[(&str, &str)] = &[
    ("http://www.w3.org/2005/Atom", "atom"),
    ("http://purl.org/atom/ns#", "atom"),
    ("http://purl.org/dc/elements/1.1/", "dc"),
    ("http://purl.org/dc/terms/", "dcterms"),
    ("http://purl.org/rss/1.0/modules/content/", "content"),
    ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
    ("http://search.yahoo.com/mrss/", "media"),
    ("http://search.yahoo.com/mrss", "media"),
    ("http://purl.org/rss/1.0/", ""),
    ("http://www.w3.org/1999/xhtml", "xhtml"),
];

/// Bytes as text: by their mark, by what the XML says of its encoding, else UTF-8, else Windows-1252.
pub(super) fn decoded(bytes: &[u8]) -> String {
    if encoding_rs::Encoding::for_bom(bytes).is_none() {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
        let said = head.split("?>").next().and_then(|head| head.split_once("encoding=")).map(|(_, rest)| {
            rest.trim_start_matches(['"', '\''])
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                .collect::<String>()
        });
        if let Some(encoding) = said.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()))
            && (encoding != encoding_rs::UTF_8 || std::str::from_utf8(bytes).is_ok())
        {
            return encoding.decode(bytes).0.into_owned();
        }
    }
    crate::extract::decoded(bytes)
}

/// An element that is open.
struct Open {
    name: String,
    base: Option<String>,
    /// How its text is to be taken (Atom).
    kind: String,
    text: String,
    /// For links of Atom and the like, whose text says nothing.
    children: bool,
}

struct Parser {
    raw: Raw,
    prefixes: HashMap<String, &'static str>,
    open: Vec<Open>,
    entry: Option<Entry>,
    /// Inside XHTML: how deep.
    xhtml: usize,
    person: (Option<String>, Option<String>),
    /// Entities of HTML that came up.
    entities: HashMap<String, String>,
}

/// A feed of XML, and where it stops to be well-formed; none for XML or HTML that is no feed.
///
/// # Errors
/// When it is not well-formed before its first item.
pub(super) fn read(text: &str) -> Result<Option<(Raw, Option<String>)>, Error> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut parser = Parser {
        raw: Raw::default(),
        prefixes: HashMap::new(),
        open: Vec::new(),
        entry: None,
        xhtml: 0,
        person: (None, None),
        entities: HashMap::new(),
    };
    let mut damaged = None;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(_) => {
                damaged = Some(place(text, reader.error_position()));
                break;
            }
        };
        match event {
            Event::Start(element) => parser.start(&element, false)?,
            Event::Empty(element) => {
                parser.start(&element, true)?;
                parser.end();
            }
            Event::End(_) => parser.end(),
            Event::Text(part) => parser.text(&part.xml10_content()),
            Event::CData(part) => parser.text(&part.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                match reference.resolve_char_ref() {
                    Ok(Some(char)) => parser.text(char.encode_utf8(&mut [0; 4])),
                    _ if parser.xhtml > 0 => parser.text_as_it_is(&format!("&{name};")),
                    _ => parser.entity(&name),
                }
            }
            Event::DocType(declared) if declared.contains('[') => {
                return Err(Error::impossible("feed", "declares entities of its own, which are not read"));
            }
            Event::Eof => break,
            _ => {}
        }
        if parser.open.len() > MAX_DEPTH {
            return Err(Error::impossible("feed", format!("has elements nested more than {MAX_DEPTH} deep")));
        }
    }
    if parser.raw.format.is_empty() {
        return Ok(None);
    }
    if let (Some(place), true) = (&damaged, parser.raw.entries.is_empty()) {
        return Err(Error::impossible("feed", format!("is no well-formed XML from {place} on")));
    }
    if parser.open.len() > 1 && damaged.is_none() {
        damaged = Some("its end".to_owned());
    }
    Ok(Some((parser.raw, damaged)))
}

fn place(text: &str, at: u64) -> String {
    let at = usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
    let lines = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
    format!("line {}", lines + 1)
}

impl Parser {
    /// A name with the prefix of its namespace here; without one for those of RSS.
    fn named(&mut self, element: &BytesStart<'_>) -> String {
        for attribute in element.attributes().with_checks(false).flatten() {
            let key = attribute.key.0;
            let prefix = match key.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) if rest.starts_with(':') => &rest[1..],
                _ => continue,
            };
            let value = attribute.value.trim();
            let known = NAMESPACES.iter().find(|(uri, _)| *uri == value).map(|(_, prefix)| *prefix);
            if let Some(known) = known.or((prefix.is_empty()).then_some("")) {
                self.prefixes.insert(prefix.to_owned(), known);
            }
        }
        let full = element.name().0;
        let (prefix, name) = full.split_once(':').unwrap_or(("", full));
        let name = name.to_owned();
        let default = if self.raw.format.starts_with("atom") { "atom" } else { "" };
        match self.prefixes.get(prefix).copied() {
            Some("") => name,
            Some("atom") if prefix.is_empty() && self.raw.format.starts_with("atom") => name,
            Some("atom") if self.raw.format.starts_with("atom") || self.raw.format.is_empty() => name,
            Some(known) => format!("{known}:{name}"),
            None if prefix.is_empty() && (default.is_empty() || default == "atom") => name,
            None => format!("{prefix}:{name}"),
        }
    }

    fn start(&mut self, element: &BytesStart<'_>, is_empty: bool) -> Result<(), Error> {
        if self.xhtml > 0 {
            let name = local(element.name().0).to_owned();
            let attributes = element.attributes_raw().trim().to_owned();
            let space = if attributes.is_empty() { "" } else { " " };
            self.text_as_it_is(&format!("<{name}{space}{attributes}>"));
            self.xhtml += 1;
            self.open.push(Open {
                name,
                base: None,
                kind: if is_empty { "empty" } else { "" }.to_owned(),
                text: String::new(),
                children: false,
            });
            return Ok(());
        }
        let name = self.named(element);
        if let Some(open) = self.open.last_mut() {
            open.children = true;
        }
        let outer = self.open.last().and_then(|open| open.base.clone());
        let base = attribute_of(element, "xml:base").map_or(outer.clone(), |own| {
            match outer.as_deref().and_then(|outer| url::Url::parse(outer).ok()) {
                Some(outer) => outer.join(&own).ok().map(String::from).or(Some(own)),
                None => Some(own),
            }
        });
        if self.open.is_empty() {
            self.format(&name, element);
            self.raw.base = base.clone();
        }
        let kind = attribute(element, "type").unwrap_or_default().to_ascii_lowercase();
        if matches!(name.as_str(), "item" | "entry") && self.entry.is_none() && !self.raw.format.is_empty() {
            if self.raw.entries.len() >= MAX_ITEMS {
                return Err(Error::new(
                    chassis::Code::PayloadTooLarge,
                    format!("the feed has more than {MAX_ITEMS} items"),
                ));
            }
            self.entry = Some(Entry { base: base.clone(), id: attribute_of(element, "rdf:about"), ..Entry::default() });
        } else {
            self.attributes(&name, element);
        }
        let in_xhtml = kind == "xhtml"
            && matches!(name.as_str(), "content" | "summary" | "title" | "subtitle" | "tagline" | "info");
        self.open.push(Open { name, base, kind, text: String::new(), children: false });
        if in_xhtml && !is_empty {
            self.xhtml = 1;
        }
        Ok(())
    }

    /// What the first element says of the format.
    fn format(&mut self, name: &str, element: &BytesStart<'_>) {
        self.raw.language = attribute_of(element, "xml:lang");
        let version = attribute(element, "version").unwrap_or_default();
        let version: String = version.chars().filter(|c| c.is_ascii_digit() || *c == '.').take(6).collect();
        self.raw.format = match name {
            "rss" => format!("rss-{}", if version.is_empty() { "2.0" } else { &version }),
            "rdf:RDF" | "RDF" => match self.prefixes.get("") {
                Some(_) if element.attributes_raw().contains("purl.org/rss/1.0") => "rss-1.0".to_owned(),
                _ if element.attributes_raw().contains("my.netscape.com/rdf/simple/0.9") => "rss-0.90".to_owned(),
                _ => "rss-1.0".to_owned(),
            },
            "feed" => format!("atom-{}", if version.is_empty() { "1.0" } else { &version }),
            _ => String::new(),
        };
    }

    /// Elements that say what they say in attributes.
    fn attributes(&mut self, name: &str, element: &BytesStart<'_>) {
        let get = |name: &str| {
            attribute(element, name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let is_atom = self.raw.format.starts_with("atom");
        match name {
            "link" | "atom:link" => {
                let Some(href) = get("href") else { return };
                let rel = get("rel").unwrap_or_else(|| "alternate".to_owned());
                match (&mut self.entry, rel.as_str()) {
                    (Some(entry), "alternate") => {
                        let html = get("type").is_none_or(|kind| kind.contains("html"));
                        if entry.url.is_none() || html && is_atom && entry.url.is_some() && get("type").is_some() {
                            entry.url.get_or_insert(href);
                        }
                    }
                    (Some(entry), "enclosure") if entry.enclosures.len() < MAX_PARTS => {
                        entry.enclosures.push(Enclosure {
                            url: href,
                            kind: get("type"),
                            length: get("length").and_then(|length| length.parse().ok()),
                        });
                    }
                    (Some(entry), "replies") => entry.comments = entry.comments.take().or(Some(href)),
                    (None, "alternate") => self.raw.url = self.raw.url.take().or(Some(href)),
                    (None, "self") => self.raw.feed_url = self.raw.feed_url.take().or(Some(href)),
                    (None, "next") => self.raw.next_url = self.raw.next_url.take().or(Some(href)),
                    _ => {}
                }
            }
            "enclosure" | "media:content" => {
                let Some(entry) = self.entry.as_mut().filter(|entry| entry.enclosures.len() < MAX_PARTS) else {
                    return;
                };
                let Some(url) = get("url") else { return };
                let medium = get("medium");
                let length = get("length").or_else(|| get("fileSize")).and_then(|length| length.parse().ok());
                if medium.as_deref() == Some("image")
                    || name == "media:content" && get("type").is_some_and(|kind| kind.starts_with("image/"))
                {
                    entry.image.get_or_insert(url);
                    return;
                }
                entry.enclosures.push(Enclosure { url, kind: get("type"), length });
                if let Some(duration) = get("duration") {
                    entry.duration.get_or_insert(duration);
                }
            }
            "media:thumbnail" => {
                if let (Some(entry), Some(url)) = (&mut self.entry, get("url")) {
                    entry.image.get_or_insert(url);
                }
            }
            "itunes:image" => {
                let Some(url) = get("href") else { return };
                match &mut self.entry {
                    Some(entry) => entry.image = Some(url),
                    None => self.raw.image = self.raw.image.take().or(Some(url)),
                }
            }
            "category" if is_atom => {
                if let (Some(entry), Some(term)) = (&mut self.entry, get("label").or_else(|| get("term"))) {
                    category(entry, term);
                }
            }
            "content" if is_atom => {
                if let (Some(entry), Some(source)) = (&mut self.entry, get("src")) {
                    entry.enclosures.push(Enclosure { url: source, kind: get("type"), length: None });
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.xhtml > 0 {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            return self.text_as_it_is(&escaped);
        }
        if let Some(open) = self.open.last_mut() {
            open.text.push_str(text);
        }
    }

    /// Adds an entity: those of XML, and those of HTML, which feeds use without having declared them.
    fn entity(&mut self, name: &str) {
        if let Some(text) = resolve_predefined_entity(name) {
            return self.text(text);
        }
        if name.len() > 40 {
            return;
        }
        if !self.entities.contains_key(name) {
            let page = Html::parse_fragment(&format!("&{name};"));
            let text: String = page.root_element().text().collect();
            let known = if text.starts_with('&') { String::new() } else { text };
            self.entities.insert(name.to_owned(), known);
        }
        let text = self.entities.get(name).cloned().unwrap_or_default();
        self.text(&text);
    }

    /// Adds to the text of the element that holds XHTML.
    fn text_as_it_is(&mut self, text: &str) {
        let at = self.open.len() - self.xhtml.min(self.open.len());
        if let Some(open) = self.open.get_mut(at) {
            open.text.push_str(text);
        }
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if self.xhtml > 1 {
            self.xhtml -= 1;
            // The one that holds it is as deep as XHTML began.
            if open.kind != "empty"
                || !matches!(open.name.as_str(), "br" | "hr" | "img" | "input" | "wbr" | "col" | "area" | "source")
            {
                self.text_as_it_is(&format!("</{}>", open.name));
            }
            return;
        }
        self.xhtml = 0;
        let is_feed_level = |depth: usize| self.open.len() == depth;
        let parent = self.open.last().map(|open| open.name.clone()).unwrap_or_default();
        if matches!(open.name.as_str(), "item" | "entry") {
            if let Some(entry) = self.entry.take() {
                self.raw.entries.push(entry);
            }
            return;
        }
        let value = Some(open.text.trim().to_owned()).filter(|value| !value.is_empty());
        let atom = self.raw.format.starts_with("atom");
        // Persons of Atom.
        if matches!(parent.as_str(), "author" | "contributor" | "atom:author") {
            match open.name.as_str() {
                "name" | "atom:name" => self.person.0 = value,
                "email" | "atom:email" => self.person.1 = value,
                _ => {}
            }
            return;
        }
        if matches!(open.name.as_str(), "author" | "atom:author") && open.children {
            let (name, email) = std::mem::take(&mut self.person);
            if let Some(person) = name.or(email) {
                match &mut self.entry {
                    // The source of an item that came from elsewhere has its own.
                    Some(entry) if parent == "entry" || parent == "item" => entry.authors.push(person),
                    None => self.raw.authors.push(person),
                    Some(_) => {}
                }
            }
            return;
        }
        let Some(value) = value else { return };
        let text = |value: String| match (atom, open.kind.as_str()) {
            (true, "" | "text" | "text/plain") => Text::Plain(value),
            _ => Text::Html(value),
        };
        match &mut self.entry {
            Some(entry) if parent == "item" || parent == "entry" || parent == "media:group" => {
                of_entry(entry, &open, value, text);
            }
            Some(_) => {}
            None if parent == "image" && open.name == "url" => self.raw.image = self.raw.image.take().or(Some(value)),
            None if parent == "channel" || parent == "feed" && is_feed_level(1) => {
                of_feed(&mut self.raw, &open, value, text);
            }
            None => {}
        }
    }
}

fn category(entry: &mut Entry, name: String) {
    if entry.categories.len() < MAX_PARTS && !entry.categories.contains(&name) {
        entry.categories.push(name);
    }
}

fn of_entry(entry: &mut Entry, open: &Open, value: String, text: impl Fn(String) -> Text) {
    match open.name.as_str() {
        "title" => entry.title = Some(text(value)),
        "media:title" | "dc:title" => {
            entry.title.get_or_insert(text(value));
        }
        "link" if !open.children => {
            entry.url.get_or_insert(value);
        }
        "id" | "guid" => entry.id = Some(value),
        "dc:identifier" => {
            entry.id.get_or_insert(value);
        }
        "pubDate" | "published" | "issued" | "dc:date" | "dcterms:issued" | "dcterms:created" | "created" => {
            entry.published.get_or_insert(value);
        }
        "updated" | "modified" | "dcterms:modified" | "atom:updated" => entry.updated = Some(value),
        "author" | "dc:creator" | "itunes:author" => {
            let name = person(&value);
            if entry.authors.is_empty() || open.name == "dc:creator" && !entry.authors.contains(&name) {
                entry.authors.push(name);
            }
        }
        "description" | "summary" => entry.summary = Some(text(value)),
        "itunes:summary" | "media:description" | "dc:description" | "itunes:subtitle" => {
            entry.summary.get_or_insert(Text::Html(value));
        }
        "content:encoded" => entry.content = Some(Text::Html(value)),
        "content" => {
            entry.content = Some(text(value));
            entry.content_base = open.base.clone();
        }
        "category" | "dc:subject" => category(entry, value),
        "comments" => entry.comments = Some(value),
        "itunes:duration" => entry.duration = Some(value),
        _ => {}
    }
}

fn of_feed(raw: &mut Raw, open: &Open, value: String, text: impl Fn(String) -> Text) {
    match open.name.as_str() {
        "title" => raw.title = Some(text(value)),
        "link" if !open.children => raw.url = raw.url.take().or(Some(value)),
        "description" | "subtitle" | "tagline" => raw.description = Some(text(value)),
        "itunes:summary" => {
            raw.description.get_or_insert(Text::Html(value));
        }
        "language" | "dc:language" => raw.language = Some(value),
        "lastBuildDate" | "updated" | "modified" => raw.updated = Some(value),
        "pubDate" | "dc:date" => {
            raw.updated.get_or_insert(value);
        }
        "managingEditor" | "dc:creator" | "itunes:author" if raw.authors.is_empty() => raw.authors.push(person(&value)),
        "logo" | "icon" => raw.image = raw.image.take().or(Some(value)),
        _ => {}
    }
}

/// `ada@example.com (Ada Low)` is Ada Low.
fn person(text: &str) -> String {
    let inner = text.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(name, _)| name.trim());
    match inner {
        Some(name) if !name.is_empty() && text.contains('@') => name.to_owned(),
        _ => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

fn attribute_of(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|attribute| attribute.key.0 == name)?;
    let value = found.normalized_value(XmlVersion::Explicit1_0).ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}
