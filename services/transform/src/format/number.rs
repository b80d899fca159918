//! Numbers and amounts: read as people of many places write them, written as those of one do.

use super::currencies::Currency;
use super::exact::Exact;
use super::locale::Locale;
use super::outcome::{Bad, Good, Outcome, number};
use super::{Input, Settings, Style};

/// Characters that stand between groups of digits and nowhere else.
const BETWEEN_GROUPS: [char; 9] = [' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '\u{2019}', '_', '\u{66c}', '\u{2b9}'];

/// A number that was read.
#[derive(Debug)]
pub(super) struct Read {
    pub number: Exact,
    /// Whether a percent sign stood beside it; the number is in hundredths then.
    pub percent: bool,
    /// Its currency, where a sign or code stood beside it.
    pub currency: Option<&'static Currency>,
}

/// Reads a number: `1.234,56`, `1,234.56`, `1 234,56`, `(12.5)`, `12-`, `€ 5`, `5 USD`, `7 %`.
pub(super) fn read(input: Input<'_>, settings: &Settings) -> Result<Read, Bad> {
    let plain: String = input
        .text
        .chars()
        .filter(|c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}'))
        .map(|c| crate::phone::digit(c).unwrap_or(c))
        .collect();
    let text = plain.trim();
    if text.chars().count() > 200 && !input.is_number {
        return Err("is no number: it has more than 200 characters".into());
    }
    // What is JSON's own notation, or a computer's, is not a matter of places.
    if input.is_number {
        let number = Exact::parse(text).ok_or("has more digits than can be written out")?;
        return Ok(Read { number, percent: false, currency: None });
    }
    if text.contains(['e', 'E'])
        && let Some(number) = Exact::parse(text)
    {
        return Ok(Read { number, percent: false, currency: None });
    }
    let (mut negative, mut text) = (false, text);
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (negative, text) = (true, inner.trim());
    }
    let (Some(first), Some(last)) = (text.find(|c: char| c.is_ascii_digit()), text.rfind(|c: char| c.is_ascii_digit()))
    else {
        return Err("is no number".into());
    };
    // `.5` and `5.` have a mark at one side; the points of `Fr. 5` and `5 kr.` are those of words.
    let is_mark = |c: &char| matches!(c, '.' | ',' | '\u{66b}');
    let mut before = text[..first].chars().rev();
    let leading = before.next().filter(is_mark).filter(|_| !before.next().is_some_and(char::is_alphabetic));
    let trailing = text[last + 1..].chars().next().filter(is_mark);
    let start = first - leading.map_or(0, char::len_utf8);
    let end = last + 1 + trailing.map_or(0, char::len_utf8);
    let core = &text[start..end];
    let (mut percent, mut currency, mut signs) = (false, None, 0);
    for side in [&text[..start], &text[end..]] {
        let mut rest = side.trim();
        let minus = ['-', '\u{2212}', '\u{2013}', '\u{fe63}', '\u{ff0d}'];
        for around in [rest.strip_prefix(minus), rest.strip_suffix(minus)] {
            if let Some(without) = around
                && signs == 0
            {
                (negative, signs, rest) = (true, 1, without.trim());
            }
        }
        rest = rest.trim_start_matches('+').trim();
        match rest {
            "" => {}
            "%" | "\u{66a}" if !percent => percent = true,
            unit => match Currency::of_sign(unit, settings) {
                Some(known) if currency.is_none() => currency = Some(known),
                _ => return Err("is no number: there is text beside the digits".into()),
            },
        }
    }
    let mark = settings.mark.or_else(|| decimal_mark(core, settings.locale));
    let (whole, fraction) = match mark.and_then(|mark| core.rsplit_once(mark)) {
        Some((whole, fraction)) => (whole, fraction),
        None => (core, ""),
    };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("is no number: there is more than one decimal mark".into());
    }
    let whole = ungrouped(whole)?;
    if whole.is_empty() && fraction.is_empty() {
        return Err("is no number".into());
    }
    Ok(Read { number: Exact::of(negative, &whole, fraction), percent, currency })
}

