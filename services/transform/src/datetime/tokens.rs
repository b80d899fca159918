//! The tokens of a format, of Moment, Luxon or strftime, and what they stand for.

/// A part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(String),
    /// Digits at least; 4 reads and writes four, 2 the last two.
    Year(usize),
    Month(usize),
    MonthName {
        short: bool,
    },
    Day(usize),
    DayOrdinal,
    DayOfYear(usize),
    WeekdayName {
        short: bool,
    },
    /// From 1 for Monday, or from 0 for Sunday.
    WeekdayNumber {
        iso: bool,
    },
    IsoWeek(usize),
    IsoYear,
    Quarter,
    Hour(usize),
    Hour12(usize),
    Minute(usize),
    Second(usize),
    Fraction(usize),
    AmPm {
        upper: bool,
    },
    /// With a colon, without, or as short as can be.
    Offset {
        colon: bool,
        short: bool,
    },
    ZoneName,
    ZoneAbbreviation,
    Unix {
        milliseconds: bool,
    },
}

/// A format of strftime.
pub(super) fn strftime(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            literal.push(c);
            continue;
        }
        let mut code = chars.next().unwrap_or('%');
        let bare = matches!(code, '-' | '#');
        let colon = code == ':';
        if bare || colon {
            code = chars.next().unwrap_or('%');
        }
        let width = |width: usize| if bare { 1 } else { width };
        let piece = match code {
            '%' => {
                literal.push('%');
                continue;
            }
            'Y' => Piece::Year(4),
            'y' => Piece::Year(2),
            'm' => Piece::Month(width(2)),
            'B' => Piece::MonthName { short: false },
            'b' | 'h' => Piece::MonthName { short: true },
            'd' => Piece::Day(width(2)),
            'e' => Piece::Day(1),
            'j' => Piece::DayOfYear(width(3)),
            'A' => Piece::WeekdayName { short: false },
            'a' => Piece::WeekdayName { short: true },
            'u' => Piece::WeekdayNumber { iso: true },
            'w' => Piece::WeekdayNumber { iso: false },
            'V' => Piece::IsoWeek(width(2)),
            'G' => Piece::IsoYear,
            'q' => Piece::Quarter,
            'H' => Piece::Hour(width(2)),
            'k' => Piece::Hour(1),
            'I' => Piece::Hour12(width(2)),
            'l' => Piece::Hour12(1),
            'M' => Piece::Minute(width(2)),
            'S' => Piece::Second(width(2)),
            'f' => Piece::Fraction(6),
            'L' => Piece::Fraction(3),
            'N' => Piece::Fraction(9),
            'p' => Piece::AmPm { upper: true },
            'P' => Piece::AmPm { upper: false },
            'z' => Piece::Offset { colon, short: false },
            'Z' => Piece::ZoneAbbreviation,
            's' => Piece::Unix { milliseconds: false },
            'F' | 'T' | 'R' | 'D' => {
                flush(&mut literal, &mut pieces);
                let inner = match code {
                    'F' => "%Y-%m-%d",
                    'T' => "%H:%M:%S",
                    'R' => "%H:%M",
                    _ => "%m/%d/%y",
                };
                pieces.extend(strftime(inner)?);
                continue;
            }
            other => {
                return Err(format!(
                    "has %{other}, which is not known here: use %Y %m %d %H %M %S %z and others of strftime"
                ));
            }
        };
        flush(&mut literal, &mut pieces);
        pieces.push(piece);
    }
    flush(&mut literal, &mut pieces);
    Ok(pieces)
}

fn flush(literal: &mut String, pieces: &mut Vec<Piece>) {
    if !literal.is_empty() {
        pieces.push(Piece::Literal(std::mem::take(literal)));
    }
}

