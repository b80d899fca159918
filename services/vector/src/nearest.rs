//! The name that is meant by a name that is not there.

/// Bytes of a path up to which its spelling is compared: of longer ones that takes long.
const SPELLED: usize = 128;

/// The known path nearest to one: that which ends in it (`page` for `metadata.page`), else the one spelled most alike.
pub(crate) fn nearest<'p>(path: &str, known: impl Iterator<Item = &'p str> + Clone) -> Option<&'p str> {
    let last = |path: &'p str| path.rsplit('.').next().unwrap_or(path);
    let own = path.rsplit('.').next().unwrap_or(path);
    if let Some(found) = known.clone().find(|known| last(known).eq_ignore_ascii_case(own)) {
        return Some(found);
    }
    if path.len() > SPELLED {
        return None;
    }
    let alike = known
        .filter(|known| known.len() <= SPELLED)
        .map(|known| (strsim::jaro_winkler(&path.to_lowercase(), &known.to_lowercase()), known));
    alike.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_first_then_spelling() {
        let known = ["lang", "metadata.page", "metadata.source"];
        let nearest = |path| nearest(path, known.into_iter());
        assert_eq!(nearest("page"), Some("metadata.page"));
        assert_eq!(nearest("langs"), Some("lang"));
        assert_eq!(nearest("colour"), None);
    }
}
