//! A document to bytes.

use chassis::Error;
use lopdf::encryption::EncryptionState;
use lopdf::{Document, SaveOptions};

use super::open::Opened;

impl Opened {
    /// Saves the document, protected with the same passwords and permissions as it came.
    ///
    /// # Errors
    /// When it cannot be written, which is our fault.
    pub(crate) fn save(mut self) -> Result<Vec<u8>, Error> {
        match self.encryption.take() {
            Some(encryption) => protected(self.pdf, &encryption),
            None => save(self.pdf),
        }
    }
}

/// Saves a document, protected.
///
/// # Errors
/// When it cannot be written, which is our fault.
pub(crate) fn protected(mut pdf: Document, encryption: &EncryptionState) -> Result<Vec<u8>, Error> {
    tidy(&mut pdf);
    pdf.encrypt(encryption).map_err(|_| Error::internal())?;
    write(&mut pdf, false)
}

/// Saves a document that is not protected: streams deflated, objects in object streams.
///
/// # Errors
/// When it cannot be written, which is our fault.
pub(crate) fn save(mut pdf: Document) -> Result<Vec<u8>, Error> {
    tidy(&mut pdf);
    write(&mut pdf, true)
}

/// Takes out what belongs to the file it was read from, and deflates what was not.
fn tidy(pdf: &mut Document) {
    pdf.objects.retain(|_, object| !object.type_name().is_ok_and(|name| name == b"ObjStm" || name == b"XRef"));
    for key in [&b"Prev"[..], b"XRefStm", b"DecodeParms", b"Filter", b"Index", b"Length", b"W", b"Type"] {
        pdf.trailer.remove(key);
    }
    pdf.compress();
}

/// Writes a document as it is; one that was encrypted has no object streams.
///
/// # Errors
/// When it cannot be written, which is our fault.
fn write(pdf: &mut Document, object_streams: bool) -> Result<Vec<u8>, Error> {
    let options =
        SaveOptions::builder().use_object_streams(object_streams).use_xref_streams(true).compression_level(6).build();
    let mut bytes = Vec::new();
    pdf.save_with_options(&mut bytes, options).map_err(|_| Error::internal())?;
    Ok(bytes)
}
