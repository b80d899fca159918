//! XML, looked at before it is parsed.

/// A tag may have this many attributes.
const ATTRIBUTES: usize = 200;

/// Whether each tag has few attributes: a parser compares each with every other one to find duplicates.
pub(crate) fn has_few_attributes(text: &[u8]) -> bool {
    // No value may hold what begins a tag (XML 1.0, section 3.1), so that nothing can hide in one.
    text.split(|byte| *byte == b'<').all(|tag| {
        let (mut quote, mut attributes) = (None, 0);
        for byte in tag {
            match (quote, byte) {
                (None, b'>') => break,
                (None, b'=') => attributes += 1,
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), byte) if open == byte => quote = None,
                _ => {}
            }
        }
        attributes <= ATTRIBUTES
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_counted_tag_by_tag() {
        let many: String = (0..201).map(|n| format!(" a{n}='>'")).collect();
        assert!(!has_few_attributes(format!("<x{many}/>").as_bytes()));
        assert!(!has_few_attributes(format!("<!DOCTYPE x [<!ENTITY e \"<x{many}/>\">]><x/>").as_bytes()));
        assert!(has_few_attributes("<x a='1' b=\"=====\"/>".repeat(300).as_bytes()));
        assert!(has_few_attributes(format!("<x>{many}</x>").as_bytes()));
    }
}
