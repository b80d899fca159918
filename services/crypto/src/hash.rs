//! Hash text.

use chassis::Call;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::digest::{Algorithm, Security};
use crate::encoding::{InputEncoding, OutputEncoding};

/// Bodies up to this size are hashed where they arrive: small enough that even all algorithms at once hold nobody up.
pub const INLINE_BYTES: usize = 4 * 1024;

/// What the document says.
pub const DESCRIPTION: &str = "\
Digests of a text, or of bytes given as hex or base64. Several algorithms in one call read the text once each; `hash` is \
the digest of the first. MD5 and SHA-1 are marked `legacy`: collisions can be made, so never sign or compare passwords \
with them. Checksums find accidents, not attackers, and are written as big-endian numbers. Passwords do not belong \
here: a fast hash is guessed fast.";

/// Text to hash and the algorithms to use.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct HashRequest {
    /// The text; empty text has a hash too.
    pub text: String,
    /// What the text stands for.
    #[serde(default)]
    pub input_encoding: InputEncoding,
    /// The algorithm; `sha256` when neither this nor `algorithms` is given.
    #[serde(default)]
    pub algorithm: Option<Algorithm>,
    /// Several algorithms at once, instead of `algorithm`.
    #[serde(default)]
    #[garde(length(max = 21))]
    pub algorithms: Vec<Algorithm>,
    /// How the digests are written.
    #[serde(default)]
    pub output_encoding: OutputEncoding,
}

/// The digests.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HashResponse {
    /// The digest of the first algorithm.
    pub hash: String,
    /// The first algorithm.
    pub algorithm: Algorithm,
    /// How the digests are written.
    pub output_encoding: OutputEncoding,
    /// Bytes that were hashed.
    pub bytes: usize,
    /// Every digest, in the order asked for.
    pub rows: Vec<Digest>,
}

/// One digest.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Digest {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The digest.
    pub hash: String,
    /// Its length in bits.
    pub bits: usize,
    /// What it is good for.
    pub security: Security,
}

/// A request that works.
#[must_use]
pub fn example() -> HashRequest {
    HashRequest {
        text: "hello".to_owned(),
        input_encoding: InputEncoding::Utf8,
        algorithm: Some(Algorithm::Sha256),
        algorithms: Vec::new(),
        output_encoding: OutputEncoding::Hex,
    }
}

/// Hashes a text.
///
/// # Errors
/// When the text is not in its encoding, or both `algorithm` and `algorithms` are given.
pub fn hash(request: HashRequest, call: &Call) -> Result<HashResponse, Error> {
    let algorithms = match (request.algorithm, request.algorithms) {
        (None, several) if several.is_empty() => vec![Algorithm::default()],
        (None, several) => several,
        (Some(one), several) if several.is_empty() => vec![one],
        (Some(_), _) => {
            let message = "is there together with algorithm: send one of the two".to_owned();
            return Err(Error::Conflict { field: "algorithms", message });
        }
    };
    let bytes = request.input_encoding.decode("text", request.text)?;
    let rows: Vec<Digest> = algorithms
        .iter()
        .map(|algorithm| {
            let digest = algorithm.digest(&bytes);
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
            "MD5 and SHA-1 are broken: use them only where an old system asks for them",
        );
    }
    Ok(HashResponse {
        hash: first.hash.clone(),
        algorithm: first.algorithm,
        output_encoding: request.output_encoding,
        bytes: bytes.len(),
        rows,
    })
}
