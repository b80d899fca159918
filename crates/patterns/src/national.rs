//! Numbers that states give to people, by country. Those with a strong check (letters, two digits, mod 97) or a date count
//! wherever they stand, others only near a word that names them.

use std::sync::LazyLock;

use regex::Regex;

use crate::address::within_word;
use crate::digits::{digits, is_day, luhn, mod_11_10, verhoeff, weighed};
use crate::phone::said_before;

/// Bytes before a number in which a word that names it is looked for.
const NEAR: usize = 40;

/// A number of a country.
pub struct National {
    /// The country, as ISO 3166 writes it.
    pub country: &'static str,
    /// What the number is called there.
    pub name: &'static str,
    pattern: &'static str,
    check: fn(&str, &[u32]) -> bool,
    /// Words of which one must stand before it; none where the number speaks for itself.
    words: &'static [&'static str],
}

/// Every number that is known.
pub static COUNTRIES: [National; 28] = [
    National { country: "US", name: "SSN", pattern: r"[0-9]{3}-[0-9]{2}-[0-9]{4}", check: us, words: &[] },
    National {
        country: "US",
        name: "SSN",
        pattern: r"[0-9]{9}|[0-9]{3} [0-9]{2} [0-9]{4}",
        check: us,
        words: &["ssn", "social", "security"],
    },
    // Behind the word also those that nobody has, such as samples and misprints.
    National {
        country: "US",
        name: "SSN",
        pattern: r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
        check: any,
        words: &["ssn", "social", "security"],
    },
    National {
        country: "CA",
        name: "SIN",
        pattern: r"[0-9]{3}[- ][0-9]{3}[- ][0-9]{3}",
        check: ca,
        words: &["sin", "social", "insurance", "nas"],
    },
    National {
        country: "GB",
        name: "NHS number",
        pattern: r"[0-9]{3}[- ]?[0-9]{3}[- ]?[0-9]{4}",
        check: nhs,
        words: &["nhs", "patient", "health"],
    },
    National {
        country: "GB",
        name: "National Insurance number",
        pattern: r"(?i-u)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]",
        check: nino,
        words: &[],
    },
    National {
        country: "DE",
        name: "Steuer-IdNr.",
        pattern: r"[1-9][0-9]{10}|[1-9][0-9] [0-9]{3} [0-9]{3} [0-9]{3}",
        check: de,
        words: &[
            "steuer",
            "steuerid",
            "idnr",
            "idnr.",
            "identifikationsnummer",
            "steueridentifikationsnummer",
            "tin",
            "tax",
        ],
    },
    National {
        country: "FR",
        name: "NIR",
        pattern: r"[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
        check: fr,
        words: &[],
    },
    National { country: "ES", name: "DNI", pattern: r"(?i-u)[0-9]{8}-?[A-HJ-NP-TV-Z]", check: dni, words: &[] },
    National { country: "ES", name: "NIE", pattern: r"(?i-u)[XYZ]-?[0-9]{7}-?[A-HJ-NP-TV-Z]", check: nie, words: &[] },
    National {
        country: "IT",
        name: "Codice fiscale",
        pattern: r"(?i-u)[A-Z]{6}[0-9L-V]{2}[A-EHLMPR-T][0-9L-V]{2}[A-Z][0-9L-V]{3}[A-Z]",
        check: it,
        words: &[],
    },
    National {
        country: "NL",
        name: "BSN",
        pattern: r"[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}",
        check: nl,
        words: &["bsn", "burgerservicenummer", "sofinummer"],
    },
    National {
        country: "BE",
        name: "Rijksregisternummer",
        pattern: r"[0-9]{2}[. ]?[0-9]{2}[. ]?[0-9]{2}[- ]?[0-9]{3}[. ]?[0-9]{2}",
        check: be,
        words: &[],
    },
    National { country: "CH", name: "AHV", pattern: r"756\.?[0-9]{4}\.?[0-9]{4}\.?[0-9]{2}", check: ch, words: &[] },
    National { country: "PL", name: "PESEL", pattern: r"[0-9]{11}", check: pl, words: &[] },
    National {
        country: "SE",
        name: "Personnummer",
        pattern: r"(?:[0-9]{2})?[0-9]{6}[-+][0-9]{4}",
        check: se,
        words: &[],
    },
    National {
        country: "FI",
        name: "Henkilötunnus",
        pattern: r"(?i-u)[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]",
        check: fi,
        words: &[],
    },
    National { country: "NO", name: "Fødselsnummer", pattern: r"[0-9]{6} ?[0-9]{5}", check: no, words: &[] },
    National {
        country: "PT",
        name: "NIF",
        pattern: r"[1-9][0-9]{8}|[1-9][0-9]{2} [0-9]{3} [0-9]{3}",
        check: pt,
        words: &["nif", "contribuinte"],
    },
    National {
        country: "BR",
        name: "CPF",
        pattern: r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9]{11}",
        check: cpf,
        words: &[],
    },
    National {
        country: "CL",
        name: "RUT",
        pattern: r"(?i-u)[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-[0-9K]",
        check: cl,
        words: &[],
    },
    National {
        country: "MX",
        name: "CURP",
        pattern: r"(?i-u)[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]",
        check: mx,
        words: &[],
    },
    National {
        country: "IN",
        name: "Aadhaar",
        pattern: r"[2-9][0-9]{3}[- ]?[0-9]{4}[- ]?[0-9]{4}",
        check: aadhaar,
        words: &["aadhaar", "aadhar", "uidai", "uid"],
    },
    National {
        country: "CN",
        name: "Resident identity number",
        pattern: r"(?i-u)[1-8][0-9]{16}[0-9X]",
        check: cn,
        words: &[],
    },
    National { country: "KR", name: "RRN", pattern: r"[0-9]{6}-[0-9]{7}", check: kr, words: &[] },
    National { country: "TR", name: "T.C. Kimlik No.", pattern: r"[1-9][0-9]{10}", check: tr, words: &[] },
    National { country: "SG", name: "NRIC", pattern: r"(?i-u)[STFG][0-9]{7}[A-Z]", check: sg, words: &[] },
    National { country: "ZA", name: "Identity number", pattern: r"[0-9]{13}", check: za, words: &[] },
];

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    COUNTRIES.iter().map(|known| Regex::new(known.pattern).expect("the patterns are well-formed")).collect()
});

