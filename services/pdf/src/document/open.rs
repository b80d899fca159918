//! A file to an opened document, with a sentence for everything that can be wrong with it.

use chassis::{Call, Code, Error, File, Secret};
use lopdf::encryption::EncryptionState;
use lopdf::{DecompressError, Document, LoadOptions, Object, ObjectId};

use super::tree;

/// Maximum number of pages of a document.
pub(crate) const MAX_PAGES: usize = 5_000;
/// Bytes a stream that must be inflated to read the structure may have.
pub(crate) const MAX_STREAM: usize = 64 << 20;
/// Where the header of a PDF may stand at the latest (ISO 32000-1, annex H, note 13).
const HEADER_WITHIN: usize = 1024;

/// A PDF of a request, and the names of its fields.
#[derive(Clone, Copy)]
pub(crate) struct Source<'r> {
    /// Field of the file, such as `file` or `files[2]`.
    pub(crate) field: &'r str,
    /// The file.
    pub(crate) file: &'r File,
    /// Field of the password.
    pub(crate) password_field: &'r str,
    /// Its password, if it has one.
    pub(crate) password: Option<&'r Secret<String>>,
}

/// A document that was opened, decrypted in memory.
pub(crate) struct Opened {
    /// Its objects.
    pub(crate) pdf: Document,
    /// Its pages in order; what they inherit is written on each.
    pub(crate) pages: Vec<ObjectId>,
    /// Whether it was damaged, and repaired while it was read.
    pub(crate) repaired: bool,
    /// How it was encrypted, if it was.
    pub(crate) encryption: Option<EncryptionState>,
}

impl<'r> Source<'r> {
    /// The file of the field `file`, with the password of the field `password`.
    pub(crate) fn only(file: &'r File, password: Option<&'r Secret<String>>) -> Self {
        Self { field: "file", file, password_field: "password", password }
    }

    /// Opens it. A document that was damaged and could be read is a warning.
    ///
    /// # Errors
    /// 415 when it is no PDF; 422 when it needs a password or has another, is too damaged, or has no pages; 413 when it
    /// is too large.
    pub(crate) fn open(&self, call: &Call) -> Result<Opened, Error> {
        let bytes = self.file.bytes();
        if !has_header(bytes) {
            return Err(Error::field(
                Code::UnsupportedMediaType,
                self.field,
                "must be a PDF: it does not begin as one",
            ));
        }
        let mut pdf = self.load(bytes, false)?;
        let mut pages = tree::pages(&mut pdf).map_err(|pages| self.too_many(pages))?;
        if pages.is_empty() {
            pdf = self.load(bytes, true)?;
            pages = tree::pages(&mut pdf).map_err(|pages| self.too_many(pages))?;
        }
        if pages.is_empty() {
            return Err(Error::impossible(self.field, "has no pages: it is damaged, or an empty PDF"));
        }
        let repaired = pdf.xref_recovery.is_some();
        if repaired {
            let message = "the file is damaged and was repaired: check that nothing is missing";
            call.warn("repaired", Some(self.field), message);
        }
        let encryption = pdf.encryption_state.take();
        Ok(Opened { pdf, pages, repaired, encryption })
    }

    fn load(&self, bytes: &[u8], rebuild: bool) -> Result<Document, Error> {
        let load = |password: Option<String>| {
            let options = LoadOptions {
                password,
                max_decompressed_size: Some(MAX_STREAM),
                force_reconstruct: rebuild,
                ..LoadOptions::default()
            };
            Document::load_mem_with_options(bytes, options)
        };
        let Some(password) = self.password.map(|password| password.reveal().as_str()).filter(|text| !text.is_empty())
        else {
            return match load(None) {
                Ok(pdf) if pdf.is_encrypted() => Err(self.password_needed()),
                Ok(pdf) if pdf.trailer.has(b"Encrypt") => Err(self.unsupported_encryption()),
                Ok(pdf) => Ok(pdf),
                Err(lopdf::Error::InvalidPassword) => Err(self.password_needed()),
                Err(error) => Err(self.unreadable(&error)),
            };
        };
        for spelling in documents::spellings(password) {
            match load(Some(spelling)) {
                Ok(pdf) if pdf.is_encrypted() => {}
                Ok(pdf) => return Ok(pdf),
                Err(lopdf::Error::InvalidPassword) => {}
                Err(error) => return Err(self.unreadable(&error)),
            }
        }
        // The library checks the copy of the permissions as well, which a few writers get wrong.
        if documents::Document::open(bytes.to_vec(), Some(password)).is_ok() {
            let message = "opens with its password, but its permissions do not match their encrypted copy: it can be read \
                           (text, tables, render), but not changed";
            return Err(Error::impossible(self.field, message));
        }
        Err(Error::impossible(self.password_field, "is wrong: it does not open the document"))
    }

