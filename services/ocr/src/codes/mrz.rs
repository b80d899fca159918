//! Machine-readable zones of passports, identity cards and visas (ICAO Doc 9303), with their check digits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::page::{Area, Line};

/// The characters there are.
pub(crate) const CHARACTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<";

/// A machine-readable zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mrz {
    /// Format.
    pub format: MrzFormat,
    /// Whether every check digit is right.
    pub valid: bool,
    /// Whether a character of the number was read as another that looks like it, and its check digit told the right one.
    pub repaired: bool,
    /// Check digits, and whether each is right.
    pub checks: Vec<MrzCheck>,
    /// Document code, such as `P` for a passport and `I` or `ID` for a card.
    pub document_code: String,
    /// Issuing state or organization (three letters).
    pub issuer: String,
    /// Surname.
    pub surname: String,
    /// Given names.
    pub given_names: String,
    /// Document number.
    pub number: String,
    /// Nationality (three letters).
    pub nationality: String,
    /// Date of birth as `YYYY-MM-DD`; null when it is none.
    pub birth_date: Option<String>,
    /// Sex as it is written: `M`, `F` or `X`.
    pub sex: String,
    /// Date of expiry as `YYYY-MM-DD`; null when it is none.
    pub expiry_date: Option<String>,
    /// Personal number or other optional data.
    pub optional_data: String,
    /// Its lines.
    pub lines: Vec<String>,
    /// Where it is, in pixels of the page turned so that it is upright.
    #[serde(rename = "box")]
    pub area: Area,
    /// Page, from 1.
    pub page: u32,
}

/// A format of machine-readable zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MrzFormat {
    /// Three lines of 30: cards.
    Td1,
    /// Two lines of 36: older cards.
    Td2,
    /// Two lines of 44: passports.
    Td3,
    /// Two lines of 44: visas.
    MrvA,
    /// Two lines of 36: smaller visas.
    MrvB,
}

/// A check digit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MrzCheck {
    /// What it checks.
    pub field: MrzField,
    /// Whether it is right.
    pub passed: bool,
}

/// What a check digit checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MrzField {
    /// Document number.
    Number,
    /// Date of birth.
    BirthDate,
    /// Date of expiry.
    ExpiryDate,
    /// Optional data.
    OptionalData,
    /// All of them.
    Composite,
}

/// Characters by which a line may be too long or too short.
const SLACK: usize = 3;
/// Characters of a line of names at least.
const SHORTEST_NAMES: usize = 12;
/// Characters of a number that are taken for each other most; the more there are, the likelier one is right by chance.
const ALIKE: [(char, char); 4] = [('0', 'O'), ('0', 'Q'), ('0', 'D'), ('1', 'I')];

/// The machine-readable zones among lines, from the top. `year` is this year, for the century of births.
pub(crate) fn find(lines: &[&Line], page: u32, year: u32) -> Vec<Mrz> {
    let texts: Vec<String> = lines.iter().map(|line| clean(&line.text)).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let fits = |count: usize, length: usize| {
            // The line of names ends with fillers, which are often read as fewer.
            let names = if count == 3 { at + 2 } else { at };
            let fits_names =
                |text: &str| text.contains("<<") && (SHORTEST_NAMES..=length + SLACK).contains(&text.len());
            at + count <= lines.len()
                && (at..at + count).all(|line| {
                    texts[line].len().abs_diff(length) <= SLACK || line == names && fits_names(&texts[line])
                })
                && (at..at + count).any(|line| texts[line].contains('<'))
        };
        let layouts = [(3, 30), (2, 44), (2, 36)];
        let read = layouts.into_iter().filter(|(count, length)| fits(*count, *length)).find_map(|(count, length)| {
            let lines: Vec<String> = (at..at + count).map(|line| fitted(&texts[line], length)).collect();
            let found = read(&lines, year)?;
            let found = if found.valid { found } else { repaired(&lines, year).unwrap_or(found) };
            Some((found, count))
        });
        match read {
            Some((mrz, count)) => {
                let area = Area::around(lines[at..at + count].iter().map(|line| line.area));
                found.push(Mrz { area, page, ..mrz });
                at += count;
            }
            None => at += 1,
        }
    }
    found
}

/// The characters of a line that belong in one.
fn clean(text: &str) -> String {
    let wide = text.to_uppercase().replace(['«', '‹', '('], "<");
    wide.chars().filter(|letter| CHARACTERS.contains(*letter)).collect()
}

