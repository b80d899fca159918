//! `otpauth://` URIs, the content of the QR codes of authenticator apps, as defined by Google Authenticator's "Key URI
//! Format".

use chassis::Secret;
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use super::base32::{self, SecretEncoding};
use super::scheme::{DEFAULT_DIGITS, DEFAULT_PERIOD, OtpAlgorithm, OtpType, Scheme};
use crate::Error;
use crate::encoding::URI_RESERVED;
use crate::error::conflict;
use crate::keys::Key;

const START: &str = "otpauth://";

/// What a URI says.
pub(super) struct Account {
    pub(super) key: Key,
    pub(super) scheme: Scheme,
    /// Where HOTP starts.
    pub(super) counter: Option<u64>,
}

/// The URI of an account.
pub(super) fn write(scheme: &Scheme, counter: u64, secret: &[u8], issuer: Option<&str>, account: &str) -> String {
    // A space is %20: apps show a plus as it is.
    let encoded = |text| utf8_percent_encode(text, URI_RESERVED);
    let (kind, moving) = match scheme.kind {
        OtpType::Totp => ("totp", format!("period={}", scheme.period)),
        OtpType::Hotp => ("hotp", format!("counter={counter}")),
    };
    let algorithm = match scheme.algorithm {
        OtpAlgorithm::Sha1 => "SHA1",
        OtpAlgorithm::Sha256 => "SHA256",
        OtpAlgorithm::Sha512 => "SHA512",
    };
    // The issuer is there twice: old apps read the label, newer ones the parameter.
    let label = issuer.map(|issuer| format!("{}:", encoded(issuer))).unwrap_or_default();
    let parameter = issuer.map(|issuer| format!("&issuer={}", encoded(issuer))).unwrap_or_default();
    let secret = Zeroizing::new(base32::encode(secret));
    format!(
        "{START}{kind}/{label}{account}?secret={secret}{parameter}&algorithm={algorithm}&digits={digits}&{moving}",
        account = encoded(account),
        secret = *secret,
        digits = scheme.digits,
    )
}

/// Reads a URI. Parameters that are not known, such as an icon's address, are passed over.
///
/// # Errors
/// When it is none, has no secret, or asks for what we do not make.
pub(super) fn read(text: &Secret<String>) -> Result<Account, Error> {
    let text = text.reveal().trim();
    let not_one =
        || conflict("uri", "must be a URI such as otpauth://totp/Shop:ann?secret=..., the content of the QR code");
    let is_one = text.get(..START.len()).is_some_and(|start| start.eq_ignore_ascii_case(START));
    let rest = if is_one { &text[START.len()..] } else { return Err(not_one()) };
    let (place, query) = rest.split_once('?').ok_or_else(not_one)?;
    let kind = match place.split('/').next() {
        Some(kind) if kind.eq_ignore_ascii_case("totp") => OtpType::Totp,
        Some(kind) if kind.eq_ignore_ascii_case("hotp") => OtpType::Hotp,
        _ => return Err(not_one()),
    };
    let query = query.split('#').next().unwrap_or_default();

    let secret = parameter(query, "secret")?.ok_or_else(|| conflict("uri", "has no secret"))?;
    let algorithm = match parameter(query, "algorithm")? {
        None => OtpAlgorithm::Sha1,
        Some(name) => match name.reveal().to_ascii_uppercase().replace('-', "").as_str() {
            "SHA1" => OtpAlgorithm::Sha1,
            "SHA256" => OtpAlgorithm::Sha256,
            "SHA512" => OtpAlgorithm::Sha512,
            _ => return Err(conflict("uri", "has an algorithm other than SHA1, SHA256 and SHA512")),
        },
    };
    let digits = number(query, "digits", 6, 8)?.and_then(|digits| u32::try_from(digits).ok());
    let period = number(query, "period", 15, 120)?;
    Ok(Account {
        key: SecretEncoding::Base32.key("uri", &secret)?,
        scheme: Scheme {
            kind,
            algorithm,
            digits: digits.unwrap_or(DEFAULT_DIGITS),
            period: period.unwrap_or(DEFAULT_PERIOD),
        },
        counter: number(query, "counter", 0, super::MAX_COUNTER)?,
    })
}

/// A parameter, decoded.
fn parameter(query: &str, name: &str) -> Result<Option<Secret<String>>, Error> {
    let mut values = query.split('&').filter_map(|pair| {
        let (found, value) = pair.split_once('=')?;
        found.eq_ignore_ascii_case(name).then_some(value)
    });
    let value = values.next();
    if values.next().is_some() {
        return Err(conflict("uri", format!("has {name} twice")));
    }
    Ok(value.map(|value| Secret::new(percent_decode_str(value).decode_utf8_lossy().into_owned())))
}

