//! The input of an operation: text in some encoding, or a file.

use std::borrow::Cow;

use chassis::File;

use crate::Error;
use crate::encoding::InputEncoding;
use crate::error::conflict;

/// Requests up to this size are worked on where they arrive: with so little, one pass of every hash there is holds nobody up.
pub(crate) const INLINE_BYTES: usize = 4 * 1024;

/// The bytes of the one that was sent, under the field names `text`, `inputEncoding` and `file`.
///
/// # Errors
/// When both were sent or neither, or the text is not in its encoding.
pub(crate) fn bytes<'r>(
    text: Option<&'r str>,
    encoding: InputEncoding,
    file: Option<&'r File>,
) -> Result<Cow<'r, [u8]>, Error> {
    match (text, file) {
        (Some(text), None) => encoding.decode("text", text),
        (None, Some(file)) => Ok(Cow::Borrowed(file.bytes())),
        (Some(_), Some(_)) => Err(conflict("file", "cannot be combined with text: send one of the two")),
        (None, None) => Err(conflict("text", "is missing: send text (it may be empty) or a file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_of_text_and_file() {
        let file = File::new("a.bin", "application/octet-stream", vec![0, 255]);
        assert_eq!(*bytes(None, InputEncoding::Utf8, Some(&file)).unwrap(), [0, 255]);
        assert!(bytes(Some(""), InputEncoding::Utf8, None).unwrap().is_empty());
        assert_eq!(*bytes(Some("00ff"), InputEncoding::Hex, None).unwrap(), [0, 255]);
        assert!(matches!(bytes(None, InputEncoding::Utf8, None), Err(Error::Conflict { field: "text", .. })));
        let both = bytes(Some(""), InputEncoding::Utf8, Some(&file));
        assert!(matches!(both, Err(Error::Conflict { field: "file", .. })), "empty text is text");
    }
}
