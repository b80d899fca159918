//! Split a document: every so many pages, by ranges, bookmarks, size, or what stands on a page.

use chassis::{Call, Code, Error, File, Operation, Secret, WithFiles};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::document::assemble::{self, Assembly, Bookmarks, Prepared};
use crate::document::selection::spelled;
use crate::document::{Opened, Selection, save};
use crate::input;
use crate::separators;

/// Maximum number of parts.
const MAX_PARTS: usize = 1_000;
/// Bytes of all parts together.
const MAX_BYTES: usize = 200 << 20;

/// What the document says.
const DESCRIPTION: &str = "\
Splits a document into several, which come as a zip archive (a single one as it is). Say how with exactly one of `every`, `ranges`, \
`bookmarks`, `maxBytes`, `text` and `code`. Each part has only the pictures, fonts and form fields that its own pages use, with their \
bookmarks, links and labels. Pages before the first bookmark, text or code are a part of their own.";

/// A document and where to split it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SplitRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// A part for every so many pages.
    #[serde(default)]
    #[garde(range(min = 1, max = 10_000))]
    pub every: Option<usize>,
    /// A part for each selection of pages, such as `["1-3", "4-", "1,3,5"]`; they may overlap. A text in place of the list makes a part for each
    /// range between its commas: `1-3,4-`.
    #[serde(default, deserialize_with = "listed")]
    #[garde(length(max = 1000), inner(length(chars, min = 1, max = 2000)))]
    pub ranges: Vec<String>,
    /// A part for each bookmark down to this level; 1 is the top.
    #[serde(default)]
    #[garde(range(min = 1, max = 10))]
    pub bookmarks: Option<usize>,
    /// Parts of at most so many bytes, with as many pages as fit.
    #[serde(default)]
    #[garde(range(min = 1000))]
    pub max_bytes: Option<usize>,
    /// A part begins at each page with this text; upper and lower case are the same.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 500))]
    pub text: Option<String>,
    /// A part begins at each page with a QR code or barcode of this text; `*` for any code.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 500))]
    pub code: Option<String>,
    /// Whether pages with the text or code are left out, as separator sheets are.
    #[serde(default)]
    pub drop_separators: bool,
    /// Whether a signed document may be split, whose signature is then lost.
    #[serde(default)]
    pub allow_signed: bool,
}

/// A list; a text in its place is cut at its commas, since a part of all ranges would be no split.
fn listed<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<String>, D::Error> {
    let of_text = |text: String| match text.trim().is_empty() {
        true => Vec::new(),
        false => {
            let parts: Vec<String> =
                text.split([',', ';']).filter(|part| !part.trim().is_empty()).map(str::to_owned).collect();
            if parts.is_empty() { vec![text] } else { parts }
        }
    };
    let one = |value: Value| match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(D::Error::custom("must be a list of texts, such as [\"1-3\", \"4-\"], or one text with commas")),
    };
    match Value::deserialize(source)? {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => items.into_iter().map(one).collect(),
        Value::String(text) if text.trim_start().starts_with('[') => {
            serde_json::from_str(&text).map_err(|problem| D::Error::custom(format!("is no list in JSON: {problem}")))
        }
        value => one(value).map(of_text),
    }
}

/// The parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SplitFacts {
    /// Number of parts.
    pub count: usize,
    /// Parts, in order.
    pub rows: Vec<Part>,
}

/// A part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// Name of the file.
    pub name: String,
    /// Its pages in the whole, such as `1-3`.
    pub from: String,
    /// Number of pages.
    pub pages: usize,
    /// Size in bytes.
    pub bytes: usize,
    /// Bookmark or code it begins with, if it was split by them.
    pub title: Option<String>,
}

