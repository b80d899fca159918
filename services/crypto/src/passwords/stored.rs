//! Stored hashes of Argon2, scrypt and PBKDF2 as text: PHC strings, passlib's older form of PBKDF2, and Django's.

use std::fmt;

use argon2::{Algorithm as Variant, Version};
use data_encoding::{BASE64, BASE64_NOPAD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::Error;
use crate::error::conflict;
use crate::kdf::{Kdf, Sha};

/// The least bytes of a hash: PHC's own bound. A shorter one would be right by chance too often, an empty one always.
const LEAST: usize = 10;
const KNOWN: &str = "$argon2id$, $argon2i$, $argon2d$, $2a$, $2b$, $2y$, $bcrypt-sha256$v=2, $scrypt$, \
                     $pbkdf2-sha256$, $pbkdf2-sha512$ and pbkdf2_sha256$";

/// Algorithm of a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// Argon2id.
    Argon2id,
    /// Argon2i.
    Argon2i,
    /// Argon2d.
    Argon2d,
    /// bcrypt.
    Bcrypt,
    /// bcrypt of HMAC-SHA-256, as in passlib.
    BcryptSha256,
    /// scrypt.
    Scrypt,
    /// PBKDF2 with HMAC-SHA-256.
    Pbkdf2Sha256,
    /// PBKDF2 with HMAC-SHA-512.
    Pbkdf2Sha512,
}

/// A stored hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) kdf: Kdf,
    pub(super) salt: Vec<u8>,
    pub(super) digest: Vec<u8>,
}

/// A hash that begins like one of a scheme and is none.
pub(super) fn damaged(name: &str) -> Error {
    conflict("hash", format!("is not a complete {name} hash"))
}

impl Stored {
    /// Reads a stored hash. Its costs are within our bounds.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let fields: Vec<&str> = text.split('$').collect();
        let (name, found) = match fields.as_slice() {
            ["", name @ ("argon2id" | "argon2i" | "argon2d"), rest @ ..] => (*name, argon2(name, rest)),
            ["", "scrypt", rest @ ..] => ("scrypt", scrypt(rest)),
            ["", name @ "pbkdf2-sha256", rest @ ..] => (*name, pbkdf2(Sha::Sha256, rest)),
            ["", name @ "pbkdf2-sha512", rest @ ..] => (*name, pbkdf2(Sha::Sha512, rest)),
            ["pbkdf2_sha256", rest @ ..] => ("pbkdf2_sha256", django(rest)),
            _ => return Err(conflict("hash", format!("has an unknown format; supported are {KNOWN}"))),
        };
        let stored = found.filter(|stored| stored.digest.len() >= LEAST).ok_or_else(|| damaged(name))?;
        stored.kdf.check(&stored.salt, stored.digest.len()).map_err(|reason| conflict("hash", reason))?;
        Ok(stored)
    }

    /// Whether a password is the one.
    pub(super) fn verify(&self, password: &[u8]) -> Result<bool, Error> {
        let mut digest = vec![0; self.digest.len()];
        self.kdf.derive(password, &self.salt, &mut digest)?;
        Ok(digest.ct_eq(&self.digest).into())
    }

    pub(super) fn scheme(&self) -> Scheme {
        match self.kdf {
            Kdf::Argon2 { variant: Variant::Argon2id, .. } => Scheme::Argon2id,
            Kdf::Argon2 { variant: Variant::Argon2i, .. } => Scheme::Argon2i,
            Kdf::Argon2 { variant: Variant::Argon2d, .. } => Scheme::Argon2d,
            Kdf::Scrypt { .. } => Scheme::Scrypt,
            Kdf::Pbkdf2 { hash: Sha::Sha512, .. } => Scheme::Pbkdf2Sha512,
            Kdf::Pbkdf2 { .. } => Scheme::Pbkdf2Sha256,
        }
    }
}

/// As a PHC string.
impl fmt::Display for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kdf {
            Kdf::Argon2 { variant, version, memory_kib, passes, parallelism } => {
                let version = u32::from(version);
                write!(f, "${variant}$v={version}$m={memory_kib},t={passes},p={parallelism}")?;
            }
            Kdf::Scrypt { n, r, p } => write!(f, "$scrypt$ln={},r={r},p={p}", n.ilog2())?,
            Kdf::Pbkdf2 { hash, iterations } => {
                let name = if hash == Sha::Sha512 { "pbkdf2-sha512" } else { "pbkdf2-sha256" };
                write!(f, "${name}$i={iterations},l={}", self.digest.len())?;
            }
        }
        write!(f, "${}${}", BASE64_NOPAD.encode(&self.salt), BASE64_NOPAD.encode(&self.digest))
    }
}

