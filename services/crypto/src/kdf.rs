//! Password-based key derivation functions, slow on purpose, and the bounds of their cost.
//!
//! Cost parameters come from requests, encrypted messages and stored hashes, so all of them are checked before any work
//! is done: a stored hash can ask for gigabytes.

mod parameters;

use std::num::NonZeroU32;

use argon2::{Algorithm as Variant, Argon2, Version};
use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512};
use chassis::Cost;

use crate::Error;

pub use parameters::{Costs, Parameters};

/// Memory one derivation may use, in KiB.
const MAX_MEMORY_KIB: u64 = 256 * 1024;
/// KiB of memory times passes over it; at the most about a second.
const MAX_ARGON2_WORK: u64 = 1024 * 1024;
/// Rounds of a hash times blocks of output; at the most about two seconds.
const MAX_PBKDF2_WORK: u64 = 4_000_000;
/// N · r · p; at the most about a second.
const MAX_SCRYPT_WORK: u64 = 1 << 22;
/// Bytes of a derived key.
pub(crate) const MAX_LENGTH: usize = 1024;

/// What a call costs that may derive a key from a password, which is slow on purpose.
pub(crate) const fn cost(from_a_password: bool) -> Cost {
    if from_a_password { Cost::Heavy } else { Cost::Light }
}

/// A function with its costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kdf {
    /// scrypt (RFC 7914).
    Scrypt {
        /// CPU and memory cost N.
        n: u32,
        /// Block size.
        r: u32,
        /// Parallelism.
        p: u32,
    },
    /// Argon2 (RFC 9106).
    Argon2 {
        /// d, i or id.
        variant: Variant,
        /// 1.3, or 1.0 in old hashes.
        version: Version,
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes over the memory.
        passes: u32,
        /// Lanes.
        parallelism: u32,
    },
    /// PBKDF2 (RFC 8018).
    Pbkdf2 {
        /// The hash of its HMAC.
        hash: Sha,
        /// Rounds.
        iterations: u32,
    },
}

/// Hash function of PBKDF2 or HKDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sha {
    /// SHA-256; the default.
    #[default]
    Sha256,
    /// SHA-512.
    Sha512,
    /// SHA-384.
    Sha384,
    /// SHA-1, for legacy systems only.
    Sha1,
}

impl Sha {
    /// Bytes of a digest.
    pub(crate) const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

impl Kdf {
    /// Argon2id as it is today.
    pub(crate) const fn argon2id(memory_kib: u32, passes: u32, parallelism: u32) -> Self {
        Self::Argon2 { variant: Variant::Argon2id, version: Version::V0x13, memory_kib, passes, parallelism }
    }

    /// Checks the costs against our bounds. To be called before [`Kdf::derive`].
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub(crate) fn check(&self, salt: &[u8], length: usize) -> Result<(), String> {
        if length == 0 || length > MAX_LENGTH {
            return Err(format!("the key must have 1 to {MAX_LENGTH} bytes"));
        }
        match *self {
            Self::Scrypt { n, r, p } => {
                if n < 2 || !n.is_power_of_two() {
                    return Err("scrypt needs n to be a power of two, such as 131072".to_owned());
                }
                if !(1..=64).contains(&r) || !(1..=64).contains(&p) {
                    return Err("scrypt needs r and p from 1 to 64".to_owned());
                }
                let memory_kib = u64::from(n) * u64::from(r) / 8;
                if memory_kib > MAX_MEMORY_KIB {
                    return Err(too_much_memory("scrypt", memory_kib));
                }
                if u64::from(n) * u64::from(r) * u64::from(p) > MAX_SCRYPT_WORK {
                    return Err(format!("scrypt allows n · r · p of at most {MAX_SCRYPT_WORK} here"));
                }
            }
            Self::Argon2 { memory_kib, passes, parallelism, .. } => {
                if salt.len() < argon2::MIN_SALT_LEN {
                    return Err(format!("argon2 needs a salt of at least {} bytes", argon2::MIN_SALT_LEN));
                }
                if length < 4 {
                    return Err("argon2 needs a key of at least 4 bytes".to_owned());
                }
                if !(1..=10).contains(&passes) || !(1..=4).contains(&parallelism) {
                    return Err("argon2 allows 1 to 10 passes and a parallelism of 1 to 4 here".to_owned());
                }
                if memory_kib < 8 * parallelism {
                    return Err("argon2 needs at least 8 KiB of memory for each lane of parallelism".to_owned());
                }
                if u64::from(memory_kib) > MAX_MEMORY_KIB {
                    return Err(too_much_memory("argon2", memory_kib.into()));
                }
                if u64::from(memory_kib) * u64::from(passes) > MAX_ARGON2_WORK {
                    return Err(format!("argon2 allows memory in KiB times passes of at most {MAX_ARGON2_WORK} here"));
                }
            }
            Self::Pbkdf2 { hash, iterations } => {
                if !(1..=2_000_000).contains(&iterations) {
                    return Err("pbkdf2 allows 1 to 2000000 iterations here".to_owned());
                }
                let blocks = length.div_ceil(hash.length()) as u64;
                if u64::from(iterations) * blocks > MAX_PBKDF2_WORK {
                    let least = MAX_PBKDF2_WORK / blocks;
                    return Err(format!("pbkdf2 allows at most {least} iterations for {length} bytes here"));
                }
            }
        }
        Ok(())
    }

