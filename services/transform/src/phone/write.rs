//! A number as it is written.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::metadata::{Anchor, Form, Region, is_whole, pattern, starts};
use super::parse::PUNCTUATION;
use super::{Phone, regions_of};

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `+4930123456` (ITU-T E.164), without an extension.
    E164,
    /// `+49 30 123456`.
    International,
    /// `030 123456`.
    National,
    /// `tel:+49-30-123456` (RFC 3966).
    Rfc3966,
}

impl Phone {
    /// The number in a style.
    #[must_use]
    pub fn write(&self, style: Style) -> String {
        let Self { code, national, extension } = self;
        if style == Style::E164 {
            return format!("+{code}{national}");
        }
        let Some(main) = regions_of(*code).next() else { return format!("+{code} {national}") };
        let grouped = grouped(national, main, style);
        let number = match style {
            Style::National => grouped.into_owned(),
            Style::Rfc3966 => format!("tel:+{code}-{}", hyphenated(&grouped)),
            Style::International | Style::E164 => format!("+{code} {grouped}"),
        };
        let before_extension = match style {
            Style::Rfc3966 => ";ext=",
            _ if main.extension.is_empty() => " ext. ",
            _ => &main.extension,
        };
        match extension {
            Some(extension) => format!("{number}{before_extension}{extension}"),
            None => number,
        }
    }
}

fn grouped<'n>(national: &'n str, main: &'static Region, style: Style) -> Cow<'n, str> {
    let abroad = style != Style::National && !main.international.is_empty();
    let forms = if abroad { &main.international } else { &main.formats };
    let form = forms.iter().find(|Form(digits, _, leading, _)| {
        (leading.is_empty() || starts(leading, national)) && is_whole(digits, national)
    });
    let Some(Form(digits, written, _, rule)) = form else { return Cow::Borrowed(national) };
    let mut template = Cow::Borrowed(written.as_str());
    if style == Style::National && !rule.is_empty() {
        // The rule says how the first group is written, with the national prefix.
        if let Some(start) = written.find("${")
            && let Some(end) = written[start..].find('}')
        {
            let group = &written[start..=start + end];
            template = Cow::Owned(written.replacen(group, &rule.replace("${1}", group), 1));
        }
    }
    let mut text = String::new();
    match pattern(digits, Anchor::Whole).captures(national) {
        Some(found) => found.expand(&template, &mut text),
        None => text.push_str(national),
    }
    Cow::Owned(text)
}

fn hyphenated(grouped: &str) -> String {
    static BETWEEN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(&format!("[{PUNCTUATION}]+")).expect("the pattern is well-formed"));
    let grouped = match BETWEEN.find(grouped) {
        Some(first) if first.start() == 0 => &grouped[first.end()..],
        _ => grouped,
    };
    BETWEEN.replace_all(grouped, "-").into_owned()
}
