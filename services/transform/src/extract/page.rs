//! A web page: its elements by CSS selector, its JSON-LD and metadata.

use chassis::{Data, Error};
use ego_tree::NodeRef;
use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

use super::{ExtractRequest, ExtractResponse, tables};
use crate::tree::{Object, Tree, read};

/// Fields at most.
const MAX_FIELDS: usize = 200;
/// Matches of a selector, and rows, at most.
const MAX_MATCHES: usize = 50_000;
/// Attributes that hold an address.
const ADDRESSES: &[&str] = &["href", "src", "action", "poster", "cite", "data"];
/// Elements that begin a new line of text.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

/// The HTML of a request, as text.
pub(super) fn html_of(data: &Data) -> Result<String, Error> {
    match data {
        Data::Text(text) => Ok(text.clone()),
        Data::File(file) => Ok(decoded(file.bytes())),
        Data::Json(_) => Err(Error::impossible("html", "must be HTML: a text, a file or a URL")),
    }
}

/// The bytes of a page as text: by its mark, by what it says of itself in its head, else UTF-8, else Windows-1252.
pub(crate) fn decoded(bytes: &[u8]) -> String {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1_024)]).to_ascii_lowercase();
    let label = head.split_once("charset=").map(|(_, rest)| {
        rest.trim_start_matches(['"', '\''])
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
            .collect()
    });
    let label: String = label.unwrap_or_default();
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252);
    encoding.decode(bytes).0.into_owned()
}

/// A page that was read.
pub(super) struct Page {
    html: Html,
    base: Option<Url>,
}

/// What is taken of an element.
enum Part {
    Text,
    Html,
    Attribute(String),
}

/// A field: which elements, and what of them.
struct Field {
    name: String,
    selector: Option<Selector>,
    part: Part,
    all: bool,
}

pub(super) fn selector(text: &str, field: &str) -> Result<Selector, Error> {
    Selector::parse(text).map_err(|_| Error::impossible(field, format!("{text} is no CSS selector")))
}

impl Page {
    pub(super) fn of(html: &str, base: Option<&str>) -> Result<Self, Error> {
        let html = Html::parse_document(html);
        let stated = base.map(|base| {
            let url = Url::parse(base).ok().filter(|url| !url.cannot_be_a_base());
            url.ok_or_else(|| Error::impossible("baseUrl", "must be a URL such as https://example.com/page"))
        });
        let mut base = stated.transpose()?;
        let element = Selector::parse("base[href]").ok();
        if let Some(url) = &base
            && let Some(href) = element.and_then(|element| html.select(&element).next()?.attr("href"))
        {
            base = url.join(href).ok().or(base);
        }
        Ok(Self { html, base })
    }