    fn password_needed(&self) -> Error {
        Error::impossible(self.password_field, "is missing: the document is encrypted and needs its password to open")
    }

    fn unsupported_encryption(&self) -> Error {
        Error::impossible(self.field, "is encrypted in a way that is not supported (not with a password)")
    }

    fn unreadable(&self, error: &lopdf::Error) -> Error {
        match error {
            lopdf::Error::Decompress(DecompressError::MemoryLimitExceeded { .. }) => Error::field(
                Code::PayloadTooLarge,
                self.field,
                format!("unpacks to more than {} MB, the limit for a part of its structure", MAX_STREAM >> 20),
            ),
            lopdf::Error::UnsupportedSecurityHandler(_) | lopdf::Error::Decryption(_) => self.unsupported_encryption(),
            _ => Error::impossible(self.field, "is damaged beyond repair: its structure cannot be read"),
        }
    }

    fn too_many(&self, pages: usize) -> Error {
        let message = format!("has more than {MAX_PAGES} pages ({pages} were counted): split it first");
        Error::field(Code::PayloadTooLarge, self.field, message)
    }
}

impl Opened {
    /// Number of signatures that are there.
    pub(crate) fn signatures(&self) -> usize {
        self.pdf.objects.values().filter(|object| is_signature(object)).count()
    }

    /// Refuses a signed document whose signature would be lost, unless that is allowed; then it is a warning.
    ///
    /// # Errors
    /// 409 with the field of the file.
    pub(crate) fn guard_signatures(&self, field: &str, allow: bool, call: &Call) -> Result<(), Error> {
        if self.signatures() == 0 {
            return Ok(());
        }
        if allow {
            call.warn("signature-lost", Some(field), "the document was signed: the signature is no longer valid");
            return Ok(());
        }
        let message = "is signed, and the signature would be lost: send allowSigned=true if that is wanted";
        Err(Error::field(Code::Conflict, field, message))
    }

    /// The dictionary of a page, counted from 0.
    pub(crate) fn page(&self, index: usize) -> &lopdf::Dictionary {
        let page = self.pages.get(index).and_then(|id| self.pdf.get_dictionary(*id).ok());
        page.expect("pages are dictionaries, and callers count them")
    }
}

/// A signature dictionary that signs something.
fn is_signature(object: &Object) -> bool {
    let Ok(dictionary) = object.as_dict() else { return false };
    dictionary.has(b"ByteRange") && dictionary.has(b"Contents") && dictionary.has(b"Filter")
}

fn has_header(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(HEADER_WITHIN)].windows(5).any(|window| window == b"%PDF-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &'static [u8]) -> (Code, String) {
        let file = File::new("a.pdf", "application/pdf", bytes);
        let error = Source::only(&file, None).open(&Call::detached()).err().unwrap();
        (error.code(), error.message())
    }

    #[test]
    fn what_is_no_pdf_is_told_from_what_is_damaged() {
        assert_eq!(refused(b"hello").0, Code::UnsupportedMediaType);
        let (code, message) = refused(b"%PDF-1.7\nhello");
        assert_eq!(code, Code::Unprocessable);
        assert_eq!(message, "file: is damaged beyond repair: its structure cannot be read");
    }
}