/// A line of the right length: fillers, which run together, are added or taken off at the end.
fn fitted(text: &str, length: usize) -> String {
    let mut text = text.to_owned();
    // Fillers at the end are often read as letters that look like them.
    if text.len() > length {
        text.truncate(length);
    }
    while text.len() < length {
        let digits_at_end = text.ends_with(|letter: char| letter.is_ascii_digit());
        match text.rfind("<<").filter(|_| digits_at_end) {
            Some(fillers) => text.insert(fillers, '<'),
            None => text.push('<'),
        }
    }
    text
}

/// The lines with one character of the number as another that looks like it, when all check digits are right then, and no
/// other character would do as well: one check digit in ten is right by chance.
fn repaired(lines: &[String], year: u32) -> Option<Mrz> {
    let (line, number) = if lines.len() == 3 { (0, 5..15) } else { (1, 0..10) };
    let mut found: Option<Mrz> = None;
    for at in number {
        let read_as = lines[line].chars().nth(at)?;
        let pairs = ALIKE.iter().flat_map(|(one, other)| [(*one, *other), (*other, *one)]);
        for (_, meant) in pairs.filter(|(from, _)| *from == read_as) {
            let mut lines = lines.to_vec();
            lines[line].replace_range(at..=at, meant.encode_utf8(&mut [0; 4]));
            let Some(other) = read(&lines, year).filter(|other| other.valid) else { continue };
            // Several that give the same number do not contradict each other.
            if found.as_ref().is_some_and(|found| found.number != other.number) {
                return None;
            }
            found = Some(Mrz { repaired: true, ..other });
        }
    }
    found
}

/// Check digits that are right at least: each is so once in ten by chance.
const FEWEST_PASSED: usize = 2;

/// Reads lines; nothing when hardly any of the check digits is right, as then it is something else.
fn read(lines: &[String], year: u32) -> Option<Mrz> {
    let length = lines[0].len();
    let format = match (lines.len(), length, lines[0].as_bytes()[0]) {
        (3, 30, b'A' | b'C' | b'I') => MrzFormat::Td1,
        (2, 44, b'P') => MrzFormat::Td3,
        (2, 44, b'V') => MrzFormat::MrvA,
        (2, 36, b'V') => MrzFormat::MrvB,
        (2, 36, b'A' | b'C' | b'I' | b'P') => MrzFormat::Td2,
        _ => return None,
    };
    let first = &lines[0];
    let second = &lines[1];
    let digits = |text: &str| text.chars().map(as_digit).collect::<String>();
    let letters = |text: &str| text.chars().map(as_letter).collect::<String>();
    let mut checks = Vec::new();
    let (number, nationality, birth, sex, expiry, optional, names);
    if format == MrzFormat::Td1 {
        let (of_document, rest) = long_number(&first[5..14], &first[14..15], &first[15..30]);
        number = of_document.text;
        (birth, sex, expiry) = (digits(&second[..6]), &second[7..8], digits(&second[8..14]));
        (nationality, optional) = (letters(&second[15..18]), rest + &second[18..29]);
        names = letters(&lines[2]);
        checks.push((MrzField::Number, number.clone(), digits(&of_document.digit)));
        checks.push((MrzField::BirthDate, birth.clone(), digits(&second[6..7])));
        checks.push((MrzField::ExpiryDate, expiry.clone(), digits(&second[14..15])));
        let all = first[5..30].to_owned() + &digits(&second[..7]) + &digits(&second[8..15]) + &second[18..29];
        checks.push((MrzField::Composite, all, digits(&second[29..30])));
    } else {
        let end = length - 1;
        let (of_document, rest) = match format {
            MrzFormat::Td2 => long_number(&second[..9], &second[9..10], &second[28..end]),
            _ => (NumberText { text: second[..9].to_owned(), digit: second[9..10].to_owned() }, String::new()),
        };
        number = of_document.text;
        (birth, sex, expiry) = (digits(&second[13..19]), &second[20..21], digits(&second[21..27]));
        (nationality, names) = (letters(&second[10..13]), letters(&first[5..]));
        checks.push((MrzField::Number, number.clone(), digits(&of_document.digit)));
        checks.push((MrzField::BirthDate, birth.clone(), digits(&second[19..20])));
        checks.push((MrzField::ExpiryDate, expiry.clone(), digits(&second[27..28])));
        match format {
            MrzFormat::Td3 => {
                optional = second[28..42].to_owned();
                // Without optional data its check digit may be a filler.
                let digit = &second[42..43];
                let digit = if digit == "<" { "0".to_owned() } else { digits(digit) };
                checks.push((MrzField::OptionalData, optional.clone(), digit));
            }
            MrzFormat::Td2 => optional = rest,
            _ => optional = second[28..].to_owned(),
        }
        if matches!(format, MrzFormat::Td3 | MrzFormat::Td2) {
            let all = second[..9].to_owned()
                + &digits(&second[9..10])
                + &digits(&second[13..20])
                + &digits(&second[21..28])
                + &second[28..end];
            checks.push((MrzField::Composite, all, digits(&second[end..])));
        }
    }
    let checks: Vec<MrzCheck> = checks
        .into_iter()
        .map(|(field, text, digit)| MrzCheck {
            field,
            passed: check_digit(&text).is_some_and(|sum| digit == sum.to_string()),
        })
        .collect();
    // Optional data that is not there has the check digit of nothing.
    let passed = checks.iter().filter(|check| check.passed && check.field != MrzField::OptionalData).count();
    if passed < FEWEST_PASSED {
        return None;
    }
    let (surname, given) = names.split_once("<<").unwrap_or((&names, ""));
    // Behind the given names there are only fillers, some of which are often read as letters.
    let given = given.split("<<").next().unwrap_or_default();
    let spaced = |text: &str| text.split('<').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let trimmed = |text: &str| text.trim_matches('<').replace('<', " ").trim().to_owned();
    Some(Mrz {
        format,
        valid: checks.iter().all(|check| check.passed),
        repaired: false,
        checks,
        document_code: trimmed(&first[..2]),
        issuer: trimmed(&letters(&first[2..5])),
        surname: spaced(surname),
        given_names: spaced(given),
        number: trimmed(&number),
        nationality: trimmed(&nationality),
        birth_date: date(&birth, |two| if 2000 + two > year { 1900 + two } else { 2000 + two }),
        sex: if sex == "<" { "X".to_owned() } else { sex.to_owned() },
        expiry_date: date(&expiry, |two| 2000 + two),
        optional_data: spaced(&optional),
        lines: lines.to_vec(),
        area: Area::default(),
        page: 0,
    })
}

