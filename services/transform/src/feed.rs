//! Feeds as rows: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed. The same columns whatever the format.
//!
//! | file | job |
//! | --- | --- |
//! | `xml.rs` | RSS and Atom, element by element |
//! | `json.rs` | JSON Feed |
//! | `entry.rs` | what is read of a feed and its items, before it is made a row |
//! | `moment.rs` | dates as feeds write them |

mod entry;
mod json;
mod moment;
mod xml;

use chassis::{Call, Data, Error, Operation};
use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use scraper::{Html, Selector};
use serde::{Deserialize, Serialize};
use url::Url;

use self::entry::{Entry, Raw, Text};
use crate::markup::{self, base_of};
use crate::worker;

/// Bytes of a feed.
const MAX_BYTES: usize = 20 << 20;
/// Items of a feed.
const MAX_ITEMS: usize = 10_000;
/// Bytes of all contents.
const MAX_CONTENT: usize = 32 << 20;

const DESCRIPTION: &str = "\
Reads a feed (RSS 0.9x, 1.0, 2.0, Atom, JSON Feed) to rows, one for each item, with the same columns whatever the format: `id`, `title`, `url`, `published`, \
`updated`, `author`, `summary`, `content`, `categories`, `image`, `enclosures`, `duration`, `comments`. `feed` is its text, a file or a URL.

Dates are ISO 8601, links absolute. Contents are HTML that is safe to show, or with `content` text or Markdown. `limit` takes the first items, `since` those published or updated \
since then (items without a date stay). A web page is an error that names the feeds it links to.";

/// What contents are written as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContentFormat {
    /// HTML that is safe to show.
    #[default]
    Html,
    /// Plain text.
    Text,
    /// Markdown.
    #[serde(alias = "md")]
    Markdown,
}

/// A feed.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FeedRequest {
    /// Feed: its text, a file or a URL.
    #[serde(alias = "file", alias = "data", alias = "url", alias = "input", alias = "rss", alias = "xml")]
    pub feed: Data,
    /// What summaries and contents are written as.
    #[serde(default)]
    pub content: ContentFormat,
    /// Items at most, the first of the feed; at most 10,000.
    #[serde(default)]
    #[garde(range(min = 1, max = MAX_ITEMS))]
    pub limit: Option<usize>,
    /// Only items published or updated since then: a date or a moment (RFC 3339).
    #[serde(default)]
    #[garde(length(chars, max = 64))]
    pub since: Option<String>,
    /// Address of the feed, to which its links are relative (default what the feed says itself).
    #[serde(default)]
    #[garde(length(chars, max = 4_000))]
    pub base_url: Option<String>,
}

/// A feed as rows.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeedResponse {
    /// Items in the order of the feed.
    pub rows: Vec<FeedItem>,
    /// Number of rows.
    pub row_count: usize,
    /// Format: rss-2.0, rss-1.0, rss-0.91, atom-1.0, atom-0.3, json-feed-1.1 and the like.
    pub format: String,
    /// Title of the feed.
    pub title: Option<String>,
    /// Page the feed belongs to.
    pub url: Option<String>,
    /// Address the feed gives for itself.
    pub feed_url: Option<String>,
    /// Where the next, older items are (RFC 5005).
    pub next_url: Option<String>,
    /// What the feed is about.
    pub description: Option<String>,
    /// Language the feed states.
    pub language: Option<String>,
    /// Author of the feed.
    pub author: Option<String>,
    /// When it last changed.
    pub updated: Option<String>,
    /// Picture of the feed.
    pub image: Option<String>,
}

/// An item of a feed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeedItem {
    /// Id: that of the feed, else the URL.
    pub id: Option<String>,
    /// Title as plain text.
    pub title: Option<String>,
    /// Page of the item.
    pub url: Option<String>,
    /// When it was published, in ISO 8601.
    pub published: Option<String>,
    /// When it was last changed, in ISO 8601.
    pub updated: Option<String>,
    /// Author or authors.
    pub author: Option<String>,
    /// Short text.
    pub summary: Option<String>,
    /// Whole text; null where the feed has a short one alone.
    pub content: Option<String>,
    /// Categories and tags.
    pub categories: Vec<String>,
    /// Picture.
    pub image: Option<String>,
    /// Files that belong to it, such as the episode of a podcast.
    pub enclosures: Vec<Enclosure>,
    /// How long the episode is, in seconds.
    pub duration: Option<u64>,
    /// Page with its comments.
    pub comments: Option<String>,
}

