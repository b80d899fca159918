//! Where Markdown may be cut: before headings, between blocks, between rows of a table; not within code where that can be
//! helped.

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A heading of a level from 1 to 6.
    Heading(u8),
    /// The underline of a heading, which belongs to the line before it.
    Underline,
    /// The first row of a table, which names its columns, and the line under it.
    TableHead,
    /// Another row of a table.
    TableRow,
    /// A line within a fence.
    Code,
    /// Nothing.
    Blank,
    /// The start of an item of a list.
    Item,
    /// Anything else.
    Text,
}

/// A line with its place.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// What it is.
    pub line: Line,
    /// The byte it starts at.
    pub start: usize,
    /// The byte behind it, its line end included.
    pub end: usize,
}

/// The lines of a document.
pub fn lines(text: &str) -> Vec<Placed> {
    let mut lines: Vec<Placed> = Vec::new();
    let mut start = 0;
    let mut fence: Option<(char, usize)> = None;
    for whole in text.split_inclusive('\n') {
        let end = start + whole.len();
        let content = whole.trim_end();
        let indent = content.len() - content.trim_start().len();
        let inner = content.trim_start();
        let line = match fence {
            Some((mark, least)) => {
                if inner.chars().all(|c| c == mark) && inner.len() >= least {
                    fence = None;
                }
                Line::Code
            }
            None if indent < 4 && opens_fence(inner).is_some() => {
                fence = opens_fence(inner);
                Line::Code
            }
            None if inner.is_empty() => Line::Blank,
            None if indent < 4 => plain(inner),
            None => Line::Text,
        };
        let previous = lines.last().map(|placed| placed.line);
        let line = match (line, previous) {
            (Line::Underline, Some(Line::Text)) => {
                let level = if inner.starts_with('=') { 1 } else { 2 };
                if let Some(last) = lines.last_mut() {
                    last.line = Line::Heading(level);
                }
                Line::Underline
            }
            (Line::Underline, _) if is_delimiter(inner) => Line::Text,
            (Line::Underline, _) => Line::Text,
            (Line::TableHead, Some(Line::Text))
                if lines.last().is_some_and(|last| text[last.start..last.end].contains('|')) =>
            {
                if let Some(last) = lines.last_mut() {
                    last.line = Line::TableHead;
                }
                Line::TableHead
            }
            (Line::TableHead, _) => Line::Text,
            (Line::Text, Some(Line::TableHead | Line::TableRow)) if inner.contains('|') => Line::TableRow,
            (line, _) => line,
        };
        lines.push(Placed { line, start, end });
        start = end;
    }
    lines
}

/// The mark of a fence and how many there are.
fn opens_fence(inner: &str) -> Option<(char, usize)> {
    let mark = inner.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let many = inner.chars().take_while(|c| *c == mark).count();
    (many >= 3 && !(mark == '`' && inner[many..].contains('`'))).then_some((mark, many))
}

/// A line by itself; one that may belong to the line before it is `Underline` or `TableHead`.
fn plain(inner: &str) -> Line {
    let hashes = inner.chars().take_while(|c| *c == '#').count();
    let after = &inner[hashes..];
    if (1..=6).contains(&hashes) && (after.is_empty() || after.starts_with([' ', '\t'])) {
        return Line::Heading(hashes as u8);
    }
    if is_delimiter(inner) && inner.contains('|') {
        return Line::TableHead;
    }
    if inner.chars().all(|c| c == '=') || (inner.chars().all(|c| c == '-')) {
        return Line::Underline;
    }
    let number = inner.chars().take_while(char::is_ascii_digit).count();
    let bullet = inner.starts_with("- ") || inner.starts_with("* ") || inner.starts_with("+ ");
    let numbered =
        (1..=9).contains(&number) && (inner[number..].starts_with(". ") || inner[number..].starts_with(") "));
    if bullet || numbered { Line::Item } else { Line::Text }
}

/// Whether it is the line under the head of a table.
fn is_delimiter(inner: &str) -> bool {
    inner.contains('-') && inner.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t'))
}

/// The text of a heading without its marks.
pub fn title(line: &str) -> &str {
    let inner = line.trim().trim_start_matches('#').trim();
    // Marks at the end close a heading when there is a space before them.
    let open = inner.trim_end_matches('#');
    if open.len() < inner.len() && (open.is_empty() || open.ends_with(' ')) { open.trim_end() } else { inner }
}
