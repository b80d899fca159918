//! Codes drawn and read, judged by zxing-cpp and by pictures of other people.

mod drawn;
mod found;
mod rates;
mod refused;

use chassis::testing::{Answer, Client};
use serde_json::{Value, json};

const GENERATE: &str = "/api/v1/image/codes/generate";

/// A code as bytes.
fn drawn(client: &Client, request: &Value) -> Answer {
    let answer = client.post(GENERATE, request);
    assert_eq!(answer.status, 200, "{:?}: {request}", answer.body);
    answer
}

/// What is said of a code.
fn facts(client: &Client, request: &Value) -> Value {
    let mut request = request.clone();
    request["output"] = json!("base64");
    drawn(client, &request).json()
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Characters of an alphabet.
    fn text(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }
}

/// Letters of all scripts a code may hold, and more.
const ANY: &str = "0123456789 ABCxyz$%*+-./:,;!?\"'<>&\\äöüßéñ€£漢字点茗かなカナ한국어привет😀🎉\u{e000}\n\t";
const ASCII: &str = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

/// A text a kind of code can hold, of about so many characters.
fn text_for(code: &str, length: usize, random: &mut Random) -> String {
    const DIGITS: &str = "0123456789";
    match code {
        "ean13" => random.text(DIGITS, 12),
        "ean8" => random.text(DIGITS, 7),
        "upc-a" => random.text(DIGITS, 11),
        "itf" => random.text(DIGITS, (length / 2 * 2).max(6)),
        // Readers take `$A` and its like for a character of extended Code 39.
        "code39" => random.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-. ", length),
        "codabar" => random.text("0123456789-$:/.+", length.max(3)),
        "code128" => match random.below(3) {
            0 => random.text(DIGITS, length),
            1 => random.text(ASCII, length),
            _ => random.text("0123456789012345678901234567890123456789AB\u{1}\u{7f}ab", length),
        },
        _ => match random.below(4) {
            0 => random.text(DIGITS, length),
            1 => random.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-. $/+%", length),
            2 => random.text(ASCII, length),
            _ => random.text(ANY, length),
        },
    }
}

const TYPES: [&str; 11] =
    ["qr", "ean13", "ean8", "upc-a", "code128", "code39", "itf", "codabar", "data-matrix", "pdf417", "aztec"];