/// Whether a text as a whole is a number of this country and name, such as `ES` and `DNI`.
#[must_use]
pub fn is_national(country: &str, name: &str, text: &str) -> bool {
    let known =
        COUNTRIES.iter().zip(PATTERNS.iter()).filter(|(known, _)| known.country == country && known.name == name);
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let mut known = known.filter(|(_, pattern)| pattern.find(text).is_some_and(|found| found.len() == text.len()));
    known.any(|(known, _)| (known.check)(&plain, &digits(&plain)))
}

/// The places of numbers in a text, in bytes, and their countries.
pub(crate) fn national(text: &str) -> Vec<(usize, usize, &'static str)> {
    let mut found = Vec::new();
    for (known, pattern) in COUNTRIES.iter().zip(PATTERNS.iter()) {
        for candidate in pattern.find_iter(text) {
            let (start, end) = (candidate.start(), candidate.end());
            let plain: String = candidate.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
            let plain = plain.to_ascii_uppercase();
            let named = known.words.is_empty() || said_before(text, start, NEAR, known.words);
            if named && !joined(text, start, end) && (known.check)(&plain, &digits(&plain)) {
                found.push((start, end, known.country));
            }
        }
    }
    found
}

/// Whether it is part of something longer.
fn joined(text: &str, start: usize, end: usize) -> bool {
    let mark = |c: Option<char>| matches!(c, Some('-' | '.' | '+' | ',' | '$' | '€' | '£'));
    let mut after = text[end..].chars();
    let goes_on = mark(after.next()) && after.next().is_some_and(char::is_alphanumeric);
    within_word(text, start, end) || goes_on || mark(text[..start].chars().next_back())
}