    pub(super) fn take(&self, request: &ExtractRequest, response: &mut ExtractResponse) -> Result<(), Error> {
        match (&request.fields, &request.each) {
            (None, Some(_)) => return Err(Error::impossible("fields", "is missing: each needs fields")),
            (None, None) => {}
            (Some(fields), each) => {
                let fields = fields_of(fields)?;
                let object = |element: ElementRef<'_>| {
                    let value = |field: &Field| Ok((field.name.clone(), self.field(element, field)?));
                    fields.iter().map(value).collect::<Result<Object<Tree>, Error>>().map(Tree::from)
                };
                match each {
                    None => response.fields = Some(object(self.html.root_element())?),
                    Some(each) => {
                        let each = selector(each, "each")?;
                        let rows = self.html.select(&each).take(MAX_MATCHES + 1).map(object);
                        response.rows = rows.collect::<Result<_, _>>()?;
                        too_many(response.rows.len(), "each")?;
                    }
                }
            }
        }
        if request.tables {
            response.tables = tables::all(&self.html);
        }
        if request.json_ld {
            response.json_ld = self.json_ld();
        }
        if request.metadata {
            response.metadata = Some(self.metadata());
        }
        Ok(())
    }

    fn field(&self, element: ElementRef<'_>, field: &Field) -> Result<Tree, Error> {
        let Some(selector) = &field.selector else { return Ok(self.part(element, &field.part)) };
        let mut matches = element.select(selector);
        if !field.all {
            return Ok(matches.next().map_or(Tree::Null, |element| self.part(element, &field.part)));
        }
        let values: Vec<Tree> = matches.take(MAX_MATCHES + 1).map(|element| self.part(element, &field.part)).collect();
        too_many(values.len(), &format!("fields.{}", field.name))?;
        Ok(values.into())
    }

    fn part(&self, element: ElementRef<'_>, part: &Part) -> Tree {
        match part {
            Part::Text => text_of(element).into(),
            Part::Html => element.inner_html().into(),
            Part::Attribute(name) => match element.attr(name) {
                Some(value) if ADDRESSES.contains(&name.as_str()) => self.absolute(value).into(),
                value => value.map(str::to_owned).into(),
            },
        }
    }

    fn absolute(&self, address: &str) -> String {
        let joined = self.base.as_ref().and_then(|base| base.join(address.trim()).ok());
        joined.map_or_else(|| address.trim().to_owned(), String::from)
    }

    /// The text of the page, a line for each block.
    pub(super) fn text(&self) -> String {
        text_of(self.html.root_element())
    }

    fn json_ld(&self) -> Vec<Tree> {
        let Ok(scripts) = Selector::parse("script[type=\"application/ld+json\"]") else { return Vec::new() };
        let mut found = Vec::new();
        for script in self.html.select(&scripts) {
            let json: String = script.text().collect();
            // What is no JSON is no JSON-LD; pages have much of it.
            match read(json.trim()) {
                Ok(Tree::List(list)) => found.extend(list.iter().cloned()),
                Ok(tree) => found.push(tree),
                Err(_) => {}
            }
        }
        found
    }

    fn metadata(&self) -> Tree {
        let first = |css: &str| Selector::parse(css).ok().and_then(|selector| self.html.select(&selector).next());
        let content =
            |css: &str| first(css).and_then(|element| element.attr("content")).map(|text| text.trim().to_owned());
        let address = |css: &str| first(css).and_then(|element| element.attr("href")).map(|text| self.absolute(text));
        let mut metadata = Object::default();
        metadata.insert("title", Tree::from(first("title").map(text_of).filter(|title| !title.is_empty())));
        metadata.insert("description", content("meta[name=description i]").into());
        metadata.insert("keywords", content("meta[name=keywords i]").into());
        metadata.insert("author", content("meta[name=author i]").into());
        metadata.insert("robots", content("meta[name=robots i]").into());
        metadata.insert("language", first("html").and_then(|html| html.attr("lang")).map(str::to_owned).into());
        metadata.insert("canonical", address("link[rel~=canonical i]").into());
        metadata.insert("icon", address("link[rel~=icon i]").into());
        metadata.insert("openGraph", self.properties("property", "og:").into());
        metadata.insert("twitter", self.properties("name", "twitter:").into());
        metadata.insert("feeds", self.feeds());
        metadata.into()
    }

    /// The `<meta>` whose name begins with a prefix; of several with one name the first counts.
    fn properties(&self, attribute: &str, prefix: &str) -> Object<Tree> {
        let mut found = Object::default();
        let Ok(metas) = Selector::parse("meta[content]") else { return found };
        for meta in self.html.select(&metas) {
            let name = meta.attr(attribute).or_else(|| meta.attr("name")).or_else(|| meta.attr("property"));
            let Some(name) = name.and_then(|name| name.trim().strip_prefix(prefix)) else { continue };
            if !found.contains(name) {
                found.insert(name, meta.attr("content").map(|text| text.trim().to_owned()).into());
            }
        }
        found
    }

    fn feeds(&self) -> Tree {
        let css = "link[rel~=alternate i][href][type=\"application/rss+xml\"], link[rel~=alternate i][href][type=\"application/atom+xml\"], \
                   link[rel~=alternate i][href][type=\"application/feed+json\"]";
        let Ok(links) = Selector::parse(css) else { return Vec::new().into() };
        self.html
            .select(&links)
            .filter_map(|link| link.attr("href"))
            .map(|href| Tree::from(self.absolute(href)))
            .collect()
    }
}

fn too_many(count: usize, field: &str) -> Result<(), Error> {
    if count > MAX_MATCHES {
        return Err(Error::impossible(field, format!("matches more than {MAX_MATCHES} elements")));
    }
    Ok(())
}

fn fields_of(fields: &Tree) -> Result<Vec<Field>, Error> {
    let Tree::Object(fields) = fields else {
        return Err(Error::impossible("fields", "must be an object of CSS selectors by name"));
    };
    if fields.len() > MAX_FIELDS {
        return Err(Error::impossible("fields", format!("has more than {MAX_FIELDS} fields")));
    }
    fields.iter().map(|(name, rule)| field_of(name, rule)).collect()
}

