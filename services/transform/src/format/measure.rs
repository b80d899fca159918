//! Amounts of data and of time.

use super::exact::Exact;
use super::outcome::{Bad, Good, Outcome, number};
use super::{Input, Settings, Style};

const DECIMAL: [&str; 9] = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
const BINARY: [&str; 9] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];
/// As far as a double counts on in a sensible way.
const MAX_BYTES: f64 = 1e27;

/// An amount of data: `1536`, `1.5 GB`, `10 MiB`, `512k`.
pub(super) fn bytes(input: Input<'_>, settings: &Settings) -> Outcome {
    let text = input.text.trim();
    let end = text
        .rfind(|c: char| crate::phone::digit(c).is_some())
        .map_or(0, |last| last + text[last..].chars().next().map_or(0, char::len_utf8));
    let unit = if input.is_number { "" } else { text[end..].trim() };
    let digits = if input.is_number { text } else { &text[..end] };
    let read = super::number::read(Input { text: digits, ..input }, settings)?;
    let lower = unit.to_ascii_lowercase();
    let lower = lower.strip_suffix("bytes").or_else(|| lower.strip_suffix("byte")).unwrap_or(&lower).trim();
    let lower = lower.strip_suffix('b').unwrap_or(lower);
    let (letter, binary) = lower.strip_suffix('i').map_or((lower, false), |letter| (letter, true));
    let power = match letter {
        "" if !binary => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        "e" => 6,
        "z" => 7,
        "y" => 8,
        _ => return Err("is no amount of data: units are B, kB, MB, GB ... and KiB, MiB, GiB ...".into()),
    };
    let of_unit: i32 = if binary { 1024 } else { 1000 };
    let amount = (read.number.float() * f64::from(of_unit).powi(power)).round();
    if read.percent || read.currency.is_some() || !(0.0..=MAX_BYTES).contains(&amount) {
        return Err("is no amount of data: it must be from 0 to 1000 YB".into());
    }
    let (step, names) = if settings.style == Some(Style::Binary) { (1024.0, BINARY) } else { (1000.0, DECIMAL) };
    let decimals = settings.decimals.unwrap_or(1);
    let rounded = |value: f64| Exact::parse(&format!("{value:.6}")).map(|exact| exact.rounded(decimals));
    let (mut value, mut place) = (amount, 0);
    // 999.96 kB are 1 MB once rounded.
    while place + 1 < names.len() && rounded(value).is_none_or(|exact| exact.float() >= step) {
        (value, place) = (value / step, place + 1);
    }
    let mut shown = rounded(if place == 0 { value.round() } else { value }).ok_or("is too large")?;
    if settings.decimals.is_none() || place == 0 {
        shown.fraction.truncate(shown.fraction.trim_end_matches('0').len());
    }
    let formatted = format!("{} {}", settings.locale.number(&shown, settings.grouping), names[place]);
    Ok(Good::new(formatted).with("bytes", number(&format!("{amount:.0}"))).with("unit", names[place]))
}

/// Units of time by the names people give them, in milliseconds.
const UNITS: [(&[&str], i64); 6] = [
    (&["ms", "msec", "msecs", "millisecond", "milliseconds"], 1),
    (&["s", "sec", "secs", "second", "seconds"], 1_000),
    (&["m", "min", "mins", "minute", "minutes"], 60_000),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600_000),
    (&["d", "day", "days"], 86_400_000),
    (&["w", "wk", "wks", "week", "weeks"], 604_800_000),
];

/// A length of time: seconds, `1h 30m`, `90 minutes`, `PT1H30M`, `1:30:00`.
pub(super) fn duration(input: Input<'_>, settings: &Settings) -> Outcome {
    let text = input.text.trim();
    if text.chars().count() > 100 {
        return Err("is no length of time: it is too long".into());
    }
    let text: String = text.chars().map(|c| crate::phone::digit(c).unwrap_or(c)).collect();
    let (negative, plain) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim()),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let unit = settings.unit.map_or(1_000, super::Unit::milliseconds);
    let milliseconds = read_duration(plain, unit)?;
    let (days, rest) = (milliseconds / 86_400_000, milliseconds % 86_400_000);
    let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60);
    let (seconds, fraction) = (rest / 1_000 % 60, rest % 1_000);
    let part = match fraction {
        0 => String::new(),
        fraction => format!(".{fraction:03}").trim_end_matches('0').to_owned(),
    };
    let sign = if negative && milliseconds > 0 { "-" } else { "" };
    let clock = format!("{sign}{}:{minutes:02}:{seconds:02}{part}", days * 24 + hours);
    let iso = iso(sign, [days, hours, minutes, seconds], &part);
    let spelled = |names: [(&str, &str); 4]| {
        let fields = [days, hours, minutes, seconds].into_iter().zip(names).enumerate();
        let fields = fields.filter_map(|(place, (value, (one, many)))| {
            let is_last = place == 3;
            let part = if is_last { part.as_str() } else { "" };
            let name = if value == 1 && part.is_empty() { one } else { many };
            (value > 0 || is_last && (!part.is_empty() || milliseconds == 0)).then(|| format!("{value}{part}{name}"))
        });
        format!("{sign}{}", fields.collect::<Vec<_>>().join(" "))
    };
    let total = Exact::of(!sign.is_empty(), &(milliseconds / 1_000).to_string(), part.trim_start_matches('.')).plain();
    let formatted = match settings.style {
        Some(Style::Clock) => clock.clone(),
        Some(Style::Iso) => iso.clone(),
        Some(Style::Plain) => total.clone(),
        Some(Style::Words) => {
            spelled([(" day", " days"), (" hour", " hours"), (" minute", " minutes"), (" second", " seconds")])
        }
        _ => spelled([("d", "d"), ("h", "h"), ("m", "m"), ("s", "s")]),
    };
    Ok(Good::new(formatted)
        .with("seconds", number(&total))
        .with("iso", iso)
        .with("clock", clock)
        .with("days", days)
        .with("hours", hours)
        .with("minutes", minutes))
}

