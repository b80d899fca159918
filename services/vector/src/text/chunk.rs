//! A document in pieces a model can read.
//!
//! Paragraphs are put together until there is enough to stand alone, a heading begins a new piece, a paragraph that is too
//! long is cut after a sentence, else after a word. A piece depends on its own paragraphs and little before them, so a
//! change in one paragraph leaves the pieces of the others as they were: nothing of those is embedded anew.

use std::ops::Range;

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Its text.
    pub text: String,
    /// Where it starts, in characters from the start of the document.
    pub start: usize,
    /// Where it ends, in characters from the start of the document.
    pub end: usize,
    /// The heading it stands under.
    pub section: Option<String>,
}

/// Cuts a document into pieces of at most `most` characters each.
#[must_use]
pub fn chunks(text: &str, most: usize) -> Vec<Chunk> {
    let most = most.max(1);
    let mut pieces: Vec<(Range<usize>, Option<String>)> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    let mut section: Option<String> = None;
    for paragraph in paragraphs(text) {
        let heading = heading(&text[paragraph.clone()]);
        let size = |range: &Range<usize>| text[range.clone()].chars().count();
        let enough = open.as_ref().is_some_and(|open| size(open) >= most / 2);
        let too_much = open.as_ref().is_some_and(|open| size(&(open.start..paragraph.end)) > most);
        if heading.is_some() || enough || too_much {
            pieces.extend(open.take().map(|open| (open, section.clone())));
        }
        section = heading.or(section);
        let start = open.take().map_or(paragraph.start, |open| open.start);
        let whole = start..paragraph.end;
        match size(&whole) > most {
            false => open = Some(whole),
            true => pieces.extend(cut(text, whole, most).into_iter().map(|piece| (piece, section.clone()))),
        }
    }
    pieces.extend(open.map(|open| (open, section)));
    placed(text, pieces)
}

/// Pieces with their places in characters; without those of white space.
fn placed(text: &str, pieces: Vec<(Range<usize>, Option<String>)>) -> Vec<Chunk> {
    let (mut bytes, mut chars) = (0, 0);
    let mut chunks = Vec::with_capacity(pieces.len());
    for (range, section) in pieces {
        let piece = text[range.clone()].trim();
        if piece.is_empty() {
            continue;
        }
        let from = range.start + (text[range.clone()].len() - text[range].trim_start().len());
        chars += text[bytes..from].chars().count();
        let length = piece.chars().count();
        chunks.push(Chunk { text: piece.to_owned(), start: chars, end: chars + length, section });
        (bytes, chars) = (from + piece.len(), chars + length);
    }
    chunks
}

/// Parts of a text between empty lines; a heading of Markdown is one of its own.
fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<Range<usize>> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let is_heading = heading(line).is_some();
        if line.trim().is_empty() || is_heading {
            found.extend(open.take());
        }
        match line.trim().is_empty() {
            true => {}
            false if is_heading => found.push(range),
            false => open = Some(open.map_or(range.start, |open| open.start)..range.end),
        }
    }
    found.extend(open);
    found
}

/// The text of a heading of Markdown (`## Engines`).
fn heading(line: &str) -> Option<String> {
    let line = line.trim();
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    let is_heading = (1..=6).contains(&level) && rest.starts_with(' ') && !rest.contains('\n');
    is_heading.then(|| rest.trim().trim_end_matches('#').trim().chars().take(200).collect())
}

/// Cuts what is too long after a sentence, else after a word, else anywhere.
fn cut(text: &str, range: Range<usize>, most: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let rest = &text[start..range.end];
        let Some((limit, _)) = rest.char_indices().nth(most) else {
            pieces.push(start..range.end);
            break;
        };
        let head = &rest[..limit];
        let end =
            sentence_end(head).or_else(|| head.rfind(char::is_whitespace)).filter(|end| *end > 0).unwrap_or(limit);
        pieces.push(start..start + end);
        start += end;
    }
    pieces
}

/// Where the last sentence of a text ends, in its second half.
fn sentence_end(text: &str) -> Option<usize> {
    let ends = text.char_indices().zip(text.chars().skip(1).map(Some).chain([None])).filter(|((_, c), next)| {
        let wide = matches!(c, '。' | '！' | '？');
        wide || (matches!(c, '.' | '!' | '?') && next.is_some_and(char::is_whitespace))
    });
    let last = ends.map(|((index, c), _)| index + c.len_utf8()).last()?;
    (last * 2 >= text.len()).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_to_the_text() {
        let text = "# Ünter\n\nFirst paragraph here. It has sentences.\n\nSecond one is a good deal longer than the first one was, with words.\n\n## Next\nShort.\n\n\n";
        for most in [5, 20, 40, 80, 1_000] {
            let found = chunks(text, most);
            for chunk in &found {
                let there: String = text.chars().skip(chunk.start).take(chunk.end - chunk.start).collect();
                assert_eq!(there, chunk.text, "{most}");
                assert!(chunk.text.chars().count() <= most);
            }
            let words = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(found.iter().map(|chunk| words(&chunk.text)).collect::<String>(), words(text));
        }
        let found = chunks(text, 1_000);
        assert_eq!(
            found.iter().map(|chunk| chunk.section.as_deref()).collect::<Vec<_>>(),
            [Some("Ünter"), Some("Next")]
        );
    }

    #[test]
    fn a_change_leaves_the_pieces_of_others() {
        let paragraph = |number: usize| format!("Paragraph {number} {}", "says something of its own. ".repeat(12));
        let text = |changed: usize| {
            let all: Vec<String> =
                (0..12).map(|number| paragraph(number + if number == changed { 100 } else { 0 })).collect();
            all.join("\n\n")
        };
        let (before, after) = (chunks(&text(99), 400), chunks(&text(5), 400));
        let changed = before.iter().filter(|chunk| after.iter().all(|other| other.text != chunk.text)).count();
        assert_eq!((before.len(), changed), (12, 1));
    }

    #[test]
    fn what_has_no_end_is_cut_all_the_same() {
        assert_eq!(chunks(&"x".repeat(1_000), 300).len(), 4);
        assert_eq!(chunks("", 300), []);
        assert_eq!(chunks(" \n\n \n", 300), []);
    }
}