/// The number that digits write.
fn number(digits: &[u32]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit))
}

/// Month and day in digits that write them one behind the other.
fn day_at(digits: &[u32], month: usize, day: usize) -> bool {
    is_day(digits[month] * 10 + digits[month + 1], digits[day] * 10 + digits[day + 1])
}

fn any(_: &str, _: &[u32]) -> bool {
    true
}

fn us(_: &str, digits: &[u32]) -> bool {
    let (area, group, serial) = (number(&digits[..3]), number(&digits[3..5]), number(&digits[5..]));
    // 78-05-1120 and 219-09-9999 were printed on sample cards.
    let sample = matches!(number(digits), 78_051_120 | 219_099_999 | 123_456_789);
    area != 0 && area != 666 && area < 900 && group != 0 && serial != 0 && !sample
}

fn ca(plain: &str, digits: &[u32]) -> bool {
    luhn(plain) && digits[0] != 0 && digits[0] != 8
}

fn nhs(_: &str, digits: &[u32]) -> bool {
    let rest = 11 - weighed(&digits[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    rest % 11 == digits[9] && rest != 10
}

fn nino(plain: &str, _: &[u32]) -> bool {
    !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(&&plain[..2])
}

fn de(_: &str, digits: &[u32]) -> bool {
    // Among the first ten one digit comes twice or three times, no other more than once.
    let times = |digit: u32| digits[..10].iter().filter(|other| **other == digit).count();
    let repeated: Vec<usize> = (0..10).map(times).filter(|times| *times > 1).collect();
    matches!(repeated.as_slice(), [2 | 3]) && mod_11_10(digits)
}

fn fr(plain: &str, _: &[u32]) -> bool {
    // Corsica's departments have letters.
    let numeric = plain.replace("2A", "19").replace("2B", "18");
    let (Ok(body), Ok(key)) = (numeric[..13].parse::<u64>(), numeric[13..].parse::<u64>()) else { return false };
    key == 97 - body % 97
}

const DNI: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";

fn dni(plain: &str, digits: &[u32]) -> bool {
    plain.as_bytes()[8] == DNI[(number(&digits[..8]) % 23) as usize]
}

fn nie(plain: &str, _: &[u32]) -> bool {
    let first = u64::from(plain.as_bytes()[0] - b'X');
    let body = plain[1..8].parse::<u64>().unwrap_or_default();
    plain.as_bytes()[8] == DNI[((first * 10_000_000 + body) % 23) as usize]
}

fn it(plain: &str, _: &[u32]) -> bool {
    /// What characters at odd places count, those of digits and of letters being the same to J.
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |c: u8| u32::from(if c.is_ascii_digit() { c - b'0' } else { c - b'A' });
    let weigh = |(place, c): (usize, &u8)| if place % 2 == 0 { ODD[value(*c) as usize] } else { value(*c) };
    let bytes = plain.as_bytes();
    bytes[..15].iter().enumerate().map(weigh).sum::<u32>() % 26 == value(bytes[15])
}

fn nl(_: &str, digits: &[u32]) -> bool {
    let sum = weighed(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) + 10 * 11 - digits[8];
    sum.is_multiple_of(11) && number(digits) > 9_999_999
}

fn be(_: &str, digits: &[u32]) -> bool {
    let (body, check) = (number(&digits[..9]), number(&digits[9..]));
    let right = check == 97 - body % 97 || check == 97 - (2_000_000_000 + body) % 97;
    right && day_at(digits, 2, 4)
}

fn ch(_: &str, digits: &[u32]) -> bool {
    weighed(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

fn pl(_: &str, digits: &[u32]) -> bool {
    // Months of other centuries have 20, 40, 60 or 80 added.
    let month = (digits[2] * 10 + digits[3]) % 20;
    let right = weighed(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10);
    right && is_day(month, digits[4] * 10 + digits[5])
}

fn se(plain: &str, digits: &[u32]) -> bool {
    let short = digits.len() - 10;
    // A number for those who are not registered has 60 added to the day.
    let day = digits[short + 4] * 10 + digits[short + 5];
    let month = digits[short + 2] * 10 + digits[short + 3];
    luhn(&plain[short..]) && is_day(month, if day > 60 { day - 60 } else { day })
}

fn fi(plain: &str, _: &[u32]) -> bool {
    let bytes = plain.as_bytes();
    // Without a mark of the century the mark was a hyphen or a plus sign.
    let tail = &plain[plain.len() - 4..];
    let body = format!("{}{}", &plain[..6], &tail[..3]).parse::<u32>().unwrap_or_default();
    let day = (u32::from(bytes[0] - b'0') * 10) + u32::from(bytes[1] - b'0');
    let month = (u32::from(bytes[2] - b'0') * 10) + u32::from(bytes[3] - b'0');
    is_day(month, day) && tail.as_bytes()[3] == b"0123456789ABCDEFHJKLMNPRSTUVWXY"[(body % 31) as usize]
}

fn no(_: &str, digits: &[u32]) -> bool {
    let first = 11 - weighed(&digits[..9], &[3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11;
    let second = 11 - weighed(&digits[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    let day = digits[0] * 10 + digits[1];
    let right = first % 11 == digits[9] && second % 11 == digits[10];
    right && is_day(digits[2] * 10 + digits[3], if day > 40 { day - 40 } else { day })
}

fn pt(_: &str, digits: &[u32]) -> bool {
    let rest = 11 - weighed(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    (if rest > 9 { 0 } else { rest }) == digits[8]
}

fn cpf(_: &str, digits: &[u32]) -> bool {
    let check = |many: usize| {
        let sum: u32 =
            digits[..many].iter().enumerate().map(|(place, digit)| digit * (many as u32 + 1 - place as u32)).sum();
        sum * 10 % 11 % 10 == digits[many]
    };
    check(9) && check(10) && digits.iter().any(|digit| *digit != digits[0])
}

fn cl(plain: &str, _: &[u32]) -> bool {
    let (body, check) = plain.split_at(plain.len() - 1);
    let sum: u32 = digits(body).iter().rev().enumerate().map(|(place, digit)| digit * (place as u32 % 6 + 2)).sum();
    let right = match 11 - sum % 11 {
        11 => "0".to_owned(),
        10 => "K".to_owned(),
        digit => digit.to_string(),
    };
    check == right && body.len() >= 7
}

fn mx(plain: &str, _: &[u32]) -> bool {
    // The letters with Ñ between N and O.
    let value = |c: char| match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        'A'..='N' => u32::from(c) - u32::from('A') + 10,
        _ => u32::from(c) - u32::from('A') + 11,
    };
    let sum: u32 = plain.chars().take(17).enumerate().map(|(place, c)| value(c) * (18 - place as u32)).sum();
    let day = &digits(&plain[4..10]);
    (10 - sum % 10) % 10 == value(plain.chars().last().unwrap_or_default()) && day_at(day, 2, 4)
}

fn aadhaar(_: &str, digits: &[u32]) -> bool {
    verhoeff(digits)
}

fn cn(plain: &str, digits: &[u32]) -> bool {
    let sum = weighed(&digits[..17], &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let century = digits[6] * 10 + digits[7];
    plain.as_bytes()[17] == b"10X98765432"[(sum % 11) as usize]
        && day_at(digits, 10, 12)
        && (18..=20).contains(&century)
}

fn kr(_: &str, digits: &[u32]) -> bool {
    let sum = weighed(&digits[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    (11 - sum % 11) % 10 == digits[12] && day_at(digits, 2, 4)
}

fn tr(_: &str, digits: &[u32]) -> bool {
    let odd: u32 = digits[..9].iter().step_by(2).sum();
    let even: u32 = digits[1..8].iter().step_by(2).sum();
    let tenth = (odd * 7 + 10 * 9 - even) % 10;
    tenth == digits[9] && digits[..10].iter().sum::<u32>() % 10 == digits[10]
}

fn sg(plain: &str, digits: &[u32]) -> bool {
    let bytes = plain.as_bytes();
    let later = if matches!(bytes[0], b'T' | b'G') { 4 } else { 0 };
    let letters = if matches!(bytes[0], b'S' | b'T') { b"JZIHGFEDCBA" } else { b"XWUTRQPNMLK" };
    let sum = weighed(&digits[..7], &[2, 7, 6, 5, 4, 3, 2]) + later;
    bytes[8] == letters[(sum % 11) as usize]
}

fn za(plain: &str, digits: &[u32]) -> bool {
    luhn(plain) && day_at(digits, 2, 4) && digits[10] < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, &'static str)> {
        national(text).into_iter().map(|(start, end, country)| (&text[start..end], country)).collect()
    }

    #[test]
    fn letters_that_only_look_like_ours_are_none() {
        // In small letters these are s and k, and a pattern of all of Unicode takes them for such.
        for text in ["\u{17f}1234567A", "54362315\u{212a}", "RCCMNL83\u{17f}18D969H", "\u{212a}-2482300W"] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    /// Numbers that the states themselves, or python-stdnum (LGPL, only its examples), show as right and wrong.
    #[test]
    fn numbers_of_every_country() {
        for (country, before, right, wrong) in [
            ("US", "", "536-90-4399", "666-90-4399"),
            ("US", "SSN ", "536904399", "000904399"),
            ("CA", "SIN: ", "123-456-782", "123-456-783"),
            ("GB", "NHS ", "943 476 5919", "943 476 5918"),
            ("GB", "", "AB 12 34 56 C", "GB 12 34 56 C"),
            ("DE", "Steuer-ID: ", "36 574 261 809", "36 574 261 890"),
            ("FR", "", "2 95 10 99 126 111 93", "2 95 10 99 126 111 94"),
            ("ES", "", "54362315K", "54362315Z"),
            ("ES", "", "X-2482300W", "X-2482300A"),
            ("IT", "", "RCCMNL83S18D969H", "RCCMNL83S18D967H"),
            ("NL", "BSN ", "111222333", "111222334"),
            ("BE", "", "85.07.30-033 28", "85.07.30-033 29"),
            ("CH", "", "756.9217.0769.85", "756.9217.0769.84"),
            ("PL", "", "44051401359", "44051401358"),
            ("SE", "", "880320-0016", "880320-0018"),
            ("FI", "", "131052-308T", "131052-308U"),
            ("NO", "", "151086 95088", "151086 95077"),
            ("PT", "NIF ", "501964843", "501964842"),
            ("BR", "", "390.533.447-05", "231.002.999-00"),
            ("CL", "", "12.531.909-2", "12.531.909-3"),
            ("MX", "", "BOXW310820HNERXN09", "BOXW310820HNERXN08"),
            ("IN", "Aadhaar ", "2341 2341 2346", "2341 2341 2347"),
            ("CN", "", "360426199101010071", "360426199101010072"),
            ("KR", "", "971013-9019902", "971013-9019903"),
            ("TR", "", "17291716060", "17291716050"),
            ("SG", "", "S1234567D", "S1234567A"),
            ("ZA", "", "7503305044089", "8503305044089"),
        ] {
            assert_eq!(found(&format!("{before}{right}, please")), [(right, country)], "{right}");
            assert_eq!(found(&format!("{before}{wrong}, please")), [], "{wrong}");
        }
    }

    #[test]
    fn a_text_that_is_a_number_as_a_whole() {
        assert!(is_national("ES", "DNI", "54362315K") && is_national("NL", "BSN", "111222333"));
        for text in ["54362315Z", "x54362315K", "", "54362315K "] {
            assert!(!is_national("ES", "DNI", text), "{text}");
        }
    }

    #[test]
    fn weak_numbers_need_a_word() {
        assert_eq!(found("order 111222333"), []);
        assert_eq!(found("943 476 5919"), []);
        assert_eq!(found("1764500000005 and 3f2a9c10-7b1e-4c55-8021-5550123901aa"), []);
    }
}
