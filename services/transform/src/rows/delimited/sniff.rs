//! Which dialect a delimited text is written in: delimiter, quote, lines before the table, header, decimal mark.
//!
//! The way of CleverCSV (van den Burg, Nazábal, Sutton 2019): a dialect is good when records have the same number of
//! fields, many of them, and the fields look like something: numbers, dates, words. Both are scores of a few dozen records
//! under each candidate; the product decides. Lines before the table are those that have fewer fields than all that follow.

use super::records::{Dialect, Records};
use crate::rows::number;

/// Candidates for the delimiter; of equals the first.
const DELIMITERS: [u8; 7] = [b',', b';', b'\t', b'|', b':', b'^', b'~'];
/// Records that are looked at.
const RECORDS: usize = 100;
/// Lines that may stand before a table.
const MAX_SKIPPED: usize = 30;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// How fields are told apart.
    pub dialect: Dialect,
    /// Lines before the table.
    pub skip: u64,
    /// Whether the first record names the columns.
    pub header: bool,
    /// Whether fields may have been meant to be told apart by something else: one column, yet delimiters in it.
    pub doubtful: bool,
}

/// What is known beforehand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    /// The delimiter.
    pub delimiter: Option<u8>,
    /// The quote; `Some(None)` for no quotes.
    pub quote: Option<Option<u8>>,
    /// Lines before the table.
    pub skip: Option<u64>,
    /// Whether there is a header.
    pub header: Option<bool>,
}

/// Detects the dialect of a sample.
#[must_use]
pub fn sniff(sample: &str, complete: bool, known: Known) -> Found {
    let (sample, announced) = announced(sample, known);
    let delimiters = match known.delimiter.or(announced) {
        Some(delimiter) => vec![delimiter],
        None => DELIMITERS.to_vec(),
    };
    let quotes = match known.quote {
        Some(quote) => vec![quote],
        None => vec![Some(b'"'), Some(b'\'')],
    };
    let mut best: Option<(f64, Trial)> = None;
    for quote in quotes {
        for delimiter in &delimiters {
            let dialect = Dialect { delimiter: *delimiter, quote };
            let Some(trial) = Trial::of(sample, complete, dialect, known.skip) else { continue };
            let mut score = trial.score();
            // Single quotes are apostrophes unless fields do begin and end with them.
            if quote == Some(b'\'') && known.quote.is_none() {
                if trial.quoted == 0 {
                    continue;
                }
                score *= 0.99;
            }
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, trial));
            }
        }
    }
    let skip_announcement = u64::from(announced.is_some());
    let Some((score, trial)) = best else {
        let dialect = Dialect {
            delimiter: known.delimiter.or(announced).unwrap_or(b','),
            quote: known.quote.unwrap_or(Some(b'"')),
        };
        return Found {
            dialect,
            skip: known.skip.unwrap_or(skip_announcement),
            header: known.header.unwrap_or(true),
            doubtful: false,
        };
    };
    let one_column = trial.width <= 1 || score == 0.0;
    let mut dialect = trial.dialect;
    let mut doubtful = false;
    if one_column && known.delimiter.is_none() && announced.is_none() {
        // One that is nowhere in it, so that the cells stay whole.
        let absent = |delimiter: &&u8| !sample.as_bytes().contains(delimiter);
        dialect.delimiter = [b',', b';', b'\t', b'|', 0x1f].iter().find(absent).copied().unwrap_or(0x1f);
        let has_several = |record: &Vec<Seen>| {
            let outside = |field: &Seen| !field.quoted && field.text.contains([',', ';', '\t', '|']);
            record.len() > 1 || record.iter().any(outside)
        };
        doubtful = trial.records.iter().any(has_several);
    }
    let header = known.header.unwrap_or_else(|| has_header(&trial.records[trial.first..]));
    let skip = known.skip.unwrap_or(trial.skip + skip_announcement);
    Found { dialect, skip, header, doubtful }
}