/// A file of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Enclosure {
    /// Address.
    pub url: String,
    /// Media type, if stated.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Bytes, if stated.
    pub length: Option<u64>,
}

fn example() -> FeedRequest {
    let feed = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Lamp news</title><link>https://example.com/</link>\
                <item><title>New &amp; bright</title><link>/new</link><pubDate>Tue, 05 Mar 2024 10:00:00 +0100</pubDate>\
                <description>&lt;p&gt;A &lt;b&gt;lamp&lt;/b&gt;.&lt;/p&gt;</description></item></channel></rss>";
    FeedRequest {
        feed: Data::Text(feed.to_owned()),
        content: ContentFormat::Html,
        limit: Some(10),
        since: Some("2024-01-01".to_owned()),
        base_url: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read a feed (RSS, Atom, JSON Feed) to rows").description(DESCRIPTION).example(example).isolated()
}

/// Reads a feed.
///
/// # Errors
/// When it is none, damaged before its first item, or too large.
pub fn feed(request: FeedRequest, call: &Call) -> Result<FeedResponse, Error> {
    let (response, damaged) = worker::within_limit("feed", call, move || read(&request))??;
    if let Some(place) = damaged {
        let message = format!("the feed is no well-formed XML from {place} on: items after that are missing");
        call.warn("damaged-feed", Some("feed"), message);
    }
    Ok(response)
}

fn read(request: &FeedRequest) -> Result<(FeedResponse, Option<String>), Error> {
    let since = request.since.as_deref().map(str::trim).filter(|since| !since.is_empty());
    let since = since
        .map(|since| {
            let moment = moment::instant(since);
            moment.ok_or_else(|| Error::impossible("since", "must be a date or a moment, such as 2024-03-05T10:00:00Z"))
        })
        .transpose()?;
    let base = base_of(request.base_url.as_deref())?;
    let (raw, damaged) = raw_of(&request.feed)?;
    let mut response = FeedResponse {
        rows: Vec::new(),
        row_count: 0,
        format: raw.format.clone(),
        title: raw.title.as_ref().map(Text::plain).filter(|title| !title.is_empty()),
        url: None,
        feed_url: None,
        next_url: None,
        description: raw.description.as_ref().map(Text::plain).filter(|text| !text.is_empty()),
        language: raw.language.clone(),
        author: joined(&raw.authors),
        updated: raw.updated.as_deref().map(moment::iso),
        image: None,
    };
    // Links are relative to where the feed is, if that is known; else to the page it belongs to.
    let stated = [&raw.base, &raw.feed_url, &raw.url].into_iter().flatten().find_map(|url| Url::parse(url).ok());
    let base = base.or(stated);
    let absolute = |address: &str| markup::absolute(base.as_ref(), address).into_owned();
    response.url = raw.url.as_deref().map(absolute);
    response.feed_url = raw.feed_url.as_deref().map(absolute);
    response.next_url = raw.next_url.as_deref().map(absolute);
    response.image = raw.image.as_deref().map(absolute);
    let mut left = MAX_CONTENT;
    for entry in &raw.entries {
        if request.limit.is_some_and(|limit| response.rows.len() >= limit) {
            break;
        }
        let newest =
            [&entry.published, &entry.updated].into_iter().flatten().filter_map(|date| moment::instant(date)).max();
        if let (Some(since), Some(newest)) = (since, newest)
            && newest < since
        {
            continue;
        }
        let row = item(entry, request.content, base.as_ref());
        let size = row.summary.as_ref().map_or(0, String::len) + row.content.as_ref().map_or(0, String::len);
        left = left.checked_sub(size).ok_or_else(|| {
            Error::new(
                chassis::Code::PayloadTooLarge,
                "the contents of the feed have more than 32 MB: ask for fewer items with limit",
            )
        })?;
        response.rows.push(row);
    }
    response.row_count = response.rows.len();
    Ok((response, damaged))
}

fn raw_of(data: &Data) -> Result<(Raw, Option<String>), Error> {
    let text = match data {
        Data::Json(json) => json.get().to_owned(),
        Data::Text(text) => text.clone(),
        Data::File(file) => xml::decoded(file.bytes()),
    };
    if text.len() > MAX_BYTES {
        let message = format!("the feed has more than {} MB", MAX_BYTES >> 20);
        return Err(Error::new(chassis::Code::PayloadTooLarge, message));
    }
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') {
        return json::read(text).map(|raw| (raw, None));
    }
    match xml::read(text)? {
        Some(found) => Ok(found),
        None => Err(no_feed(text)),
    }
}

