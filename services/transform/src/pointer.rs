//! JSON Pointers (RFC 6901).

/// The steps of a pointer; nothing when it is none.
pub(crate) fn steps(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let rest = pointer.strip_prefix('/')?;
    rest.split('/').map(unescaped).collect()
}

fn unescaped(step: &str) -> Option<String> {
    let mut plain = String::with_capacity(step.len());
    let mut chars = step.chars();
    while let Some(c) = chars.next() {
        match c {
            '~' => match chars.next() {
                Some('0') => plain.push('~'),
                Some('1') => plain.push('/'),
                _ => return None,
            },
            c => plain.push(c),
        }
    }
    Some(plain)
}

/// Adds a step to a pointer.
pub(crate) fn push(pointer: &mut String, step: &str) {
    pointer.push('/');
    pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
}

/// The place in a list that a step says: digits without a zero before them.
pub(crate) fn place(step: &str) -> Option<usize> {
    let plain = step == "0" || !step.starts_with('0');
    (plain && step.bytes().all(|byte| byte.is_ascii_digit())).then(|| step.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_of_the_rfc() {
        assert_eq!(steps("").unwrap(), Vec::<String>::new());
        assert_eq!(steps("/a~1b/m~0n/").unwrap(), ["a/b", "m~n", ""]);
        assert_eq!(steps("/~01").unwrap(), ["~1"]);
        for pointer in ["a", "/~", "/~2"] {
            assert!(steps(pointer).is_none(), "{pointer}");
        }
        let mut pointer = String::new();
        push(&mut pointer, "a/b~c");
        assert_eq!(pointer, "/a~1b~0c");
        assert_eq!(
            (place("0"), place("10"), place("01"), place("-"), place("")),
            (Some(0), Some(10), None, None, None)
        );
    }
}
