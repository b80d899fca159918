//! Names people send against names we know.

/// Distance up to which two names are taken for the same word misspelled.
const SIMILARITY: f64 = 0.75;
/// Characters a list of choices may take in a message.
const LIST_CHARS: usize = 200;

/// Whether two names are the same but for case and separators: `input_encoding` and `inputEncoding`, `SHA-256` and
/// `sha256`, `SHA512/256` and `sha512-256`.
pub(crate) fn same(a: &str, b: &str) -> bool {
    letters(a).eq(letters(b))
}

fn letters(text: &str) -> impl Iterator<Item = u8> {
    let letters = text.bytes().filter(|byte| !matches!(byte, b'-' | b'_' | b'/' | b' '));
    letters.map(|byte| byte.to_ascii_lowercase())
}

/// The known name that is meant, if any.
pub(super) fn resolve(name: &str, known: &'static [&'static str]) -> Option<&'static str> {
    let exact = known.iter().find(|known| **known == name);
    let named = name.bytes().any(|byte| byte.is_ascii_alphanumeric());
    exact.or_else(|| known.iter().find(|known| named && same(name, known))).copied()
}

/// The known name nearest to a wrong one, when one is near enough to suggest.
pub(crate) fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    if name.len() > 64 {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let score = |known: &str| strsim::jaro_winkler(&name, &known.to_ascii_lowercase());
    // Of several as near the first is taken.
    let best = known.iter().rev().max_by(|a, b| score(a).total_cmp(&score(b)))?;
    (score(best) >= SIMILARITY).then_some(best)
}

/// The choices as a sentence part, the nearest to what was sent first: `sha256, sha512 or md5`.
pub(crate) fn one_of(sent: &str, known: &[&str]) -> String {
    let mut ordered: Vec<&str> = Vec::with_capacity(known.len());
    ordered.extend(nearest(sent, known));
    ordered.extend(known.iter().filter(|known| Some(**known) != ordered.first().copied()).copied().collect::<Vec<_>>());
    let mut length = 0;
    let shown = ordered.iter().take_while(|name| {
        length += name.len() + 2;
        length <= LIST_CHARS
    });
    let shown = shown.count().max(1).min(ordered.len());
    let (shown, hidden) = ordered.split_at(shown);
    match (shown, hidden.len()) {
        ([], _) => "nothing".to_owned(),
        ([only], 0) => (*only).to_owned(),
        ([others @ .., last], 0) => format!("{} or {last}", others.join(", ")),
        (_, hidden) => format!("{} or one of {hidden} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_separators_do_not_matter() {
        for (sent, known) in
            [("SHA-256", "sha256"), ("SHA512/256", "sha512-256"), ("input_encoding", "inputEncoding"), ("Text", "text")]
        {
            assert!(same(sent, known), "{sent} {known}");
        }
        for other in ["sha25", "sha2566", "sha256!", "sha256é", "sh.a256"] {
            assert!(!same(other, "sha256"), "{other}");
        }
        assert_eq!(resolve("---", &["text"]), None);
        assert_eq!(resolve("", &["text"]), None);
    }

    #[test]
    fn choices_read_as_a_sentence_with_the_nearest_first() {
        assert_eq!(one_of("sha265", &["md5", "sha512", "sha256"]), "sha256, md5 or sha512");
        assert_eq!(one_of("zzz", &["md5"]), "md5");
        assert_eq!(one_of("rsa", &["rsa-2048", "rsa-3072", "rsa-4096"]), "rsa-2048, rsa-3072 or rsa-4096");
        let many: Vec<String> = (0..100).map(|number| format!("choice-{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(one_of("x", &many).ends_with(" more"));
    }

    #[test]
    fn only_near_names_are_suggested() {
        assert_eq!(nearest("txet", &["text", "algorithm"]), Some("text"));
        assert_eq!(nearest("qqqqq", &["text", "algorithm"]), None);
    }
}
