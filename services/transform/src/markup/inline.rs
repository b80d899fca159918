//! A run of text within a block, as Markdown: emphasis, code, links, pictures; what would be a mark is escaped.

use ego_tree::NodeRef;
use scraper::{ElementRef, Node};

use super::markdown::{Wants, longest_run};
use super::page::{absolute, is_harmless};
use crate::extract::text_of;

/// Inline elements inside each other that are told apart.
const MAX_DEPTH: usize = 300;

/// What is already around a text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Marks {
    pub strong: bool,
    pub emphasis: bool,
    pub deleted: bool,
    pub link: bool,
}

/// A run of text. Its line ends are hard breaks.
#[derive(Default)]
pub(super) struct Inline {
    text: String,
    /// A space is due before what comes next.
    space: bool,
    /// Emphasis that ends with punctuation: where it stands and its mark. Right before a letter it would be none.
    fragile: Option<(usize, usize, &'static str)>,
}

impl Inline {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Adds text, spaces folded, marks escaped.
    pub(super) fn text(&mut self, text: &str) {
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c.is_whitespace() && c != '\u{a0}' {
                self.space = true;
                continue;
            }
            if matches!(c, '\u{200b}' | '\u{feff}' | '\u{ad}') {
                continue;
            }
            self.put_space();
            if c.is_alphanumeric()
                && let Some((start, end, mark)) = self.fragile.take().filter(|(_, end, _)| *end == self.text.len())
            {
                let inner = tagged(mark, &self.text[start + mark.len()..end - mark.len()]);
                self.text.truncate(start);
                self.text.push_str(&inner);
            }
            let before = self.text.chars().next_back();
            let after = chars.peek().copied();
            if is_mark(c, before, after) {
                self.text.push('\\');
            }
            self.text.push(if c == '\u{a0}' { ' ' } else { c });
        }
    }

    fn put_space(&mut self) {
        if self.space && !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
        self.space = false;
    }

    /// Adds a node of the page.
    pub(super) fn node(&mut self, node: NodeRef<'_, Node>, wants: Wants<'_>, marks: Marks, depth: usize) {
        match node.value() {
            Node::Text(text) => self.text(text),
            Node::Element(_) => self.element(node, wants, marks, depth + 1),
            _ => {}
        }
    }

    /// Adds an element. Blocks in it are parted by spaces.
    pub(super) fn element(&mut self, node: NodeRef<'_, Node>, wants: Wants<'_>, marks: Marks, depth: usize) {
        let Some(element) = ElementRef::wrap(node) else { return };
        if depth > MAX_DEPTH {
            self.text(&text_of(element));
            return;
        }
        match element.value().name() {
            "br" => {
                self.space = false;
                self.text.truncate(self.text.trim_end_matches(' ').len());
                self.text.push('\n');
            }
            "wbr" => {}
            "b" | "strong" if !marks.strong => {
                self.marked("**", node, wants, Marks { strong: true, ..marks }, depth);
            }
            "i" | "em" | "cite" | "dfn" | "var" if !marks.emphasis => {
                self.marked("*", node, wants, Marks { emphasis: true, ..marks }, depth);
            }
            "del" | "s" | "strike" if !marks.deleted => {
                self.marked("~~", node, wants, Marks { deleted: true, ..marks }, depth);
            }
            "code" | "kbd" | "samp" | "tt" | "pre" => self.code(&raw_text(node)),
            "sub" | "sup" => {
                let name = element.value().name();
                let inner = self.apart(node, wants, marks, depth);
                if !inner.is_blank() {
                    self.put_space();
                    self.text.push_str(&format!("<{name}>{}</{name}>", inner.text.trim()));
                    self.space = inner.space;
                }
            }
            "q" => {
                let inner = self.apart(node, wants, marks, depth);
                self.put_space();
                self.text.push_str(&format!("“{}”", inner.text.trim()));
            }
            "a" if !marks.link => self.link(element, wants, marks, depth),
            "img" => self.picture(element, wants),
            "input" if element.attr("type").is_some_and(|kind| kind.eq_ignore_ascii_case("checkbox")) => {
                self.put_space();
                self.text.push_str(if element.attr("checked").is_some() { "[x]" } else { "[ ]" });
                self.space = true;
            }
            "math" => {
                let formula = element.attr("alttext").map(str::to_owned).unwrap_or_else(|| text_of(element));
                self.put_space();
                self.code(&formula);
            }
            name => {
                let is_block = super::markdown::is_block(name) || matches!(name, "tr" | "td" | "th");
                self.space |= is_block;
                for child in node.children() {
                    self.node(child, wants, marks, depth);
                }
                self.space |= is_block;
            }
        }
    }

