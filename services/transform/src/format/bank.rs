//! Bank accounts and banks: IBAN (ISO 13616), BIC (ISO 9362), routing numbers of the American Bankers Association.

use std::sync::LazyLock;

use patterns::{digits, mod97, weighed};

use super::countries::Country;
use super::outcome::{Bad, Good, Outcome};
use super::{Input, Settings, Style, compact, in_fours};

const LINES: &str = include_str!("data/ibans.tsv");

/// The IBAN of a country.
#[derive(Debug)]
struct Account {
    country: &'static str,
    length: usize,
    /// Runs of digits (n), letters (a) or both (c) behind the check digits.
    shape: Vec<(usize, char)>,
    bank: Option<(usize, usize)>,
    branch: Option<(usize, usize)>,
    account: Option<(usize, usize)>,
    sepa: bool,
}

static ACCOUNTS: LazyLock<Vec<Account>> = LazyLock::new(|| LINES.lines().map(account).collect());

fn account(line: &'static str) -> Account {
    let fields: Vec<&str> = line.split('\t').collect();
    let place = |field: &str| {
        let (start, end) = field.split_once('-')?;
        Some((start.parse().ok()?, end.parse().ok()?)).filter(|(start, end)| start < end)
    };
    let mut shape = Vec::new();
    let mut many = 0;
    for c in fields[2].chars() {
        match c {
            '0'..='9' => many = many * 10 + c as usize - '0' as usize,
            '!' => {}
            kind => shape.push((std::mem::take(&mut many), kind)),
        }
    }
    Account {
        country: fields[0],
        length: fields[1].parse().expect("the table is well-formed"),
        shape,
        bank: place(fields[3]),
        branch: place(fields[4]),
        account: place(fields[5]),
        sepa: fields.get(6) == Some(&"sepa"),
    }
}

/// An IBAN.
pub(super) fn iban(input: Input<'_>, settings: &Settings) -> Outcome {
    let plain = compact(input.text);
    let plain = plain.strip_prefix("IBAN").map_or(plain.as_str(), |rest| rest.trim_start_matches(':'));
    if !plain.bytes().all(|byte| byte.is_ascii_alphanumeric()) || plain.len() < 5 {
        return Err("is no IBAN: it is two letters, two digits and the account".into());
    }
    let (country, check, account) = (&plain[..2], &plain[2..4], &plain[4..]);
    let Some(known) = ACCOUNTS.iter().find(|known| known.country == country) else {
        return Err(format!("is no IBAN: {country} is no country that has them").into());
    };
    let bad = |reason: String| Bad::from(reason).with("country", known.country);
    if plain.len() != known.length {
        return Err(bad(format!("has {} characters; an IBAN of {country} has {}", plain.len(), known.length)));
    }
    let mut rest = account;
    for (many, kind) in &known.shape {
        let (run, after) = rest.split_at_checked(*many).unwrap_or((rest, ""));
        let fits = |byte: u8| match kind {
            'n' => byte.is_ascii_digit(),
            'a' => byte.is_ascii_uppercase(),
            _ => true,
        };
        if !run.bytes().all(fits) {
            let what = if *kind == 'n' { "digits" } else { "letters" };
            return Err(bad(format!("has {run} where an IBAN of {country} has {what} alone")));
        }
        rest = after;
    }
    let right = mod97(&format!("{account}{country}00")).map(|rest| format!("{:02}", 98 - rest));
    if right.as_deref() != Some(check) {
        let right = right.unwrap_or_default();
        return Err(bad(format!("has the check digits {check}; of this account they are {right}: is there a typo?")));
    }
    let part = |place: Option<(usize, usize)>| place.and_then(|(start, end)| account.get(start..end));
    let formatted = if settings.style == Some(Style::Compact) { plain.to_owned() } else { in_fours(plain) };
    Ok(Good::new(formatted)
        .with("electronic", plain)
        .with("country", known.country)
        .with("checkDigits", check)
        .with("bban", account)
        .with("bankCode", part(known.bank))
        .with("branchCode", part(known.branch))
        .with("accountNumber", part(known.account))
        .with("sepa", known.sepa))
}

/// A BIC, also called SWIFT code.
pub(super) fn bic(input: Input<'_>) -> Outcome {
    let plain = compact(input.text);
    if !matches!(plain.len(), 8 | 11) || !plain.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("is no BIC: it has 8 or 11 letters and digits".into());
    }
    let (institution, country, location) = (&plain[..4], &plain[4..6], &plain[6..8]);
    if country != "XK" && Country::find(country).is_none_or(|known| known.alpha2 != country) {
        return Err(format!("is no BIC: {country} in its middle is no country").into());
    }
    let branch = plain.get(8..).filter(|branch| !branch.is_empty());
    let test = location.ends_with('0');
    Ok(Good::new(plain.clone())
        .with("institution", institution)
        .with("country", country)
        .with("location", location)
        .with("branch", branch)
        .with("primaryOffice", branch.is_none_or(|branch| branch == "XXX"))
        .with("test", test))
}

/// A routing number of a bank in the United States.
pub(super) fn routing(input: Input<'_>) -> Outcome {
    let mut plain: String = input.text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if input.is_number && plain.len() == 8 {
        plain.insert(0, '0');
    }
    if plain.len() != 9 || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("is no routing number: it has 9 digits".into());
    }
    let body = digits(&plain);
    let first: u32 = body[0] * 10 + body[1];
    if !matches!(first, 0..=12 | 21..=32 | 61..=72 | 80) {
        return Err(format!("is no routing number: none begins with {}", &plain[..2]).into());
    }
    let sum = weighed(&body[..8], &[3, 7, 1, 3, 7, 1, 3, 7]);
    let right = (10 - sum % 10) % 10;
    if right != body[8] {
        return Err(wrong_digit(body[8], right));
    }
    // Banks, thrift institutions and electronic numbers of a district are twenty or sixty apart.
    let district = Some(first % 20).filter(|district| (1..=12).contains(district) && first != 80);
    Ok(Good::new(plain.clone())
        .with("federalReserveDistrict", district.map(|district| district as usize))
        .with("checkDigit", right as usize))
}

/// What is said of a check digit that is wrong.
pub(super) fn wrong_digit(is: impl std::fmt::Display, right: impl std::fmt::Display) -> Bad {
    format!("has the check digit {is}; of these digits it is {right}: is there a typo?").into()
}
