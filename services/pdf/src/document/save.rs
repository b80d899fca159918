//! A document to bytes.

use chassis::Error;
use flate2::{Compress, Compression, FlushCompress, Status};
use lopdf::encryption::EncryptionState;
use lopdf::{Document, Object, SaveOptions, Stream};

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

/// Objects from which a document has them in object streams: fewer are not worth a compressor, whose state is half a megabyte.
const OBJECT_STREAMS_FROM: usize = 64;
/// Shorter streams are not deflated.
const WORTH_DEFLATING: usize = 64;

/// Takes out what belongs to the file it was read from, and deflates what was not.
fn tidy(pdf: &mut Document) {
    pdf.objects.retain(|_, object| !object.type_name().is_ok_and(|name| name == b"ObjStm" || name == b"XRef"));
    for key in [&b"Prev"[..], b"XRefStm", b"DecodeParms", b"Filter", b"Index", b"Length", b"W", b"Type"] {
        pdf.trailer.remove(key);
    }
    let mut compressor = None;
    for object in pdf.objects.values_mut() {
        if let Object::Stream(stream) = object
            && stream.allows_compression
            && stream.content.len() >= WORTH_DEFLATING
            && !stream.dict.has(b"Filter")
        {
            deflate(stream, compressor.get_or_insert_with(|| Compress::new(Compression::new(6), true)));
        }
    }
}

/// Deflates a stream, where that makes it shorter. Level 6 takes a third of the time of level 9 for a percent of its size.
/// One compressor serves all: its tables are half a megabyte, and making them took a third of a merge.
fn deflate(stream: &mut Stream, compressor: &mut Compress) {
    compressor.reset();
    let mut deflated = Vec::with_capacity(stream.content.len());
    // What does not end in the room of its content is no shorter.
    let ended = compressor.compress_vec(&stream.content, &mut deflated, FlushCompress::Finish);
    if matches!(ended, Ok(Status::StreamEnd)) && deflated.len() + 19 < stream.content.len() {
        deflated.shrink_to_fit();
        stream.dict.set("Filter", "FlateDecode");
        stream.set_content(deflated);
    }
}

/// Writes a document as it is; one that was encrypted has no object streams.
///
/// # Errors
/// When it cannot be written, which is our fault.
fn write(pdf: &mut Document, object_streams: bool) -> Result<Vec<u8>, Error> {
    let large = pdf.objects.len() >= OBJECT_STREAMS_FROM;
    // A table of objects says how many there are, and some were taken out.
    pdf.max_id = pdf.objects.keys().map(|(number, _)| *number).max().unwrap_or_default();
    let object_streams = object_streams && large;
    let options =
        SaveOptions::builder().use_object_streams(object_streams).use_xref_streams(large).compression_level(6).build();
    let mut bytes = Vec::new();
    pdf.save_with_options(&mut bytes, options).map_err(|_| Error::internal())?;
    Ok(bytes)
}
