//! E-mail addresses by their syntax (RFC 5321, 5322, 6531). Whether anybody reads there is not asked.

use unicode_normalization::UnicodeNormalization;

use super::Input;
use super::outcome::{Bad, Good, Outcome};

/// Hosts that deliver to the same box whatever stands behind a plus sign; those at the front also whatever dots there are.
const DOTLESS: [&str; 2] = ["gmail.com", "googlemail.com"];
const TAGGED: [&str; 13] = [
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "fastmail.com",
    "proton.me",
    "protonmail.com",
    "pm.me",
    "zoho.com",
    "yandex.com",
];

/// An address, alone or as mail programs write it: `Ada <ada@example.com>`.
pub(super) fn check(input: Input<'_>) -> Outcome {
    let text: String = input.text.trim().nfc().collect();
    if text.len() > 1_000 {
        return Err("is no e-mail address: it is too long".into());
    }
    let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, address)) => {
            (Some(name.trim().trim_matches('"').to_owned()).filter(|name| !name.is_empty()), address)
        }
        None => (None, text.as_str()),
    };
    let address = address.trim();
    let address =
        address.get(..7).filter(|start| start.eq_ignore_ascii_case("mailto:")).map_or(address, |_| &address[7..]);
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Err("is no e-mail address: it has no @".into());
    };
    check_local(local)?;
    let (domain, ascii) = check_domain(domain)?;
    if local.len() + ascii.len() + 1 > 254 {
        return Err("is no e-mail address: it is longer than 254 characters".into());
    }
    let formatted = format!("{local}@{domain}");
    let quoted = local.starts_with('"');
    let (base, tag) = match local.split_once('+') {
        Some((base, tag)) if !quoted && !base.is_empty() => (base, Some(tag)),
        _ => (local, None),
    };
    let dotless = DOTLESS.contains(&ascii.as_str());
    let canonical = match () {
        () if dotless => format!("{}@gmail.com", base.replace('.', "").to_lowercase()),
        () if TAGGED.contains(&ascii.as_str()) => format!("{}@{domain}", base.to_lowercase()),
        () => formatted.to_lowercase(),
    };
    let plain = local.is_ascii().then(|| format!("{local}@{ascii}"));
    Ok(Good::new(formatted)
        .with("local", local)
        .with("domain", domain.as_str())
        .with("asciiDomain", ascii)
        .with("ascii", plain)
        .with("tag", tag)
        .with("canonical", canonical)
        .with("name", name))
}

fn check_local(local: &str) -> Result<(), Bad> {
    let bad = |reason: &str| Err(Bad::from(format!("is no e-mail address: {reason}")));
    if local.is_empty() {
        return bad("there is nothing before the @");
    }
    if local.len() > 64 {
        return bad("what stands before the @ is longer than 64 characters");
    }
    if let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|_| local.len() > 1) {
        let mut escaped = false;
        for c in inner.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return bad("a quotation mark stands inside quotation marks"),
                c if c.is_control() => return bad("it has a control character"),
                _ => {}
            }
        }
        return if escaped { bad("a backslash stands before the closing quotation mark") } else { Ok(()) };
    }
    if local.starts_with('.') || local.ends_with('.') {
        return bad("a dot stands at the start, or right before the @");
    }
    if local.contains("..") {
        return bad("two dots stand side by side");
    }
    let fits = |c: char| {
        c.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~.".contains(c)
            || !c.is_ascii() && !c.is_control() && !c.is_whitespace()
    };
    match local.chars().find(|c| !fits(*c)) {
        Some(c) if c.is_whitespace() => bad("there is a space before the @"),
        Some('@') => bad("it has two @"),
        Some(c) if c.is_control() => bad("it has a control character"),
        Some(c) => bad(&format!("{c} cannot stand before the @ without quotation marks")),
        None => Ok(()),
    }
}

/// A host name as people read it, and in ASCII.
fn check_domain(domain: &str) -> Result<(String, String), Bad> {
    let bad = |reason: &str| Err(Bad::from(format!("is no e-mail address: {reason}")));
    if domain.is_empty() {
        return bad("there is nothing behind the @");
    }
    if domain.starts_with('[') {
        return bad("it has the address of a computer in place of a domain");
    }
    let fits = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '.') || !c.is_ascii() && !c.is_whitespace() && !c.is_control()
    };
    match domain.chars().find(|c| !fits(*c)) {
        Some(c) if c.is_whitespace() => return bad("there is a space behind the @"),
        Some(c) => return bad(&format!("{c} cannot stand in a domain")),
        None => {}
    }
    if domain.starts_with('.') || domain.ends_with('.') || domain.contains("..") {
        return bad("a dot stands at the start or end of its domain, or two side by side");
    }
    let url = url::Url::parse(&format!("https://{domain}"));
    let ascii = url.ok().and_then(|url| url.domain().map(str::to_owned));
    let Some(ascii) = ascii else {
        return bad("what stands behind the @ is no domain");
    };
    let labels: Vec<&str> = ascii.split('.').collect();
    if labels.len() < 2 {
        return bad("its domain has no dot");
    }
    let label_fits = |label: &&str| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
    if !labels.iter().all(label_fits) || ascii.len() > 253 {
        return bad("what stands behind the @ is no domain: a part of it is too long or has a hyphen at its end");
    }
    if !ascii.ends_with(|c: char| c.is_ascii_alphabetic()) && !labels[labels.len() - 1].starts_with("xn--") {
        return bad("its domain ends with digits");
    }
    if labels[labels.len() - 1].len() < 2 {
        return bad("the end of its domain has one letter");
    }
    Ok((domain.to_lowercase(), ascii))
}
