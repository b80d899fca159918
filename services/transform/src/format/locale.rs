//! How numbers and amounts are written where, from Unicode's CLDR.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::exact::Exact;

const LINES: &str = include_str!("data/locales.tsv");

/// The habits of a language and country.
#[derive(Debug)]
pub(super) struct Locale {
    pub tag: &'static str,
    pub decimal: &'static str,
    pub group: &'static str,
    minus: &'static str,
    /// Digits of the group before the mark, and of those before that.
    primary: usize,
    secondary: usize,
    /// Digits that stand before the first group at least.
    least: usize,
    percent: &'static str,
    currency: &'static str,
    signs: HashMap<&'static str, &'static str>,
}

static LOCALES: LazyLock<Vec<Locale>> = LazyLock::new(|| LINES.lines().map(locale).collect());

fn locale(line: &'static str) -> Locale {
    let mut fields = line.split('\t');
    let mut next = || fields.next().expect("the table is well-formed");
    let count = |text: &str| text.parse().expect("the table is well-formed");
    Locale {
        tag: next(),
        decimal: next(),
        group: next(),
        minus: next(),
        primary: count(next()),
        secondary: count(next()),
        least: count(next()),
        percent: next(),
        currency: next(),
        signs: next().split(' ').filter_map(|entry| entry.split_once('=')).collect(),
    }
}

/// The languages that are known, for messages.
pub(super) const KNOWN: &str = "a language such as en, de, fr, es, or one with a country such as en-GB, de-CH, pt-BR";