/// A request that works.
#[must_use]
pub fn example() -> SplitRequest {
    SplitRequest {
        file: input::example(),
        password: None,
        every: Some(1),
        ranges: Vec::new(),
        bookmarks: None,
        max_bytes: None,
        text: None,
        code: None,
        drop_separators: false,
        allow_signed: false,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::makes_document(op)
        .answers(&["application/pdf", "application/zip"])
        .summary("Split a PDF by pages, ranges, bookmarks, size, or a text or code on a page")
        .description(DESCRIPTION)
        .example(example)
}

/// The pages of a part, and what it is called.
pub(crate) struct Cut {
    pub(crate) pages: Vec<usize>,
    pub(crate) title: Option<String>,
}

/// Splits a document.
///
/// # Errors
/// When the document cannot be opened, is signed, or it is not said how to split it.
pub fn split(request: SplitRequest, call: &Call) -> Result<WithFiles<SplitFacts>, Error> {
    check(&request)?;
    let opened = input::source(&request.file, request.password.as_ref()).open(call)?;
    opened.guard_signatures("file", request.allow_signed, call)?;
    if opened.encryption.is_some() {
        call.warn("protection-lost", Some("file"), "the document is protected; its parts are not");
    }
    let prepared = Prepared::of(&opened);
    let cuts = match request.max_bytes {
        Some(most) => by_size(&opened, &prepared, most, call)?,
        None => cuts(&request, &opened, &prepared, call)?,
    };
    if cuts.len() > MAX_PARTS {
        let message = format!("would make {} parts; the limit is {MAX_PARTS}", cuts.len());
        return Err(Error::field(Code::PayloadTooLarge, "file", message));
    }
    let stem = input::stem(&request.file, "part");
    let digits = cuts.len().to_string().len().max(2);
    let (mut files, mut rows, mut total) = (Vec::new(), Vec::new(), 0);
    for (index, cut) in cuts.iter().enumerate() {
        let bytes = part(&prepared, &cut.pages, index == 0, call)?;
        total += bytes.len();
        if total > MAX_BYTES {
            let message = format!("makes parts of more than {} MB together", MAX_BYTES >> 20);
            return Err(Error::field(Code::PayloadTooLarge, "file", message));
        }
        let name = match cuts.len() {
            1 => format!("{stem}.pdf"),
            _ => format!("{stem}-{:0digits$}.pdf", index + 1),
        };
        rows.push(Part {
            name: name.clone(),
            from: spelled(&cut.pages),
            pages: cut.pages.len(),
            bytes: bytes.len(),
            title: cut.title.clone(),
        });
        files.push(File::new(name, "application/pdf", bytes));
    }
    Ok(WithFiles { files, facts: SplitFacts { count: rows.len(), rows } })
}

/// Exactly one way to split.
fn check(request: &SplitRequest) -> Result<(), Error> {
    let ways = [
        ("every", request.every.is_some()),
        ("ranges", !request.ranges.is_empty()),
        ("bookmarks", request.bookmarks.is_some()),
        ("maxBytes", request.max_bytes.is_some()),
        ("text", request.text.is_some()),
        ("code", request.code.is_some()),
    ];
    let mut given = ways.iter().filter(|(_, given)| *given);
    match (given.next(), given.next()) {
        (None, _) => {
            Err(Error::impossible("every", "is missing: send one of every, ranges, bookmarks, maxBytes, text and code"))
        }
        (Some((one, _)), Some((other, _))) => {
            Err(Error::impossible(*other, format!("does not go with {one}: send one of them")))
        }
        (Some(_), None) if request.drop_separators && request.text.is_none() && request.code.is_none() => {
            Err(Error::impossible("dropSeparators", "needs text or code"))
        }
        _ => Ok(()),
    }
}

fn cuts(request: &SplitRequest, opened: &Opened, prepared: &Prepared<'_>, call: &Call) -> Result<Vec<Cut>, Error> {
    let count = opened.pages.len();
    if let Some(every) = request.every {
        let all: Vec<usize> = (0..count).collect();
        return Ok(all.chunks(every).map(|pages| Cut { pages: pages.to_vec(), title: None }).collect());
    }
    if let Some(level) = request.bookmarks {
        let starts = prepared.bookmarks().iter().filter(|bookmark| bookmark.depth < level).filter_map(|bookmark| {
            let (page, _) = bookmark.target.as_ref()?;
            Some((opened.pages.iter().position(|other| other == page)?, Some(bookmark.title.clone())))
        });
        let starts: Vec<_> = starts.collect();
        if starts.is_empty() {
            return Err(Error::impossible(
                "bookmarks",
                format!("finds none of level {level} or above in the document"),
            ));
        }
        return Ok(from_starts(starts, count, false));
    }
    if let Some(text) = &request.text {
        let starts = separators::with_text(&request.file, request.password.as_ref(), text, call)?;
        if starts.is_empty() {
            return Err(Error::impossible("text", "stands on no page of the document: scans need recognition first"));
        }
        return Ok(from_starts(starts, count, request.drop_separators));
    }
    if let Some(code) = &request.code {
        let starts = separators::with_code(&request.file, request.password.as_ref(), code, call)?;
        if starts.is_empty() {
            return Err(Error::impossible("code", "is on no page of the document"));
        }
        return Ok(from_starts(starts, count, request.drop_separators));
    }
    let ranges = request.ranges.iter().enumerate().map(|(index, range)| {
        let selection = Selection::read(&format!("ranges[{index}]"), Some(range), count)?;
        Ok(Cut { pages: selection.0, title: None })
    });
    ranges.collect()
}

/// Parts that begin at these pages. Pages before the first are a part of their own.
fn from_starts(mut starts: Vec<(usize, Option<String>)>, count: usize, drop: bool) -> Vec<Cut> {
    starts.sort_by_key(|(page, _)| *page);
    // Of several on one page the first names the part.
    starts.dedup_by_key(|(page, _)| *page);
    let mut cuts = Vec::new();
    if let Some((first, _)) = starts.first().filter(|(first, _)| *first > 0) {
        cuts.push(Cut { pages: (0..*first).collect(), title: None });
    }
    for (index, (start, title)) in starts.iter().enumerate() {
        let end = starts.get(index + 1).map_or(count, |(next, _)| *next);
        let pages: Vec<usize> = (start + usize::from(drop)..end).collect();
        if !pages.is_empty() {
            cuts.push(Cut { pages, title: title.clone() });
        }
    }
    cuts
}

/// Parts of at most so many bytes: each with the most pages that fit, found by halving.
fn by_size(opened: &Opened, prepared: &Prepared<'_>, most: usize, call: &Call) -> Result<Vec<Cut>, Error> {
    let count = opened.pages.len();
    let size = |from: usize, pages: usize| -> Result<usize, Error> {
        let pages: Vec<usize> = (from..from + pages).collect();
        Ok(part(prepared, &pages, false, call)?.len())
    };
    let mut cuts = Vec::new();
    let mut from = 0;
    let mut guess = 1;
    let mut warned = false;
    while from < count {
        let left = count - from;
        let (mut fits, mut too_many) = (0, left + 1);
        let mut next = guess.min(left);
        while fits + 1 < too_many {
            if size(from, next)? <= most {
                fits = next;
                next = (next * 2).min(usize::midpoint(fits, too_many).max(fits + 1)).min(left);
            } else {
                too_many = next;
                next = usize::midpoint(fits, too_many).max(fits + 1);
            }
            if next >= too_many {
                next = too_many.saturating_sub(1).max(fits + 1);
            }
        }
        if fits == 0 && !warned {
            warned = true;
            let page = from + 1;
            let message =
                format!("page {page} alone is larger than that, and is a part of its own; perhaps others as well");
            call.warn("part-too-large", Some("maxBytes"), message);
        }
        guess = fits.max(1);
        cuts.push(Cut { pages: (from..from + guess).collect(), title: None });
        from += guess;
    }
    Ok(cuts)
}

/// A part as a document.
fn part(prepared: &Prepared<'_>, pages: &[usize], warns: bool, call: &Call) -> Result<Vec<u8>, Error> {
    let mut assembly = Assembly::new();
    assembly.inherit(prepared);
    let added = assembly.add(prepared, pages, &Bookmarks::Kept, call)?;
    if warns && added.was_tagged {
        // Bookmarks and links to other parts are lost by nature; tags are not.
        let tags = assemble::Added { was_tagged: true, ..assemble::Added::default() };
        assemble::warn_of_losses(&tags, "file", call);
    }
    save::save(assembly.finish(call))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_begin_where_something_stands() {
        let pages = |cuts: Vec<Cut>| cuts.into_iter().map(|cut| cut.pages).collect::<Vec<_>>();
        let starts = || vec![(4, None), (2, None), (2, None)];
        assert_eq!(pages(from_starts(starts(), 6, false)), [vec![0, 1], vec![2, 3], vec![4, 5]]);
        assert_eq!(pages(from_starts(starts(), 6, true)), [vec![0, 1], vec![3], vec![5]]);
        assert_eq!(pages(from_starts(vec![(0, None), (5, None)], 6, true)), [vec![1, 2, 3, 4]]);
    }
}
