//! bcrypt in modular crypt form, and passlib's bcrypt-sha256 for passwords of any length.

use std::fmt;
use std::sync::LazyLock;

use data_encoding::{BASE64, Encoding, Specification};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::stored::{Scheme, damaged};
use crate::Error;
use crate::error::conflict;

/// Bytes of a password that bcrypt reads.
const READS: usize = 72;
/// What hashing and checking may cost, as a logarithm; 14 takes about a second.
const COSTS: std::ops::RangeInclusive<u32> = 4..=14;
/// What OWASP holds to be the least is 10; what we make ourselves has 12.
const RECOMMENDED_COST: u32 = 10;
/// passlib's scheme: bcrypt of base64 of HMAC-SHA-256 of the password, keyed with the salt as it is written.
const PRE_HASHED: &str = "$bcrypt-sha256$v=2,t=2b,r=";

/// bcrypt's own base64. Old programs left stray bits after the last character, which mean nothing.
static ALPHABET: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    specification.check_trailing_bits = false;
    specification.encoding().expect("64 different characters are an alphabet")
});

/// A bcrypt hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bcrypt {
    cost: u32,
    salt: [u8; 16],
    digest: [u8; 23],
    pre_hashed: bool,
}

impl Bcrypt {
    /// Hashes a password.
    pub(super) fn hash(password: &[u8], cost: u32, salt: [u8; 16], pre_hashed: bool) -> Result<Self, Error> {
        if !pre_hashed && password.len() > READS {
            let message = format!(
                "has {} bytes, but bcrypt takes at most {READS}: send preHash, or choose argon2id",
                password.len()
            );
            return Err(conflict("password", message));
        }
        Ok(Self { cost, salt, digest: digest(password, cost, salt, pre_hashed)?, pre_hashed })
    }

    /// Reads a stored hash; nothing when it is of another scheme. Its cost is within our bounds.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, Error> {
        let found = if let Some(rest) = text.strip_prefix(PRE_HASHED) {
            parts(rest.split('$'), true)
        } else if let Some(rest) = ["$2b$", "$2a$", "$2y$"].iter().find_map(|prefix| text.strip_prefix(prefix)) {
            // "12$" and then 22 characters of salt and 31 of hash, run together.
            let (cost, both) = rest.split_once('$').unwrap_or_default();
            let (salt, digest) = both.split_at_checked(22).unwrap_or_default();
            parts([cost, salt, digest].into_iter(), false)
        } else {
            return Ok(None);
        };
        let bcrypt = found.ok_or_else(|| damaged("bcrypt"))?;
        if !COSTS.contains(&bcrypt.cost) {
            let (least, most) = COSTS.into_inner();
            return Err(conflict("hash", format!("has bcrypt cost {}: {least} to {most} are supported", bcrypt.cost)));
        }
        Ok(Some(bcrypt))
    }

    /// Whether a password is the one.
    pub(super) fn verify(&self, password: &[u8]) -> Result<bool, Error> {
        let read = if self.truncates(password) { &password[..READS] } else { password };
        let digest = digest(read, self.cost, self.salt, self.pre_hashed)?;
        Ok(digest.ct_eq(&self.digest).into())
    }

    /// Whether only the start of a password counts.
    pub(super) fn truncates(&self, password: &[u8]) -> bool {
        !self.pre_hashed && password.len() > READS
    }

    pub(super) fn scheme(&self) -> Scheme {
        if self.pre_hashed { Scheme::BcryptSha256 } else { Scheme::Bcrypt }
    }

    /// Whether the cost is below what OWASP recommends.
    pub(super) fn is_outdated(&self) -> bool {
        self.cost < RECOMMENDED_COST
    }
}

impl fmt::Display for Bcrypt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cost, salt, digest) = (self.cost, ALPHABET.encode(&self.salt), ALPHABET.encode(&self.digest));
        match self.pre_hashed {
            true => write!(f, "{PRE_HASHED}{cost}${salt}${digest}"),
            false => write!(f, "$2b${cost:02}${salt}{digest}"),
        }
    }
}

/// Cost, salt and digest, and nothing after them.
fn parts<'t>(mut texts: impl Iterator<Item = &'t str>, pre_hashed: bool) -> Option<Bcrypt> {
    let (cost, salt, digest) = (texts.next()?, texts.next()?, texts.next()?);
    let decode = |text: &str| ALPHABET.decode(text.as_bytes()).ok();
    let plain =
        (1..=2).contains(&cost.len()) && cost.bytes().all(|byte| byte.is_ascii_digit()) && texts.next().is_none();
    plain.then_some(Bcrypt {
        cost: cost.parse().ok()?,
        salt: decode(salt)?.try_into().ok()?,
        digest: decode(digest)?.try_into().ok()?,
        pre_hashed,
    })
}

