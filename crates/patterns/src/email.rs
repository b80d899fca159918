//! E-mail addresses, in any script.

/// The places of addresses in a text, in bytes.
pub(crate) fn emails(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let reached = found.last().map_or(0, |(_, end)| *end);
        let local = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
        let before: String = text[reached..at].chars().rev().take(64).take_while(|c| local(*c)).collect();
        // A quotation mark or a slash before an address is not part of it, though it could be.
        let before: String = before.chars().rev().collect();
        let before = before.trim_start_matches(['\'', '`', '/', '=', '.', '|', '{', '*', '-', '?', '&']);
        let before = before.rsplit(['/', '=', '?', '|']).next().unwrap_or(before);
        let domain = domain(&text[at + 1..]);
        if before.is_empty() || before.ends_with('.') || before.contains("..") || domain == 0 {
            continue;
        }
        found.push((at - before.len(), at + 1 + domain));
    }
    found
}

/// Bytes of the host name that a text starts with; 0 when it is none with a dot.
fn domain(text: &str) -> usize {
    let name = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    let end = text.char_indices().take(254).find(|(_, c)| !name(*c)).map(|(place, _)| place);
    let end = end.unwrap_or_else(|| text.char_indices().nth(254).map_or(text.len(), |(place, _)| place));
    let host = text[..end].trim_end_matches(['.', '-']);
    let labels: Vec<&str> = host.split('.').collect();
    let good = |label: &&str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    let top = labels.last().copied().unwrap_or_default();
    let real_top = top.chars().count() >= 2 && (top.starts_with("xn--") || top.chars().all(char::is_alphabetic));
    if labels.len() > 1 && labels.iter().all(good) && real_top { host.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_they_end() {
        for (text, right) in [
            ("Write to jane.doe+news@example.co.uk.", vec!["jane.doe+news@example.co.uk"]),
            ("<a@b.io>, 'c@d.org'; mailto:e@f.com?x", vec!["a@b.io", "c@d.org", "e@f.com"]),
            ("jürgen@müller.de und 用户@例子.中国", vec!["jürgen@müller.de", "用户@例子.中国"]),
            ("x@localhost @handle a@@b.c .@d.e", vec![]),
            ("https://host/?mail=k@l.net", vec!["k@l.net"]),
            ("o'brien@example.ie", vec!["o'brien@example.ie"]),
            ("a..b@c.de v1.2@3.4", vec![]),
        ] {
            let found: Vec<&str> = emails(text).into_iter().map(|(start, end)| &text[start..end]).collect();
            assert_eq!(found, right, "{text}");
        }
    }
}