/// The mark before decimals: what stands last where there are two kinds; a single mark before three digits is the locale's.
fn decimal_mark(core: &str, locale: &Locale) -> Option<char> {
    let last = core.rfind([',', '.', '\u{66b}'])?;
    let mark = core[last..].chars().next()?;
    let (before, after) = (&core[..last], &core[last + mark.len_utf8()..]);
    if mark == '\u{66b}' || before.contains(|c: char| c != mark && !c.is_ascii_digit()) {
        return (!before.contains(mark)).then_some(mark);
    }
    if before.contains(mark) {
        return None;
    }
    let is_group = after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0');
    let is = |what: &str| what.starts_with(mark);
    match is_group {
        false => Some(mark),
        true if is(locale.decimal) => Some(mark),
        true if is(locale.group) => None,
        // Neither is known here: a comma is one of thousands, a point one of decimals, as computers write them.
        true => (mark == '.').then_some(mark),
    }
}

/// The digits of groups: thousands, or lakhs as in India.
fn ungrouped(whole: &str) -> Result<String, Bad> {
    let is_mark = |c: char| matches!(c, '.' | ',') || BETWEEN_GROUPS.contains(&c);
    let groups: Vec<&str> = whole.split(is_mark).collect();
    if !whole.chars().all(|c| c.is_ascii_digit() || is_mark(c)) {
        return Err("is no number: there is text between the digits".into());
    }
    if let [_] = groups[..] {
        return Ok(whole.to_owned());
    }
    let mut marks = whole.chars().filter(|c| is_mark(*c));
    let first = marks.next();
    if marks.any(|mark| Some(mark) != first) {
        return Err("is no number: its groups of digits are divided by different marks".into());
    }
    let (head, tail) = (groups[0].len(), &groups[1..]);
    let thousands = (1..=3).contains(&head) && tail.iter().all(|group| group.len() == 3);
    let (last, middle) = tail.split_last().map_or((0, tail), |(last, middle)| (last.len(), middle));
    let lakhs = (1..=2).contains(&head) && last == 3 && middle.iter().all(|group| group.len() == 2);
    if !thousands && !lakhs {
        return Err("is no number: its groups of digits are no thousands".into());
    }
    Ok(groups.concat())
}

/// A number as the locale writes it.
pub(super) fn decimal(input: Input<'_>, settings: &Settings) -> Outcome {
    let Read { number: read, percent, currency } = read(input, settings)?;
    // Of a text the sign says that these are hundredths.
    let value = if percent { read.times_ten_to(-2) } else { read };
    let round = |number: &Exact| settings.decimals.map_or_else(|| number.clone(), |decimals| number.rounded(decimals));
    let formatted = if settings.style == Some(Style::Percent) || percent && settings.style.is_none() {
        settings.locale.percent(&round(&value.times_ten_to(2)), settings.grouping)
    } else if settings.style == Some(Style::Plain) {
        round(&value).plain()
    } else {
        settings.locale.number(&round(&value), settings.grouping)
    };
    let code = currency.map(|currency| currency.code);
    Ok(Good::new(formatted).with("value", number(&value.plain())).with("percent", percent).with("currency", code))
}

/// An amount as the locale writes it.
pub(super) fn amount(input: Input<'_>, settings: &Settings) -> Outcome {
    let Read { number: value, percent, currency } = read(input, settings)?;
    if percent {
        return Err("is a percentage and no amount".into());
    }
    if let (Some(asked), Some(named)) = (settings.currency, currency)
        && asked.code != named.code
    {
        // Nothing is exchanged: no rate is known here.
        return Err(format!("is an amount in {} and not in {}", named.code, asked.code).into());
    }
    let Some(currency) = settings.currency.or(currency) else {
        return Err("names no currency: send currency, such as EUR".into());
    };
    let rounded = value.rounded(settings.decimals.or(currency.digits).unwrap_or(2));
    let locale = settings.locale;
    let formatted = match settings.style {
        Some(Style::Code) => format!("{} {}", locale.number(&rounded, settings.grouping), currency.code),
        Some(Style::Plain) => rounded.plain(),
        _ => locale.amount(&rounded, locale.sign(currency.code), settings.grouping),
    };
    let minor = rounded.times_ten_to(i32::try_from(currency.digits.unwrap_or(2)).unwrap_or(2)).rounded(0);
    Ok(Good::new(formatted)
        .with("value", number(&value.plain()))
        .with("amount", number(&rounded.plain()))
        .with("minorUnits", number(&minor.plain()))
        .with("currency", currency.code)
        .with("sign", locale.sign(currency.code)))
}