/// The check digit of a text (Doc 9303-3, 4.9): weights 7, 3, 1; letters from 10 on, fillers 0.
fn check_digit(text: &str) -> Option<u32> {
    let value = |letter: char| if letter == '<' { Some(0) } else { letter.to_digit(36) };
    let weighted =
        text.chars().zip([7, 3, 1].into_iter().cycle()).map(|(letter, weight)| Some(value(letter)? * weight));
    Some(weighted.sum::<Option<u32>>()? % 10)
}

/// Where only digits stand, a letter is the digit that looks like it.
fn as_digit(letter: char) -> char {
    match letter {
        'O' | 'Q' | 'D' => '0',
        'I' | 'L' => '1',
        'Z' => '2',
        'S' => '5',
        'G' => '6',
        'B' => '8',
        other => other,
    }
}

/// Where only letters stand, a digit is the letter that looks like it.
fn as_letter(letter: char) -> char {
    match letter {
        '0' => 'O',
        '1' => 'I',
        '2' => 'Z',
        '5' => 'S',
        '8' => 'B',
        other => other,
    }
}

fn date(text: &str, century: impl Fn(u32) -> u32) -> Option<String> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let (year, month, day) = (century(number(0..2)?), number(2..4)?, number(4..6)?);
    let year = i16::try_from(year).ok()?;
    let date = jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    date.ok().map(|date| date.to_string())
}

/// A document number, and its check digit.
struct NumberText {
    text: String,
    digit: String,
}