fn number(query: &str, name: &str, min: u64, max: u64) -> Result<Option<u64>, Error> {
    let Some(text) = parameter(query, name)? else { return Ok(None) };
    let number = text.reveal().parse().ok().filter(|number| (min..=max).contains(number));
    number.map(Some).ok_or_else(|| conflict("uri", format!("has {name} outside {min} to {max}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOTP: Scheme = Scheme { kind: OtpType::Totp, algorithm: OtpAlgorithm::Sha1, digits: 6, period: 30 };

    fn account(uri: &str) -> Result<Account, Error> {
        read(&Secret::new(uri.to_owned()))
    }

    /// The examples of the format's page.
    #[test]
    fn uris_of_the_format() {
        for (uri, period) in [
            ("otpauth://totp/Example:alice@google.com?secret=JBSWY3DPEHPK3PXP&issuer=Example", 30),
            (
                "otpauth://totp/ACME%20Co:john.doe@email.com?secret=HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ&issuer=ACME%20Co\
                 &algorithm=SHA1&digits=6&period=30",
                30,
            ),
            ("OTPAUTH://TOTP/a?SECRET=jbsw%20y3dp%20ehpk%203pxp&period=60&image=https%3A%2F%2Fa.example%2Fi.png", 60),
        ] {
            let account = account(uri).unwrap_or_else(|error| panic!("{uri} {error}"));
            assert_eq!(account.scheme, Scheme { period, ..TOTP });
        }
        let secret =
            base32::encode(account("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP").unwrap().key.shared("uri").unwrap());
        assert_eq!(secret, "JBSWY3DPEHPK3PXP");
    }

    #[test]
    fn what_is_written_is_read() {
        for algorithm in [OtpAlgorithm::Sha1, OtpAlgorithm::Sha256, OtpAlgorithm::Sha512] {
            for (kind, digits, period) in [(OtpType::Totp, 8, 60), (OtpType::Totp, 7, 15), (OtpType::Hotp, 6, 30)] {
                let scheme = Scheme { kind, algorithm, digits, period };
                let uri = write(&scheme, 7, b"12345678901234567890", Some("A & B/?#%"), "ann+é@b.example");
                let account = account(&uri).unwrap();
                assert_eq!(account.scheme, scheme, "{uri}");
                assert_eq!(account.key.shared("uri").unwrap(), b"12345678901234567890");
                assert_eq!(account.counter, (kind == OtpType::Hotp).then_some(7));
            }
        }
        let uri = write(&TOTP, 0, b"Hello!\xde\xad\xbe\xef", Some("ACME Co"), "john.doe@email.com");
        assert_eq!(
            uri,
            "otpauth://totp/ACME%20Co:john.doe%40email.com?secret=JBSWY3DPEHPK3PXP&issuer=ACME%20Co&algorithm=SHA1\
             &digits=6&period=30"
        );
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        for (uri, message) in [
            ("", "must be a URI such as"),
            ("otpauth", "must be a URI such as"),
            ("https://a.example/?secret=JBSWY3DP", "must be a URI such as"),
            ("otpauth://steam/a?secret=JBSWY3DP", "must be a URI such as"),
            ("otpauth://totp/a", "must be a URI such as"),
            ("otpauth-migration://offline?data=JBSWY3DP", "must be a URI such as"),
            ("otpauth://totp/a?issuer=b", "has no secret"),
            ("otpauth://totp/a?secret=", "is empty"),
            ("otpauth://totp/a?secret=JBSWY3DP&secret=JBSWY3DQ", "has secret twice"),
            ("otpauth://totp/a?secret=JBSWY3D1", "is not base32"),
            ("otpauth://totp/a?secret=JBSWY3DP%ff", "is not base32"),
            ("otpauth://totp/a?secret=JBSWY3DP&algorithm=md5", "has an algorithm other"),
            ("otpauth://totp/a?secret=JBSWY3DP&digits=5", "has digits outside 6 to 8"),
            ("otpauth://totp/a?secret=JBSWY3DP&digits=4294967302", "has digits outside"),
            ("otpauth://totp/a?secret=JBSWY3DP&period=0", "has period outside"),
            ("otpauth://hotp/a?secret=JBSWY3DP&counter=-1", "has counter outside"),
        ] {
            let error = account(uri).err().unwrap_or_else(|| panic!("{uri}")).to_string();
            assert!(error.starts_with(message) && !error.contains("JBSWY3DP"), "{uri} {error}");
        }
    }
}
