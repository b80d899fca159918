//! Names by pattern: `*` is anything within a folder, `**` anything at all, `?` one character.

/// Whether a name fits a pattern, letters of either case alike. A pattern without `/` is one of the file's name alone.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let name = if pattern.contains('/') { name } else { name.rsplit('/').next().unwrap_or(name) };
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    // Which places of the name the pattern so far may end at.
    let mut ends = vec![false; name.len() + 1];
    ends[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            '*' => {
                let deep = pattern.get(at + 1) == Some(&'*');
                if deep {
                    at += 1;
                    // `**/` is also no folder at all.
                    if pattern.get(at + 1) == Some(&'/') {
                        let mut next = ends.clone();
                        let mut begun = false;
                        for place in 0..name.len() {
                            begun |= ends[place];
                            next[place + 1] |= begun && name[place] == '/';
                        }
                        ends = next;
                        at += 2;
                        continue;
                    }
                }
                for place in 0..name.len() {
                    ends[place + 1] |= ends[place] && (deep || name[place] != '/');
                }
            }
            one => {
                let mut next = vec![false; name.len() + 1];
                for place in 0..name.len() {
                    next[place + 1] = ends[place] && (name[place] == one || one == '?' && name[place] != '/');
                }
                ends = next;
            }
        }
        at += 1;
    }
    ends[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "dir/a.CSV", true),
            ("*.csv", "a.csv.gz", false),
            ("dir/*.csv", "dir/a.csv", true),
            ("dir/*.csv", "dir/in/a.csv", false),
            ("dir/**", "dir/in/a.csv", true),
            ("**/a.csv", "a.csv", true),
            ("**/a.csv", "x/y/a.csv", true),
            ("**/a.csv", "x/ya.csv", false),
            ("?.txt", "ä.txt", true),
            ("?.txt", "ab.txt", false),
            ("*", "anything", true),
            ("", "a", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "acb", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
