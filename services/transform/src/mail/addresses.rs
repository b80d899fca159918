//! The quality of e-mail addresses: syntax, role, free and disposable hosts, likely typing mistakes. Nothing is looked up.

use std::borrow::Cow;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hosts;
use crate::tree::Tree;

/// Addresses of a request.
const MAX_ADDRESSES: usize = 20_000;
/// Letters of an address (RFC 5321, with erratum 1690), and of what stands before the `@`.
const MAX_LENGTH: usize = 254;
const MAX_LOCAL: usize = 64;

const DESCRIPTION: &str = "\
Says of e-mail addresses whether they are written as an address must be, and what they are like: `role` (info@, support@), `free` (a host where everybody gets an address), `disposable` \
(a host of throw-away addresses), `suggestion` (what was probably meant: gmial.com is gmail.com), `canonical` (the same for all spellings of one mailbox: without +tag, and at Gmail without dots). \
Nothing is looked up: whether there is such a mailbox only a message to it can tell. An address that is none is an answer (`valid: false` with a `reason`), not an error.";

/// Addresses to judge.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct AddressesRequest {
    /// An address, or a list of at most 20,000.
    #[serde(alias = "address", alias = "email", alias = "emails", alias = "input", alias = "values", alias = "data")]
    pub addresses: Tree,
}

/// What the addresses are like.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressesResponse {
    /// Judgments in the order of the addresses.
    pub rows: Vec<AddressQuality>,
    /// Number of rows.
    pub row_count: usize,
    /// How many are valid.
    pub valid_count: usize,
    /// Month of the list of disposable hosts.
    pub list_date: &'static str,
}

/// What an address is like.
#[derive(Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressQuality {
    /// Address as it was given.
    pub input: String,
    /// Whether it is written as an address must be.
    pub valid: bool,
    /// Why it is not: empty, no-at-sign, several-at-signs, local-part, domain, too-long.
    pub reason: Option<&'static str>,
    /// Address without spaces around it, its host in small letters.
    pub email: Option<String>,
    /// Part before the `@`.
    pub local: Option<String>,
    /// Host.
    pub domain: Option<String>,
    /// Host in ASCII, where it has other letters (IDNA).
    pub ascii_domain: Option<String>,
    /// Same for all spellings of one mailbox.
    pub canonical: Option<String>,
    /// Whether it is that of a function, such as info or support.
    pub role: bool,
    /// Whether everybody gets an address at its host.
    pub free: bool,
    /// Whether its host is one of throw-away addresses.
    pub disposable: bool,
    /// What was probably meant, where a typing mistake is likely.
    pub suggestion: Option<String>,
}

fn example() -> AddressesRequest {
    let addresses = ["ada@example.com", "bo@gmial.com", "info@example.org", "no address"];
    AddressesRequest { addresses: addresses.into_iter().map(Tree::from).collect() }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Judge e-mail addresses: syntax, role, free and disposable hosts, typing mistakes")
        .description(DESCRIPTION)
        .example(example)
}

/// Judges addresses.
///
/// # Errors
/// When they are no texts, or too many.
pub fn addresses(request: AddressesRequest, call: &Call) -> Result<AddressesResponse, Error> {
    let tree = crate::tree::structure_of(request.addresses, "addresses")?;
    let list: Cow<'_, [Tree]> = match &tree {
        Tree::List(list) => Cow::Borrowed(list),
        // One a line, or with commas, as people paste them.
        Tree::Text(text) => {
            text.split(['\n', ',', ';']).filter(|one| !one.trim().is_empty()).map(Tree::from).collect::<Vec<_>>().into()
        }
        other => {
            return Err(Error::impossible(
                "addresses",
                format!("must be an address or a list of them, not {}", other.kind()),
            ));
        }
    };
    if list.len() > MAX_ADDRESSES {
        return Err(Error::impossible(
            "addresses",
            format!("has more than {MAX_ADDRESSES} addresses: send them in parts"),
        ));
    }
    let mut rows = Vec::with_capacity(list.len());
    for (at, value) in list.iter().enumerate() {
        if at % 1_000 == 0 {
            call.check()?;
        }
        rows.push(match value {
            Tree::Text(text) => judge(text),
            Tree::Null => judge(""),
            other => {
                return Err(Error::impossible(
                    format!("addresses[{at}]"),
                    format!("must be text, not {}", other.kind()),
                ));
            }
        });
    }
    let valid_count = rows.iter().filter(|row| row.valid).count();
    Ok(AddressesResponse { row_count: rows.len(), rows, valid_count, list_date: hosts::LIST_DATE })
}

