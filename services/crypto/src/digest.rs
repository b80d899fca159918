//! The algorithms that turn bytes into a short value, and what each is good for.

use blake2::{Blake2b512, Blake2s256};
use md5::Md5;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use xxhash_rust::{xxh3, xxh64};

/// A hash or checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// SHA-2 with 256 bits (FIPS 180-4); the default.
    #[default]
    Sha256,
    /// SHA-2 with 512 bits.
    Sha512,
    /// SHA-2 with 384 bits.
    Sha384,
    /// SHA-2 with 224 bits.
    Sha224,
    /// SHA-512 cut to 256 bits, with its own start values.
    #[serde(rename = "sha512-256")]
    Sha512_256,
    /// SHA-512 cut to 224 bits, with its own start values.
    #[serde(rename = "sha512-224")]
    Sha512_224,
    /// SHA-3 with 256 bits (FIPS 202).
    #[serde(rename = "sha3-256")]
    Sha3_256,
    /// SHA-3 with 512 bits.
    #[serde(rename = "sha3-512")]
    Sha3_512,
    /// SHA-3 with 384 bits.
    #[serde(rename = "sha3-384")]
    Sha3_384,
    /// SHA-3 with 224 bits.
    #[serde(rename = "sha3-224")]
    Sha3_224,
    /// BLAKE3 with 256 bits.
    Blake3,
    /// BLAKE2b with 512 bits (RFC 7693).
    Blake2b,
    /// BLAKE2s with 256 bits (RFC 7693).
    Blake2s,
    /// MD5 (RFC 1321): broken, for old systems only.
    Md5,
    /// SHA-1 (FIPS 180-4): broken, for old systems only.
    Sha1,
    /// CRC-32 as in zip and PNG (ISO-HDLC).
    Crc32,
    /// CRC-32C as in iSCSI and cloud storage (Castagnoli).
    Crc32c,
    /// Adler-32 as in zlib (RFC 1950).
    Adler32,
    /// XXH64 with seed 0.
    Xxh64,
    /// XXH3 with 64 bits and seed 0.
    Xxh3,
    /// XXH3 with 128 bits and seed 0.
    #[serde(rename = "xxh3-128")]
    Xxh3_128,
}

/// What a digest is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// No practical attack is known.
    Strong,
    /// Broken: collisions can be made. For old systems that ask for it.
    Legacy,
    /// Finds accidents, not attackers.
    Checksum,
}

impl Algorithm {
    /// What the digest is good for.
    #[must_use]
    pub const fn security(self) -> Security {
        match self {
            Self::Md5 | Self::Sha1 => Security::Legacy,
            Self::Crc32 | Self::Crc32c | Self::Adler32 | Self::Xxh64 | Self::Xxh3 | Self::Xxh3_128 => {
                Security::Checksum
            }
            _ => Security::Strong,
        }
    }

    /// The digest of some bytes; checksums come as big-endian numbers, the way they are usually written.
    #[must_use]
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha224 => Sha224::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
            Self::Sha512_224 => Sha512_224::digest(bytes).to_vec(),
            Self::Sha512_256 => Sha512_256::digest(bytes).to_vec(),
            Self::Sha3_224 => Sha3_224::digest(bytes).to_vec(),
            Self::Sha3_256 => Sha3_256::digest(bytes).to_vec(),
            Self::Sha3_384 => Sha3_384::digest(bytes).to_vec(),
            Self::Sha3_512 => Sha3_512::digest(bytes).to_vec(),
            Self::Blake3 => blake3::hash(bytes).as_bytes().to_vec(),
            Self::Blake2b => Blake2b512::digest(bytes).to_vec(),
            Self::Blake2s => Blake2s256::digest(bytes).to_vec(),
            Self::Md5 => Md5::digest(bytes).to_vec(),
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Crc32 => crc32fast::hash(bytes).to_be_bytes().to_vec(),
            Self::Crc32c => crc32c::crc32c(bytes).to_be_bytes().to_vec(),
            Self::Adler32 => simd_adler32::adler32(&bytes).to_be_bytes().to_vec(),
            Self::Xxh64 => xxh64::xxh64(bytes, 0).to_be_bytes().to_vec(),
            Self::Xxh3 => xxh3::xxh3_64(bytes).to_be_bytes().to_vec(),
            Self::Xxh3_128 => xxh3::xxh3_128(bytes).to_be_bytes().to_vec(),
        }
    }
}
