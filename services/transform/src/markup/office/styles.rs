//! What the styles and lists of a text mean: which are headings, which lists are numbered.

use std::collections::HashMap;

use chassis::Error;
use quick_xml::events::Event;

use crate::package::{Package, attribute, events, local};

/// Styles that rest on each other.
const MAX_CHAIN: usize = 20;

/// What a paragraph's style makes of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Style {
    based_on: Option<String>,
    /// Level of the heading, from 1.
    heading: Option<usize>,
    list: Option<(String, usize)>,
    /// Level of its items, where its name says so (List Bullet 2).
    level: Option<usize>,
    quote: bool,
    code: bool,
}

/// The styles of a text by id, and its lists by number.
#[derive(Default)]
pub(super) struct Styles {
    by_id: HashMap<String, Style>,
    /// Which kind each list is of.
    lists: HashMap<String, String>,
    /// Whether the levels of a kind are numbered.
    numbered: HashMap<String, Vec<bool>>,
}

impl Styles {
    /// Reads the styles of a text; what is not there or damaged means nothing.
    ///
    /// # Errors
    /// When the parts are too large.
    pub(super) fn read(package: &mut Package, styles: Option<&str>, numbering: Option<&str>) -> Result<Self, Error> {
        let mut found = Self::default();
        if let Some(bytes) = styles.map(|name| package.part(name)).transpose()?.flatten() {
            found.read_styles(&bytes);
        }
        if let Some(bytes) = numbering.map(|name| package.part(name)).transpose()?.flatten() {
            found.read_numbering(&bytes);
        }
        Ok(found)
    }

    fn read_styles(&mut self, bytes: &[u8]) {
        let mut open: Option<(String, Style)> = None;
        let _ = events(bytes, |event| {
            match event {
                Event::Start(element) | Event::Empty(element) => {
                    let value = || attribute(element, "val").unwrap_or_default();
                    let name = local(element.name().0);
                    if name == "style" {
                        open = attribute(element, "styleId").map(|id| (id, Style::default()));
                        return Ok(());
                    }
                    let Some((_, style)) = &mut open else { return Ok(()) };
                    match name {
                        "name" => {
                            let name = value().to_lowercase();
                            style.heading = match name.strip_prefix("heading ").and_then(|level| level.parse().ok()) {
                                Some(level) => Some(level),
                                None if name == "title" => Some(1),
                                None => style.heading,
                            };
                            style.level = ["list bullet ", "list number ", "list continue "]
                                .iter()
                                .find_map(|prefix| name.strip_prefix(prefix)?.parse::<usize>().ok())
                                .and_then(|number| number.checked_sub(1));
                            style.quote = matches!(name.as_str(), "quote" | "intense quote" | "block text");
                            style.code = matches!(
                                name.as_str(),
                                "html preformatted" | "macro text" | "macro" | "code" | "source code" | "plain text"
                            );
                        }
                        "basedOn" => style.based_on = Some(value()),
                        "outlineLvl" => {
                            let level = value().parse().ok().filter(|level: &usize| *level < 6);
                            style.heading = style.heading.or(level.map(|level| level + 1));
                        }
                        "numId" => style.list = Some((value(), style.list.take().map_or(0, |(_, level)| level))),
                        "ilvl" => {
                            let level = value().parse().unwrap_or(0);
                            style.list = Some((style.list.take().map_or_else(String::new, |(id, _)| id), level));
                        }
                        _ => {}
                    }
                }
                Event::End(element) if local(element.name().0) == "style" => {
                    if let Some((id, style)) = open.take() {
                        self.by_id.insert(id, style);
                    }
                }
                _ => {}
            }
            Ok(())
        });
    }

    fn read_numbering(&mut self, bytes: &[u8]) {
        let (mut kind, mut list, mut level) = (None, None, 0_usize);
        let _ = events(bytes, |event| {
            match event {
                Event::Start(element) | Event::Empty(element) => match local(element.name().0) {
                    "abstractNum" => kind = attribute(element, "abstractNumId"),
                    "num" => list = attribute(element, "numId"),
                    "lvl" => level = attribute(element, "ilvl").and_then(|level| level.parse().ok()).unwrap_or(0),
                    "numFmt" => {
                        if let Some(kind) = &kind {
                            let format = attribute(element, "val").unwrap_or_default();
                            let levels = self.numbered.entry(kind.clone()).or_default();
                            if level < 9 {
                                levels.resize(levels.len().max(level + 1), false);
                                levels[level] = !matches!(format.as_str(), "bullet" | "none");
                            }
                        }
                    }
                    "abstractNumId" => {
                        if let (Some(list), Some(kind)) = (&list, attribute(element, "val")) {
                            self.lists.insert(list.clone(), kind);
                        }
                    }
                    _ => {}
                },
                Event::End(element) => match local(element.name().0) {
                    "abstractNum" => kind = None,
                    "num" => list = None,
                    _ => {}
                },
                _ => {}
            }
            Ok(())
        });
    }

    /// The styles that one rests on, itself first.
    fn chain<'s>(&'s self, id: &str) -> impl Iterator<Item = &'s Style> {
        let first = self.by_id.get(id);
        std::iter::successors(first, |style| self.by_id.get(style.based_on.as_deref()?)).take(MAX_CHAIN)
    }

    /// The level of the heading that a style makes.
    pub(super) fn heading(&self, id: &str) -> Option<usize> {
        self.chain(id).find_map(|style| style.heading)
    }

    /// The list and level that a style puts a paragraph in.
    pub(super) fn list(&self, id: &str) -> Option<(String, usize)> {
        let (list, level) = self.chain(id).find_map(|style| style.list.clone()).filter(|(list, _)| !list.is_empty())?;
        Some((list, self.by_id.get(id).and_then(|style| style.level).unwrap_or(level)))
    }

    /// Whether a style is that of a quotation.
    pub(super) fn is_quote(&self, id: &str) -> bool {
        self.by_id.get(id).is_some_and(|style| style.quote)
    }

    /// Whether a style is that of code.
    pub(super) fn is_code(&self, id: &str) -> bool {
        self.by_id.get(id).is_some_and(|style| style.code)
    }

    /// The tag of a list at a level.
    pub(super) fn list_tag(&self, list: &str, level: usize) -> &'static str {
        let kind = self.lists.get(list).and_then(|kind| self.numbered.get(kind));
        if kind.and_then(|levels| levels.get(level)).copied().unwrap_or(false) { "ol" } else { "ul" }
    }
}
