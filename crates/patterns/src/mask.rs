//! A finding with its middle hidden.

use crate::kind::Kind;

/// What stands for a character that is hidden.
const HIDDEN: char = '*';

/// A finding with as much hidden as leaves it recognizable to whoever knows it: of an e-mail address the first letter and the
/// host, of cards and accounts the last four characters, of telephones the last two digits, of network addresses the start.
/// What stands between the characters stays.
#[must_use]
pub fn mask(text: &str, kind: Kind) -> String {
    match kind {
        Kind::Email => match text.split_once('@') {
            Some((local, host)) => {
                let first: String = local.chars().take(1).collect();
                format!("{first}{}@{host}", HIDDEN.to_string().repeat(3))
            }
            None => hide(text, 0, 0),
        },
        Kind::Card | Kind::Iban | Kind::NationalId => hide(text, 0, 4.min(count(text) / 3)),
        Kind::Phone => hide(text, 0, 2),
        Kind::IpAddress | Kind::MacAddress => hide(text, count(text) / 4, 0),
    }
}

fn count(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Hides letters and digits but the first and last so many.
fn hide(text: &str, first: usize, last: usize) -> String {
    let all = count(text);
    let mut place = 0;
    let hidden = |c: char| {
        if !c.is_alphanumeric() {
            return c;
        }
        place += 1;
        if place <= first || place > all.saturating_sub(last) { c } else { HIDDEN }
    };
    text.chars().map(hidden).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_is_little() {
        for (text, kind, right) in [
            ("jane.doe@example.com", Kind::Email, "j***@example.com"),
            ("4111 1111 1111 1234", Kind::Card, "**** **** **** 1234"),
            ("DE89 3704 0044 0532 0130 00", Kind::Iban, "**** **** **** **** **30 00"),
            ("+49 30 901820", Kind::Phone, "+** ** ****20"),
            ("192.168.1.20", Kind::IpAddress, "19*.***.*.**"),
            ("536-90-4399", Kind::NationalId, "***-**-*399"),
        ] {
            assert_eq!(mask(text, kind), right);
        }
    }
}
