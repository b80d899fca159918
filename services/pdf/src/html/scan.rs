//! What a page names by address, found without parsing it: the process that serves strangers looks, and a tree built of their
//! pages could take it any time. One pass over the tags, in time by their length.

/// A picture, typeface or style sheet that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its address as the page writes it, entities read.
    pub(crate) source: String,
    /// Whether it is a style sheet.
    pub(crate) sheet: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// In the order of the page; each address once.
    pub(crate) named: Vec<Named>,
    /// What relative addresses are relative to, as the page writes it.
    pub(crate) base: Option<String>,
    /// The most attributes of one element.
    pub(crate) attributes: usize,
}

/// Addresses that are noted; no page that is printed names more.
const MOST: usize = 2_000;
/// Elements whose content is text whatever it looks like.
const RAW: [&str; 7] = ["script", "style", "textarea", "title", "xmp", "iframe", "noembed"];

/// Looks through a page.
pub(crate) fn scan(html: &str) -> Scan {
    let mut found = Scan::default();
    let mut known = std::collections::HashSet::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        if !rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            continue;
        }
        let (tag, after) = cut(rest, |letter| is_space(letter) || matches!(letter, '/' | '>'));
        let (attributes, count, after) = attributes(after, tag.len() <= 5);
        rest = after;
        found.attributes = found.attributes.max(count);
        let tag = tag.to_ascii_lowercase();
        let attribute = |name: &str| {
            let found = attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| plain(value))
        };
        let source = match tag.as_str() {
            "img" => attribute("src").map(|source| (source, false)),
            "link" if attribute("rel").is_some_and(|rel| rel.to_ascii_lowercase().contains("stylesheet")) => {
                let media = attribute("media").unwrap_or_default().to_ascii_lowercase();
                let printed = media.trim().is_empty() || media.contains("all") || media.contains("print");
                attribute("href").filter(|_| printed).map(|source| (source, true))
            }
            "body" | "table" | "td" | "th" => attribute("background").map(|source| (source, false)),
            "base" if found.base.is_none() => {
                found.base = attribute("href");
                None
            }
            raw if RAW.contains(&raw) => {
                rest = after_raw(rest, raw);
                None
            }
            _ => None,
        };
        if let Some((source, sheet)) = source.filter(|(source, _)| !source.trim().is_empty())
            && found.named.len() < MOST
            && known.insert(source.clone())
        {
            found.named.push(Named { source, sheet });
        }
    }
    for named in named_in_sheet(html) {
        if found.named.len() < MOST && known.insert(named.source.clone()) {
            found.named.push(named);
        }
    }
    found
}

/// Bytes of an address in a style sheet; data URIs are longer.
const LONGEST: usize = 2_000;
/// Endings of typefaces in forms that are not read.
const UNREAD: [&str; 3] = [".woff", ".woff2", ".eot"];

/// What sheets name, in a page or alone: pictures behind boxes and typefaces by `url(...)`, sheets by `@import`.
pub(crate) fn named_in_sheet(text: &str) -> Vec<Named> {
    addresses(text).into_iter().map(|(_, named)| named).take(MOST).collect()
}

/// A sheet with whole addresses, and what they are of.
pub(crate) fn with_whole_addresses(sheet: &str, whole: impl Fn(&str) -> Option<String>) -> (String, Vec<Named>) {
    let (mut text, mut found) = (String::with_capacity(sheet.len()), Vec::new());
    let mut end = 0;
    for (range, named) in addresses(sheet).into_iter().take(MOST) {
        // What is in quotes stays so.
        let Some(url) = whole(&named.source).filter(|url| !url.contains(['"', '(', ')', '\\'])) else { continue };
        text.push_str(&sheet[end..range.start]);
        text.push_str(&format!("\"{url}\""));
        end = range.end;
        found.push(Named { source: url, ..named });
    }
    text.push_str(&sheet[end..]);
    (text, found)
}

/// The addresses in a text, and where they stand with their quotes.
fn addresses(text: &str) -> Vec<(std::ops::Range<usize>, Named)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("url(") {
        let start = at + 4;
        let rest = &text[start..];
        let Some(end) = rest.bytes().take(LONGEST).position(|byte| byte == b')') else { continue };
        let written = plain(&rest[..end]);
        let source = written.trim().trim_matches(['"', '\'']).trim();
        let path = source.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let is_wanted =
            !path.is_empty() && !path.starts_with("data:") && !UNREAD.iter().any(|kind| path.ends_with(kind));
        if is_wanted {
            let sheet = text[..at].trim_end().ends_with(IMPORT);
            found.push((start..start + end, Named { source: source.to_owned(), sheet }));
        }
    }
    for (at, _) in text.match_indices(IMPORT) {
        let rest = text[at + IMPORT.len()..].trim_start();
        let start = text.len() - rest.len();
        let Some(quote) = rest.bytes().next().filter(|quote| matches!(quote, b'"' | b'\'')) else { continue };
        let Some(length) = rest.bytes().skip(1).take(LONGEST).position(|byte| byte == quote) else { continue };
        let source = plain(&rest[1..=length]).trim().to_owned();
        if !source.is_empty() {
            found.push((start..start + length + 2, Named { source, sheet: true }));
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// What brings a sheet into another.
const IMPORT: &str = "@import";

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

/// What stands before the first letter of a kind, and the rest from there.
fn cut(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

/// The attributes of a tag where they are wanted, how many there are, and what follows the tag.
fn attributes(mut rest: &str, wanted: bool) -> (Vec<(&str, &str)>, usize, &str) {
    /// More are those of no picture.
    const KEPT: usize = 100;
    let mut found = Vec::new();
    let mut count = 0;
    loop {
        rest = rest.trim_start_matches(|letter| is_space(letter) || letter == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return (found, count, after);
        }
        if rest.is_empty() {
            return (found, count, rest);
        }
        // A name may begin with what otherwise stands behind one.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let length = rest[first..].find(|letter| is_space(letter) || matches!(letter, '=' | '/' | '>'));
        let (name, after) = rest.split_at(first + length.unwrap_or(rest.len() - first));
        rest = after.trim_start_matches(is_space);
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start_matches(is_space);
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''));
            match quote {
                Some(quote) => {
                    let (inner, end) = cut(&after[1..], |letter| letter == quote);
                    value = inner;
                    rest = end.get(1..).unwrap_or("");
                }
                None => (value, rest) = cut(after, |letter| is_space(letter) || letter == '>'),
            }
        }
        count += 1;
        if wanted && found.len() < KEPT {
            found.push((name, value));
        }
    }
}

