//! How codes are computed.

use aws_lc_rs::hmac;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) const DEFAULT_DIGITS: u32 = 6;
/// Seconds.
pub(super) const DEFAULT_PERIOD: u64 = 30;

/// Type of one-time password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OtpType {
    /// Time-based (TOTP, RFC 6238); the default.
    #[default]
    Totp,
    /// Counter-based (HOTP, RFC 4226).
    Hotp,
}

/// Hash function of the HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OtpAlgorithm {
    /// SHA-1: used by nearly all authenticator apps; the default. HMAC with SHA-1 is not broken.
    #[default]
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl OtpAlgorithm {
    /// Its name in a JWK.
    pub(super) const fn jose_name(self) -> &'static str {
        match self {
            Self::Sha1 => "HS1",
            Self::Sha256 => "HS256",
            Self::Sha512 => "HS512",
        }
    }
}

/// All that two sides agree on besides the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scheme {
    pub(super) kind: OtpType,
    pub(super) algorithm: OtpAlgorithm,
    /// 6 to 8.
    pub(super) digits: u32,
    /// Seconds a code of TOTP lives.
    pub(super) period: u64,
}

impl Scheme {
    /// The code of a step: the time divided by the period, or the counter (RFC 4226, section 5.3).
    pub(super) fn code(&self, secret: &[u8], step: u64) -> u32 {
        let algorithm = match self.algorithm {
            OtpAlgorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            OtpAlgorithm::Sha256 => hmac::HMAC_SHA256,
            OtpAlgorithm::Sha512 => hmac::HMAC_SHA512,
        };
        let mac = hmac::sign(&hmac::Key::new(algorithm, secret), &step.to_be_bytes());
        let mac = mac.as_ref();
        let offset = usize::from(mac[mac.len() - 1] & 15);
        let word = mac[offset..].first_chunk().expect("the shortest of the hashes has 20 bytes");
        (u32::from_be_bytes(*word) & 0x7fff_ffff) % 10_u32.pow(self.digits)
    }

    /// A code as it is shown, with its leading zeros.
    pub(super) fn write(&self, code: u32) -> String {
        format!("{code:0width$}", width = self.digits as usize)
    }

    /// Reads a code: exactly its digits, and what people and mails put around and between them.
    pub(super) fn read(&self, text: &str) -> Option<u32> {
        let is_between = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}');
        let digits: String = text.chars().filter(|c| !is_between(*c)).collect();
        let fits = digits.len() == self.digits as usize && digits.bytes().all(|byte| byte.is_ascii_digit());
        if fits { digits.parse().ok() } else { None }
    }
}