    /// Fills a key from a password, within checked bounds.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(crate) fn derive(&self, password: &[u8], salt: &[u8], key: &mut [u8]) -> Result<(), Error> {
        debug_assert_eq!(self.check(salt, key.len()), Ok(()), "costs are checked before work");
        match *self {
            Self::Scrypt { n, r, p } => {
                let log_n = n.ilog2().try_into().expect("a logarithm of 32 bits is small");
                let params = scrypt::Params::new(log_n, r, p).map_err(|_| Error::NoMemory)?;
                scrypt::scrypt(password, salt, &params, key).map_err(|_| Error::NoMemory)
            }
            Self::Argon2 { variant, version, memory_kib, passes, parallelism } => {
                let params = argon2::Params::new(memory_kib, passes, parallelism, Some(key.len()));
                let argon2 = Argon2::new(variant, version, params.map_err(|_| Error::NoMemory)?);
                argon2.hash_password_into(password, salt, key).map_err(|_| Error::NoMemory)
            }
            // aws-lc does PBKDF2 in 0.8 to 0.95 of the time of the RustCrypto crate.
            Self::Pbkdf2 { hash, iterations } => {
                let algorithm = match hash {
                    Sha::Sha1 => PBKDF2_HMAC_SHA1,
                    Sha::Sha256 => PBKDF2_HMAC_SHA256,
                    Sha::Sha384 => PBKDF2_HMAC_SHA384,
                    Sha::Sha512 => PBKDF2_HMAC_SHA512,
                };
                let iterations = NonZeroU32::new(iterations).expect("at least one, as checked");
                pbkdf2::derive(algorithm, iterations, salt, password, key);
                Ok(())
            }
        }
    }

    /// Whether a password hashed so should be hashed anew: the costs are below what OWASP's Password Storage Cheat
    /// Sheet holds to be the least, or the variant is not the one recommended.
    pub(crate) fn is_outdated(&self) -> bool {
        match *self {
            // The weakest of the sheet's five settings that it calls equal: n = 2^13, r = 8, p = 10.
            Self::Scrypt { n, r, p } => n < 1 << 13 || u64::from(n) * u64::from(r) * u64::from(p) < (1 << 13) * 80,
            // And here: 7 MiB, 5 passes.
            Self::Argon2 { variant, version, memory_kib, passes, .. } => {
                variant != Variant::Argon2id
                    || version != Version::V0x13
                    || memory_kib < 7 * 1024
                    || u64::from(memory_kib) * u64::from(passes) < 5 * 7 * 1024
            }
            Self::Pbkdf2 { hash: Sha::Sha256, iterations } => iterations < 600_000,
            Self::Pbkdf2 { hash: Sha::Sha512, iterations } => iterations < 210_000,
            Self::Pbkdf2 { .. } => true,
        }
    }
}