/// A format in the tokens of Moment or Luxon.
pub(super) fn tokens(text: &str) -> Result<Vec<Piece>, String> {
    // Runs of letters; what is quoted is a literal.
    let mut runs: Vec<Result<String, String>> = Vec::new();
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '[' => runs.push(Err(chars.by_ref().take_while(|c| *c != ']').collect())),
            '\'' => {
                quoted = true;
                runs.push(Err(chars.by_ref().take_while(|c| *c != '\'').collect()));
            }
            c if c.is_ascii_alphabetic() => {
                let mut run = c.to_string();
                while let Some(next) = chars.next_if(|next| *next == c || (*next == 'o' && "MDQdW".contains(c))) {
                    run.push(next);
                }
                runs.push(Ok(run));
            }
            // What stands for itself, so that ISO's T needs no quotes.
            c => runs.push(Err(c.to_string())),
        }
    }
    let has = |wanted: &[&str]| runs.iter().flatten().find(|run| wanted.contains(&run.as_str())).cloned();
    let moment = has(&["YYYY", "YY", "Y", "DD", "D", "Do", "DDD", "DDDD", "ddd", "dddd", "GGGG"]);
    let luxon = has(&["yyyy", "yy", "y", "EEE", "EEEE", "ccc", "cccc", "LLL", "LLLL", "kkkk", "ooo", "o"]);
    if let (Some(one), Some(two)) = (&moment, &luxon) {
        return Err(format!("mixes {one} (Moment) and {two} (Luxon): write YYYY-MM-DD or yyyy-MM-dd"));
    }
    let day = has(&["dd", "d"]);
    if let (Some(one), Some(two)) = (&moment, &day) {
        let day = if two == "dd" { "DD" } else { "D" };
        return Err(format!(
            "mixes {one} (Moment) and {two}: the day of the month is {day} there, a weekday ddd or dddd"
        ));
    }
    let luxon = luxon.is_some() || day.is_some() || quoted;
    let mut pieces = Vec::new();
    let mut literal = String::new();
    for run in runs {
        match run {
            Err(text) => literal.push_str(&text),
            Ok(run) => match token(&run, luxon) {
                Some(piece) => {
                    flush(&mut literal, &mut pieces);
                    pieces.push(piece);
                }
                None if run == "T" => literal.push('T'),
                None => {
                    return Err(format!(
                        "has {run}, which is no token here: use YYYY MM DD HH mm ss and others of Moment, or yyyy MM dd of Luxon, with words in [brackets] or 'quotes'"
                    ));
                }
            },
        }
    }
    flush(&mut literal, &mut pieces);
    Ok(pieces)
}

fn token(run: &str, luxon: bool) -> Option<Piece> {
    Some(match (run, luxon) {
        ("YYYY", _) | ("yyyy", _) => Piece::Year(4),
        ("YY", _) | ("yy", _) => Piece::Year(2),
        ("Y", _) | ("y", _) => Piece::Year(1),
        ("MMMM", _) | ("LLLL", true) => Piece::MonthName { short: false },
        ("MMM", _) | ("LLL", true) => Piece::MonthName { short: true },
        ("MM", _) | ("LL", true) => Piece::Month(2),
        ("M", _) | ("L", true) => Piece::Month(1),
        ("DDDD", false) | ("ooo", true) => Piece::DayOfYear(3),
        ("DDD", false) | ("o", true) => Piece::DayOfYear(1),
        ("DD", false) | ("dd", true) => Piece::Day(2),
        ("D", false) | ("d", true) => Piece::Day(1),
        ("Do", false) => Piece::DayOrdinal,
        ("dddd", false) | ("EEEE" | "cccc", true) => Piece::WeekdayName { short: false },
        ("ddd", false) | ("EEE" | "ccc", true) => Piece::WeekdayName { short: true },
        ("E", _) | ("c", true) => Piece::WeekdayNumber { iso: true },
        ("WW", _) => Piece::IsoWeek(2),
        ("W", _) => Piece::IsoWeek(1),
        ("GGGG", false) | ("kkkk", true) => Piece::IsoYear,
        ("Q", false) | ("q", true) => Piece::Quarter,
        ("HH", _) => Piece::Hour(2),
        ("H", _) => Piece::Hour(1),
        ("hh", _) => Piece::Hour12(2),
        ("h", _) => Piece::Hour12(1),
        ("mm", _) => Piece::Minute(2),
        ("m", _) => Piece::Minute(1),
        ("ss", _) => Piece::Second(2),
        ("s", _) => Piece::Second(1),
        ("A", false) | ("a", true) => Piece::AmPm { upper: true },
        ("a", false) => Piece::AmPm { upper: false },
        ("Z", true) => Piece::Offset { colon: true, short: true },
        ("Z", false) | ("ZZ", true) => Piece::Offset { colon: true, short: false },
        ("ZZ", false) | ("ZZZ", true) => Piece::Offset { colon: false, short: false },
        ("z" | "zz", false) | ("ZZZZ", true) => Piece::ZoneAbbreviation,
        ("z", true) => Piece::ZoneName,
        ("X", _) => Piece::Unix { milliseconds: false },
        ("x", _) => Piece::Unix { milliseconds: true },
        (run, _) if run.len() <= 9 && run.bytes().all(|byte| byte == b'S') => Piece::Fraction(run.len()),
        _ => return None,
    })
}
