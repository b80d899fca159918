//! Which pages: `1-3,5,-1,odd`.

use chassis::{Code, Error};

/// What the field of a selection says in the documents.
pub(crate) const GRAMMAR: &str = "such as 1-3,5,8-,-1,odd: pages count from 1, negative ones from the end";

/// Maximum number of pages of a selection: each may be named several times.
const MAX_SELECTED: usize = 10_000;

/// Pages in the order they were named, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection(pub(crate) Vec<usize>);

impl Selection {
    /// All of so many pages.
    pub(crate) fn all(count: usize) -> Self {
        Self((0..count).collect())
    }

    /// Reads a selection of a document with so many pages; nothing is all of them.
    ///
    /// # Errors
    /// 400 when it cannot be read, 422 when a page does not exist.
    pub(crate) fn read(field: &str, text: Option<&str>, count: usize) -> Result<Self, Error> {
        match text.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Self::parse(field, text, count),
            None => Ok(Self::all(count)),
        }
    }

    fn parse(field: &str, text: &str, count: usize) -> Result<Self, Error> {
        let mut pages = Vec::new();
        let text = plain(text);
        for part in text.split([',', ';', ' ']).map(str::trim).filter(|part| !part.is_empty()) {
            match part.to_ascii_lowercase().as_str() {
                "all" => pages.extend(0..count),
                "odd" => pages.extend((0..count).step_by(2)),
                "even" => pages.extend((1..count).step_by(2)),
                "reverse" => pages.extend((0..count).rev()),
                part => {
                    let (first, last) = range(part).ok_or_else(|| unreadable(field, part))?;
                    let first = index(field, first, count)?;
                    let last = index(field, last, count)?;
                    if first <= last {
                        pages.extend(first..=last);
                    } else {
                        pages.extend((last..=first).rev());
                    }
                }
            }
            if pages.len() > MAX_SELECTED {
                let message = format!("selects more than {MAX_SELECTED} pages");
                return Err(Error::field(Code::PayloadTooLarge, field, message));
            }
        }
        if pages.is_empty() {
            return Err(Error::impossible(field, format!("selects no page of the document, which has {count}")));
        }
        Ok(Self(pages))
    }

    /// Whether it has every page of so many.
    pub(crate) fn is_whole(&self, count: usize) -> bool {
        let mut seen = vec![false; count];
        for page in &self.0 {
            if let Some(seen) = seen.get_mut(*page) {
                *seen = true;
            }
        }
        seen.into_iter().all(|seen| seen)
    }
}

/// Other ways to write the same: dashes of typesetters, dots, spaces around a dash, the brackets of a list.
fn plain(text: &str) -> String {
    text.trim_matches(['[', ']'])
        .replace(['"', '\''], "")
        .replace(['–', '—', '−', '‑'], "-")
        .replace("..", "-")
        .replace(" - ", "-")
        .replace(" to ", "-")
}

/// First and last page, counted from 1 or from the end: `3`, `-1`, `2-5`, `4-`, `-3--1`, `2-last`.
fn range(text: &str) -> Option<(i64, i64)> {
    let number = |text: &str| match text {
        "last" | "end" => Some(-1),
        "first" => Some(1),
        text => text.parse::<i64>().ok(),
    };
    if let Some(page) = number(text) {
        return Some((page, page));
    }
    let dash = text.char_indices().skip(1).find(|(_, letter)| *letter == '-')?.0;
    let (first, last) = (&text[..dash], &text[dash + 1..]);
    Some((number(first)?, if last.is_empty() { -1 } else { number(last)? }))
}

fn index(field: &str, page: i64, count: usize) -> Result<usize, Error> {
    let pages = i64::try_from(count).unwrap_or(i64::MAX);
    let index = if page < 0 { pages + page } else { page - 1 };
    usize::try_from(index).ok().filter(|index| *index < count).ok_or_else(|| {
        let s = if count == 1 { "" } else { "s" };
        let first = if page == 0 { ", and pages count from 1" } else { "" };
        Error::impossible(field, format!("page {page} does not exist: the document has {count} page{s}{first}"))
    })
}

fn unreadable(field: &str, part: &str) -> Error {
    let part: String = part.chars().take(30).collect();
    Error::field(Code::ValidationError, field, format!("{part:?} is no page or range: write it {GRAMMAR}"))
}

/// Pages as a selection is written, `1-3,5`; long ones end with dots.
pub(crate) fn spelled(pages: &[usize]) -> String {
    let mut parts = Vec::new();
    let mut rest = pages;
    while let Some(first) = rest.first() {
        let length = rest.iter().zip(*first..).take_while(|(page, expected)| *page == expected).count();
        parts.push(match length {
            1 => (first + 1).to_string(),
            _ => format!("{}-{}", first + 1, first + length),
        });
        rest = &rest[length..];
        if parts.len() == 50 && !rest.is_empty() {
            parts.push("...".to_owned());
            break;
        }
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_from_both_ends() {
        let cases: [(&str, &[usize]); 17] = [
            ("1-3,5", &[0, 1, 2, 4]),
            ("-1", &[9]),
            ("8-", &[7, 8, 9]),
            ("-3--1", &[7, 8, 9]),
            ("9-last", &[8, 9]),
            ("3-1", &[2, 1, 0]),
            ("odd", &[0, 2, 4, 6, 8]),
            ("even", &[1, 3, 5, 7, 9]),
            ("2,2", &[1, 1]),
            ("ALL", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
            (" 4 ; 6 ", &[3, 5]),
            ("first, 9 – end", &[0, 8, 9]),
            ("1..3", &[0, 1, 2]),
            ("1 to 2", &[0, 1]),
            ("[1,\"2-3\"]", &[0, 1, 2]),
            ("1 -1", &[0, 9]),
            ("", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ];
        for (text, pages) in cases {
            assert_eq!(Selection::read("pages", Some(text), 10).unwrap().0, pages, "{text:?}");
        }
        assert!(Selection::all(3).is_whole(3) && !Selection(vec![0, 0, 1]).is_whole(3));
    }

    #[test]
    fn selections_are_written_as_they_are_read() {
        assert_eq!(spelled(&[0, 1, 2, 4]), "1-3,5");
        assert_eq!(spelled(&[2, 1, 1]), "3,2,2");
        assert_eq!(spelled(&[]), "");
    }

    #[test]
    fn what_does_not_exist_is_422_and_what_cannot_be_read_400() {
        let refused = |text: &str| {
            let error = Selection::read("pages", Some(text), 10).unwrap_err();
            (error.code(), error.message())
        };
        assert_eq!(
            refused("11"),
            (Code::Unprocessable, "pages: page 11 does not exist: the document has 10 pages".to_owned())
        );
        assert_eq!(refused("5-20").0, Code::Unprocessable);
        assert_eq!(refused("0").1, "pages: page 0 does not exist: the document has 10 pages, and pages count from 1");
        assert_eq!(refused("-11").0, Code::Unprocessable);
        for text in ["x", "1-2-3", "1.3", "one"] {
            assert_eq!(refused(text).0, Code::ValidationError, "{text:?}");
        }
        assert_eq!(refused("1-10,".repeat(2000).as_str()).0, Code::PayloadTooLarge);
    }
}
