//! Addresses in networks: IPv4, IPv6, MAC.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The places of runs of these characters, in bytes.
fn runs(text: &str, of: impl Fn(char) -> bool) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = None;
    for (place, c) in text.char_indices().chain([(text.len(), '\u{0}')]) {
        match (of(c), start) {
            (true, None) => start = Some(place),
            (false, Some(from)) => {
                runs.push((from, place));
                start = None;
            }
            _ => {}
        }
    }
    runs
}

/// Whether letters or digits go on before or behind a place.
pub(crate) fn within_word(text: &str, start: usize, end: usize) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    text[..start].chars().next_back().is_some_and(joins) || text[end..].chars().next().is_some_and(joins)
}

/// IPv4 and IPv6 addresses.
pub(crate) fn ips(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (start, end) in runs(text, |c| c.is_ascii_hexdigit() || c == ':' || c == '.') {
        let run = &text[start..end];
        // A full stop or colon behind an address belongs to the sentence.
        let inner = run.trim_end_matches('.');
        let inner = if inner.ends_with("::") { inner } else { inner.trim_end_matches(':') };
        let inner = if inner.starts_with("::") { inner } else { inner.trim_start_matches([':', '.']) };
        let from = start + run.len()
            - run.trim_start_matches(if inner.starts_with("::") { &['.'][..] } else { &['.', ':'] }).len();
        if within_word(text, start, end) {
            continue;
        }
        let six = |text: &str| {
            let groups = text.split(':').filter(|group| !group.is_empty()).count();
            text.matches(':').count() >= 2 && groups >= 2 && text.parse::<Ipv6Addr>().is_ok()
        };
        if inner.parse::<Ipv4Addr>().is_ok() || six(inner) {
            found.push((from, from + inner.len()));
        } else if let Some((host, port)) = inner.rsplit_once(':') {
            // With a port.
            if host.parse::<Ipv4Addr>().is_ok() && port.parse::<u16>().is_ok() {
                found.push((from, from + host.len()));
            }
        }
    }
    found
}

/// Addresses of network cards: six pairs.
pub(crate) fn macs(text: &str) -> Vec<(usize, usize)> {
    let runs = runs(text, |c| c.is_ascii_hexdigit() || c == ':' || c == '-');
    let is_mac = |(start, end): &(usize, usize)| {
        let run = &text[*start..*end];
        let pairs =
            |mark: char| run.split(mark).count() == 6 && run.split(mark).all(|pair| pair.len() == 2 && pair.is_ascii());
        (pairs(':') || pairs('-'))
            && run.chars().filter(char::is_ascii_hexdigit).count() == 12
            && !within_word(text, *start, *end)
    };
    runs.into_iter().filter(is_mac).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, places: Vec<(usize, usize)>) -> Vec<&str> {
        places.into_iter().map(|(start, end)| &text[start..end]).collect()
    }

    #[test]
    fn addresses_and_what_looks_like_them() {
        for (text, right) in [
            ("from 192.168.1.20, port 80.", vec!["192.168.1.20"]),
            ("10.0.0.1:8080 and 2001:db8::8a2e:370:7334.", vec!["10.0.0.1", "2001:db8::8a2e:370:7334"]),
            ("fe80::1%eth0", vec!["fe80::1"]),
            ("version 1.2.3.4.5, 999.1.1.1, 12:30:45, std::vec, a::, 1.2.3", vec![]),
            ("v10.0.0.1", vec![]),
            ("::ffff:10.1.2.3", vec!["::ffff:10.1.2.3"]),
        ] {
            assert_eq!(texts(text, ips(text)), right, "{text}");
        }
        let text = "MAC 00:1A:2b:3c:4D:5e, 00-1a-2b-3c-4d-5e; not 00:1a:2b or 00:1a:2b:3c:4d:5e:6f";
        assert_eq!(texts(text, macs(text)), ["00:1A:2b:3c:4D:5e", "00-1a-2b-3c-4d-5e"]);
    }
}