fn argon2(name: &str, fields: &[&str]) -> Option<Stored> {
    let (version, fields) = match fields {
        // The first version wrote none.
        [costs, salt, digest] => (Version::V0x10, [costs, salt, digest]),
        ["v=16", costs, salt, digest] => (Version::V0x10, [costs, salt, digest]),
        ["v=19", costs, salt, digest] => (Version::V0x13, [costs, salt, digest]),
        _ => return None,
    };
    let [memory_kib, passes, parallelism] = costs(fields[0], ["m", "t", "p"])?;
    let variant = name.parse().ok()?;
    let kdf = Kdf::Argon2 { variant, version, memory_kib, passes, parallelism };
    Some(Stored { kdf, salt: base64(fields[1])?, digest: base64(fields[2])? })
}

fn scrypt(fields: &[&str]) -> Option<Stored> {
    let [parameters, salt, digest] = fields else { return None };
    let [log_n, r, p] = costs(parameters, ["ln", "r", "p"])?;
    let kdf = Kdf::Scrypt { n: 1_u32.checked_shl(log_n)?, r, p };
    Some(Stored { kdf, salt: base64(salt)?, digest: base64(digest)? })
}

/// `i=600000,l=32` (PHC) or `i=600000`; or `29000` and base64 with `.` in place of `+` (passlib).
fn pbkdf2(hash: Sha, fields: &[&str]) -> Option<Stored> {
    let [parameters, salt, digest] = fields else { return None };
    let (salt, digest) = (base64(&salt.replace('.', "+"))?, base64(&digest.replace('.', "+"))?);
    let iterations = if let Some([iterations, length]) = costs(parameters, ["i", "l"]) {
        (usize::try_from(length) == Ok(digest.len())).then_some(iterations)?
    } else if let Some([iterations]) = costs(parameters, ["i"]) {
        iterations
    } else {
        number(parameters)?
    };
    Some(Stored { kdf: Kdf::Pbkdf2 { hash, iterations }, salt, digest })
}

/// Django takes the salt as it is written, and pads its base64.
fn django(fields: &[&str]) -> Option<Stored> {
    let [iterations, salt, digest] = fields else { return None };
    let kdf = Kdf::Pbkdf2 { hash: Sha::Sha256, iterations: number(iterations)? };
    let digest = BASE64.decode(digest.as_bytes()).ok()?;
    Some(Stored { kdf, salt: salt.as_bytes().to_vec(), digest })
}

/// Numbers of a list like `m=19456,t=2,p=1`: exactly these names, in this order.
fn costs<const N: usize>(text: &str, names: [&str; N]) -> Option<[u32; N]> {
    let mut pairs = text.split(',');
    let mut numbers = [0; N];
    for (name, place) in names.iter().zip(&mut numbers) {
        *place = number(pairs.next()?.strip_prefix(name)?.strip_prefix('=')?)?;
    }
    pairs.next().is_none().then_some(numbers)
}