fn too_much_memory(name: &str, kib: u64) -> String {
    format!("{name} with these costs needs {} MB of memory; at most {} are allowed", kib / 1024, MAX_MEMORY_KIB / 1024)
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    fn derived(kdf: Kdf, password: &str, salt: &str, length: usize) -> String {
        kdf.check(salt.as_bytes(), length).unwrap();
        let mut key = vec![0; length];
        kdf.derive(password.as_bytes(), salt.as_bytes(), &mut key).unwrap();
        HEXLOWER.encode(&key)
    }

    /// RFC 7914, section 12; the fourth vector needs 1 GiB.
    #[test]
    fn scrypt_of_rfc_7914() {
        for (n, r, p, password, salt, key) in [
            (
                16,
                1,
                1,
                "",
                "",
                "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
            ),
            (
                1024,
                8,
                16,
                "password",
                "NaCl",
                "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
            ),
            (
                16384,
                8,
                1,
                "pleaseletmein",
                "SodiumChloride",
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
            ),
        ] {
            assert_eq!(derived(Kdf::Scrypt { n, r, p }, password, salt, 64), key);
        }
    }

    /// RFC 6070 (SHA-1; its fourth vector has 16777216 rounds) and RFC 7914, section 11 (SHA-256).
    #[test]
    fn pbkdf2_of_rfc_6070_and_7914() {
        let long = ("passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt");
        for (hash, iterations, (password, salt), key) in [
            (Sha::Sha1, 1, ("password", "salt"), "0c60c80f961f0e71f3a9b524af6012062fe037a6"),
            (Sha::Sha1, 2, ("password", "salt"), "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"),
            (Sha::Sha1, 4096, ("password", "salt"), "4b007901b765489abead49d926f721d065a429c1"),
            (Sha::Sha1, 4096, long, "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"),
            (Sha::Sha1, 4096, ("pass\0word", "sa\0lt"), "56fa6aa75548099dcc37d7f03425e0c3"),
            (
                Sha::Sha256,
                1,
                ("passwd", "salt"),
                "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
            ),
            (
                Sha::Sha256,
                80_000,
                ("Password", "NaCl"),
                "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
            ),
        ] {
            assert_eq!(derived(Kdf::Pbkdf2 { hash, iterations }, password, salt, key.len() / 2), key);
        }
    }

    /// From the tests of the reference implementation (P-H-C/phc-winner-argon2, src/test.c): both versions, two variants.
    #[test]
    fn argon2_of_the_reference_implementation() {
        for (variant, version, memory_kib, passes, parallelism, password, key) in [
            (
                Variant::Argon2i,
                Version::V0x10,
                65536,
                2,
                1,
                "password",
                "f6c4db4a54e2a370627aff3db6176b94a2a209a62c8e36152711802f7b30c694",
            ),
            (
                Variant::Argon2i,
                Version::V0x13,
                65536,
                2,
                1,
                "password",
                "c1628832147d9720c5bd1cfd61367078729f6dfb6f8fea9ff98158e0d7816ed0",
            ),
            (
                Variant::Argon2i,
                Version::V0x13,
                256,
                2,
                2,
                "password",
                "4ff5ce2769a1d7f4c8a491df09d41a9fbe90e5eb02155a13e4c01e20cd4eab61",
            ),
            (
                Variant::Argon2id,
                Version::V0x13,
                65536,
                2,
                1,
                "password",
                "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7",
            ),
            (
                Variant::Argon2id,
                Version::V0x13,
                256,
                2,
                1,
                "password",
                "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
            ),
            (
                Variant::Argon2id,
                Version::V0x13,
                256,
                2,
                2,
                "password",
                "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037",
            ),
            (
                Variant::Argon2id,
                Version::V0x13,
                65536,
                4,
                1,
                "password",
                "9025d48e68ef7395cca9079da4c4ec3affb3c8911fe4f86d1a2520856f63172c",
            ),
            (
                Variant::Argon2id,
                Version::V0x13,
                65536,
                2,
                1,
                "differentpassword",
                "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde",
            ),
        ] {
            let kdf = Kdf::Argon2 { variant, version, memory_kib, passes, parallelism };
            assert_eq!(derived(kdf, password, "somesalt", 32), key, "{kdf:?}");
        }
    }

    /// RFC 9106, section 5.3. It has a secret and associated data, which we do not offer: this is the crate alone.
    #[test]
    fn argon2id_of_rfc_9106() {
        let data = argon2::AssociatedData::new(&[4; 12]).unwrap();
        let params = argon2::ParamsBuilder::new().m_cost(32).t_cost(3).p_cost(4).data(data).build().unwrap();
        let argon2 = Argon2::new_with_secret(&[3; 8], Variant::Argon2id, Version::V0x13, params).unwrap();
        let mut key = [0; 32];
        argon2.hash_password_into(&[1; 32], &[2; 16], &mut key).unwrap();
        let expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
        assert_eq!(HEXLOWER.encode(&key), expected);
    }

    #[test]
    fn costs_out_of_bounds_are_refused_before_work() {
        let salt = b"sixteen bytes...";
        let none = Parameters::default();
        let recommended =
            [none.scrypt(), none.argon2id(), none.pbkdf2(Sha::Sha256), none.pbkdf2(Sha::Sha512)].map(Result::unwrap);
        for (kdf, length, reason) in [
            (
                Kdf::Scrypt { n: 1 << 20, r: 8, p: 1 },
                32,
                "scrypt with these costs needs 1024 MB of memory; at most 256 are allowed",
            ),
            (Kdf::Scrypt { n: 1 << 18, r: 8, p: 3 }, 32, "scrypt allows n · r · p of at most 4194304 here"),
            (Kdf::Scrypt { n: 3, r: 8, p: 1 }, 32, "scrypt needs n to be a power of two, such as 131072"),
            (Kdf::Scrypt { n: 0, r: 8, p: 1 }, 32, "scrypt needs n to be a power of two, such as 131072"),
            (Kdf::Scrypt { n: 2, r: u32::MAX, p: u32::MAX }, 32, "scrypt needs r and p from 1 to 64"),
            (
                Kdf::argon2id(4 << 20, 1, 1),
                32,
                "argon2 with these costs needs 4096 MB of memory; at most 256 are allowed",
            ),
            (Kdf::argon2id(256 << 10, 5, 1), 32, "argon2 allows memory in KiB times passes of at most 1048576 here"),
            (Kdf::argon2id(u32::MAX, u32::MAX, 1), 32, "argon2 allows 1 to 10 passes and a parallelism of 1 to 4 here"),
            (Kdf::argon2id(31, 1, 4), 32, "argon2 needs at least 8 KiB of memory for each lane of parallelism"),
            (Kdf::argon2id(64, 1, 1), 3, "argon2 needs a key of at least 4 bytes"),
            (Kdf::Pbkdf2 { hash: Sha::Sha256, iterations: 0 }, 32, "pbkdf2 allows 1 to 2000000 iterations here"),
            (Kdf::Pbkdf2 { hash: Sha::Sha256, iterations: u32::MAX }, 32, "pbkdf2 allows 1 to 2000000 iterations here"),
            (
                Kdf::Pbkdf2 { hash: Sha::Sha1, iterations: 2_000_000 },
                64,
                "pbkdf2 allows at most 1000000 iterations for 64 bytes here",
            ),
            (recommended[0], 1025, "the key must have 1 to 1024 bytes"),
            (recommended[0], 0, "the key must have 1 to 1024 bytes"),
        ] {
            assert_eq!(kdf.check(salt, length).unwrap_err(), reason, "{kdf:?}");
        }
        assert_eq!(recommended[1].check(b"short", 32).unwrap_err(), "argon2 needs a salt of at least 8 bytes");
        for kdf in recommended {
            assert_eq!(kdf.check(salt, 64), Ok(()));
            assert!(!kdf.is_outdated(), "{kdf:?}");
        }
    }
}
