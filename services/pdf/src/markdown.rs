//! Text of a page as Markdown: headings by size, lists by their marks, bold and italic where the font says so, rows of cells as
//! tables.

use std::collections::BTreeMap;

use documents::{Block, Line, PageText, Word};

/// A line this much larger than the text is a heading.
const HEADING: [(f64, &str); 3] = [(1.6, "# "), (1.35, "## "), (1.15, "### ")];
/// Marks that begin a list item.
const BULLETS: [char; 8] =
    ['\u{2022}', '\u{25CF}', '\u{25E6}', '\u{25AA}', '\u{2023}', '\u{2043}', '\u{B7}', '\u{F0B7}'];
/// A heading is not longer than this.
const HEADING_LETTERS: usize = 200;

/// The Markdown of a page.
pub(crate) fn of_page(text: &PageText) -> String {
    let size = usual_size(text);
    let mut parts: Vec<String> = Vec::new();
    let mut blocks = text.blocks.iter().peekable();
    while let Some(block) = blocks.next() {
        let mut rows: Vec<&Line> = block.lines.iter().collect();
        let columns = rows.first().map_or(0, |line| line.cells.len());
        if columns > 1 {
            // Rows that stand apart are blocks of their own, and one table all the same.
            while let Some(next) = blocks.next_if(|next| next.lines.iter().all(|line| line.cells.len() == columns)) {
                rows.extend(&next.lines);
            }
        }
        if columns > 1 && rows.len() > 1 && rows.iter().all(|line| line.cells.len() == columns) {
            parts.push(table(&rows));
        } else {
            parts.push(paragraphs(block, size));
        }
    }
    let mut markdown = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    if !markdown.is_empty() {
        markdown.push('\n');
    }
    markdown
}

/// The size most letters have.
fn usual_size(text: &PageText) -> f64 {
    let mut letters: BTreeMap<i64, usize> = BTreeMap::new();
    for word in text.words() {
        *letters.entry((word.size * 2.0).round() as i64).or_default() += word.text.chars().count();
    }
    letters.into_iter().max_by_key(|(_, count)| *count).map_or(0.0, |(size, _)| size as f64 / 2.0)
}

fn paragraphs(block: &Block, usual: f64) -> String {
    let size = block.lines.iter().flat_map(|line| &line.words).map(|word| word.size).fold(0.0, f64::max);
    let letters: usize = block.lines.iter().flat_map(|line| &line.words).map(|word| word.text.chars().count()).sum();
    let heading = HEADING.iter().find(|(ratio, _)| usual > 0.0 && size >= ratio * usual);
    if let Some((_, mark)) = heading.filter(|_| letters <= HEADING_LETTERS) {
        let words: Vec<String> =
            block.lines.iter().flat_map(|line| &line.words).map(|word| escaped(&word.text)).collect();
        return format!("{mark}{}", words.join(" "));
    }
    let mut text = String::new();
    for line in &block.lines {
        let (mark, words) = item(line);
        let line = styled(words);
        match mark {
            Some(mark) => {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&mark);
                text.push_str(&line);
            }
            None if text.is_empty() => text = line,
            None if is_broken(&text, &line) => {
                text.pop();
                text.push_str(&line);
            }
            None => {
                text.push(' ');
                text.push_str(&line);
            }
        }
    }
    text
}

/// The mark of a list item, as Markdown writes it, and the words behind it.
fn item(line: &Line) -> (Option<String>, &[Word]) {
    let Some((first, rest)) = line.words.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return (None, &line.words);
    };
    let mut letters = first.text.chars();
    if letters.next().is_some_and(|letter| BULLETS.contains(&letter)) && letters.next().is_none() {
        return (Some("- ".to_owned()), rest);
    }
    if first.text == "-" || first.text == "\u{2013}" {
        return (Some("- ".to_owned()), rest);
    }
    let number = first.text.strip_suffix(['.', ')']).filter(|number| number.len() <= 3);
    match number {
        Some(number) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            (Some(format!("{number}. ")), rest)
        }
        _ => (None, &line.words),
    }
}

/// Words with bold and italic around those that are.
fn styled(words: &[Word]) -> String {
    let mark = |word: &Word| match (word.bold, word.italic) {
        (true, true) => "***",
        (true, false) => "**",
        (false, true) => "*",
        (false, false) => "",
    };
    let parts = words.chunk_by(|one, other| mark(one) == mark(other)).map(|part| {
        let text: Vec<String> = part.iter().map(|word| escaped(&word.text)).collect();
        let mark = part.first().map_or("", mark);
        format!("{mark}{}{mark}", text.join(" "))
    });
    parts.collect::<Vec<_>>().join(" ")
}

fn table(rows: &[&Line]) -> String {
    let cells = |line: &Line| -> Vec<String> {
        let ends = line.cells.iter().skip(1).copied().chain([line.words.len()]);
        let cells = line.cells.iter().zip(ends).map(|(start, end)| {
            let words: Vec<String> = line.words[*start..end].iter().map(|word| escaped(&word.text)).collect();
            words.join(" ").replace('|', "\\|")
        });
        cells.collect()
    };
    let mut lines = Vec::with_capacity(rows.len() + 1);
    for (index, row) in rows.iter().enumerate() {
        lines.push(format!("| {} |", cells(row).join(" | ")));
        if index == 0 {
            lines.push(format!("|{}", " --- |".repeat(row.cells.len())));
        }
    }
    lines.join("\n")
}

/// Text whose letters mean nothing to Markdown.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>') || (letter == '#' && escaped.is_empty()) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Whether a word goes on in the next line: letter, hyphen, small letter.
fn is_broken(text: &str, next: &str) -> bool {
    let mut end = text.chars().rev();
    end.next() == Some('-')
        && end.next().is_some_and(char::is_alphabetic)
        && next.chars().next().is_some_and(char::is_lowercase)
}
