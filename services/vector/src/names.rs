//! Names of collections, ids of points.

use chassis::{Code, Error};

/// Characters of an id.
pub const MAX_ID: usize = 256;

/// Refuses what is no name of a collection.
///
/// # Errors
/// When it has other characters than small letters, digits, `-` and `_`, or begins with one of the last two.
pub fn check(field: &str, name: &str) -> Result<(), Error> {
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if begins && name.len() <= 63 && name.bytes().all(plain) {
        return Ok(());
    }
    let message = "must have 1 to 63 small letters, digits, - and _, and begin with a letter or digit";
    Err(Error::field(Code::ValidationError, field, message))
}