/// The delimiter of a first line that says it, as Excel does: `sep=;`.
fn announced(sample: &str, known: Known) -> (&str, Option<u8>) {
    if known.skip.is_some() {
        return (sample, None);
    }
    let Some((first, rest)) = sample.split_once('\n') else { return (sample, None) };
    let first = first.trim_end_matches('\r').trim_matches('"');
    match first.strip_prefix("sep=").or_else(|| first.strip_prefix("SEP=")).map(str::as_bytes) {
        Some([delimiter]) => (rest, Some(*delimiter)),
        _ => (sample, None),
    }
}

/// A field of the sample.
struct Seen {
    text: String,
    quoted: bool,
}

/// The sample under one dialect.
struct Trial {
    dialect: Dialect,
    records: Vec<Vec<Seen>>,
    /// The first record of the table, and the lines before it.
    first: usize,
    skip: u64,
    /// Fields most records have.
    width: usize,
    quoted: usize,
}

impl Trial {
    fn of(sample: &str, complete: bool, dialect: Dialect, skip: Option<u64>) -> Option<Self> {
        let mut reader = Records::new(None, sample.to_owned(), dialect);
        reader.skip_lines(skip.unwrap_or(0)).ok()?;
        let (mut records, mut lines) = (Vec::new(), Vec::new());
        while records.len() < RECORDS {
            match reader.advance() {
                Ok(true) => {}
                Ok(false) => break,
                // A quote that is open where the sample ends is nobody's fault, and what is broken is said when its row comes.
                Err(_) => break,
            }
            let record = (0..reader.width())
                .map(|index| Seen { text: reader.get(index).into_owned(), quoted: reader.is_quoted(index) });
            records.push(record.collect::<Vec<_>>());
            lines.push(reader.line());
        }
        // The last record of a sample may be half of one.
        if !complete && records.len() > 1 && records.len() < RECORDS {
            records.pop();
        }
        if records.is_empty() {
            return None;
        }
        let is_blank = |record: &Vec<Seen>| matches!(&record[..], [only] if only.text.is_empty());
        let width = common_width(records.iter().filter(|record| !is_blank(record)).map(Vec::len));
        let first = match skip {
            Some(_) => 0,
            None => named_record(&records, first_record(&records, width), width),
        };
        let skip = lines[first] - 1;
        let quoted = records.iter().flatten().filter(|field| field.quoted).count();
        Some(Self { dialect, records, first, skip, width, quoted })
    }

    /// How well the records fit a table: their pattern times what their fields look like.
    fn score(&self) -> f64 {
        let table = &self.records[self.first..];
        let rows: Vec<&Vec<Seen>> = table.iter().filter(|row| row.len() > 1 || !row[0].text.is_empty()).collect();
        if rows.is_empty() || self.width <= 1 {
            return 0.0;
        }
        let mut widths: Vec<usize> = rows.iter().map(|row| row.len()).collect();
        widths.sort_unstable();
        let mut pattern = 0.0;
        let mut kinds = 0.0;
        for same in widths.chunk_by(|one, two| one == two) {
            let (count, width) = (same.len() as f64, same[0] as f64);
            pattern += count * (width - 1.0) / width;
            kinds += 1.0;
        }
        pattern /= kinds;
        let fields: Vec<&Seen> = rows.iter().flat_map(|row| row.iter()).collect();
        let known = fields.iter().filter(|field| field.quoted || is_something(&field.text)).count();
        let known = (known as f64 / fields.len() as f64).max(0.01);
        // Time of day and addresses are not columns.
        let rare = if matches!(self.dialect.delimiter, b':' | b'^' | b'~') { 0.5 } else { 1.0 };
        // A title has no delimiters of another kind in it; what has is a header that was split wrongly.
        let own = char::from(self.dialect.delimiter);
        let other =
            |field: &Seen| !field.quoted && field.text.contains(|c| c != own && matches!(c, ',' | ';' | '\t' | '|'));
        let odd = if self.records[..self.first].iter().flatten().any(other) { 0.3 } else { 1.0 };
        let skipped = 1.0 - 0.3 * self.first as f64 / self.records.len() as f64;
        pattern / rows.len() as f64 * known * rare * odd * skipped
    }
}