/// ISO 8601.
fn iso(sign: &str, [days, hours, minutes, seconds]: [i64; 4], part: &str) -> String {
    let field = |value: i64, part: &str, name: char| {
        if value > 0 || !part.is_empty() { format!("{value}{part}{name}") } else { String::new() }
    };
    let date = field(days, "", 'D');
    let time = format!("{}{}{}", field(hours, "", 'H'), field(minutes, "", 'M'), field(seconds, part, 'S'));
    match (date.is_empty(), time.is_empty()) {
        (true, true) => "PT0S".to_owned(),
        (_, true) => format!("{sign}P{date}"),
        (_, false) => format!("{sign}P{date}T{time}"),
    }
}

/// Milliseconds, exact.
fn read_duration(text: &str, unit: i64) -> Result<i64, Bad> {
    let none = || Bad::from("is no length of time: send seconds, 1h 30m, 1:30:00 or PT1H30M");
    let times = |digits: &str, unit: i64| -> Result<i64, Bad> {
        let number =
            Exact::parse(&digits.replace(',', ".")).filter(|number| number.whole.len() <= 15).ok_or_else(none)?;
        let parts: i128 = format!("{}{:0<6.6}", number.whole, number.fraction).parse().map_err(|_| none())?;
        i64::try_from((parts * i128::from(unit) + 500_000) / 1_000_000).map_err(|_| Bad::from("is too long a time"))
    };
    let is_number = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','))
            && Exact::parse(&text.replace(',', ".")).is_some()
    };
    if is_number(text) {
        return times(text, unit);
    }
    if text.contains(':') {
        let fields: Vec<&str> = text.split(':').collect();
        let (last, whole) = fields.split_last().ok_or_else(none)?;
        let whole_digits =
            whole.iter().all(|field| (1..=9).contains(&field.len()) && field.bytes().all(|byte| byte.is_ascii_digit()));
        // Minutes and seconds, hours in front of them, days in front of those.
        let units = [86_400_000, 3_600_000, 60_000];
        if whole.len() > 3 || !whole_digits || !is_number(last) {
            return Err(none());
        }
        let mut sum = times(last, 1_000)?;
        for (field, unit) in whole.iter().rev().zip(units.iter().rev()) {
            sum += times(field, *unit)?;
        }
        return Ok(sum);
    }
    let (mut rest, is_iso) = match text.strip_prefix(['P', 'p']) {
        Some(rest) if !rest.starts_with(char::is_whitespace) => (rest, true),
        _ => (text, false),
    };
    let (mut sum, mut in_time, mut found) = (0_i64, false, false);
    loop {
        rest = rest.trim_start_matches([' ', ',', '\u{a0}']).trim_start_matches("and ");
        if is_iso && !in_time && rest.starts_with(['T', 't']) {
            (rest, in_time) = (&rest[1..], true);
        }
        if rest.is_empty() {
            return if found { Ok(sum) } else { Err(none()) };
        }
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).ok_or_else(none)?;
        let (value, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (name, after) = if is_iso { after.split_at(letters.min(1)) } else { after.split_at(letters) };
        let name = name.to_lowercase();
        let calendar = ["y", "yr", "year", "years", "mo", "month", "months"].contains(&name.as_str());
        if calendar || is_iso && !in_time && name == "m" {
            return Err("has months or years, which are not always as long".into());
        }
        let unit =
            UNITS.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(_, unit)| *unit).ok_or_else(none)?;
        sum = sum.checked_add(times(value, unit)?).ok_or("is too long a time")?;
        (rest, found) = (after, true);
    }
}
