//! HTML, Markdown, plain text, office documents and books: each to HTML, Markdown or text; the readable part of a page.
//!
//! Everything becomes HTML first and a tree of it, from which the rest is written: one reader for each format, one writer for
//! each, whatever the pair. All of it runs in a worker, within two seconds of computing.
//!
//! | file | job |
//! | --- | --- |
//! | `source.rs` | which format a text or file is, and its HTML |
//! | `page.rs` | a page without what no reader sees; HTML that is safe |
//! | `article.rs`, `metadata.rs` | the readable part of a page; who wrote it and when |
//! | `markdown.rs`, `inline.rs`, `table.rs` | HTML to Markdown |
//! | `office/` | DOCX, PPTX, XLSX, EPUB to HTML |

mod article;
mod inline;
mod markdown;
mod metadata;
mod office;
mod page;
mod source;
mod table;

use chassis::{Call, Code, Data, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use scraper::Html;
use serde::{Deserialize, Serialize};
use url::Url;

pub(crate) use page::{absolute, base_of, sanitized};
pub use source::Source;

use crate::extract::text_of;
use crate::worker;

const DESCRIPTION: &str = "\
Turns HTML, Markdown, plain text, DOCX, PPTX, XLSX and EPUB into Markdown, HTML or plain text (`to`; by default HTML for Markdown and plain text, \
Markdown for all else). `data` is a text, a file or a URL; what it is shows in its content, or `from` says so.

With `article` only the readable part of a web page is kept, without menus and advertisements, and the answer has its title, author and date. Markdown \
is CommonMark with GitHub's tables, task lists, strikethrough and footnotes. HTML comes out safe to show on another page, without scripts, \
styles and forms, unless `sanitize` is false. With `baseUrl` links become absolute. Of office documents the text comes with headings, lists, tables, links and notes; \
pictures, headers and comments stay behind. Plain text has a line for each paragraph; cells of tables are parted by tabs.";

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MarkupTarget {
    /// Markdown: CommonMark with GitHub's tables and task lists.
    #[serde(alias = "md", alias = "gfm")]
    Markdown,
    /// HTML: what stands within the body of a page.
    #[serde(alias = "htm")]
    Html,
    /// Plain text.
    #[serde(alias = "txt", alias = "plain")]
    Text,
}

/// A text or a document, and what to make of it.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MarkupRequest {
    /// Text, file or URL of what is turned into something else.
    #[serde(
        alias = "file",
        alias = "input",
        alias = "html",
        alias = "markdown",
        alias = "text",
        alias = "url",
        alias = "content"
    )]
    pub data: Data,
    /// Format of the data. By default by its content and its name.
    #[serde(default)]
    pub from: Option<Source>,
    /// Format of the result (default html for Markdown and plain text, markdown for all else).
    #[serde(default)]
    pub to: Option<MarkupTarget>,
    /// Whether only the readable part of a page is kept.
    #[serde(default)]
    pub article: bool,
    /// Whether HTML is made safe to show on another page (default true).
    #[serde(default)]
    pub sanitize: Option<bool>,
    /// Whether links are kept in Markdown (default true).
    #[serde(default)]
    pub links: Option<bool>,
    /// Whether pictures are kept in Markdown (default true).
    #[serde(default)]
    pub images: Option<bool>,
    /// Address of the page, to which links are relative.
    #[serde(default)]
    #[garde(length(chars, max = 4_000))]
    pub base_url: Option<String>,
}

/// The result, with what the document says of itself.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MarkupResponse {
    /// The result.
    pub content: String,
    /// Format the data had.
    pub from: Source,
    /// Format of the result.
    pub to: MarkupTarget,
    /// Title, if it has one.
    pub title: Option<String>,
    /// Author or authors, if named.
    pub author: Option<String>,
    /// When it was published or made, in ISO 8601 where the document has a date that can be read.
    pub date: Option<String>,
    /// Name of the site or publisher, if named.
    pub site: Option<String>,
    /// Language the document states, such as en.
    pub language: Option<String>,
    /// Description of the document, if it has one.
    pub description: Option<String>,
    /// Words of the result as plain text.
    pub word_count: usize,
}