/// The number of fields most records have; of equals the larger.
fn common_width(widths: impl Iterator<Item = usize>) -> usize {
    let mut widths: Vec<usize> = widths.collect();
    widths.sort_unstable();
    let groups = widths.chunk_by(|one, two| one == two).map(|same| (same.len(), same[0]));
    groups.max().map_or(1, |(_, width)| width)
}

/// Where the table begins: before it are records with fewer fields than those of the table.
fn first_record(records: &[Vec<Seen>], width: usize) -> usize {
    let last = records.len().min(MAX_SKIPPED + 1);
    if width <= 1 {
        // Blank lines before a list.
        return records[..last].iter().position(|record| !record[0].text.is_empty()).unwrap_or(0);
    }
    let filled = |record: &Vec<Seen>| record.iter().filter(|field| !field.text.is_empty()).count();
    let is_table = |record: &Vec<Seen>| record.len() == width && filled(record) * 2 > width;
    let is_title = |record: &Vec<Seen>| match record.len() < width {
        true => filled(record) <= 1 + width / 3,
        // A short first record may be the header of a table whose rows end with a delimiter.
        false => record.len() == width && filled(record) * 3 <= width,
    };
    let first = records[..last]
        .iter()
        .position(is_table)
        .or_else(|| records[..last].iter().position(|record| record.len() == width));
    match first {
        Some(first) if records[..first].iter().all(is_title) => first,
        _ => 0,
    }
}

/// Where the table begins when its first record may be a header that was taken for a title: above values stand their names.
fn named_record(records: &[Vec<Seen>], first: usize, width: usize) -> usize {
    if has_header(&records[first..]) {
        return first;
    }
    let filled = |record: &Vec<Seen>| record.iter().filter(|field| !field.text.is_empty()).count();
    match records[..first].iter().rposition(|record| filled(record) > 0) {
        Some(above) if width > 1 && (records[above].len() == width || filled(&records[above]) > 1) => above,
        _ => first,
    }
}

/// Whether the first record names columns: texts, each its own, above a table.
fn has_header(records: &[Vec<Seen>]) -> bool {
    let Some((first, rows)) = records.split_first() else { return true };
    let names: Vec<&str> = first.iter().map(|field| field.text.trim()).collect();
    let is_value = |name: &str| {
        is_number(name)
            || is_date(name)
            || name.contains('@')
            || name.eq_ignore_ascii_case("true")
            || name.eq_ignore_ascii_case("false")
    };
    let values: Vec<&str> = names.iter().copied().filter(|name| is_value(name)).collect();
    if values.is_empty() {
        // One of several blank names is usual, all of them are not.
        return names.iter().any(|name| !name.is_empty());
    }
    // Years as names: what is below them is not named so.
    let is_year = |name: &&str| name.len() == 4 && name.parse::<u16>().is_ok_and(|year| (1900..=2100).contains(&year));
    let others = names.len() - values.len();
    let mut own = values.clone();
    own.sort_unstable();
    own.dedup();
    let below = rows
        .first()
        .is_some_and(|row| row.iter().zip(&names).any(|(field, name)| is_year(name) && !is_year(&field.text.trim())));
    others > 0 && own.len() == values.len() && values.iter().all(is_year) && below
}

/// Whether a field looks like something people write into one.
fn is_something(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || is_number(text) || is_date(text) || is_words(text) || text.contains("://") || is_email(text)
}

fn is_number(text: &str) -> bool {
    let text = text.trim_end_matches('%').trim_start_matches(['$', '€', '£', '+']);
    number::is_json(text) || number::has_decimal_comma(text) || number::meant(text, '.').is_some() && !text.is_empty()
}

