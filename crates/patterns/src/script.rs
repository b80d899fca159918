//! Digits of other scripts, read as ASCII: `+٣٩٠٦` is +3906, and a card number in full-width digits is one.

/// Where the zeros of scripts stand; the digits follow them (Unicode's decimal digits in the basic plane).
const ZEROS: [u32; 35] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
    0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

/// The ASCII character of a digit of another script, or of a sign as wide as those; itself for others.
pub(crate) fn ascii(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    match c {
        '＋' => '+',
        '－' | '‐' | '‑' => '-',
        '．' => '.',
        '＠' => '@',
        '\u{a0}' | '\u{202f}' | '\u{3000}' => ' ',
        c => {
            let at = ZEROS.partition_point(|zero| *zero <= u32::from(c));
            let digit = at.checked_sub(1).map(|at| u32::from(c) - ZEROS[at]).filter(|digit| *digit < 10);
            digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
        }
    }
}

/// A text in ASCII digits, and for each of its bytes the byte of the text it stands for; nothing where it is the same.
pub(crate) fn in_ascii(text: &str) -> Option<(String, Vec<usize>)> {
    if text.is_ascii() || text.chars().all(|c| ascii(c) == c) {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len() + 1);
    for (place, c) in text.char_indices() {
        let c = ascii(c);
        plain.push(c);
        places.extend(std::iter::repeat_n(place, c.len_utf8()));
    }
    places.push(text.len());
    Some((plain, places))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_other_scripts() {
        for (text, right) in
            [("٠٦٥٦٨٥١٢٤٢", "0656851242"), ("۰۹", "09"), ("०९", "09"), ("＋４９", "+49"), ("é²Ⅷ", "é²Ⅷ")]
        {
            assert_eq!(text.chars().map(ascii).collect::<String>(), right);
        }
        assert!(in_ascii("é 12").is_none());
        assert!(ZEROS.is_sorted());
        let (plain, places) = in_ascii("é٣!").unwrap();
        assert_eq!((plain.as_str(), places), ("é3!", vec![0, 0, 2, 4, 5]));
    }
}