impl Locale {
    /// The locale of a tag (BCP 47: `en`, `de-CH`, also `de_CH`); that of the language where the country has none.
    pub(super) fn find(tag: &str) -> Option<&'static Self> {
        let mut tag = tag.trim().split(['.', '@']).next().unwrap_or_default().replace('_', "-").to_ascii_lowercase();
        for (script, country) in
            [("zh-hant-hk", "zh-hk"), ("zh-hant", "zh-tw"), ("no", "nb"), ("iw", "he"), ("in", "id"), ("tl", "fil")]
        {
            if let Some(rest) = tag.strip_prefix(script)
                && (rest.is_empty() || rest.starts_with('-'))
            {
                tag = country.to_owned();
            }
        }
        loop {
            if let Some(found) = LOCALES.iter().find(|locale| locale.tag.eq_ignore_ascii_case(&tag)) {
                return Some(found);
            }
            let shorter = tag.rfind('-')?;
            tag.truncate(shorter);
        }
    }

    /// The sign of a currency: its code where it has none here.
    pub(super) fn sign<'c>(&self, code: &'c str) -> &'c str
    where
        'static: 'c,
    {
        let english = || LOCALES.iter().find(|locale| locale.tag == "en").and_then(|english| english.signs.get(code));
        self.signs.get(code).or_else(english).copied().unwrap_or(code)
    }

    /// The currency of a sign that stands for one alone.
    pub(super) fn currency_of(&self, sign: &str) -> Option<&'static str> {
        let of = |locale: &'static Self| locale.signs.iter().find(|(_, known)| **known == sign).map(|(code, _)| *code);
        let own = self.signs.iter().find(|(_, known)| **known == sign).map(|(code, _)| *code);
        own.or_else(|| LOCALES.iter().find(|locale| locale.tag == "en").and_then(of))
    }

    /// Digits with marks, without a sign.
    pub(super) fn digits(&self, number: &Exact, grouping: bool) -> String {
        let whole = if grouping { self.grouped(&number.whole) } else { number.whole.clone() };
        if number.fraction.is_empty() { whole } else { format!("{whole}{}{}", self.decimal, number.fraction) }
    }

    fn grouped(&self, whole: &str) -> String {
        if whole.len() < self.primary + self.least {
            return whole.to_owned();
        }
        let mut groups = Vec::new();
        let (mut rest, last) = whole.split_at(whole.len() - self.primary);
        while rest.len() > self.secondary {
            let (before, group) = rest.split_at(rest.len() - self.secondary);
            groups.push(group);
            rest = before;
        }
        groups.push(rest);
        groups.reverse();
        groups.push(last);
        groups.join(self.group)
    }

    /// A number with its sign.
    pub(super) fn number(&self, number: &Exact, grouping: bool) -> String {
        let minus = if number.negative && !number.is_zero() { self.minus } else { "" };
        format!("{minus}{}", self.digits(number, grouping))
    }

    /// A number of hundredths, with its sign.
    pub(super) fn percent(&self, hundredths: &Exact, grouping: bool) -> String {
        let negative = hundredths.negative && !hundredths.is_zero();
        self.patterned(self.percent, negative, &self.digits(hundredths, grouping), "")
    }

    /// An amount with the sign of its currency.
    pub(super) fn amount(&self, number: &Exact, sign: &str, grouping: bool) -> String {
        let negative = number.negative && !number.is_zero();
        self.patterned(self.currency, negative, &self.digits(number, grouping), sign)
    }

    /// Fills a pattern of CLDR: `¤#,##0.00;¤-#,##0.00`.
    fn patterned(&self, pattern: &str, negative: bool, digits: &str, sign: &str) -> String {
        let (positive, own_negative) =
            pattern.split_once(';').map_or((pattern, None), |(positive, negative)| (positive, Some(negative)));
        let used = if negative { own_negative.unwrap_or(positive) } else { positive };
        let is_digit = |c: char| matches!(c, '#' | '0' | ',' | '.');
        let start = used.find(is_digit).unwrap_or(used.len());
        let end = used.rfind(is_digit).map_or(used.len(), |last| last + 1);
        // A sign that is a word keeps its distance.
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let before = used[..start].replace('-', self.minus);
        let before = match before.ends_with('¤') && is_word(sign.chars().next_back()) {
            true => before.replace('¤', &format!("{sign}\u{a0}")),
            false => before.replace('¤', sign),
        };
        let after = used[end..].replace('-', self.minus);
        let after = match after.starts_with('¤') && is_word(sign.chars().next()) {
            true => after.replace('¤', &format!("\u{a0}{sign}")),
            false => after.replace('¤', sign),
        };
        let minus = if negative && own_negative.is_none() { self.minus } else { "" };
        format!("{minus}{before}{digits}{after}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found() {
        for (tag, found) in [
            ("en", "en"),
            ("en-US", "en"),
            ("EN_gb", "en-GB"),
            ("de_DE.UTF-8", "de"),
            ("de-CH-1901", "de-CH"),
            ("zh-Hant-TW", "zh-TW"),
            ("no", "nb"),
            ("pt-BR", "pt"),
        ] {
            assert_eq!(Locale::find(tag).unwrap().tag, found, "{tag}");
        }
        assert!(Locale::find("xx").is_none() && Locale::find("").is_none());
    }

    /// The answers of Intl.NumberFormat (ICU 78).
    #[test]
    fn amounts_of_many_places() {
        for (tag, code, number, written) in [
            ("en", "USD", "-1234567.5", "-$1,234,567.50"),
            ("en", "CHF", "1234.5", "CHF 1,234.50"),
            ("de", "EUR", "1234.5", "1.234,50 €"),
            ("de-CH", "CHF", "-1234.5", "CHF-1'234.50"),
            ("de-AT", "EUR", "1234.5", "€ 1.234,50"),
            ("fr", "EUR", "1234.5", "1 234,50 €"),
            ("en-IN", "INR", "1234567.5", "₹12,34,567.50"),
            ("es", "EUR", "1234.5", "1234,50 €"),
            ("nl", "EUR", "-1234.5", "€ -1.234,50"),
            ("ja", "USD", "1234.5", "$1,234.50"),
            ("sv", "SEK", "-1234.5", "−1 234,50 kr"),
            ("en-CA", "USD", "5", "US$5.00"),
        ] {
            let locale = Locale::find(tag).unwrap();
            let amount = locale.amount(&Exact::parse(number).unwrap().rounded(2), locale.sign(code), true);
            let plain = amount.replace(['\u{a0}', '\u{202f}'], " ");
            assert_eq!(plain, written, "{tag}");
        }
        let percent = |tag: &str| Locale::find(tag).unwrap().percent(&Exact::parse("-12.5").unwrap(), true);
        assert_eq!((percent("en"), percent("de")), ("-12.5%".to_owned(), "-12,5\u{a0}%".to_owned()));
    }
}
