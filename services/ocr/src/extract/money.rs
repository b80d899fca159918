//! Amounts of money in a row of words: with or without currency, in the ways countries write them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::label::plain;
use crate::page::{Area, Word, rounded};

/// An amount that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    /// The amount as a decimal number with a point, such as `1280.50`.
    pub amount: String,
    /// Currency (ISO 4217), when its sign or code stands beside the amount, or the document knows only one; else null.
    pub currency: Option<String>,
    /// As it is written.
    pub text: String,
    /// How sure it is that this is what it is said to be, 0 to 1.
    pub confidence: f64,
    /// Where it is.
    #[serde(rename = "box")]
    pub area: Area,
    /// Its page, from 1.
    pub page: u32,
}

/// An amount in hundredths, and where it stands among the words of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Amount {
    pub(crate) cents: i64,
    pub(crate) currency: Option<&'static str>,
    pub(crate) text: String,
    pub(crate) area: Area,
    /// The mean confidence of its words.
    pub(crate) confidence: f64,
    /// The first of its words.
    pub(crate) from: usize,
}

/// Signs of currencies.
const SIGNS: [(&str, &str); 37] = [
    ("US$", "USD"),
    ("CA$", "CAD"),
    ("C$", "CAD"),
    ("AU$", "AUD"),
    ("A$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("MX$", "MXN"),
    ("S$", "SGD"),
    ("R$", "BRL"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("฿", "THB"),
    ("₫", "VND"),
    ("₱", "PHP"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₽", "RUB"),
    ("₪", "ILS"),
    ("₦", "NGN"),
    ("RM", "MYR"),
    ("Rs.", "INR"),
    ("Rs", "INR"),
    ("Fr.", "CHF"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("лв", "BGN"),
    ("грн", "UAH"),
    ("EURO", "EUR"),
    ("kr", CROWNS),
    ("kr.", CROWNS),
];
/// Codes of currencies (ISO 4217).
const CODES: [&str; 48] = [
    "USD", "EUR", "GBP", "CHF", "JPY", "MYR", "INR", "SGD", "CAD", "AUD", "PLN", "NZD", "HKD", "TWD", "CNY", "KRW",
    "THB", "IDR", "PHP", "VND", "DKK", "NOK", "SEK", "ISK", "CZK", "HUF", "RON", "BGN", "TRY", "UAH", "RUB", "ILS",
    "AED", "SAR", "QAR", "EGP", "ZAR", "NGN", "KES", "MXN", "BRL", "ARS", "CLP", "COP", "PEN", "PKR", "BDT", "LKR",
];
/// What `kr` is: the sign of a currency that four countries have, each its own.
const CROWNS: &str = "";

/// The currency a word is.
fn currency(word: &str) -> Option<&'static str> {
    let word = word.trim_matches(|letter: char| "():;,*".contains(letter));
    let code = CODES.iter().find(|code| code.eq_ignore_ascii_case(word)).copied();
    code.or_else(|| SIGNS.iter().find(|(sign, _)| sign.to_lowercase() == word.to_lowercase()).map(|(_, code)| *code))
}

/// Of what stands within and beside an amount, what tells its currency best: a sign that many countries have is the weakest,
/// so that `CAD $12.00` is in Canadian dollars.
fn surest(beside: [Option<&'static str>; 3], words: [&str; 3]) -> Option<&'static str> {
    let is_shared = |word: &str| {
        let sign = word.trim_matches(|letter: char| letter.is_ascii_digit() || "().,:;*-".contains(letter));
        matches!(sign, "$" | "kr" | "Kr" | "KR")
    };
    let telling = beside.iter().zip(words).find_map(|(currency, word)| currency.filter(|_| !is_shared(word)));
    telling.or_else(|| beside.into_iter().flatten().next())
}

/// What makes an amount in parentheses one that is given back, as accountants write it.
const CREDITS: [&str; 9] =
    ["refund", "refunded", "credit", "discount", "gutschrift", "erstattung", "avoir", "remboursement", "reembolso"];

/// The amounts in a row, from left to right.
pub(crate) fn amounts(words: &[Word]) -> Vec<Amount> {
    let is_credit = words.iter().any(|word| CREDITS.contains(&plain(&word.text).as_str()));
    let mut found: Vec<Amount> = Vec::new();
    // Words before this one belong to amounts before.
    let mut taken = 0;
    let mut at = 0;
    while at < words.len() {
        match amount_at(words, at, taken) {
            Some((mut amount, count)) => {
                if is_credit && amount.text.starts_with('(') && amount.text.ends_with(')') {
                    amount.cents = -amount.cents.abs();
                }
                found.push(amount);
                at += count;
                taken = at;
            }
            None => at += 1,
        }
    }
    found
}

/// The amount that begins with a word, and how many words it has.
fn amount_at(words: &[Word], at: usize, taken: usize) -> Option<(Amount, usize)> {
    // A number that was cut at its point: `9. 00`, `9 .00`.
    let joined = words.get(at + 1).and_then(|next| {
        let (one, other) = (words[at].text.as_str(), next.text.as_str());
        let is_cut = one.ends_with(['.', ',']) && other.chars().take(2).all(|letter| letter.is_ascii_digit())
            || one.ends_with(|letter: char| letter.is_ascii_digit()) && other.starts_with(['.', ',']);
        let gap = next.area.x.saturating_sub(words[at].area.right());
        (is_cut && gap <= next.area.height).then(|| format!("{one}{other}"))
    });
    let cut = joined.as_deref().and_then(|text| Some((parsed(text)?, 2)));
    let cut = cut.or_else(|| spaced(words, at));
    let (Parsed { cents, currency: own, decimals }, mut count) = cut.or_else(|| Some((parsed(&words[at].text)?, 1)))?;
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).map_or("", |word| word.text.as_str());
    let around = [word(Some(at)), word(at.checked_sub(1).filter(|before| *before >= taken)), word(Some(at + count))];
    let (before, after) = (currency(around[1]), currency(around[2]));
    if after.is_some() {
        count += 1;
    }
    let currency = surest([own, before, after], around);
    // A whole number is money only when a currency says so.
    if !decimals && currency.is_none() {
        return None;
    }
    let used = &words[at..at + count];
    let text = used.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let confidence = used.iter().map(|word| word.confidence).sum::<f64>() / used.len() as f64;
    let area = Area::around(used.iter().map(|word| word.area));
    Some((Amount { cents, currency, text, area, confidence: rounded(confidence), from: at }, count))
}

/// A number whose thousands are parted by spaces, and how many words it has: `1 234,50`, `12 000 Ft`. The gaps are those
/// between digits, not between columns.
fn spaced(words: &[Word], at: usize) -> Option<(Parsed, usize)> {
    const GAP: f64 = 0.6;
    const MOST_GROUPS: usize = 5;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let first = words[at].text.as_str();
    let start = first.find(|letter: char| letter.is_ascii_digit())?;
    let head = &first[start..];
    if !(1..=3).contains(&head.len()) || !is_digits(head) || head.starts_with('0') {
        return None;
    }
    let mut text = first.to_owned();
    for (count, next) in (2..=MOST_GROUPS).zip(&words[at + 1..]) {
        let gap = f64::from(next.area.x.saturating_sub(words[at + count - 2].area.right()));
        let (digits, rest) = next.text.split_at_checked(3)?;
        if gap > GAP * f64::from(next.area.height) || !is_digits(digits) {
            return None;
        }
        text.push_str(&next.text);
        if !rest.is_empty() {
            // What has no decimals is money by its currency, as any number.
            let ends = rest.starts_with(['.', ',']) || rest.chars().all(|letter| !letter.is_ascii_digit());
            return parsed(&text).filter(|_| ends).map(|parsed| (parsed, count));
        }
        let after = words.get(at + count).map(|word| word.text.as_str()).unwrap_or_default();
        if !after.starts_with(|letter: char| letter.is_ascii_digit()) {
            return parsed(&text).map(|parsed| (parsed, count));
        }
    }
    None
}

struct Parsed {
    cents: i64,
    currency: Option<&'static str>,
    decimals: bool,
}

/// A word as a number of money.
fn parsed(word: &str) -> Option<Parsed> {
    let word = word.trim_matches(|letter: char| "()[]*:;=|'\"".contains(letter) || letter.is_whitespace());
    // A label that runs into it does not belong to it: `Total:9.00`.
    let word = match word.rsplit_once(':') {
        Some((label, rest)) if label.contains(char::is_alphabetic) && currency(label).is_none() => rest,
        _ => word,
    };
    let (word, negative) = match word.strip_prefix(['-', '−']) {
        Some(rest) => (rest, true),
        // `12,-` is of no cents.
        None => match word.strip_suffix('-') {
            Some(rest) if !rest.ends_with([',', '.']) => (rest, true),
            _ => (word, false),
        },
    };
    let start = word.find(|letter: char| letter.is_ascii_digit())?;
    let end = word.rfind(|letter: char| letter.is_ascii_digit())? + 1;
    let (before, number, after) = (&word[..start], &word[start..end], &word[end..]);
    let beside = |text: &str| currency(text.trim_matches(['.', '-']));
    let own = beside(before).or_else(|| beside(after));
    // Letters beside a number make it something else, save for the mark of a tax class.
    let strange = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).count();
    let is_mark = strange(after) <= 1 && !after.contains(['%', '/', ':']);
    let (cents, decimals) = cents(number)?;
    let decimals = decimals || [",-", ".-", ",–", ".–"].iter().any(|none| after.starts_with(none));
    // Two capitals are a code that was misread: `RH2.95` for `RM2.95`.
    let is_code = decimals && before.len() == 2 && before.bytes().all(|letter| letter.is_ascii_uppercase());
    if own.is_none() && (strange(before) > 0 && !is_code || !is_mark || before.contains(['#', '/'])) {
        return None;
    }
    Some(Parsed { cents: if negative { -cents } else { cents }, currency: own, decimals })
}

/// Digits and separators to hundredths, and whether there are decimals.
fn cents(number: &str) -> Option<(i64, bool)> {
    const LONGEST: usize = 15;
    if number.len() > LONGEST || !number.chars().all(|letter| letter.is_ascii_digit() || ".,'’".contains(letter)) {
        return None;
    }
    let last = number.rfind(['.', ',']);
    let (whole, decimals) = match last {
        Some(at) if number.len() - at - 1 == 2 => (&number[..at], Some(&number[at + 1..])),
        Some(at) if number.len() - at - 1 == 1 && number[..at].bytes().all(|byte| byte.is_ascii_digit()) => {
            return None;
        }
        _ => (number, None),
    };
    let groups: Vec<&str> = whole.split(['.', ',', '\'', '’']).collect();
    let of_three = groups[1..].iter().all(|group| group.len() == 3);
    // A lakh and more, as India writes it: `1,23,456.00`.
    let of_two = groups.len() > 2
        && groups[groups.len() - 1].len() == 3
        && groups[1..groups.len() - 1].iter().all(|group| group.len() == 2);
    let well = groups.len() == 1
        || of_three && (1..=3).contains(&groups[0].len())
        || of_two && (1..=2).contains(&groups[0].len());
    if !well || groups[0].is_empty() && decimals.is_none() {
        return None;
    }
    let digits: String = groups.concat();
    let whole: i64 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let part: i64 = decimals.map_or(Some(0), |decimals| decimals.parse().ok())?;
    Some((whole.checked_mul(100)?.checked_add(part)?, decimals.is_some()))
}

/// Hundredths as a decimal number.
pub(crate) fn written(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Vec<Word> {
        let word = |(at, text): (usize, &str)| Word {
            text: text.into(),
            area: Area { x: at as u32 * 100, y: 0, width: 95, height: 20 },
            confidence: 0.9,
        };
        text.split(' ').enumerate().map(word).collect()
    }

    #[test]
    fn amounts_are_read_as_countries_write_them() {
        for (text, expected) in [
            ("Total 16.20", vec![("16.20", None)]),
            ("Summe 16,80 EUR", vec![("16.80", Some("EUR"))]),
            ("Kokku 40,00 $", vec![("40.00", Some("USD"))]),
            ("TOTAL RM9.00", vec![("9.00", Some("MYR"))]),
            ("RM 1,234.50", vec![("1234.50", Some("MYR"))]),
            ("1.234.567,89 €", vec![("1234567.89", Some("EUR"))]),
            ("CHF 1'234.50", vec![("1234.50", Some("CHF"))]),
            ("$40", vec![("40.00", Some("USD"))]),
            ("4,20 A", vec![("4.20", None)]),
            ("9. 00", vec![("9.00", None)]),
            ("RH2.95 ABC2.95", vec![("2.95", None)]),
            ("Total:9.00 GST:RM1.50 RM:3.00", vec![("9.00", None), ("1.50", Some("MYR")), ("3.00", Some("MYR"))]),
            ("-3.50 3.50-", vec![("-3.50", None), ("-3.50", None)]),
            ("2 x 8.50 17.00", vec![("8.50", None), ("17.00", None)]),
            ("19 12:31 8.00% #12.34 07/04/2025 123456.7 A1.50B 12.345,6", vec![]),
            ("No 40718 qty 120", vec![]),
            ("Total HT 1 234,50 €", vec![("1234.50", Some("EUR"))]),
            ("Total €1 234,50 2 x 12 345 678,00", vec![("1234.50", Some("EUR")), ("12345678.00", None)]),
            ("Razem 12 000 zł 1 230,00zł", vec![("12000.00", Some("PLN")), ("1230.00", Some("PLN"))]),
            ("Tel 12 345 678 0 345,00", vec![("345.00", None)]),
            ("CAD $12.00", vec![("12.00", Some("CAD"))]),
            ("$12.00 CAD A$12.00 HK$5", vec![("12.00", Some("CAD")), ("12.00", Some("AUD")), ("5.00", Some("HKD"))]),
            ("12.00 NZD 300 Kč", vec![("12.00", Some("NZD")), ("300.00", Some("CZK"))]),
            ("Total 12,- € 7,- 3,–", vec![("12.00", Some("EUR")), ("7.00", None), ("3.00", None)]),
            ("₹ 1,23,456.00 1,2,345.00", vec![("123456.00", Some("INR"))]),
            ("Refund total (12.00)", vec![("-12.00", None)]),
            ("Total incl. GST (12.00)", vec![("12.00", None)]),
            ("120,00 kr", vec![("120.00", Some(""))]),
        ] {
            let found: Vec<(String, Option<&str>)> =
                amounts(&row(text)).into_iter().map(|amount| (written(amount.cents), amount.currency)).collect();
            let expected: Vec<(String, Option<&str>)> =
                expected.into_iter().map(|(amount, currency)| (amount.to_owned(), currency)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