/// Decimal digits alone: no sign.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64_NOPAD.decode(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &[u8] = "Grüße, Ägypten".as_bytes();

    /// Made with argon2-cffi 25.1.0, passlib 1.7.4 (pbkdf2, scrypt) and Django 5.2.19, all of the password above.
    const OF_OTHERS: [(&str, Scheme); 8] = [
        (
            "$argon2id$v=19$m=64,t=2,p=2$AAECAwQFBgcICQoLDA0ODw$og/NU45XtAaBYGQ/ZqmROTSzWDNB87kDX0f4W3yHe98",
            Scheme::Argon2id,
        ),
        (
            "$argon2i$v=19$m=64,t=2,p=2$AAECAwQFBgcICQoLDA0ODw$IQReLhn/VSoW9VNtmr8AyPiHKm6WHqxk34A71mQFOyE",
            Scheme::Argon2i,
        ),
        (
            "$argon2d$v=19$m=64,t=2,p=2$AAECAwQFBgcICQoLDA0ODw$+yqiob1ttVwgNJWFD+u2ysGVrrveJ3gOjjDUbrXMu3w",
            Scheme::Argon2d,
        ),
        (
            "$argon2i$v=16$m=64,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$ZyCvqfk3mLl5EozkKwLa4nNh1lJjg3WT2Xa7PSTVhQY",
            Scheme::Argon2i,
        ),
        ("$scrypt$ln=10,r=8,p=2$AAECAwQFBgcICQoLDA0ODw$BW5XM+08D2LHX4hvU2UamuDz2/Oj4103Ncn3LJf+pKY", Scheme::Scrypt),
        (
            "$pbkdf2-sha256$1200$AAECAwQFBgcICQoLDA0ODw$fQWlXWFddd4Cj4SQgE4l5MIvuwnubHlbK5yH9jAMnwI",
            Scheme::Pbkdf2Sha256,
        ),
        (
            "$pbkdf2-sha512$1200$.//.AA$8UurgNtQotz3ApWRkZgjycj9VTlCHbn4/0Jdu7ElJSRPvdOHOkedREScI4vrOPe2.wNLQjzoc0Gj2f.ZBFcbmg",
            Scheme::Pbkdf2Sha512,
        ),
        ("pbkdf2_sha256$1200$seasalt2$boe+GQrxAqeXmeHcqcR8GKuKFOCqBSUsjq0aX2ogVL0=", Scheme::Pbkdf2Sha256),
    ];

    #[test]
    fn hashes_of_other_programs() {
        for (text, scheme) in OF_OTHERS {
            let stored = Stored::parse(text).unwrap();
            assert_eq!(stored.scheme(), scheme, "{text}");
            assert!(stored.verify(PASSWORD).unwrap(), "{text}");
            assert!(!stored.verify(&PASSWORD[1..]).unwrap(), "{text}");
            assert!(stored.kdf.is_outdated(), "their costs are those of a test");
            // What we write of them is read again, whatever form it had.
            assert_eq!(Stored::parse(&stored.to_string()), Ok(stored), "{text}");
        }
        let old = OF_OTHERS[3].0.replace("$v=16", "");
        assert!(Stored::parse(&old).unwrap().verify(PASSWORD).unwrap(), "the first version wrote no version");
    }

    #[test]
    fn costs_are_bounded_before_work() {
        let rest = "AAECAwQFBgcICQoLDA0ODw$og/NU45XtAaBYGQ/ZqmROTSzWDNB87kDX0f4W3yHe98";
        for (start, reason) in [
            (
                "$argon2id$v=19$m=4194304,t=1,p=1$",
                "argon2 with these costs needs 4096 MB of memory; at most 256 are allowed",
            ),
            (
                "$argon2id$v=19$m=4294967295,t=4294967295,p=1$",
                "argon2 allows 1 to 10 passes and a parallelism of 1 to 4 here",
            ),
            ("$scrypt$ln=30,r=8,p=1$", "scrypt with these costs needs 1048576 MB of memory; at most 256 are allowed"),
            ("$pbkdf2-sha256$i=4000000000,l=32$", "pbkdf2 allows 1 to 2000000 iterations here"),
        ] {
            assert_eq!(Stored::parse(&format!("{start}{rest}")).unwrap_err().to_string(), reason);
        }
    }

    #[test]
    fn damaged_hashes_are_refused() {
        let (salt, digest) = ("AAECAwQFBgcICQoLDA0ODw", "og/NU45XtAaBYGQ/ZqmROTSzWDNB87kDX0f4W3yHe98");
        for text in [
            format!("$argon2id$v=19$m=64,t=2,p=2${salt}"),
            format!("$argon2id$v=19$m=64,t=2,p=2${salt}$"),
            format!("$argon2id$v=19$m=64,t=2,p=2${salt}$AAAA"),
            format!("$argon2id$v=19$m=64,t=2,p=2${salt}${digest}$"),
            format!("$argon2id$v=19$m=64,t=2,p=2${salt}${digest}="),
            format!("$argon2id$v=20$m=64,t=2,p=2${salt}${digest}"),
            format!("$argon2id$v=19$m=64,t=2${salt}${digest}"),
            format!("$argon2id$v=19$m=64,t=2,p=2,keyid=AAAA${salt}${digest}"),
            format!("$argon2id$v=19$m=+64,t=2,p=2${salt}${digest}"),
            format!("$argon2id$v=19$m=64,t=,p=2${salt}${digest}"),
            format!("$argon2id$v=19$m=99999999999,t=2,p=2${salt}${digest}"),
            format!("$scrypt$ln=32,r=8,p=1${salt}${digest}"),
            format!("$scrypt$ln=4294967295,r=8,p=1${salt}${digest}"),
            format!("$pbkdf2-sha256$i=1000,l=31${salt}${digest}"),
            format!("$pbkdf2-sha256$${salt}${digest}"),
            format!("pbkdf2_sha256$1200${salt}$"),
            "$scrypt$".to_owned(),
        ] {
            let reason = Stored::parse(&text).unwrap_err().to_string();
            assert!(reason.starts_with("is not a complete "), "{text}: {reason}");
        }
        for text in ["", "$", "password", "$6$salt$digest", "$2x$05$x", "$argon2$x", "argon2id$v=19", "{SSHA}x"] {
            let reason = Stored::parse(text).unwrap_err().to_string();
            assert!(reason.starts_with("has an unknown format; supported are $argon2id$, "), "{text}: {reason}");
        }
    }
}