    /// What is inside an element, by itself.
    fn apart(&self, node: NodeRef<'_, Node>, wants: Wants<'_>, marks: Marks, depth: usize) -> Inline {
        let mut inner = Inline::default();
        // Marks are told by what stands before them.
        for child in node.children() {
            inner.node(child, wants, marks, depth);
        }
        inner
    }

    fn marked(&mut self, mark: &'static str, node: NodeRef<'_, Node>, wants: Wants<'_>, marks: Marks, depth: usize) {
        let inner = self.apart(node, wants, marks, depth);
        let leading = starts_with_space(node);
        let text = inner.text.trim();
        if text.is_empty() {
            self.space |= leading || inner.space;
            if inner.text.contains('\n') {
                self.text.push('\n');
            }
            return;
        }
        self.space |= leading;
        self.put_space();
        let first = text.chars().next().unwrap_or(' ');
        let before = self.text.chars().next_back();
        // Emphasis that begins with punctuation right behind a letter would be none; and marks of two kinds would run together.
        let glued = before.is_some_and(|before| before.is_alphanumeric() && !first.is_alphanumeric() && first != '*');
        let clash = before == Some('*') && mark.starts_with('*');
        if glued || clash {
            self.text.push_str(&tagged(mark, text));
        } else {
            let start = self.text.len();
            self.text.push_str(mark);
            self.text.push_str(text);
            self.text.push_str(mark);
            if text.ends_with(|c: char| !c.is_alphanumeric()) {
                self.fragile = Some((start, self.text.len(), mark));
            }
        }
        self.space = inner.space || inner.text.ends_with([' ', '\n']);
    }

    fn code(&mut self, code: &str) {
        let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
        if code.is_empty() {
            return;
        }
        self.put_space();
        let fence = "`".repeat(shortest_fence(&code));
        let pad = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
        self.text.push_str(&format!("{fence}{pad}{code}{pad}{fence}"));
    }

    fn link(&mut self, element: ElementRef<'_>, wants: Wants<'_>, marks: Marks, depth: usize) {
        let href = element.attr("href").map(str::trim).filter(|href| !href.is_empty() && is_harmless(href));
        let Some(href) = href.filter(|_| wants.links) else {
            for child in element.children() {
                self.node(child, wants, marks, depth);
            }
            return;
        };
        let inner = self.apart(*element, wants, Marks { link: true, ..marks }, depth);
        if inner.is_blank() {
            self.space |= inner.space;
            return;
        }
        self.space |= starts_with_space(*element);
        self.put_space();
        let space = inner.space;
        let href = absolute(wants.base, href);
        let plain = inner.text.replace('\\', "");
        let plain = plain.trim();
        let is_address = href.contains("://") && !href.contains(['<', '>', ' ']);
        if (plain == href && is_address || href.strip_prefix("mailto:").is_some_and(|mail| mail == plain))
            && plain.is_ascii()
        {
            self.text.push_str(&format!("<{plain}>"));
        } else {
            let linked = inner.linked(&href, element.attr("title"));
            self.text.push_str(&linked.text);
        }
        self.space = space;
    }

    fn picture(&mut self, element: ElementRef<'_>, wants: Wants<'_>) {
        if !wants.images {
            return;
        }
        let alt = element.attr("alt").unwrap_or_default();
        let mut description = Inline::default();
        description.text(alt);
        let source = ["src", "data-src", "data-original", "data-lazy-src"]
            .iter()
            .filter_map(|name| element.attr(name))
            .map(str::trim)
            .find(|source| !source.is_empty() && is_harmless(source));
        let Some(source) = source else {
            // A picture within its own address is kilobytes that nobody reads.
            self.text(alt);
            return;
        };
        self.put_space();
        let source = absolute(wants.base, source);
        let title = element.attr("title").map(titled).unwrap_or_default();
        self.text.push_str(&format!("![{}]({}{title})", description.text.replace('\n', " "), address(&source)));
    }

    /// The run as a link.
    pub(super) fn linked(mut self, href: &str, title: Option<&str>) -> Self {
        let text = self.text.trim().replace("\n\n", "\n");
        // No link may stand inside another.
        self.text = match text.contains("](") && !text.starts_with("![") {
            true => text,
            false => format!("[{text}]({}{})", address(href), title.map(titled).unwrap_or_default()),
        };
        self
    }

    /// The run between two marks.
    pub(super) fn wrapped(mut self, mark: &str) -> Self {
        if !self.is_blank() {
            self.text = format!("{mark}{}{mark}", self.text.trim());
        }
        self
    }