fn digest(password: &[u8], cost: u32, salt: [u8; 16], pre_hashed: bool) -> Result<[u8; 23], Error> {
    let mut read = Zeroizing::new(Vec::with_capacity(READS + 1));
    if pre_hashed {
        let salt = ALPHABET.encode(&salt);
        let mut mac = Hmac::<Sha256>::new_from_slice(salt.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(password);
        read.extend(Zeroizing::new(BASE64.encode(&mac.finalize().into_bytes())).as_bytes());
    } else if password.contains(&0) {
        return Err(conflict("password", "contains a zero byte, at which many bcrypt implementations stop"));
    } else {
        read.extend(password);
    }
    // The zero that ends a string in C counts, where there is room for it.
    read.push(0);
    read.truncate(READS);
    let digest = ::bcrypt::bcrypt(cost, salt, &read);
    Ok(*digest.first_chunk().expect("bcrypt gives 24 bytes, of which 23 are kept"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hash: &str, password: &[u8]) -> bool {
        Bcrypt::parse(hash).unwrap().expect("it is bcrypt").verify(password).unwrap()
    }

    /// From Openwall's crypt_blowfish 1.3 (wrapper.c), with 8-bit characters, all prefixes, and 72 bytes and more; and from
    /// jBCrypt's TestBCrypt.java.
    #[test]
    fn published_hashes() {
        let long: Vec<u8> = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".repeat(2);
        let cases: [(&str, &[u8]); 14] = [
            ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", b"U*U"),
            ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", b"U*U*"),
            ("$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", b"U*U*U"),
            ("$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", &long[..72]),
            ("$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", &long[..80]),
            ("$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", b"\xff\xff\xa3"),
            ("$2b$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", b"\xff\xff\xa3"),
            ("$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", b"\xa3"),
            ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy", b""),
            ("$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.", b""),
            ("$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe", b"a"),
            ("$2a$08$cfcvVd2aQ8CMvoMpP2EBfeodLEkkFJ9umNEfPD18.hUF62qqlC/V.", b"a"),
            ("$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i", b"abc"),
            ("$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO", b"~!@#$%^&*()      ~!@#$%^&*()PNBFRD"),
        ];
        for (hash, password) in cases {
            assert!(check(hash, password), "{hash}");
            assert!(!check(hash, b"another"), "{hash}");
        }
    }

    /// The examples of passlib's documentation (passlib.hash.bcrypt_sha256 and passlib.hash.bcrypt), and two made with
    /// passlib 1.7.4 and bcrypt 4.0.1.
    #[test]
    fn hashes_of_passlib() {
        let hash = "$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2";
        assert!(check(hash, b"password"));
        assert!(!check(hash, b"passwore"));
        assert_eq!(Bcrypt::parse(hash).unwrap().unwrap().to_string(), hash);
        assert!(check("$2a$12$NT0I31Sa7ihGEWpka9ASYeEFkhuTNeBQ2xfZskIiiJeyFXhRgS.Sy", b"password"));
        let password = "Grüße, Ägypten";
        assert!(check("$2b$05$abcdefghijklmnopqrstuuU2RK64LNQDcEe0YnQuMqtPbSJds5lqK", password.as_bytes()));
        let hash = "$bcrypt-sha256$v=2,t=2b,r=5$abcdefghijklmnopqrstuu$QEPhiQ21p97lXb/elUY/r0PSFUkKr6y";
        assert!(check(hash, password.repeat(10).as_bytes()));
    }

    #[test]
    fn what_is_hashed_is_found_right() {
        let long = "ä".repeat(100);
        for (password, pre_hash) in [("short", false), ("short", true), (long.as_str(), true), ("ze\0ro", true)] {
            let hash = Bcrypt::hash(password.as_bytes(), 4, [7; 16], pre_hash).unwrap().to_string();
            assert!(check(&hash, password.as_bytes()), "{hash}");
            assert!(!check(&hash, &password.as_bytes()[1..]), "{hash}");
        }
    }

    #[test]
    fn passwords_it_cannot_read_whole_are_refused() {
        assert!(Bcrypt::hash(&[b'a'; 72], 4, [7; 16], false).is_ok());
        let error = Bcrypt::hash(&[b'a'; 73], 4, [7; 16], false).unwrap_err();
        assert_eq!(error.to_string(), "has 73 bytes, but bcrypt takes at most 72: send preHash, or choose argon2id");
        assert!(Bcrypt::hash(b"ze\0ro", 4, [7; 16], false).is_err());
    }

    #[test]
    fn damaged_and_costly_hashes_are_refused_before_work() {
        let rest = "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        for (hash, reason) in [
            (format!("$2b$31${rest}"), "has bcrypt cost 31: 4 to 14 are supported"),
            (format!("$2b$03${rest}"), "has bcrypt cost 3: 4 to 14 are supported"),
            (format!("$2b$05${rest}."), "is not a complete bcrypt hash"),
            (format!("$2b$+5${rest}"), "is not a complete bcrypt hash"),
            (format!("$2b$05${}", &rest[1..]), "is not a complete bcrypt hash"),
            ("$2b$05$".to_owned(), "is not a complete bcrypt hash"),
            ("$2b$".to_owned(), "is not a complete bcrypt hash"),
            (format!("$2b$05$ä{}", &rest[2..]), "is not a complete bcrypt hash"),
            (format!("{PRE_HASHED}31${}${}", &rest[..22], &rest[22..]), "has bcrypt cost 31: 4 to 14 are supported"),
            (format!("{PRE_HASHED}5${}${}$", &rest[..22], &rest[22..]), "is not a complete bcrypt hash"),
        ] {
            assert_eq!(Bcrypt::parse(&hash).unwrap_err().to_string(), reason, "{hash}");
        }
        assert_eq!(Bcrypt::parse("$2x$05$anything"), Ok(None), "the broken variant of 2011 is another scheme");
    }
}