/// Whether it is digits in the groups of a date or time: `2024-01-31`, `05/08/21`, `2024-01-31T10:00:00Z`, `10:21`.
fn is_date(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let signs = text.bytes().filter(|byte| matches!(byte, b'-' | b'/' | b'.' | b':')).count();
    let rest = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'.' | b':' | b' ' | b'T' | b'Z' | b'+'));
    rest && digits >= 3
        && (1..=6).contains(&signs)
        && text.as_bytes()[0].is_ascii_digit()
        && text.ends_with(|c: char| c.is_ascii_digit() || c == 'Z')
}

/// Whether it is words, without signs that tell fields apart.
fn is_words(text: &str) -> bool {
    // Half of a quoted field is none.
    let is_cut = text.starts_with(['\'', '"']) || text.ends_with(['\'', '"']);
    !is_cut
        && text.chars().all(|c| {
            c.is_alphanumeric()
                || matches!(c, ' ' | '_' | '-' | '.' | '\'' | '/' | '(' | ')' | '&' | '#' | '?' | '!' | '%' | '+')
        })
}

fn is_email(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !text.contains([' ', ',', ';']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (char, u64, bool, bool) {
        let found = sniff(text, true, Known::default());
        assert_eq!(found.dialect.quote, Some(b'"'), "{text}");
        (char::from(found.dialect.delimiter), found.skip, found.header, found.doubtful)
    }

    #[test]
    fn dialects_as_they_are_found() {
        let cases = [
            ("Land;Position;Amount;Day\nPeru;\"-9.19;-75.02\";3100,5;05/08/21\n", (';', 0, true, false)),
            (
                "Extract of 2025-01-06\nLand;Position;Amount;Day\nPeru;\"-9.19;-75.02\";3100,5;05/08/21\n",
                (';', 1, true, false),
            ),
            ("col1\n\"cell with\nnewline\"\n", (',', 0, true, false)),
            ("a\tb\n1,5\t2,5\n", ('\t', 0, true, false)),
            ("a|b|c\n1|2|3\n4|5|6\n", ('|', 0, true, false)),
            ("1,2\n3,4\n", (',', 0, false, false)),
            ("Country,2019,2020\nPeru,3.1,4.5\nChile,1,2\n", (',', 0, true, false)),
            ("sep=;\na;b\n1;2\n", (';', 1, true, false)),
            ("name,when\nAda,10:21:42\nBob,11:03:52\n", (',', 0, true, false)),
            ("Report;;\n;;\nid;name;sum\n1;a;3,5\n2;b;4,5\n", (';', 2, true, false)),
            ("name;tags\nAda;a,b,c\nBob;d,e,f\n", (';', 0, true, false)),
            ("note\nhello, world\nyes\n", (';', 0, true, true)),
            ("", (',', 0, true, false)),
            ("\n\na,b\n1,2\n", (',', 2, true, false)),
            ("a,,\n1,2,3\n", (',', 0, true, false)),
            ("a,b\n1,2,3\n", (',', 0, true, false)),
            ("Extract\n1;2;3\n4;5;6\n", (';', 1, false, false)),
        ];
        for (text, expected) in cases {
            assert_eq!(found(text), expected, "{text:?}");
        }
    }

    #[test]
    fn single_quotes_are_quotes_where_fields_stand_in_them() {
        let quote = |text: &str| sniff(text, true, Known::default()).dialect.quote;
        assert_eq!(quote("'a;b';'c'\n'1;2';'x'\n"), Some(b'\''));
        assert_eq!(quote("'a';'b'\n'1;2';'3'\n"), Some(b'\''));
        assert_eq!(quote("it's,that's\n1,2\n"), Some(b'"'));
    }

    #[test]
    fn what_is_known_stays() {
        let known = Known { delimiter: Some(b';'), quote: Some(None), skip: Some(0), header: Some(false) };
        let found = sniff("a,b\n1,2\n", true, known);
        assert_eq!(
            found,
            Found { dialect: Dialect { delimiter: b';', quote: None }, skip: 0, header: false, doubtful: false }
        );
    }
}
