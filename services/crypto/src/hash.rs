//! Hash text or a file.

use chassis::{Call, Error, FileStream, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest::{Algorithm, Security};
use crate::encoding::{BinaryEncoding, InputEncoding};
use crate::error::conflict;
use crate::input::INLINE_BYTES;

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Computes message digests and checksums of text, of bytes given as hex or base64, or of a file of up to 1 GB (sent as \
the request body, in a multipart form, or by URL). Several algorithms share one pass over the input; `hash` is the \
digest of the first. MD5 and SHA-1 are marked `legacy`: collisions are practical, so do not use them for signatures or \
integrity against attackers. Checksums detect accidental changes only, and are written as big-endian numbers. Do not \
hash passwords here: use /passwords/hash, which is slow on purpose.";

/// Text or file to hash, and the algorithms.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct HashRequest {
    /// The input as text; may be empty.
    #[serde(default)]
    pub text: Option<String>,
    /// Encoding of `text`.
    #[serde(default)]
    pub input_encoding: InputEncoding,
    /// The input as a file, instead of `text`.
    #[serde(default)]
    pub file: Option<FileStream>,
    /// Hash algorithm; `sha256` if neither this nor `algorithms` is given.
    #[serde(default)]
    pub algorithm: Option<Algorithm>,
    /// Several hash algorithms, instead of `algorithm`.
    #[serde(default)]
    #[garde(length(max = 21))]
    pub algorithms: Vec<Algorithm>,
    /// Encoding of the output.
    #[serde(default)]
    pub output_encoding: BinaryEncoding,
}

/// The digests.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HashResponse {
    /// The digest.
    pub hash: String,
    /// Hash algorithm of `hash`.
    pub algorithm: Algorithm,
    /// Encoding of the output.
    pub output_encoding: BinaryEncoding,
    /// Length of the input in bytes.
    pub bytes: usize,
    /// All digests, in the order requested.
    pub rows: Vec<Digest>,
}

/// One digest.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Digest {
    /// Hash algorithm of `hash`.
    pub algorithm: Algorithm,
    /// The digest.
    pub hash: String,
    /// Output length in bits.
    pub bits: usize,
    /// Security of the algorithm.
    pub security: Security,
}

/// An example request.
#[must_use]
pub fn example() -> HashRequest {
    HashRequest {
        text: Some("hello".to_owned()),
        input_encoding: InputEncoding::Utf8,
        file: None,
        algorithm: Some(Algorithm::Sha256),
        algorithms: Vec::new(),
        output_encoding: BinaryEncoding::Hex,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Hash text or a file with one or more algorithms")
        .description(DESCRIPTION)
        .example(example)
        .inline(INLINE_BYTES)
}

/// Hashes text or a file.
///
/// # Errors
/// If the text is not in its encoding, not exactly one of `text` and `file` is given, or both `algorithm` and
/// `algorithms` are.
pub fn hash(request: HashRequest, call: &Call) -> Result<HashResponse, Error> {
    let algorithms = match (request.algorithm, request.algorithms) {
        (None, several) if several.is_empty() => vec![Algorithm::default()],
        (None, several) => several,
        (Some(one), several) if several.is_empty() => vec![one],
        (Some(_), _) => {
            return Err(conflict("algorithms", "cannot be combined with algorithm: send one of the two").into());
        }
    };
    let mut running: Vec<_> = algorithms.iter().map(|algorithm| algorithm.start()).collect();
    let mut bytes = 0;
    let mut take = |piece: &[u8]| {
        bytes += piece.len();
        running.iter_mut().for_each(|digest| digest.update(piece));
    };
    match (request.text, request.file) {
        (Some(text), None) => take(&request.input_encoding.decode("text", &text)?),
        (None, Some(file)) => {
            while let Some(piece) = file.next_piece()? {
                // A sender that trickles must not keep a place for a client that left.
                if call.cancelled() {
                    return Err(Error::internal());
                }
                take(&piece);
            }
        }
        (Some(_), Some(_)) => return Err(conflict("file", "cannot be combined with text: send one of the two").into()),
        (None, None) => return Err(conflict("text", "is missing: send text (it may be empty) or a file").into()),
    }
    let rows: Vec<Digest> = algorithms
        .iter()
        .zip(running)
        .map(|(algorithm, running)| {
            let digest = running.finish();
            Digest {
                algorithm: *algorithm,
                hash: request.output_encoding.encode(&digest),
                bits: digest.len() * 8,
                security: algorithm.security(),
            }
        })
        .collect();
    let first = &rows[0];
    if rows.iter().any(|row| row.security == Security::Legacy) {
        call.warn(
            "legacy-algorithm",
            None,
            "MD5 and SHA-1 are broken: use them only where a legacy system requires them",
        );
    }
    Ok(HashResponse {
        hash: first.hash.clone(),
        algorithm: first.algorithm,
        output_encoding: request.output_encoding,
        bytes,
        rows,
    })
}

#[cfg(test)]
mod tests {
    use chassis::File;

    use super::*;

    #[test]
    fn a_file_has_the_hash_of_its_bytes() {
        let file = File::new("abc.txt", "text/plain", "abc");
        let request = HashRequest { text: None, file: Some(FileStream::of(&file)), ..example() };
        let answer = hash(request, &Call::detached()).unwrap();
        // FIPS 180-4, the example of SHA-256.
        assert_eq!(answer.hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(answer.bytes, 3);
    }
}
