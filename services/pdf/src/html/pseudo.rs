//! What style sheets put before and after the content of elements.

use std::rc::Rc;

use super::boxes::{Builder, Content, Flow, Inline, Passed};
use super::dom::NodeId;
use super::selector::Pseudo;
use super::style::{Display, Style};
use super::value::words;

/// Quotations within each other.
const MAX_QUOTATIONS: usize = 100;

impl Builder<'_> {
    /// Text that a style sheet puts before or after the content of an element.
    pub(super) fn pseudo(&mut self, id: NodeId, parent: &Rc<Style>, which: Pseudo, flow: &mut Flow, passed: &Passed) {
        let Some(style) = self.cascade.style(self.dom, id, parent, Some(which)) else { return };
        let Some(content) = style.content.clone().filter(|_| style.display != Display::None && !style.is_hidden())
        else {
            return;
        };
        let mut text = String::new();
        for word in words(&content) {
            if let Some(quoted) = word.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\''])) {
                text.push_str(&unescape(quoted));
            } else if let Some(name) = word.strip_prefix("attr(").and_then(|rest| rest.strip_suffix(')')) {
                let value = self.dom.element(id).and_then(|element| element.attribute(name.trim()));
                text.push_str(value.unwrap_or_default());
            } else if let Some(number) =
                super::counter::shown(word, self.counts.get(&(id, which)).map(|known| &**known))
            {
                text.push_str(&number);
            } else if let Some(mark) = self.quotation(word, &style) {
                text.push_str(&mark);
            } else if !matches!(word, "none" | "normal") {
                self.missing.insert(format!("content: {}", word.chars().take(20).collect::<String>()));
            }
        }
        let is_block = matches!(style.display, Display::Block | Display::Flex | Display::Grid);
        let lines = |style: &Rc<Style>| match text.is_empty() {
            true => Content::Lines(Vec::new()),
            false => Content::Lines(vec![Inline::Text { text: text.clone(), style: inner(style), link: None }]),
        };
        if style.is_out() {
            let style = Rc::new(style);
            let bx = self.finished(style.clone(), lines(&style), false);
            if let Some(around) = self.placed.last_mut() {
                around.push(bx);
            }
            return;
        }
        // Empty ones clear floats, and draw ornaments when they are blocks with a size.
        let sized = style.is_dressed() || style.backdrop.is_some();
        let is_item = matches!(parent.display, Display::Flex | Display::Grid);
        if sized && (is_block || is_item || style.display == Display::InlineBlock) {
            let style = Rc::new(style);
            let bx = self.finished(style.clone(), lines(&style), false);
            if is_block || is_item {
                self.close_lines(flow, parent);
                flow.blocks.push(bx);
            } else {
                flow.lines.push(Inline::Box { bx, link: passed.link.clone() });
            }
            return;
        }
        if text.is_empty() {
            return;
        }
        let style = Rc::new(style);
        if is_block {
            self.close_lines(flow, parent);
        }
        flow.lines.push(Inline::Text { text, style, link: passed.link.clone() });
        if is_block {
            self.close_lines(flow, parent);
        }
    }
}

impl Builder<'_> {
    /// The mark of `open-quote` and `close-quote` (CSS Content 3, 2.4); nothing for what is none of them.
    fn quotation(&mut self, word: &str, style: &Style) -> Option<String> {
        let opens = match word {
            "open-quote" | "no-open-quote" => true,
            "close-quote" | "no-close-quote" => false,
            _ => return None,
        };
        let level = if opens { self.quotations } else { self.quotations.saturating_sub(1) };
        self.quotations = if opens { (level + 1).min(MAX_QUOTATIONS) } else { level };
        let own: Vec<String> = words(style.quotes.as_deref().unwrap_or_default())
            .into_iter()
            .filter_map(|word| word.strip_prefix(['"', '\''])?.strip_suffix(['"', '\'']).map(unescape))
            .collect();
        let of_language = match self.language {
            "de" | "cs" | "sk" | "sl" => ["\u{201e}", "\u{201c}", "\u{201a}", "\u{2018}"],
            "fr" => ["\u{ab}\u{a0}", "\u{a0}\u{bb}", "\u{ab}\u{a0}", "\u{a0}\u{bb}"],
            "es" | "it" | "pt" | "ru" | "uk" | "el" | "no" | "nb" => ["\u{ab}", "\u{bb}", "\u{201c}", "\u{201d}"],
            "pl" | "ro" | "hu" => ["\u{201e}", "\u{201d}", "\u{ab}", "\u{bb}"],
            "sv" | "fi" => ["\u{201d}", "\u{201d}", "\u{2019}", "\u{2019}"],
            _ => ["\u{201c}", "\u{201d}", "\u{2018}", "\u{2019}"],
        };
        let pick = |marks: &[&str]| {
            let pair = level.min(marks.len() / 2 - 1) * 2;
            marks[pair + usize::from(!opens)].to_owned()
        };
        Some(match (word, own.len()) {
            ("no-open-quote" | "no-close-quote", _) => String::new(),
            (_, 0 | 1) if style.quotes.as_deref() == Some("none") => String::new(),
            (_, 0 | 1) => pick(&of_language),
            _ => pick(&own.iter().map(String::as_str).collect::<Vec<_>>()),
        })
    }
}

/// The style of the text in a box: what the box itself has is not said of it again.
fn inner(style: &Rc<Style>) -> Rc<Style> {
    let mut text = (**style).clone();
    text.ground = super::value::Color::CLEAR;
    Rc::new(text)
}

/// Escapes of strings in style sheets: `\201C`.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        let mut code = String::new();
        while code.len() < 6 && letters.peek().is_some_and(char::is_ascii_hexdigit) {
            code.extend(letters.next());
        }
        match u32::from_str_radix(&code, 16).ok().and_then(char::from_u32) {
            Some(letter) => {
                out.push(letter);
                if letters.peek() == Some(&' ') {
                    letters.next();
                }
            }
            None => out.extend(letters.next()),
        }
    }
    out
}