/// The error of a page that is no feed, with the feeds it names.
fn no_feed(text: &str) -> Error {
    let message = "is no feed: it must be RSS, Atom or JSON Feed";
    let css = "link[rel~=alternate i][type=\"application/rss+xml\"][href], link[rel~=alternate i][type=\"application/atom+xml\"][href], \
               link[rel~=alternate i][type=\"application/feed+json\"][href]";
    let page = Html::parse_document(text);
    let links = Selector::parse(css).ok();
    let found: Vec<String> = links
        .map(|links| {
            page.select(&links).take(3).filter_map(|link| link.attr("href").map(crate::rows::cell::shown)).collect()
        })
        .unwrap_or_default();
    match found.is_empty() {
        true => Error::impossible("feed", message),
        false => Error::impossible("feed", format!("is a web page; its feeds are {}", found.join(", "))),
    }
}

fn joined(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.join(", "))
}

fn item(entry: &Entry, format: ContentFormat, feed_base: Option<&Url>) -> FeedItem {
    let based = |own: Option<&str>| match (own, feed_base) {
        (Some(own), Some(base)) => base.join(own).ok(),
        (Some(own), None) => Url::parse(own).ok(),
        (None, base) => base.cloned(),
    };
    let own = based(entry.base.as_deref());
    let base = own.as_ref();
    let absolute = |address: &String| markup::absolute(base, address).into_owned();
    let content = |text: &Text, base: Option<&Url>| -> Option<String> {
        let written = match format {
            ContentFormat::Html => markup::sanitized(&text.html(), base),
            ContentFormat::Text => text.plain(),
            ContentFormat::Markdown => markup::markdown_of(&text.html(), base).unwrap_or_default(),
        };
        Some(written.trim().to_owned()).filter(|written| !written.is_empty())
    };
    let content_base = entry.content_base.as_deref().and_then(|own| based(Some(own)));
    let url = entry.url.as_ref().map(absolute);
    let mut enclosures = Vec::new();
    for enclosure in &entry.enclosures {
        let enclosure = Enclosure { url: absolute(&enclosure.url), ..enclosure.clone() };
        if !enclosures.iter().any(|other: &Enclosure| other.url == enclosure.url) {
            enclosures.push(enclosure);
        }
    }
    let pictured = enclosures.iter().find(|one| one.kind.as_deref().is_some_and(|kind| kind.starts_with("image/")));
    let image = entry.image.as_ref().map(absolute).or_else(|| pictured.map(|one| one.url.clone()));
    let (summary, whole) = match (&entry.summary, &entry.content) {
        (Some(summary), Some(whole)) => (Some(summary), Some(whole)),
        (None, whole) => (None, whole.as_ref()),
        (summary, None) => (summary.as_ref(), None),
    };
    FeedItem {
        id: entry.id.clone().or_else(|| url.clone()),
        title: entry.title.as_ref().map(Text::plain).filter(|title| !title.is_empty()),
        published: entry.published.as_deref().map(moment::iso),
        updated: entry.updated.as_deref().map(moment::iso),
        author: joined(&entry.authors),
        summary: summary.and_then(|summary| content(summary, base)),
        content: whole.and_then(|whole| content(whole, content_base.as_ref().or(base))),
        categories: entry.categories.clone(),
        image,
        enclosures,
        duration: entry.duration.as_deref().and_then(moment::seconds),
        comments: entry.comments.as_ref().map(absolute),
        url,
    }
}

/// Moments that can be compared.
type Instant = Timestamp;
