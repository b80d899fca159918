//! The text of HTML: tags are left out, blocks become paragraphs, headings those of Markdown. One pass that never goes back,
//! so its time is that of its length, whatever it is given.

/// Elements whose content is no text.
const UNSEEN: [&str; 7] = ["script", "style", "head", "noscript", "template", "svg", "iframe"];
/// Elements that begin and end a paragraph.
const BLOCKS: [&str; 26] = [
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "ul",
    "ol",
    "table",
    "blockquote",
    "pre",
    "figure",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "dl",
    "fieldset",
    "body",
];
/// Elements that begin a line.
const LINES: [&str; 6] = ["br", "li", "tr", "dt", "dd", "option"];
const ENTITIES: [(&str, &str); 16] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ndash", "–"),
    ("mdash", "—"),
    ("hellip", "…"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("copy", "©"),
    ("euro", "€"),
    ("auml", "ä"),
    ("ouml", "ö"),
    ("uuml", "ü"),
];

/// The text of a document, and its title.
#[must_use]
pub fn text_of(html: &str) -> (String, Option<String>) {
    let mut text = String::with_capacity(html.len() / 2);
    let (mut title, mut looked) = (None, false);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        add(&mut text, &rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let begins = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!' || c == '?');
        if !begins {
            text.push('<');
            rest = &rest[1..];
            continue;
        }
        let end = tag_end(rest);
        let (name, closes) = tag_name(&rest[1..end.saturating_sub(1).max(1)]);
        rest = &rest[end..];
        if name == "title" && !closes && title.is_none() {
            let end = rest.find("</").unwrap_or(rest.len());
            let mut said = String::new();
            add(&mut said, &rest[..end]);
            title = Some(said.trim().to_owned()).filter(|title| !title.is_empty());
        }
        if UNSEEN.contains(&name.as_str()) && !closes {
            // A title is within the head, which is passed over with all it has.
            if name == "head" && !looked {
                looked = true;
                title = title.or_else(|| head_title(rest));
            }
            rest = after_closing(rest, &name);
        } else if BLOCKS.contains(&name.as_str()) {
            text.push_str("\n\n");
            if let Some(level) =
                name.strip_prefix('h').and_then(|level| level.parse::<usize>().ok()).filter(|_| !closes)
            {
                text.push_str(&"#".repeat(level));
                text.push(' ');
            }
        } else if LINES.contains(&name.as_str()) && !(closes && name == "li") {
            text.push('\n');
        } else if name == "td" || name == "th" {
            text.push(' ');
        }
    }
    add(&mut text, rest);
    (tidy(&text), title)
}

/// Where a tag ends: after the next `>` that is in no quotes.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (index, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return index + 1,
            _ => {}
        }
    }
    // Quotes that never end: then they were none.
    tag.find('>').map_or(tag.len(), |end| end + 1)
}

fn tag_name(tag: &str) -> (String, bool) {
    let closes = tag.starts_with('/');
    let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    (name.chars().take(20).collect::<String>().to_ascii_lowercase(), closes)
}

/// What comes after the end of an element; nothing when it does not end.
fn after_closing<'t>(text: &'t str, name: &str) -> &'t str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        let same = rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        if same && !rest[name.len()..].starts_with(|next: char| next.is_ascii_alphanumeric()) {
            return rest.find('>').map_or("", |end| &rest[end + 1..]);
        }
    }
    ""
}

/// The title in the first head. Looked for once: it may be far to its end.
fn head_title(head: &str) -> Option<String> {
    let head = &head[..found(head, "</head").unwrap_or(head.len())];
    let tag = &head[found(head, "<title")?..];
    let inner = &tag[tag.find('>')? + 1..];
    let mut title = String::new();
    add(&mut title, &inner[..inner.find("</").unwrap_or(inner.len())]);
    Some(title.trim().to_owned()).filter(|title| !title.is_empty())
}

/// Where something stands in whatever case.
fn found(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes().windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// Adds text, with its entities as what they stand for.
fn add(text: &mut String, raw: &str) {
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let found = end.and_then(|end| Some((entity(&rest[..end])?, end)));
        match found {
            Some((meant, end)) => {
                text.push_str(&meant);
                rest = &rest[end + 1..];
            }
            None => text.push('&'),
        }
    }
    text.push_str(rest);
}

fn entity(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0').map(String::from);
    }
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, meant)| (*meant).to_owned())
}

/// Lines without spaces at their ends and doubled ones within; one empty line between paragraphs.
fn tidy(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_is_seen() {
        let html = "<!doctype html><html><head><title>A &amp; B</title><style>p{color:red}</style></head><body><h1>Top</h1>\
                    <p>One <b>two</b>&nbsp;three &#228;<br>four</p><script>if (a < b) { x('</p>') }</script><ul><li>x</li><li>y</li></ul>\
                    <!-- no --><p title=\"a > b\">1 < 2</p></body></html>";
        let (text, title) = text_of(html);
        assert_eq!(title.as_deref(), Some("A & B"));
        assert_eq!(text, "# Top\n\nOne two three ä\nfour\n\nx\ny\n\n1 < 2");
    }

    #[test]
    fn nothing_breaks_it() {
        for html in [
            "<",
            "<a",
            "<p title=\"",
            "&",
            "&#xffffffff;",
            "<script>",
            "</",
            "<!--",
            "<title>",
            "a<b",
            "<p>é<",
            "<<<>>>",
            "&#0;",
        ] {
            let _ = text_of(html);
        }
        let (text, _) = text_of(&"<div>".repeat(100_000));
        assert_eq!(text, "");
        // Minutes, where each head is looked through to the end of all.
        let (text, title) = text_of(&"<head></heaD>".repeat(150_000));
        assert_eq!((text.as_str(), title), ("", None));
    }

    #[test]
    fn a_header_is_no_head() {
        let (text, title) = text_of("<HEAD><TITLE>T</TITLE></HEAD><header>above</header><p>below");
        assert_eq!((text.as_str(), title.as_deref()), ("above\n\nbelow", Some("T")));
        assert_eq!(text_of("<head><header>in</header></head>out").0, "out");
    }
}
