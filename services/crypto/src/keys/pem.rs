//! PEM (RFC 7468), read as people paste it: with `\n` written out, on one line, indented, from Windows.

use zeroize::Zeroizing;

use crate::Error;
use crate::encoding::BinaryEncoding;
use crate::error::conflict;

/// Blocks of one text.
const MAX_BLOCKS: usize = 32;
pub(super) const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";
/// The fault of a private key whose encryption is not PBES2.
pub(super) const OLD_ENCRYPTION: &str =
    "is damaged or has legacy PEM encryption: convert it with openssl pkcs8 -topk8 -in old.pem -out new.pem";

/// What stands between BEGIN and END, without its wrapping.
pub(super) struct Block<'t> {
    pub(super) label: &'t str,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// All blocks of a text. What stands between them is let pass: other programs write there what a block is.
///
/// # Errors
/// When a block does not end, or is not base64.
pub(super) fn blocks<'t>(field: &'static str, text: &'t str) -> Result<Vec<Block<'t>>, Error> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        if blocks.len() == MAX_BLOCKS {
            return Err(conflict(field, format!("has more than {MAX_BLOCKS} blocks: send only what is needed")));
        }
        let (label, after) = rest[start + BEGIN.len()..].split_once(DASHES).ok_or_else(|| cut(field))?;
        let (body, after) = after.split_once("-----END ").ok_or_else(|| cut(field))?;
        let after = after.strip_prefix(label).and_then(|after| after.strip_prefix(DASHES)).ok_or_else(|| cut(field))?;
        // RFC 1421, 4.6.1.1: the key is made with MD5, once.
        if body.contains("Proc-Type") {
            return Err(conflict(field, OLD_ENCRYPTION));
        }
        blocks.push(Block { label, der: base64(field, body)? });
        rest = after;
    }
    Ok(blocks)
}

/// Base64 in any wrapping, with or without padding, in either alphabet.
///
/// # Errors
/// When it is not base64.
pub(super) fn base64(field: &'static str, text: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        // `\n` of a line that went through JSON or an environment variable, once or more often.
        if character == '\\' {
            while characters.next_if_eq(&'\\').is_some() {}
            characters.next_if(|next| matches!(next, 'n' | 'r' | 't'));
        } else if !character.is_whitespace() {
            plain.push(character);
        }
    }
    let url = plain.contains(['-', '_']);
    let encoding = if url { BinaryEncoding::Base64url } else { BinaryEncoding::Base64 };
    encoding.decode(field, &plain).map(Zeroizing::new)
}

/// The text of a block, with lines of 64 characters.
pub(super) fn write(label: &str, der: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(data_encoding::BASE64.encode(der));
    // Never grown, or parts of it would stay behind in memory.
    let mut text = Zeroizing::new(String::with_capacity(base64.len() + base64.len() / 64 + 2 * label.len() + 40));
    text.extend([BEGIN, label, DASHES, "\n"]);
    for line in base64.as_bytes().chunks(64) {
        text.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        text.push('\n');
    }
    text.extend(["-----END ", label, DASHES, "\n"]);
    text
}

fn cut(field: &'static str) -> Error {
    conflict(field, "is truncated: paste all of it, from -----BEGIN to the dashes after END")
}