    /// The run on one line.
    pub(super) fn one_line(self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The run in a cell of a table.
    pub(super) fn cell(self) -> String {
        let text = self.text.trim().replace('|', "\\|");
        text.split('\n').map(str::trim).collect::<Vec<_>>().join("<br>")
    }

    /// The lines of a paragraph: a break ends with two spaces.
    pub(super) fn lines(self) -> Vec<String> {
        let lines: Vec<&str> = self.text.trim().split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = lines.len().saturating_sub(1);
        let line = |(at, line): (usize, &&str)| {
            let mut line = begun(line);
            if at < last {
                line.push_str("  ");
            }
            line
        };
        lines.iter().enumerate().map(line).collect()
    }
}

/// A text with the HTML of its mark, where the mark would be none.
fn tagged(mark: &str, text: &str) -> String {
    let name = match mark {
        "**" => "strong",
        "*" => "em",
        _ => "del",
    };
    format!("<{name}>{text}</{name}>")
}

/// The text of an element as it stands, breaks as line ends.
pub(super) fn raw_text(node: NodeRef<'_, Node>) -> String {
    let mut text = String::new();
    for inner in node.descendants() {
        match inner.value() {
            Node::Text(part) => text.push_str(part),
            Node::Element(element) if element.name() == "br" => text.push('\n'),
            _ => {}
        }
    }
    text
}

fn starts_with_space(node: NodeRef<'_, Node>) -> bool {
    let first = node.descendants().find_map(|inner| match inner.value() {
        Node::Text(text) if !text.is_empty() => Some(text.starts_with(|c: char| c.is_whitespace() && c != '\u{a0}')),
        _ => None,
    });
    first.unwrap_or(false)
}

/// The fewest backticks that are no run of the code.
fn shortest_fence(code: &str) -> usize {
    let longest = longest_run(code, '`');
    (1..=longest + 1).find(|length| !has_run(code, *length)).unwrap_or(longest + 1)
}

fn has_run(code: &str, length: usize) -> bool {
    let mut run = 0;
    for c in code.chars().chain([' ']) {
        if c == '`' {
            run += 1;
        } else {
            if run == length {
                return true;
            }
            run = 0;
        }
    }
    false
}

/// An address as a link has it.
fn address(href: &str) -> String {
    let plain: String = href.chars().filter(|c| !c.is_control()).collect();
    let balanced = plain.chars().try_fold(0_i32, |open, c| match c {
        '(' => Some(open + 1),
        ')' if open == 0 => None,
        ')' => Some(open - 1),
        _ => Some(open),
    });
    if plain.contains([' ', '<', '>']) {
        return plain
            .replace(' ', "%20")
            .replace('<', "%3C")
            .replace('>', "%3E")
            .replace('(', "%28")
            .replace(')', "%29");
    }
    if balanced == Some(0) { plain } else { plain.replace('(', "%28").replace(')', "%29") }
}

fn titled(title: &str) -> String {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return String::new();
    }
    format!(" \"{}\"", title.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Whether a character would be a mark between these two.
fn is_mark(c: char, before: Option<char>, after: Option<char>) -> bool {
    let within_word = before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
    let apart = before.is_some_and(char::is_whitespace) && after.is_some_and(char::is_whitespace);
    let touches = before.is_some_and(|c| !c.is_whitespace()) && after.is_some_and(|c| !c.is_whitespace());
    match c {
        '\\' => after.is_none_or(|c| c.is_ascii_punctuation()),
        '`' | '[' | ']' => true,
        '*' => !apart,
        '_' => !within_word && !apart,
        '~' => before == Some('~') || after == Some('~') || touches,
        '<' => after.is_none_or(|c| c.is_ascii_alphabetic() || "/!?".contains(c)),
        '&' => after.is_none_or(|c| c.is_ascii_alphanumeric() || c == '#'),
        '!' => after.is_none(),
        _ => false,
    }
}

/// A line that begins as no block does.
fn begun(line: &str) -> String {
    let rest = line.trim_start_matches('#');
    let hashes = line.len() - rest.len();
    let is_heading = (1..=6).contains(&hashes) && (rest.is_empty() || rest.starts_with(' '));
    let bytes = line.as_bytes();
    let is_item = matches!(bytes.first(), Some(b'-' | b'+' | b'*')) && bytes.get(1).is_none_or(|byte| *byte == b' ');
    let of_one = |mark: char| line.chars().all(|c| c == mark || c == ' ');
    let is_rule = line.starts_with(['-', '=', '_', '*']) && ['-', '=', '_', '*'].iter().any(|mark| of_one(*mark));
    let is_fence = line.starts_with("~~~");
    let is_delimiter = line.contains('-') && line.chars().all(|c| "|:- ".contains(c));
    if is_heading || is_item || is_rule || is_fence || is_delimiter || line.starts_with(['>', '|']) {
        return format!("\\{line}");
    }
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    if (1..=9).contains(&digits)
        && matches!(bytes.get(digits), Some(b'.' | b')'))
        && bytes.get(digits + 1).is_none_or(|byte| *byte == b' ')
    {
        return format!("{}\\{}", &line[..digits], &line[digits..]);
    }
    line.to_owned()
}