/// A selector and the attribute it names behind: `a@href`, `a::attr(href)`. Neither is CSS.
fn attribute_of(text: &str) -> Option<(&str, &str)> {
    let (css, attribute) = match text.trim().strip_suffix(')') {
        Some(rest) => rest.rsplit_once("::attr(")?,
        None => text.trim().rsplit_once('@')?,
    };
    let is_name =
        !attribute.is_empty() && attribute.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':'));
    is_name.then_some((css.trim(), attribute))
}

fn field_of(name: &str, rule: &Tree) -> Result<Field, Error> {
    let place = format!("fields.{name}");
    let mut field = Field { name: name.to_owned(), selector: None, part: Part::Text, all: false };
    match rule {
        Tree::Text(text) => match attribute_of(text) {
            // An attribute of what is left: the element it is asked of, where that is nothing.
            Some((css, attribute)) => {
                field.selector = if css.is_empty() { None } else { Some(selector(css, &place)?) };
                field.part = Part::Attribute(attribute.to_ascii_lowercase());
            }
            None => field.selector = Some(selector(text, &place)?),
        },
        Tree::Object(rule) => {
            for (key, value) in rule.iter() {
                match (&**key, value) {
                    ("selector", Tree::Text(text)) => field.selector = Some(selector(text, &place)?),
                    ("attribute" | "attr", Tree::Text(attribute)) => {
                        field.part = Part::Attribute(attribute.to_ascii_lowercase());
                    }
                    ("content", Tree::Text(content)) if &**content == "text" => field.part = Part::Text,
                    ("content", Tree::Text(content)) if &**content == "html" => field.part = Part::Html,
                    ("all", Tree::Bool(all)) => field.all = *all,
                    _ => {
                        let message = format!(
                            "has {key}: {value}; use selector, attribute, content (text or html) and all (true or false)"
                        );
                        return Err(Error::impossible(place, message));
                    }
                }
            }
        }
        other => {
            return Err(Error::impossible(place, format!("must be a CSS selector or an object, not {}", other.kind())));
        }
    }
    Ok(field)
}

/// The text of an element as a reader sees it: spaces folded, a line for each block, a tab between the cells of a row, no scripts
/// and styles.
pub(crate) fn text_of(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    let mut node = Some(*element);
    let mut descend = true;
    // Where the row began that is read.
    let mut row = 0;
    // Walked without recursion: pages may be nested as deep as they like.
    while let Some(at) = node {
        let is_block = matches!(at.value(), Node::Element(element) if BLOCKS.contains(&element.name()));
        let is_hidden = matches!(at.value(), Node::Element(element) if matches!(element.name(), "script" | "style" | "template" | "noscript"));
        if descend {
            if let Node::Text(part) = at.value() {
                push_folded(&mut text, part);
            } else if is_block {
                // A block at the start of a cell is beside the one before.
                if !text.ends_with('\t') {
                    push_line(&mut text);
                }
                if matches!(at.value(), Node::Element(element) if element.name() == "tr") {
                    row = text.len();
                }
            } else if is_cell(at) && at.id() != element.id() && at.prev_siblings().any(is_cell) {
                while text.len() > row && text.ends_with([' ', '\n']) {
                    text.pop();
                }
                text.push('\t');
            }
        } else if is_block {
            push_line(&mut text);
        }
        let child = at.first_child().filter(|_| descend && !(is_hidden && at.id() != element.id()));
        if let Some(child) = child {
            (node, descend) = (Some(child), true);
        } else if at.id() == element.id() {
            break;
        } else if let Some(next) = at.next_sibling() {
            if descend && is_block {
                push_line(&mut text);
            }
            (node, descend) = (Some(next), true);
        } else {
            (node, descend) = (at.parent(), false);
        }
        if !descend && node.is_some_and(|node| node.id() == element.id()) {
            break;
        }
    }
    text.trim().to_owned()
}

fn is_cell(node: NodeRef<'_, Node>) -> bool {
    matches!(node.value(), Node::Element(element) if matches!(element.name(), "td" | "th"))
}

fn push_folded(text: &mut String, part: &str) {
    for c in part.chars() {
        if c.is_whitespace() && c != '\u{a0}' {
            if !text.is_empty() && !text.ends_with([' ', '\n', '\t']) {
                text.push(' ');
            }
        } else {
            text.push(if c == '\u{a0}' { ' ' } else { c });
        }
    }
}

fn push_line(text: &mut String) {
    while text.ends_with([' ', '\t']) {
        text.pop();
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}