/// What follows the end tag of an element whose content is text.
fn after_raw<'h>(mut rest: &'h str, tag: &str) -> &'h str {
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.as_bytes().get(..tag.len()).is_some_and(|name| name.eq_ignore_ascii_case(tag.as_bytes())) {
            return rest;
        }
    }
    ""
}

/// The value of an attribute with the entities that addresses have.
fn plain(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.as_bytes().iter().take(12).position(|byte| *byte == b';');
        let letter = end.and_then(|end| match &rest[1..end] {
            "amp" | "AMP" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "lt" => Some('<'),
            "gt" => Some('>'),
            number => {
                let number = number.strip_prefix('#')?;
                let value = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(value).filter(|letter| *letter != '\0')
            }
        });
        match letter.zip(end) {
            Some((letter, end)) => {
                text.push(letter);
                rest = &rest[end + 1..];
            }
            None => {
                text.push('&');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_and_sheets_are_found_and_nothing_else() {
        let page = r#"<!doctype html><BASE href="https://a.b/c/"><link rel="stylesheet" href=x.css media=screen>
            <link href='y.css?a=1&amp;b=2' rel=StyleSheet><link rel=icon href=i.png><!-- <img src=no1.png> -->
            <script>"<img src=no2.png>"</script><style>/* <img src=no3.png> */</style ><a title="<img src=no4.png>">x</a>
            <IMG alt=">" SRC = "one.png"/><img src=two.png><img src="one.png"><img src=""><img src='&#x2F;é&#47;&bad;'>
            <p <img src=three.png>"#;
        let found = scan(page);
        let named: Vec<(&str, bool)> = found.named.iter().map(|one| (one.source.as_str(), one.sheet)).collect();
        assert_eq!(named, [("y.css?a=1&b=2", true), ("one.png", false), ("two.png", false), ("/é/&bad;", false)]);
        assert_eq!(found.base.as_deref(), Some("https://a.b/c/"));
        let page = "<style>@import url(a.css);@import\n'b.css' print;@font-face{src:url('f.woff2?x'),url(f.ttf)}p{background:url( 'back.png' )}</style>\
                    <td background=old.gif><p style='background:url(&quot;in.png&quot;)'><b style='background:url(data:image/png;base64,AA)'>url(";
        let named: Vec<(String, bool)> = scan(page).named.into_iter().map(|one| (one.source, one.sheet)).collect();
        let named: Vec<(&str, bool)> = named.iter().map(|(source, sheet)| (source.as_str(), *sheet)).collect();
        assert_eq!(
            named,
            [
                ("old.gif", false),
                ("a.css", true),
                ("b.css", true),
                ("f.ttf", false),
                ("back.png", false),
                ("in.png", false)
            ]
        );
    }

    #[test]
    fn addresses_in_sheets_become_whole() {
        let sheet = "@import 'e.css';@font-face{src:url(f.woff2)} p{background:url(a.png)} b{background:url( 'c/d.png' )} i{background:url(data:x,y)}";
        let (text, found) = with_whole_addresses(sheet, |source| Some(format!("https://a.b/{source}")));
        let found: Vec<(&str, bool)> = found.iter().map(|one| (one.source.as_str(), one.sheet)).collect();
        assert_eq!(found, [("https://a.b/e.css", true), ("https://a.b/a.png", false), ("https://a.b/c/d.png", false)]);
        assert_eq!(
            text,
            "@import \"https://a.b/e.css\";@font-face{src:url(f.woff2)} p{background:url(\"https://a.b/a.png\")} b{background:url(\"https://a.b/c/d.png\")} i{background:url(data:x,y)}"
        );
    }

    #[test]
    fn what_does_not_end_ends() {
        for page in ["<", "<img", "<img src", "<img src=", "<img src='", "<!--", "<script>", "<style></", "<a =>", "<é"]
        {
            assert!(scan(page).named.is_empty(), "{page}");
        }
        assert_eq!(scan(&format!("<p {}>", "a ".repeat(5000))).attributes, 5000);
    }
}
