//! Hash functions and checksums, and how secure each is.

use blake2::{Blake2b512, Blake2s256};
use md5::Md5;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use xxhash_rust::{xxh3, xxh64};

/// Hash function or checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// SHA-256 (FIPS 180-4); the default.
    #[default]
    Sha256,
    /// SHA-512.
    Sha512,
    /// SHA-384.
    Sha384,
    /// SHA-224.
    Sha224,
    /// SHA-512/256: truncated SHA-512 with its own initial values.
    #[serde(rename = "sha512-256")]
    Sha512_256,
    /// SHA-512/224: truncated SHA-512 with its own initial values.
    #[serde(rename = "sha512-224")]
    Sha512_224,
    /// SHA3-256 (FIPS 202).
    #[serde(rename = "sha3-256")]
    Sha3_256,
    /// SHA3-512.
    #[serde(rename = "sha3-512")]
    Sha3_512,
    /// SHA3-384.
    #[serde(rename = "sha3-384")]
    Sha3_384,
    /// SHA3-224.
    #[serde(rename = "sha3-224")]
    Sha3_224,
    /// BLAKE3, 256 bits.
    Blake3,
    /// BLAKE2b, 512 bits (RFC 7693).
    Blake2b,
    /// BLAKE2s, 256 bits (RFC 7693).
    Blake2s,
    /// MD5 (RFC 1321): broken; for legacy systems only.
    Md5,
    /// SHA-1 (FIPS 180-4): broken; for legacy systems only.
    Sha1,
    /// CRC-32 as used by zip and PNG (ISO-HDLC).
    Crc32,
    /// CRC-32C as used by iSCSI and cloud storage (Castagnoli).
    Crc32c,
    /// Adler-32 as used by zlib (RFC 1950).
    Adler32,
    /// XXH64, seed 0.
    Xxh64,
    /// XXH3, 64 bits, seed 0.
    Xxh3,
    /// XXH3, 128 bits, seed 0.
    #[serde(rename = "xxh3-128")]
    Xxh3_128,
}

/// Security of an algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// No practical attack is known.
    Strong,
    /// Broken or outdated; use it only where a legacy system requires it.
    Legacy,
    /// Not cryptographic: detects accidental changes only.
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

    /// Starts a digest, to be given its bytes piece by piece.
    #[must_use]
    pub fn start(self) -> Box<dyn Running> {
        match self {
            Self::Sha224 => Box::new(Sha224::new()),
            Self::Sha256 => Box::new(Sha256::new()),
            Self::Sha384 => Box::new(Sha384::new()),
            Self::Sha512 => Box::new(Sha512::new()),
            Self::Sha512_224 => Box::new(Sha512_224::new()),
            Self::Sha512_256 => Box::new(Sha512_256::new()),
            Self::Sha3_224 => Box::new(Sha3_224::new()),
            Self::Sha3_256 => Box::new(Sha3_256::new()),
            Self::Sha3_384 => Box::new(Sha3_384::new()),
            Self::Sha3_512 => Box::new(Sha3_512::new()),
            Self::Blake3 => Box::new(blake3::Hasher::new()),
            Self::Blake2b => Box::new(Blake2b512::new()),
            Self::Blake2s => Box::new(Blake2s256::new()),
            Self::Md5 => Box::new(Md5::new()),
            Self::Sha1 => Box::new(Sha1::new()),
            Self::Crc32 => Box::new(crc32fast::Hasher::new()),
            Self::Crc32c => Box::new(Crc32c(0)),
            Self::Adler32 => Box::new(simd_adler32::Adler32::new()),
            Self::Xxh64 => Box::new(xxh64::Xxh64::new(0)),
            Self::Xxh3 => Box::new(xxh3::Xxh3::new()),
            Self::Xxh3_128 => Box::new(Wide(xxh3::Xxh3::new())),
        }
    }

    /// The digest of some bytes.
    #[must_use]
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let mut running = self.start();
        running.update(bytes);
        running.finish()
    }
}

/// A digest that is being made.
pub trait Running {
    /// Takes more bytes.
    fn update(&mut self, bytes: &[u8]);

    /// The digest of all of them; checksums come as big-endian numbers, the way they are usually written.
    fn finish(self: Box<Self>) -> Vec<u8>;
}

macro_rules! running {
    ($($type:ty),*) => {$(
        impl Running for $type {
            fn update(&mut self, bytes: &[u8]) {
                Digest::update(self, bytes);
            }

            fn finish(self: Box<Self>) -> Vec<u8> {
                Digest::finalize(*self).to_vec()
            }
        }
    )*};
}

running!(Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256, Sha3_224, Sha3_256, Sha3_384, Sha3_512);
running!(Blake2b512, Blake2s256, Md5, Sha1);

/// CRC-32C so far.
struct Crc32c(u32);

/// XXH3 of which all 128 bits are wanted.
struct Wide(xxh3::Xxh3);

impl Running for Crc32c {
    fn update(&mut self, bytes: &[u8]) {
        self.0 = crc32c::crc32c_append(self.0, bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }
}

impl Running for Wide {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.digest128().to_be_bytes().to_vec()
    }
}

impl Running for xxh3::Xxh3 {
    fn update(&mut self, bytes: &[u8]) {
        Self::update(self, bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.digest().to_be_bytes().to_vec()
    }
}

impl Running for xxh64::Xxh64 {
    fn update(&mut self, bytes: &[u8]) {
        Self::update(self, bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.digest().to_be_bytes().to_vec()
    }
}

impl Running for simd_adler32::Adler32 {
    fn update(&mut self, bytes: &[u8]) {
        self.write(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        Self::finish(&self).to_be_bytes().to_vec()
    }
}

impl Running for crc32fast::Hasher {
    fn update(&mut self, bytes: &[u8]) {
        Self::update(self, bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.finalize().to_be_bytes().to_vec()
    }
}

impl Running for blake3::Hasher {
    fn update(&mut self, bytes: &[u8]) {
        Self::update(self, bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.finalize().as_bytes().to_vec()
    }
}