fn example() -> MarkupRequest {
    let html = "<h1>Lamps</h1><p>Our <b>best</b> lamps, see <a href=\"/new\">the new ones</a>.</p>\
                <table><tr><th>Name<th>Price</tr><tr><td>Desk<td>19.90</tr></table>";
    MarkupRequest {
        data: Data::Text(html.to_owned()),
        from: None,
        to: Some(MarkupTarget::Markdown),
        article: false,
        sanitize: None,
        links: None,
        images: None,
        base_url: Some("https://example.com/".to_owned()),
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Turn HTML, Markdown, text, DOCX, PPTX, XLSX or EPUB into Markdown, HTML or text; take the article out of a page")
        .description(DESCRIPTION)
        .example(example)
        .isolated()
}

/// Turns a text or document into another format.
///
/// # Errors
/// When it is none of these formats, damaged, too large, or takes too long.
pub fn markup(request: MarkupRequest, call: &Call) -> Result<MarkupResponse, Error> {
    let (response, notices) = worker::within_limit("data", call, move || convert(&request))??;
    for (code, message) in notices {
        call.warn(code, Some("data"), message);
    }
    Ok(response)
}

/// Warnings of a conversion: their codes and texts.
type Notices = Vec<(&'static str, String)>;

fn convert(request: &MarkupRequest) -> Result<(MarkupResponse, Notices), Error> {
    let base = base_of(request.base_url.as_deref())?;
    let mut notices = Notices::new();
    let read = source::read(&request.data, request.from, &mut notices)?;
    let to = request.to.unwrap_or(match read.from {
        Source::Markdown | Source::Text => MarkupTarget::Html,
        _ => MarkupTarget::Markdown,
    });
    let mut html = Html::parse_document(&read.html);
    let base = base.or_else(|| page::own_base(&html));
    let mut known = match read.metadata {
        Some(metadata) => metadata,
        None => metadata::of(&html),
    };
    let mut body = None;
    if request.article {
        let article = article::of(&html, known.title.as_deref()).ok_or_else(|| {
            Error::impossible(
                "data",
                "has no readable part: it is empty, or a page that is made by a script when it is shown",
            )
        })?;
        known.author = known.author.or(article.byline);
        html = Html::parse_document(&article.html);
        body = Some(article.html);
    }
    let content = match to {
        MarkupTarget::Html => {
            let inner = body.unwrap_or_else(|| page::inner(&html, &read.html));
            if request.sanitize.unwrap_or(true) { sanitized(&inner, base.as_ref()) } else { inner }
        }
        MarkupTarget::Markdown => {
            page::strip(&mut html);
            let (links, images) = (request.links.unwrap_or(true), request.images.unwrap_or(true));
            markdown::of(&html, markdown::Wants { links, images, base: base.as_ref() })?
        }
        MarkupTarget::Text => {
            page::strip(&mut html);
            text_of(html.root_element())
        }
    };
    if content.len() > markdown::MAX_OUTPUT {
        let message = format!("the result has more than {} MB", markdown::MAX_OUTPUT >> 20);
        return Err(Error::new(Code::PayloadTooLarge, message));
    }
    let words = |text: &str| text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
    let word_count = match to {
        MarkupTarget::Text => words(&content),
        _ => {
            page::strip(&mut html);
            words(&text_of(html.root_element()))
        }
    };
    let response = MarkupResponse {
        content,
        from: read.from,
        to,
        title: known.title,
        author: known.author,
        date: known.date,
        site: known.site,
        language: known.language,
        description: known.description,
        word_count,
    };
    Ok((response, notices))
}

/// HTML as Markdown.
///
/// # Errors
/// When it becomes too large.
pub(crate) fn markdown_of(html: &str, base: Option<&Url>) -> Result<String, Error> {
    let mut html = Html::parse_document(html);
    page::strip(&mut html);
    markdown::of(&html, markdown::Wants { links: true, images: true, base })
}
