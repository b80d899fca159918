//! The check digits of VAT numbers, country by country. Each gets a number of the right shape.

use patterns::{digits, is_national, luhn, mod_11_10, mod97, weighed};

/// The number that digits write.
fn number(digits: &[u32]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit))
}

pub(super) fn at(text: &str) -> bool {
    let digits = digits(text);
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u32 = digits[..7]
        .iter()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { doubled(*digit) } else { *digit })
        .sum();
    (10 - (sum + 4) % 10) % 10 == digits[7]
}

pub(super) fn be(text: &str) -> bool {
    let digits = digits(text);
    97 - number(&digits[..8]) % 97 == number(&digits[8..]) && number(&digits) > 0
}

pub(super) fn bg(text: &str) -> bool {
    let digits = digits(text);
    if digits.len() == 9 {
        let first = weighed(&digits, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
        let check = if first == 10 { weighed(&digits, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10 } else { first };
        return check == digits[8];
    }
    // A citizen's number with a date, a foreigner's, or another.
    let (year, month, day) = (number(&digits[..2]), number(&digits[2..4]), number(&digits[4..6]));
    let (century, month) = match month {
        41..=52 => (2000, month - 40),
        21..=32 => (1800, month - 20),
        _ => (1900, month),
    };
    let citizen =
        weighed(&digits, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == digits[9] && is_date(century + year, month, day);
    let foreigner = weighed(&digits, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == digits[9];
    let other = (11 - weighed(&digits, &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 == digits[9];
    citizen || foreigner || other
}

fn is_date(year: u64, month: u64, day: u64) -> bool {
    let part = |value: u64| i8::try_from(value).ok();
    let date = || jiff::civil::Date::new(i16::try_from(year).ok()?, part(month)?, part(day)?).ok();
    date().is_some()
}

pub(super) fn ch(text: &str) -> bool {
    let digits = digits(text);
    (11 - weighed(&digits, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11 == digits[8]
}

pub(super) fn cy(text: &str) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let digits = digits(text);
    let sum: u32 = (0..8).map(|place| if place % 2 == 0 { ODD[digits[place] as usize] } else { digits[place] }).sum();
    let letter = text.bytes().last().map(|letter| u32::from(letter - b'A'));
    letter == Some(sum % 26) && !text.starts_with("12")
}

/// A birth number of Czechia or Slovakia.
fn birth_number(digits: &[u32]) -> bool {
    let (year, month, day) = (number(&digits[..2]) + 1900, number(&digits[2..4]) % 50 % 20, number(&digits[4..6]));
    if digits.len() == 9 {
        // Given out until 1953, without a check digit.
        let year = if year >= 1980 { year - 100 } else { year };
        return year <= 1953 && is_date(year, month, day);
    }
    let year = if year < 1954 { year + 100 } else { year };
    let check = number(&digits[..9]) % 11;
    let check = if year < 1985 { check % 10 } else { check };
    is_date(year, month, day) && check == u64::from(digits[9])
}

pub(super) fn cz(text: &str) -> bool {
    let digits = digits(text);
    match digits.len() {
        8 => {
            let check = (11 - weighed(&digits, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            digits[0] != 9 && (if check == 0 { 1 } else { check }) % 10 == digits[7]
        }
        9 if digits[0] == 6 => {
            let check = weighed(&digits[1..8], &[8, 7, 6, 5, 4, 3, 2]) % 11;
            8 - (10 + 11 - check) % 11 == digits[8]
        }
        _ => birth_number(&digits),
    }
}

pub(super) fn de(text: &str) -> bool {
    !text.starts_with('0') && mod_11_10(&digits(text))
}

pub(super) fn dk(text: &str) -> bool {
    !text.starts_with('0') && weighed(&digits(text), &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

pub(super) fn ee(text: &str) -> bool {
    weighed(&digits(text), &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

pub(super) fn el(text: &str) -> bool {
    let digits = digits(text);
    digits[..8].iter().fold(0, |check, digit| check * 2 + digit) * 2 % 11 % 10 == digits[8]
}

pub(super) fn es(text: &str) -> bool {
    let (first, last) = (text.as_bytes()[0], text.as_bytes()[8]);
    let body = &text[1..8];
    match first {
        b'0'..=b'9' => is_national("ES", "DNI", text),
        b'X' | b'Y' | b'Z' => is_national("ES", "NIE", text),
        // Persons without a number of their own: the letter is that of a DNI.
        b'K' | b'L' | b'M' => is_national("ES", "DNI", &format!("0{}", &text[1..])),
        b'A'..=b'H' | b'J' | b'N' | b'P'..=b'S' | b'U'..=b'W' => {
            let Some(digit) = (0..10).find(|digit| luhn(&format!("{body}{digit}"))) else { return false };
            last == b'0' + digit || last == b"JABCDEFGHI"[usize::from(digit)]
        }
        _ => false,
    }
}

pub(super) fn fi(text: &str) -> bool {
    weighed(&digits(text), &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11)
}

pub(super) fn fr(text: &str) -> bool {
    // The letters of new keys, without I and O.
    const LETTERS: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let (key, siren) = text.split_at(2);
    // Numbers of Monaco are no SIREN.
    if !siren.starts_with("000") && !luhn(siren) {
        return false;
    }
    let place = |place: usize| LETTERS.find(&key[place..=place]);
    let (Some(one), Some(two)) = (place(0), place(1)) else { return false };
    let Ok(body) = siren.parse::<u64>() else { return false };
    if one < 10 && two < 10 {
        return (body * 100 + 12) % 97 == (one * 10 + two) as u64;
    }
    let check = if one < 10 { one * 24 + two - 10 } else { (one * 34 + two).saturating_sub(100) } as u64;
    (body + 1 + check / 11) % 11 == check % 11
}

pub(super) fn gb(text: &str) -> bool {
    if let Some(department) = text.strip_prefix("GD") {
        return department < "500";
    }
    if let Some(authority) = text.strip_prefix("HA") {
        return authority >= "500";
    }
    let digits = digits(text);
    let rest = weighed(&digits, &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
    rest == 0 || digits[0] > 0 && matches!(rest, 42 | 55)
}

pub(super) fn hr(text: &str) -> bool {
    mod_11_10(&digits(text))
}

pub(super) fn hu(text: &str) -> bool {
    weighed(&digits(text), &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10)
}

pub(super) fn ie(text: &str) -> bool {
    const LETTERS: &str = "WABCDEFGHIJKLMNOPQRSTUV";
    let new = text[..7].bytes().all(|byte| byte.is_ascii_digit());
    let (body, more) = if new {
        (text[..7].to_owned(), text.get(8..9))
    } else {
        if text.as_bytes()[1].is_ascii_digit() {
            return false;
        }
        (format!("0{}{}", &text[2..7], &text[..1]), None)
    };
    let second = match more.filter(|more| !more.is_empty()).map(|more| LETTERS.find(more)) {
        Some(None) => return false,
        Some(Some(place)) => place,
        None => 0,
    };
    let sum = weighed(&digits(&body), &[8, 7, 6, 5, 4, 3, 2]) as usize + 9 * second;
    LETTERS.as_bytes()[sum % 23] == text.as_bytes()[7]
}

pub(super) fn it(text: &str) -> bool {
    let province: u32 = text[7..10].parse().unwrap_or_default();
    luhn(text) && !text.starts_with("0000000") && matches!(province, 1..=100 | 120 | 121 | 888 | 999)
}

pub(super) fn lt(text: &str) -> bool {
    let digits = digits(text);
    let (check, body) = (digits[digits.len() - 1], &digits[..digits.len() - 1]);
    let sum = |from: usize| -> u32 {
        body.iter().enumerate().map(|(place, digit)| digit * (1 + (place + from) as u32 % 9)).sum()
    };
    let first = sum(0) % 11;
    let right = if first == 10 { sum(2) % 11 % 10 } else { first };
    // The last but one of a company is 1.
    check == right && body[body.len() - 1] == 1
}

pub(super) fn lu(text: &str) -> bool {
    let digits = digits(text);
    number(&digits[..6]) % 89 == number(&digits[6..])
}

pub(super) fn lv(text: &str) -> bool {
    let digits = digits(text);
    if digits[0] > 3 {
        return weighed(&digits, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3;
    }
    let right = (1 + weighed(&digits, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10 == digits[10];
    let century = 1800 + 100 * u64::from(digits[6]);
    let dated = is_date(century + number(&digits[4..6]), number(&digits[2..4]), number(&digits[..2]));
    right && (text.starts_with("32") || dated)
}

pub(super) fn mt(text: &str) -> bool {
    !text.starts_with('0') && weighed(&digits(text), &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37)
}

pub(super) fn nl(text: &str) -> bool {
    // Of sole traders since 2020 it is mod 97.
    let body = &text[..9];
    let digits = digits(body);
    let eleven = (weighed(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) + 10 * 11 - digits[8]).is_multiple_of(11);
    body != "000000000" && !text.ends_with("00") && (eleven || mod97(&format!("NL{text}")) == Some(1))
}

pub(super) fn no(text: &str) -> bool {
    let digits = digits(text);
    (11 - weighed(&digits, &[3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 == digits[8]
}

pub(super) fn pl(text: &str) -> bool {
    let digits = digits(text);
    weighed(&digits, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == digits[9]
}

pub(super) fn pt(text: &str) -> bool {
    is_national("PT", "NIF", text)
}

pub(super) fn ro(text: &str) -> bool {
    let padded = format!("{text:0>10}");
    let digits = digits(&padded);
    !text.starts_with('0') && weighed(&digits, &[7, 5, 3, 2, 1, 7, 5, 3, 2]) * 10 % 11 % 10 == digits[9]
}

pub(super) fn se(text: &str) -> bool {
    luhn(&text[..10])
}

pub(super) fn si(text: &str) -> bool {
    let digits = digits(text);
    let check = 11 - weighed(&digits, &[8, 7, 6, 5, 4, 3, 2]) % 11;
    digits[0] != 0 && check != 11 && check % 10 == digits[7]
}

pub(super) fn sk(text: &str) -> bool {
    let digits = digits(text);
    birth_number(&digits) || digits[0] != 0 && matches!(digits[2], 2..=4 | 7..=9) && number(&digits).is_multiple_of(11)
}

#[cfg(test)]
mod tests {
    use super::super::shapes::COUNTRIES;

    /// Numbers that the countries or the companies themselves publish.
    #[test]
    fn numbers_of_every_country() {
        for (prefix, number) in [
            ("AT", "U13585627"),
            ("BE", "0403019261"),
            ("BG", "175074752"),
            ("CHE", "107787577"),
            ("CY", "10259033P"),
            ("CZ", "25123891"),
            ("CZ", "640903926"),
            ("CZ", "7103192745"),
            ("DE", "136695976"),
            ("DK", "13585628"),
            ("EE", "100931558"),
            ("EL", "094259216"),
            ("ES", "B58378431"),
            ("ES", "X5910266W"),
            ("FI", "20774740"),
            ("FR", "40303265045"),
            ("FR", "K7399859412"),
            ("GB", "980780684"),
            ("GB", "GD001"),
            ("HR", "33392005961"),
            ("HU", "12892312"),
            ("IE", "6433435F"),
            ("IE", "6433435OA"),
            ("IE", "8D79739I"),
            ("IT", "00743110157"),
            ("LT", "119511515"),
            ("LT", "100001919017"),
            ("LU", "15027442"),
            ("LV", "40003521600"),
            ("MT", "11679112"),
            ("NL", "004495445B01"),
            ("NL", "123456789B13"),
            ("NO", "995525828"),
            ("PL", "8567346215"),
            ("PT", "501964843"),
            ("RO", "18547290"),
            ("SE", "123456789701"),
            ("SI", "50223054"),
            ("SK", "2022749619"),
            ("XI", "980780684"),
        ] {
            let country = COUNTRIES.iter().find(|known| known.prefix == prefix).unwrap();
            assert!(country.fits(number) && (country.check)(number), "{prefix}{number}");
        }
        assert!(COUNTRIES.iter().all(|country| !country.fits("") && !country.fits("ä99999999")));
    }
}
