//! Password hashing: hash passwords for storage, and verify them against stored hashes.

mod bcrypt;
mod stored;

use chassis::{Call, Cost, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::bcrypt::Bcrypt;
pub use self::stored::Scheme;
use self::stored::Stored;
use crate::error::conflict;
use crate::kdf::{Costs, Kdf, Parameters, Sha};
use crate::{Error, random};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Hashes a password for storage: slow on purpose, with a random salt, in a portable format (PHC string, or modular crypt \
format for bcrypt). The default costs are those recommended by OWASP's Password Storage Cheat Sheet; PBKDF2 takes at \
least 1000 iterations. bcrypt takes at most 72 bytes and no zero byte; for longer passwords, set `preHash`.";

/// The description in the OpenAPI document.
const VERIFY_DESCRIPTION: &str = "\
Verifies a password against a stored hash: argon2id, argon2i, argon2d, bcrypt ($2a$, $2b$, $2y$), bcrypt-sha256, \
scrypt, pbkdf2-sha256 and pbkdf2-sha512 as PHC strings or in passlib's format, and Django's pbkdf2_sha256. If it does \
not match, the response is 200 with `valid: false`. `needsRehash` tells that the hash is weaker than recommended \
today: after a successful login, hash the password again and store the new hash. Costs are checked before any work: a \
hash that needs more than 256 MiB, a bcrypt cost above 14 or more than two million iterations is refused.";

/// Password hashing algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordAlgorithm {
    /// Argon2id (RFC 9106); the default.
    #[default]
    Argon2id,
    /// bcrypt, `$2b$`.
    Bcrypt,
    /// scrypt (RFC 7914).
    Scrypt,
    /// PBKDF2 (RFC 8018) with HMAC-SHA-256.
    Pbkdf2Sha256,
    /// PBKDF2 with HMAC-SHA-512.
    Pbkdf2Sha512,
}

/// The password to hash.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct PasswordHashRequest {
    /// The password; at most 1024 characters.
    #[garde(length(chars, min = 1, max = 1024))]
    pub password: Secret<String>,
    /// Password hashing algorithm.
    #[serde(default)]
    pub algorithm: PasswordAlgorithm,
    /// Cost parameters; recommended values if absent.
    #[serde(default)]
    #[garde(dive)]
    pub parameters: Option<Parameters>,
    /// bcrypt only: hash the password with HMAC-SHA-256 first, so that it may exceed 72 bytes. The result has passlib's
    /// format `$bcrypt-sha256$v=2`.
    #[serde(default)]
    pub pre_hash: bool,
}

/// The hash to store.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordHashResponse {
    /// The hash to store; includes algorithm, cost parameters and salt.
    pub hash: String,
    /// Password hashing algorithm.
    pub algorithm: PasswordAlgorithm,
    /// Cost parameters that were used; null if none.
    pub parameters: Costs,
}

/// A password, and the stored hash.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct PasswordVerifyRequest {
    /// The password; at most 1024 characters.
    #[garde(length(chars, max = 1024))]
    pub password: Secret<String>,
    /// The stored hash.
    #[garde(length(chars, min = 1, max = 512))]
    pub hash: Secret<String>,
}

/// Whether the password matches.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordVerifyResponse {
    /// Whether the password matches the hash.
    pub valid: bool,
    /// Why it is not valid; null if it is.
    pub reason: Option<String>,
    /// Algorithm of the stored hash.
    pub algorithm: Scheme,
    /// Whether the hash is weaker than recommended today, and should be replaced.
    pub needs_rehash: bool,
}

/// An example request.
#[must_use]
pub fn example() -> PasswordHashRequest {
    PasswordHashRequest {
        password: Secret::new("correct horse battery staple".to_owned()),
        algorithm: PasswordAlgorithm::Argon2id,
        parameters: None,
        pre_hash: false,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Hash a password for storage").description(DESCRIPTION).example(example).cost(Cost::Heavy)
}

/// An example request that succeeds; the hash is one of the Argon2 reference implementation.
#[must_use]
pub fn verify_example() -> PasswordVerifyRequest {
    let hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    PasswordVerifyRequest { password: Secret::new("password".to_owned()), hash: Secret::new(hash.to_owned()) }
}

/// Describes the operation for its registration.
#[must_use]
pub fn verify_about(op: Operation) -> Operation {
    op.summary("Verify a password against a stored hash")
        .description(VERIFY_DESCRIPTION)
        .example(verify_example)
        .cost(Cost::Heavy)
}

/// Hashes a password for storage.
///
/// # Errors
/// If the cost parameters are out of bounds or do not apply to the algorithm, or bcrypt cannot take the whole password.
pub fn hash(request: PasswordHashRequest, _: &Call) -> Result<PasswordHashResponse, Error> {
    let (password, algorithm) = (request.password.reveal().as_bytes(), request.algorithm);
    if request.pre_hash && algorithm != PasswordAlgorithm::Bcrypt {
        return Err(conflict(
            "preHash",
            "applies only to bcrypt; the others take passwords of any length: leave it out",
        ));
    }
    let parameters = request.parameters.unwrap_or_default();
    let mut salt = [0; 16];
    random::system(&mut salt)?;
    let kdf = match algorithm {
        PasswordAlgorithm::Argon2id => parameters.argon2id()?,
        PasswordAlgorithm::Scrypt => parameters.scrypt()?,
        PasswordAlgorithm::Pbkdf2Sha256 => parameters.pbkdf2(Sha::Sha256)?,
        PasswordAlgorithm::Pbkdf2Sha512 => parameters.pbkdf2(Sha::Sha512)?,
        PasswordAlgorithm::Bcrypt => {
            let cost = parameters.bcrypt()?;
            let bcrypt = Bcrypt::hash(password, cost, salt, request.pre_hash)?;
            let parameters = Costs { cost: Some(cost), ..Costs::default() };
            return Ok(PasswordHashResponse { hash: bcrypt.to_string(), algorithm, parameters });
        }
    };
    if let Kdf::Pbkdf2 { iterations: 0..1000, .. } = kdf {
        return Err(conflict("parameters.iterations", "must be at least 1000 to store a password"));
    }
    let mut digest = vec![0; 32];
    kdf.check(&salt, digest.len()).map_err(|reason| conflict("parameters", reason))?;
    kdf.derive(password, &salt, &mut digest)?;
    let hash = Stored { kdf, salt: salt.to_vec(), digest }.to_string();
    Ok(PasswordHashResponse { hash, algorithm, parameters: kdf.into() })
}

/// Verifies a password against a stored hash.
///
/// # Errors
/// If the hash has an unknown format, is damaged, or asks for costs out of bounds; if bcrypt cannot take the password.
pub fn verify(request: PasswordVerifyRequest, call: &Call) -> Result<PasswordVerifyResponse, Error> {
    let (password, hash) = (request.password.reveal().as_bytes(), request.hash.reveal().trim());
    let (valid, algorithm, needs_rehash) = if let Some(bcrypt) = Bcrypt::parse(hash)? {
        if bcrypt.truncates(password) {
            let message = "bcrypt uses only the first 72 bytes of a password: the rest was not compared";
            call.warn("password-truncated", Some("password"), message);
        }
        (bcrypt.verify(password)?, bcrypt.scheme(), bcrypt.is_outdated())
    } else {
        let stored = Stored::parse(hash)?;
        (stored.verify(password)?, stored.scheme(), stored.kdf.is_outdated())
    };
    let reason = (!valid).then(|| "the password does not match the hash".to_owned());
    Ok(PasswordVerifyResponse { valid, reason, algorithm, needs_rehash })
}
