//! Books: the chapters in the order of reading.

use std::collections::HashMap;

use chassis::Error;
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, Event};
use scraper::{Html as Page, Selector};

use super::{Html, MAX_HTML};
use crate::extract::decoded;
use crate::markup::metadata::{Metadata, iso};
use crate::package::{Package, attribute, events, folder, local, push, resolved};

/// Elements that have nothing inside (HTML, 13.1.2).
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// The book as HTML, with what it says of itself.
///
/// # Errors
/// When it is damaged or too large.
pub(super) fn html(package: &mut Package) -> Result<(String, Metadata), Error> {
    let kind = package.kind();
    let container = package.needed("META-INF/container.xml")?;
    let mut root = None;
    events(&container, |event| {
        if let Event::Start(element) | Event::Empty(element) = event
            && local(element.name().0) == "rootfile"
            && root.is_none()
        {
            root = attribute(element, "full-path");
        }
        Ok(())
    })
    .map_err(|_| kind.broken("its container is damaged"))?;
    let root = root.ok_or_else(|| kind.broken("it names no book"))?;
    let bytes = package.needed(&root)?;
    let mut metadata = Metadata::default();
    let mut items: HashMap<String, (String, String)> = HashMap::new();
    let mut spine = Vec::new();
    let (mut inside, mut text) = (String::new(), String::new());
    events(&bytes, |event| {
        match event {
            Event::Start(element) | Event::Empty(element) => {
                match local(element.name().0) {
                    "item" => {
                        let [id, href, kind] =
                            ["id", "href", "media-type"].map(|name| attribute(element, name).unwrap_or_default());
                        items.insert(id, (href, kind));
                    }
                    "itemref" => {
                        let linear = attribute(element, "linear").is_none_or(|linear| linear != "no");
                        spine.extend(attribute(element, "idref").filter(|_| linear));
                    }
                    name => name.clone_into(&mut inside),
                }
                text.clear();
            }
            Event::End(_) => {
                let value = Some(text.trim().to_owned()).filter(|value| !value.is_empty());
                match inside.as_str() {
                    "title" => metadata.title = metadata.title.take().or(value),
                    "creator" => {
                        metadata.author = match (metadata.author.take(), value) {
                            (Some(first), Some(next)) => Some(format!("{first}, {next}")),
                            (first, next) => first.or(next),
                        };
                    }
                    "date" => metadata.date = metadata.date.take().or(value.map(|date| iso(&date))),
                    "language" => metadata.language = metadata.language.take().or(value),
                    "publisher" => metadata.site = metadata.site.take().or(value),
                    "description" => metadata.description = metadata.description.take().or(value),
                    _ => {}
                }
                inside.clear();
                text.clear();
            }
            event => push(event, &mut text),
        }
        Ok(())
    })
    .map_err(|_| kind.broken("its list of chapters is damaged"))?;
    let mut html = Html::default();
    let body = Selector::parse("body").expect("the selector is one");
    for id in spine {
        let Some((href, media)) = items.get(&id) else { continue };
        if !media.contains("html") && !media.contains("xml") {
            continue;
        }
        let href = percent_encoding::percent_decode_str(href.split('#').next().unwrap_or_default()).decode_utf8_lossy();
        let Some(bytes) = package.part(&resolved(folder(&root), &href))? else { continue };
        let page = Page::parse_document(&as_html(&decoded(&bytes)));
        if let Some(body) = page.select(&body).next() {
            html.tag("section");
            html.0.push_str(&body.inner_html());
            html.tag("/section");
        }
        if html.0.len() > MAX_HTML {
            return Err(kind.too_large("64 MB of text"));
        }
    }
    Ok((html.0, metadata))
}

/// XHTML as HTML: an element that is closed at once is not, where HTML does not know that.
fn as_html(text: &str) -> String {
    let mut writer = Writer::new(Vec::new());
    let rewritten = events(text.as_bytes(), |event| {
        let written = match event {
            Event::Empty(element) if !VOID.contains(&local(element.name().0)) => {
                let end = BytesEnd::new(element.name().0.to_owned());
                writer.write_event(Event::Start(element.borrow())).and_then(|()| writer.write_event(Event::End(end)))
            }
            // What the XML says of itself is nothing in HTML.
            Event::Decl(_) | Event::DocType(_) | Event::PI(_) => Ok(()),
            Event::CData(data) => match data.clone().escape() {
                Ok(text) => writer.write_event(Event::Text(text)),
                Err(_) => Ok(()),
            },
            event => writer.write_event(event.borrow()),
        };
        written.map_err(|_| crate::package::BadXml)
    });
    match rewritten {
        Ok(()) => String::from_utf8(writer.into_inner()).unwrap_or_default(),
        // Browsers read what is no XML, too.
        Err(_) => text.to_owned(),
    }
}
