//! Hosts of e-mail addresses: where everybody gets one, where they are thrown away, which one was meant; names of functions.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Hosts of disposable addresses; `data/README.md` has the source.
const DISPOSABLE: &str = include_str!("../../data/disposable-domains.txt");
/// When that list was made.
pub(super) const LIST_DATE: &str = "2026-11";
/// Hosts where everybody gets an address, those first that are mistyped most.
const FREE: &str = include_str!("../../data/free-domains.txt");
/// Names of functions rather than people.
const ROLES: &str = include_str!("../../data/role-names.txt");
/// How many of the free hosts are looked for behind a typing mistake.
const MISTYPED: usize = 30;
/// Last parts of hosts that do not exist, with what was meant.
const ENDS: &[(&str, &str)] = &[
    ("con", "com"),
    ("cmo", "com"),
    ("ocm", "com"),
    ("comm", "com"),
    ("vom", "com"),
    ("xom", "com"),
    ("coom", "com"),
    ("cim", "com"),
    ("cpm", "com"),
    ("cok", "com"),
    ("ckm", "com"),
    ("c0m", "com"),
    ("nte", "net"),
    ("ner", "net"),
    ("met", "net"),
    ("ogr", "org"),
    ("orgg", "org"),
    ("prg", "org"),
];

static FREE_HOSTS: LazyLock<HashSet<&str>> = LazyLock::new(|| FREE.lines().collect());

/// Whether everybody gets an address at a host.
pub(super) fn is_free(host: &str) -> bool {
    FREE_HOSTS.contains(host)
}

/// Whether the part before the `@` is the name of a function.
pub(super) fn is_role(local: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| ROLES.lines().collect());
    let name = local.to_lowercase();
    let name = name.split('+').next().unwrap_or(&name);
    NAMES.contains(name) || NAMES.contains(name.replace(['.', '_'], "-").as_str())
}

/// Whether a host, or one it belongs to, is in the list.
pub(super) fn is_disposable(host: &str) -> bool {
    static HOSTS: LazyLock<HashSet<&str>> = LazyLock::new(|| DISPOSABLE.lines().collect());
    let mut host = host;
    loop {
        if HOSTS.contains(host) {
            return true;
        }
        match host.split_once('.') {
            Some((_, rest)) if rest.contains('.') => host = rest,
            _ => return false,
        }
    }
}

/// The host that was meant, where it is likely another one.
pub(super) fn meant(host: &str) -> Option<String> {
    if host.len() > 60 || FREE_HOSTS.contains(host) {
        return None;
    }
    let known: Vec<&str> = FREE.lines().take(MISTYPED).collect();
    // Without its dot, or with a comma for it.
    let bare: String = host.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect();
    if !host.contains('.')
        && let Some(found) = known.iter().find(|known| known.replace('.', "") == bare)
    {
        return Some((*found).to_owned());
    }
    let (name, end) = host.rsplit_once('.')?;
    let fixed = ENDS.iter().find(|(wrong, _)| *wrong == end).map(|(_, right)| format!("{name}.{right}"));
    let near = |host: &str| {
        let (name, end) = host.rsplit_once('.')?;
        let found = known.iter().find(|known| {
            let (other, other_end) = known.rsplit_once('.').unwrap_or((known, ""));
            let distance = strsim::osa_distance(name, other);
            let most = match other.len() {
                0..5 => 0,
                5..7 => 1,
                _ => 2,
            };
            let end_meant =
                other_end == end || other_end == "com" && matches!(end, "co" | "cm" | "om") && distance <= 1;
            // Two mistakes in one name hardly touch its first letter.
            let begins_alike = distance < 2 || name.chars().next() == other.chars().next();
            end_meant && distance <= most && begins_alike && (distance > 0 || other_end != end)
        });
        found.map(|found| (*found).to_owned())
    };
    match &fixed {
        Some(fixed) if is_free(fixed) => Some(fixed.clone()),
        Some(fixed) => near(fixed).or_else(|| Some(fixed.clone())),
        None => near(host),
    }
    .filter(|meant| meant != host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_mistakes() {
        for (host, expected) in [
            ("gmial.com", Some("gmail.com")),
            ("gmai.com", Some("gmail.com")),
            ("gnail.com", Some("gmail.com")),
            ("gmail.con", Some("gmail.com")),
            ("gmail.co", Some("gmail.com")),
            ("gmailcom", Some("gmail.com")),
            ("gamil.cmo", Some("gmail.com")),
            ("hotmial.com", Some("hotmail.com")),
            ("hotmal.com", Some("hotmail.com")),
            ("outlok.com", Some("outlook.com")),
            ("yaho.com", Some("yahoo.com")),
            ("iclould.com", Some("icloud.com")),
            ("example.con", Some("example.com")),
            ("gmail.com", None),
            ("mail.com", None),
            ("ymail.com", None),
            ("gmx.de", None),
            ("yahoo.fr", None),
            ("example.com", None),
            ("google.com", None),
            ("hotel.com", None),
            ("outlook.de", None),
            ("acme.co", None),
        ] {
            assert_eq!(meant(host).as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn the_lists_are_lists() {
        for (list, least) in [(DISPOSABLE, 5_000), (FREE, 100)] {
            let hosts: Vec<&str> = list.lines().collect();
            assert!(hosts.len() > least && hosts.iter().all(|host| host.contains('.') && !host.contains(' ')));
        }
        let both: Vec<&str> = FREE.lines().filter(|host| is_disposable(host)).collect();
        assert!(both.is_empty(), "{both:?}");
    }
}
