//! JSON Feed (jsonfeed.org, versions 1 and 1.1).

use chassis::Error;

use super::entry::{Entry, Raw, Text};
use super::{Enclosure, MAX_ITEMS};
use crate::tree::{self, Tree};

/// A feed of JSON.
///
/// # Errors
/// When it is no JSON, or no feed.
pub(super) fn read(text: &str) -> Result<Raw, Error> {
    let tree = tree::read(text).map_err(|error| Error::impossible("feed", error.to_string()))?;
    let version = said(&tree, "version").unwrap_or_default();
    let Some(items) = tree.get("items").and_then(Tree::as_list).filter(|_| version.contains("jsonfeed.org")) else {
        return Err(Error::impossible("feed", "is no feed: JSON Feed has a version with jsonfeed.org, and items"));
    };
    let number = version.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Raw {
        format: format!("json-feed-{number}"),
        title: said(&tree, "title").map(Text::Plain),
        url: said(&tree, "home_page_url"),
        feed_url: said(&tree, "feed_url"),
        next_url: said(&tree, "next_url"),
        description: said(&tree, "description").map(Text::Plain),
        language: said(&tree, "language"),
        authors: authors(&tree),
        updated: None,
        image: said(&tree, "icon").or_else(|| said(&tree, "favicon")),
        base: None,
        entries: items.iter().take(MAX_ITEMS).map(entry).collect(),
    })
}

fn entry(item: &Tree) -> Entry {
    let enclosures = item.get("attachments").and_then(Tree::as_list).unwrap_or_default();
    let enclosure = |attachment: &Tree| {
        Some(Enclosure {
            url: said(attachment, "url")?,
            kind: said(attachment, "mime_type"),
            length: said(attachment, "size_in_bytes").and_then(|size| size.parse().ok()),
        })
    };
    let content = said(item, "content_html").map(Text::Html).or_else(|| said(item, "content_text").map(Text::Plain));
    let tags = item.get("tags").and_then(Tree::as_list).unwrap_or_default();
    Entry {
        id: said(item, "id"),
        title: said(item, "title").map(Text::Plain),
        url: said(item, "url").or_else(|| said(item, "external_url")),
        published: said(item, "date_published"),
        updated: said(item, "date_modified"),
        authors: authors(item),
        summary: said(item, "summary").map(Text::Plain),
        content,
        categories: tags.iter().filter_map(Tree::as_text).map(str::to_owned).collect(),
        image: said(item, "image").or_else(|| said(item, "banner_image")),
        enclosures: enclosures.iter().filter_map(enclosure).collect(),
        duration: enclosures.iter().find_map(|attachment| said(attachment, "duration_in_seconds")),
        comments: None,
        base: None,
        content_base: None,
    }
}

/// A text, or a number as it was written: ids are both.
fn said(tree: &Tree, name: &str) -> Option<String> {
    match tree.get(name)? {
        Tree::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        number @ Tree::Number(_) => Some(number.to_json()),
        _ => None,
    }
}

fn authors(tree: &Tree) -> Vec<String> {
    let many = tree.get("authors").and_then(Tree::as_list).unwrap_or_default();
    let one = tree.get("author").filter(|_| many.is_empty());
    many.iter().chain(one).filter_map(|author| said(author, "name")).collect()
}
