//! Which format a text or file is, and its HTML.

use std::sync::LazyLock;

use chassis::{Data, Error, File};
use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Notices;
use super::metadata::Metadata;
use super::office::{self, Office};
use crate::extract::decoded;
use crate::package::{is_archive, is_old};

/// Bytes of a text that is turned into something else.
const MAX_TEXT: usize = 20 << 20;
/// Bytes by which a format is told.
const SAMPLE: usize = 64 * 1024;

static CLOSED: LazyLock<Regex> = LazyLock::new(|| {
    let tags = "p|div|span|a|b|strong|i|em|u|li|ul|ol|table|tr|td|th|h[1-6]|body|html|section|article|font|center|blockquote|pre|code|sup|sub";
    Regex::new(&format!("(?i)</(?:{tags})\\s*>|<br\\s*/?>|<img\\s")).expect("the pattern is one")
});
static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?m)^\s{0,3}(?:#{1,6} |```|~~~|> |[-*+] |\d{1,9}[.)] )|\]\(|\*\*\w|^\|.*\|\s*$";
    Regex::new(pattern).expect("the pattern is one")
});

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// HTML.
    #[serde(alias = "htm", alias = "xhtml")]
    Html,
    /// Markdown: CommonMark with GitHub's tables, task lists, strikethrough and footnotes.
    #[serde(alias = "md", alias = "gfm")]
    Markdown,
    /// Plain text: empty lines part paragraphs.
    #[serde(alias = "txt", alias = "plain")]
    Text,
    /// Text document (Office Open XML).
    #[serde(alias = "word")]
    Docx,
    /// Slides (Office Open XML).
    #[serde(alias = "powerpoint")]
    Pptx,
    /// Spreadsheet (Office Open XML).
    #[serde(alias = "excel")]
    Xlsx,
    /// Book.
    Epub,
}

/// What was read.
pub(super) struct Read {
    pub html: String,
    pub from: Source,
    /// What an archive says of itself; a page is asked later.
    pub metadata: Option<Metadata>,
}

/// The data of a request as HTML.
///
/// # Errors
/// When it is of no format that is read, damaged or too large.
pub(super) fn read(data: &Data, from: Option<Source>, notices: &mut Notices) -> Result<Read, Error> {
    let (text, said) = match data {
        Data::Json(_) => return Err(Error::impossible("data", "must be a text, a file or a URL")),
        Data::Text(text) => (text.clone(), None),
        Data::File(file) => {
            let bytes = file.bytes();
            if is_archive(bytes) || is_old(bytes) {
                return archive(file, from, notices);
            }
            if bytes.starts_with(b"%PDF-") {
                return Err(Error::impossible(
                    "data",
                    "is a PDF: send it to /api/v1/pdf/text, which gives Markdown too",
                ));
            }
            if bytes.iter().take(SAMPLE).any(|byte| *byte == 0) && encoding_rs::Encoding::for_bom(bytes).is_none() {
                return Err(Error::impossible("data", "is no text and no DOCX, PPTX, XLSX or EPUB"));
            }
            if bytes.len() > MAX_TEXT {
                return Err(too_large());
            }
            (decoded(bytes), by_name(file))
        }
    };
    if text.len() > MAX_TEXT {
        return Err(too_large());
    }
    let from = match from {
        Some(from @ (Source::Html | Source::Markdown | Source::Text)) => from,
        Some(other) => {
            let message = format!("is {}, which is a file: send it as one, not as text", name_of(other));
            return Err(Error::impossible("from", message));
        }
        None => by_look(&text).or(said).unwrap_or(Source::Markdown),
    };
    let html = match from {
        Source::Markdown => markdown(&text),
        Source::Text => plain(&text),
        _ => text,
    };
    let metadata = (from != Source::Html).then(Metadata::default);
    Ok(Read { html, from, metadata })
}

fn too_large() -> Error {
    let message = format!("the text has more than {} MB: send it in parts", MAX_TEXT >> 20);
    Error::new(chassis::Code::PayloadTooLarge, message)
}

fn name_of(source: Source) -> &'static str {
    match source {
        Source::Html => "HTML",
        Source::Markdown => "Markdown",
        Source::Text => "plain text",
        Source::Docx => "DOCX",
        Source::Pptx => "PPTX",
        Source::Xlsx => "XLSX",
        Source::Epub => "EPUB",
    }
}

fn archive(file: &File, wanted: Option<Source>, notices: &mut Notices) -> Result<Read, Error> {
    let converted = office::convert(file.bytes().clone(), notices)?;
    let from = match converted.kind {
        Office::Docx => Source::Docx,
        Office::Pptx => Source::Pptx,
        Office::Xlsx => Source::Xlsx,
        Office::Epub => Source::Epub,
    };
    if let Some(wanted) = wanted.filter(|wanted| *wanted != from) {
        let message = format!("is {}, and the file is {}", name_of(wanted), name_of(from));
        return Err(Error::impossible("from", message));
    }
    Ok(Read { html: converted.html, from, metadata: Some(converted.metadata) })
}

/// The format that the name or media type of a file says.
fn by_name(file: &File) -> Option<Source> {
    let end = file.name().and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_ascii_lowercase());
    match end.as_deref() {
        Some("html" | "htm" | "xhtml") => return Some(Source::Html),
        Some("md" | "markdown" | "mdown" | "mkd") => return Some(Source::Markdown),
        Some("txt" | "text" | "log") => return Some(Source::Text),
        _ => {}
    }
    match file.content_type() {
        Some("text/html" | "application/xhtml+xml") => Some(Source::Html),
        Some("text/markdown" | "text/x-markdown") => Some(Source::Markdown),
        _ => None,
    }
}

/// The format that a text looks like; none for one that could be anything.
fn by_look(text: &str) -> Option<Source> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let sample = match text.char_indices().nth(SAMPLE) {
        Some((at, _)) => &text[..at],
        None => text,
    };
    let begins = sample.strip_prefix('<').and_then(|rest| rest.chars().next());
    // An address between angle brackets is Markdown.
    let address = || {
        sample
            .split('>')
            .next()
            .is_some_and(|tag| tag.contains("://") && !tag.contains(' ') || tag.contains('@') && !tag.contains(' '))
    };
    if begins.is_some_and(|c| c.is_ascii_alphabetic() || c == '!' || c == '?') && !address() {
        return Some(Source::Html);
    }
    (CLOSED.is_match(sample) && !MARKED.is_match(sample)).then_some(Source::Html)
}

/// Markdown as HTML. What is HTML in it stays: whether it is safe is settled where it is written.
pub(super) fn markdown(text: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.autolink = true;
    options.render.r#unsafe = true;
    comrak::markdown_to_html(text, &options)
}

/// Plain text as HTML: empty lines part paragraphs, other lines are kept.
fn plain(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut html = String::with_capacity(text.len() + 64);
    let mut open = false;
    for line in text.split('\n') {
        if line.trim().is_empty() {
            if open {
                html.push_str("</p>\n");
            }
            open = false;
            continue;
        }
        html.push_str(if open { "<br>\n" } else { "<p>" });
        open = true;
        for c in line.trim_end().chars() {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                c => html.push(c),
            }
        }
    }
    if open {
        html.push_str("</p>\n");
    }
    html
}
