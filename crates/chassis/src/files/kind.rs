//! What a file is: judged by its first bytes, because what senders say is often `application/octet-stream`.

use super::file::File;
use crate::error::{Code, Error};

/// Checks that a file is of a kind an operation takes.
pub(crate) fn check(field: &str, file: &File, accepts: &[&str]) -> Result<(), Error> {
    if accepts.is_empty() {
        return Ok(());
    }
    let seen = infer::get(file.bytes()).map(|kind| kind.mime_type());
    let said = file.content_type().filter(|said| *said != "application/octet-stream");
    // Text has no first bytes to know it by: there the sender's word counts, and no word is no objection.
    let Some(kind) = seen.or(said) else { return Ok(()) };
    if accepts.iter().any(|accepted| fits(kind, accepted)) {
        return Ok(());
    }
    let hint = if kind == "text/html" { ": the address gives a web page, use the link of the file itself" } else { "" };
    let message = format!("must be {} (this is {kind}{hint})", accepts.join(" or "));
    Err(Error::field(Code::UnsupportedMediaType, field, message))
}

/// Whether a media type is one that is accepted: itself, or of its family.
fn fits(kind: &str, accepted: &str) -> bool {
    match accepted.strip_suffix('*') {
        Some(family) => kind.starts_with(family),
        None => kind == accepted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide_and_text_is_believed() {
        let png = b"\x89PNG\r\n\x1a\n0000000000000000";
        let check = |said: &str, bytes: &'static [u8], accepts: &[&str]| {
            check("file", &File::new("a", said, bytes), accepts).map_err(|error| error.message())
        };
        assert_eq!(check("application/pdf", png, &["image/*"]), Ok(()));
        assert_eq!(
            check("image/png", b"%PDF-1.7\n", &["image/*"]).unwrap_err(),
            "file: must be image/* (this is application/pdf)"
        );
        assert_eq!(check("text/csv", b"a,b\n", &["text/csv"]), Ok(()));
        assert!(check("text/html", b"<!doctype html>", &["application/pdf"]).unwrap_err().contains("web page"));
        assert_eq!(check("application/octet-stream", b"a,b\n", &["text/csv"]), Ok(()));
        assert_eq!(check("anything/else", b"?", &[]), Ok(()));
    }
}
