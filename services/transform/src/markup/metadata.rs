//! What a page says of itself: title, author, date, site, language. JSON-LD first, then Open Graph and the like, then the page.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

use crate::extract::text_of;

/// Objects of JSON-LD that are looked at.
const MAX_OBJECTS: usize = 2_000;

/// What is known of a document.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Metadata {
    pub title: Option<String>,
    pub author: Option<String>,
    pub date: Option<String>,
    pub site: Option<String>,
    pub language: Option<String>,
    pub description: Option<String>,
}

/// What a page says of itself.
pub(super) fn of(html: &Html) -> Metadata {
    let linked = linked(html);
    let meta = |names: &[&str]| names.iter().find_map(|name| content(html, name));
    let site = linked.site.or_else(|| meta(&["og:site_name", "application-name"]));
    let whole = first(html, "head title, title").map(text_of).filter(|title| !title.is_empty());
    let title = linked
        .title
        .or_else(|| meta(&["og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title"]))
        .or_else(|| whole.map(|title| without_site(html, &title, site.as_deref())))
        .or_else(|| first(html, "h1").map(text_of).filter(|title| !title.is_empty()));
    let author = linked
        .author
        .or_else(|| {
            meta(&["author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author"])
        })
        .filter(|author| !author.contains("://"));
    let date = linked
        .date
        .or_else(|| {
            meta(&[
                "article:published_time",
                "datepublished",
                "date",
                "dc.date",
                "dcterms.created",
                "citation_publication_date",
                "parsely-pub-date",
                "pubdate",
                "publishdate",
                "og:published_time",
            ])
        })
        .or_else(|| attribute(html, "[itemprop~=datePublished]", "content"))
        .or_else(|| attribute(html, "[itemprop~=datePublished]", "datetime"))
        .or_else(|| attribute(html, "time[pubdate]", "datetime"))
        .or_else(|| attribute(html, "article time[datetime], time[datetime]", "datetime"));
    Metadata {
        title: title.map(folded),
        author: author.map(folded).filter(|author| !author.is_empty()),
        date: date.map(|date| iso(&date)).filter(|date| !date.is_empty()),
        site: site.map(folded),
        language: first(html, "html")
            .and_then(|html| html.attr("lang"))
            .map(str::trim)
            .filter(|lang| !lang.is_empty())
            .map(str::to_owned),
        description: linked
            .description
            .or_else(|| meta(&["og:description", "description", "twitter:description"]))
            .map(folded),
    }
}

fn folded(text: String) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn first<'h>(html: &'h Html, css: &str) -> Option<ElementRef<'h>> {
    let selector = Selector::parse(css).ok()?;
    html.select(&selector).next()
}

fn attribute(html: &Html, css: &str, name: &str) -> Option<String> {
    first(html, css)?.attr(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The content of the `<meta>` of a name.
fn content(html: &Html, name: &str) -> Option<String> {
    let css = format!("meta[property=\"{name}\" i], meta[name=\"{name}\" i], meta[itemprop=\"{name}\" i]");
    attribute(html, &css, "content")
}

/// A title without the name of the site that pages put before or behind it.
fn without_site(html: &Html, title: &str, site: Option<&str>) -> String {
    for separator in [" | ", " – ", " — ", " - ", " » ", " · "] {
        let Some((front, end)) = title.rsplit_once(separator) else { continue };
        if site.is_some_and(|site| end.trim().eq_ignore_ascii_case(site.trim())) {
            return front.trim().to_owned();
        }
        let heading = first(html, "h1").map(text_of);
        if heading.is_some_and(|heading| heading.trim() == front.trim())
            || front.split_whitespace().count() >= 4 && end.split_whitespace().count() <= 4
        {
            return front.trim().to_owned();
        }
    }
    title.to_owned()
}

/// What the JSON-LD of an article says.
fn linked(html: &Html) -> Metadata {
    let Ok(scripts) = Selector::parse("script[type=\"application/ld+json\"]") else { return Metadata::default() };
    for script in html.select(&scripts).take(20) {
        let json: String = script.text().collect();
        let Ok(json) = serde_json::from_str::<Value>(json.trim()) else { continue };
        let mut waiting = vec![&json];
        let mut seen = 0;
        while let Some(value) = waiting.pop() {
            seen += 1;
            if seen > MAX_OBJECTS {
                break;
            }
            match value {
                Value::Array(list) => waiting.extend(list.iter().rev()),
                Value::Object(object) => {
                    let is_article = texts(object.get("@type")).iter().any(|kind| {
                        kind.ends_with("Article")
                            || matches!(kind.as_str(), "BlogPosting" | "Report" | "SocialMediaPosting")
                    });
                    if is_article {
                        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
                        let authors: Vec<String> = texts(object.get("author"));
                        return Metadata {
                            title: text("headline").or_else(|| text("name")),
                            author: (!authors.is_empty()).then(|| authors.join(", ")),
                            date: text("datePublished").or_else(|| text("dateCreated")),
                            site: texts(object.get("publisher")).into_iter().next(),
                            language: None,
                            description: text("description"),
                        };
                    }
                    waiting.extend(object.get("@graph"));
                }
                _ => {}
            }
        }
    }
    Metadata::default()
}

/// Texts, or the names of objects; one or several.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) if !text.trim().is_empty() => vec![text.trim().to_owned()],
        Some(Value::Array(list)) => list
            .iter()
            .take(50)
            .flat_map(|value| match value {
                Value::Array(_) => Vec::new(),
                value => texts(Some(value)),
            })
            .collect(),
        Some(Value::Object(object)) => {
            object.get("name").and_then(Value::as_str).map(|name| vec![name.trim().to_owned()]).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// A date as ISO 8601 where it is one, else as it stands.
pub(super) fn iso(date: &str) -> String {
    let date = date.trim();
    if date.parse::<Timestamp>().is_ok() || date.parse::<DateTime>().is_ok() && date.len() > 10 {
        return date.to_owned();
    }
    if let Ok(day) = date.parse::<Date>() {
        return day.to_string();
    }
    match jiff::fmt::rfc2822::parse(date) {
        Ok(zoned) => zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Err(_) => date.to_owned(),
    }
}