fn judge(input: &str) -> AddressQuality {
    let mut quality = AddressQuality { input: input.chars().take(500).collect(), ..AddressQuality::default() };
    let text = input.trim();
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    // `Ada <ada@example.com>` is the address between the brackets.
    let text = match (text.find('<'), text.strip_suffix('>')) {
        (Some(at), Some(inner)) => &inner[at + 1..],
        _ => text,
    };
    let refused = |mut quality: AddressQuality, reason| {
        quality.reason = Some(reason);
        quality
    };
    if text.is_empty() {
        return refused(quality, "empty");
    }
    let Some((local, host)) = text.rsplit_once('@') else { return refused(quality, "no-at-sign") };
    if local.contains('@') {
        return refused(quality, "several-at-signs");
    }
    let host = host.to_lowercase();
    if text.len() > MAX_LENGTH || local.len() > MAX_LOCAL {
        return refused(quality, "too-long");
    }
    if !is_local(local) {
        return refused(quality, "local-part");
    }
    quality.suggestion = hosts::meant(&host).map(|host| format!("{local}@{host}"));
    let Some(ascii) = ascii(&host) else { return refused(quality, "domain") };
    quality.valid = true;
    quality.role = hosts::is_role(local);
    quality.free = hosts::is_free(&host);
    quality.disposable = hosts::is_disposable(&ascii);
    quality.canonical = Some(canonical(local, &ascii));
    quality.email = Some(format!("{local}@{host}"));
    quality.ascii_domain = (ascii != host).then_some(ascii);
    quality.local = Some(local.to_owned());
    quality.domain = Some(host);
    quality
}

/// Whether a text may stand before the `@`: atoms parted by dots (RFC 5322), with letters of every script (RFC 6531). Quoted ones
/// exist nowhere.
fn is_local(local: &str) -> bool {
    let is_letter = |c: char| {
        c.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~".contains(c)
            || !c.is_ascii() && !c.is_control() && !c.is_whitespace()
    };
    !local.is_empty() && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_letter))
}

/// A host in ASCII; none for what is no name of a host on the net.
fn ascii(host: &str) -> Option<String> {
    let Ok(url::Host::Domain(ascii)) = url::Host::parse(host) else { return None };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let last = ascii.rsplit('.').next().unwrap_or_default();
    let whole = ascii.contains('.') && ascii.split('.').all(is_label) && ascii.len() <= 253;
    (whole && last.len() > 1 && !last.bytes().all(|byte| byte.is_ascii_digit())).then_some(ascii)
}

fn canonical(local: &str, host: &str) -> String {
    let host = if host == "googlemail.com" { "gmail.com" } else { host };
    let mut local = local.to_lowercase();
    let tagged = [
        "gmail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "icloud.com",
        "me.com",
        "fastmail.com",
        "proton.me",
        "protonmail.com",
        "pm.me",
    ];
    if tagged.contains(&host)
        && let Some((name, _)) = local.split_once('+').filter(|(name, _)| !name.is_empty())
    {
        local = name.to_owned();
    }
    if host == "gmail.com" {
        local = local.replace('.', "");
    }
    format!("{local}@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_and_are_not() {
        for (input, reason) in [
            ("ada@example.com", None),
            (" Ada@Example.COM ", None),
            ("Ada Low <ada@example.com>", None),
            ("ada+tag@sub.example.co.uk", None),
            ("o'hara@example.com", None),
            ("dörte@sörensen.example.com", None),
            ("用户@例子.广告", None),
            ("", Some("empty")),
            ("ada", Some("no-at-sign")),
            ("a@b@example.com", Some("several-at-signs")),
            ("@example.com", Some("local-part")),
            ("a..b@example.com", Some("local-part")),
            (".a@example.com", Some("local-part")),
            ("a b@example.com", Some("local-part")),
            ("\"a b\"@example.com", Some("local-part")),
            ("ada@", Some("domain")),
            ("ada@localhost", Some("domain")),
            ("ada@-a.com", Some("domain")),
            ("ada@a..com", Some("domain")),
            ("ada@1.2.3.4", Some("domain")),
            ("ada@[1.2.3.4]", Some("domain")),
            ("ada@example.c", Some("domain")),
            ("ada@exa mple.com", Some("domain")),
            ("ada@exam_ple.com", Some("domain")),
            ("ada@example.com.", Some("domain")),
        ] {
            let quality = judge(input);
            assert_eq!((quality.valid, quality.reason), (reason.is_none(), reason), "{input}");
        }
        assert_eq!(judge(&format!("{}@example.com", "a".repeat(65))).reason, Some("too-long"));
        let quality = judge("Info@Sörensen.example");
        assert_eq!(quality.ascii_domain.as_deref(), Some("xn--srensen-90a.example"));
        assert!(quality.role && !quality.free && !quality.disposable);
    }

    #[test]
    fn hosts_and_mailboxes() {
        assert!(
            judge("x@mailinator.com").disposable
                && judge("x@sub.mailinator.com").disposable
                && !judge("x@example.com").disposable
        );
        assert!(judge("x@gmail.com").free && !judge("x@example.com").free);
        for (address, expected) in [
            ("A.da+shop@googlemail.com", "ada@gmail.com"),
            ("Ada+x@outlook.com", "ada@outlook.com"),
            ("a.da+x@example.com", "a.da+x@example.com"),
        ] {
            assert_eq!(judge(address).canonical.as_deref(), Some(expected));
        }
        assert!(
            judge("no_reply@example.com").role && judge("sales+de@example.com").role && !judge("adam@example.com").role
        );
    }
}
