//! What is read of a feed and its items, before it is made a row.

use scraper::Html;

use super::Enclosure;
use crate::extract::text_of;

/// A text of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    /// Plain text.
    Plain(String),
    /// HTML, or what is taken for it.
    Html(String),
}

impl Text {
    /// As HTML.
    pub(super) fn html(&self) -> String {
        match self {
            Self::Html(html) => html.clone(),
            Self::Plain(text) => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        }
    }

    /// As plain text.
    pub(super) fn plain(&self) -> String {
        match self {
            Self::Plain(text) => text.trim().to_owned(),
            Self::Html(html) if html.contains(['<', '&']) => text_of(Html::parse_document(html).root_element()),
            Self::Html(text) => text.trim().to_owned(),
        }
    }
}

/// An item.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub id: Option<String>,
    pub title: Option<Text>,
    pub url: Option<String>,
    pub published: Option<String>,
    pub updated: Option<String>,
    pub authors: Vec<String>,
    pub summary: Option<Text>,
    pub content: Option<Text>,
    pub categories: Vec<String>,
    pub image: Option<String>,
    pub enclosures: Vec<Enclosure>,
    pub duration: Option<String>,
    pub comments: Option<String>,
    /// Address to which its links are relative, and those of its content where that has another.
    pub base: Option<String>,
    pub content_base: Option<String>,
}

/// A feed.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub format: String,
    pub title: Option<Text>,
    pub url: Option<String>,
    pub feed_url: Option<String>,
    pub next_url: Option<String>,
    pub description: Option<Text>,
    pub language: Option<String>,
    pub authors: Vec<String>,
    pub updated: Option<String>,
    pub image: Option<String>,
    /// Address to which its links are relative.
    pub base: Option<String>,
    pub entries: Vec<Entry>,
}