/// The number of a document, and what is left of the optional data: a number of more than nine characters goes on there, up to
/// the next filler, and its check digit comes last (Doc 9303-5, 4.2.2.1, and 9303-6).
fn long_number(number: &str, digit: &str, optional: &str) -> (NumberText, String) {
    let (more, rest) = optional.split_once('<').unwrap_or((optional, ""));
    match more.char_indices().next_back() {
        Some((last, _)) if digit == "<" => {
            (NumberText { text: number.to_owned() + &more[..last], digit: more[last..].to_owned() }, rest.to_owned())
        }
        _ => (NumberText { text: number.to_owned(), digit: digit.to_owned() }, optional.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Word;

    fn lines(texts: &[&str]) -> Vec<Line> {
        let line = |(at, text): (usize, &&str)| {
            let area = Area { x: 10, y: 30 * at as u32, width: 500, height: 20 };
            Line::of(vec![Word { text: (*text).into(), area, confidence: 0.9 }])
        };
        texts.iter().enumerate().map(line).collect()
    }

    fn found(texts: &[&str]) -> Vec<Mrz> {
        let lines = lines(texts);
        find(&lines.iter().collect::<Vec<_>>(), 1, 2026)
    }

    /// The specimens of Doc 9303, parts 4, 5 and 6.
    #[test]
    fn specimens_are_read_and_their_check_digits_are_right() {
        let passport = found(&[
            "PASSPORT",
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        ]);
        let one = &passport[0];
        assert!(one.valid && one.format == MrzFormat::Td3, "{one:?}");
        assert_eq!((one.surname.as_str(), one.given_names.as_str()), ("ERIKSSON", "ANNA MARIA"));
        assert_eq!((one.number.as_str(), one.nationality.as_str(), one.sex.as_str()), ("L898902C3", "UTO", "F"));
        assert_eq!(one.birth_date.as_deref(), Some("1974-08-12"));
        assert_eq!((one.expiry_date.as_deref(), one.optional_data.as_str()), (Some("2012-04-15"), "ZE184226B"));
        let card = found(&[
            "I<UTOD231458907<<<<<<<<<<<<<<<",
            "7408122F1204159UTO<<<<<<<<<<<6",
            "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
        ]);
        assert!(card[0].valid && card[0].format == MrzFormat::Td1, "{card:?}");
        assert_eq!((card[0].number.as_str(), card[0].surname.as_str()), ("D23145890", "ERIKSSON"));
        let older = found(&["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"]);
        assert!(older[0].valid && older[0].format == MrzFormat::Td2, "{older:?}");
    }

    /// Doc 9303-5, 4.2.2.1: a document number of twelve characters. Fillers of the names are read as letters.
    #[test]
    fn a_long_number_goes_on_in_the_optional_data() {
        let number = "D23145890734";
        let digit = check_digit(number).unwrap();
        let first = format!("I<UTO{}<{}{digit}<<<<<<<<<<<", &number[..9], &number[9..]);
        let all = format!("{}74081221204159{}", &first[5..], "<<<<<<<<<<<");
        let last = check_digit(&all).unwrap();
        let second = format!("7408122F1204159UTO<<<<<<<<<<<{last}");
        let card = found(&[&first, &second, "ERIKSSON<<ANNA<MARIA<<<<KK<<<<"]);
        assert!(card[0].valid, "{card:?}");
        assert_eq!((card[0].number.as_str(), card[0].optional_data.as_str()), (number, ""));
        assert_eq!((card[0].surname.as_str(), card[0].given_names.as_str()), ("ERIKSSON", "ANNA MARIA"));
        assert_eq!(date("740231", |two| 1900 + two), None);
    }

    #[test]
    fn letters_that_look_like_digits_are_digits_where_only_these_stand() {
        let passport =
            found(&["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<", "L898902C36UT07408I22F12O4159ZE184226B<<<<<10"]);
        assert!(passport[0].valid, "{passport:?}");
        let wrong =
            found(&["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204158ZE184226B<<<<<10"]);
        let failed: Vec<MrzField> =
            wrong[0].checks.iter().filter(|check| !check.passed).map(|check| check.field).collect();
        // The check of the whole covers that of the date.
        assert_eq!(failed, [MrzField::ExpiryDate, MrzField::Composite]);
        assert!(
            found(&["P<THIS<IS<NOT<A<PASSPORT<<<<<<<<<<<<<<<<<<<<", "OR<SO<IT<SEEMS<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"])
                .is_empty()
        );
    }

    /// Numbers read as others that look alike, and names whose fillers were lost.
    #[test]
    fn a_check_digit_tells_which_character_was_meant() {
        for (read_as, number, repaired, valid) in [
            ("L898902C36", "L898902C3", false, true),
            ("L8989O2C36", "L898902C3", true, true),
            ("L898902C46", "L898902C4", false, false),
        ] {
            let second = format!("{read_as}UTO7408122F1204159ZE184226B<<<<<10");
            let mrz = &found(&["P<UTOERIKSSON<<ANNA<MARIA<<<", &second])[0];
            let seen = (mrz.number.as_str(), mrz.repaired, mrz.valid, mrz.given_names.as_str());
            assert_eq!(seen, (number, repaired, valid, "ANNA MARIA"), "{read_as}");
        }
    }
}
