//! Inspect a key or a certificate, and convert it to another format.

mod certificate;
mod name;
mod signed;

use chassis::{Call, File, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use self::certificate::{Certificate, CertificateRequest};
use super::der::Form;
use super::format::{Fingerprints, KeyFormat, WrittenKey};
use super::read::Written;
use super::{Candidate, Given, Key, Keyring, Material, OkpKey, OkpUse, rsa};
use crate::error::conflict;
use crate::{Error, kdf};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Reports the type, size and fingerprints of a key: PEM, DER (a file, or in base64), a JWK, an SSH key, a certificate, a \
certificate chain or a certificate signing request (CSR). For certificates, it also reports subject, issuer, \
alternative names and validity, and whether each certificate of a chain is signed by the next. Send a private key and \
its certificate together to see whether they match. `format` converts the public key to another format, with \
`includePrivate` the private key; of a named key, only the public key is shown. Symmetric keys have no fingerprints, \
because a fingerprint would let anyone test guesses. Trust and revocation are not checked.";

/// Certificates of one chain.
const MAX_CERTIFICATES: usize = 20;

/// A key, or certificates.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct InspectRequest {
    /// The key as PEM, DER in base64, JWK or SSH key, or certificates or a certificate signing request; at most 65,536
    /// characters.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 65_536))]
    pub key: Option<Secret<String>>,
    /// The key as a file, instead of `key`; may be binary DER.
    #[serde(default)]
    pub file: Option<File>,
    /// Passphrase of an encrypted private key.
    #[serde(default)]
    #[garde(length(chars, max = 1024))]
    pub passphrase: Option<Secret<String>>,
    /// Name of a key in the server's keyring, instead of a key in the request: `name` or `name@version`. Without a
    /// version, the newest is used; to verify or decrypt, all are tried.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub key_ref: Option<String>,
    /// Convert the key to this format: the public key, or the private key with `includePrivate`.
    #[serde(default)]
    pub format: Option<KeyFormat>,
    /// With `format`: convert the private key, and write it unencrypted.
    #[serde(default)]
    pub include_private: bool,
}

/// Kind of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// A private key.
    PrivateKey,
    /// A public key.
    PublicKey,
    /// A symmetric key.
    SecretKey,
    /// A certificate or a certificate chain; the key is that of the first certificate.
    Certificate,
    /// A certificate signing request (CSR).
    CertificateRequest,
}

/// Type of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyFamily {
    /// RSA.
    Rsa,
    /// Elliptic curve, for ECDSA and ECDH.
    Ec,
    /// Ed25519.
    Ed25519,
    /// X25519.
    X25519,
    /// Symmetric key.
    Secret,
}

/// Properties of the key or certificates.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InspectResponse {
    /// Kind of input.
    pub kind: KeyKind,
    /// Type of the key.
    #[serde(rename = "type")]
    pub family: KeyFamily,
    /// Key size in bits.
    pub bits: usize,
    /// Elliptic curve, by its JWK name.
    pub curve: Option<&'static str>,
    /// RSA public exponent; null unless RSA.
    pub exponent: Option<u64>,
    /// Whether the private key is encrypted.
    pub encrypted: bool,
    /// Key ID of a JWK (`kid`).
    pub kid: Option<String>,
    /// Algorithm a JWK is intended for (`alg`).
    pub alg: Option<String>,
    /// Intended use of a JWK (`use`): `sig` or `enc`.
    #[serde(rename = "use")]
    pub purpose: Option<String>,
    /// Operations a JWK is intended for (`key_ops`).
    pub key_ops: Option<Vec<String>>,
    /// Fingerprints of the public key; null for a symmetric key.
    pub fingerprints: Option<Fingerprints>,
    /// The certificates, in the order sent; at most 20.
    pub certificates: Vec<Certificate>,
    /// The certificate signing request.
    pub request: Option<CertificateRequest>,
    /// Format of `converted`.
    pub format: Option<KeyFormat>,
    /// The key in the requested format.
    pub converted: Option<WrittenKey>,
    /// Name and version of the named key that was used, as `name@version`; null if none.
    pub key_ref: Option<String>,
}

/// An example request.
#[must_use]
pub fn example() -> InspectRequest {
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----";
    InspectRequest {
        key: Some(Secret::new(pem.to_owned())),
        file: None,
        passphrase: None,
        key_ref: None,
        format: Some(KeyFormat::Jwk),
        include_private: false,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Inspect a key or a certificate, and convert it to another format")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &InspectRequest| kdf::cost(request.passphrase.is_some()))
}

/// Inspects a key or a certificate, and converts it to another format.
///
/// # Errors
/// If it cannot be read, or not be written in that format.
pub fn inspect(request: InspectRequest, call: &Call, keyring: &Keyring) -> Result<InspectResponse, Error> {
    let Some(text) = request.text()? else {
        let given = Given { field: "key", key: None, key_ref: request.key_ref.as_deref() };
        let chosen = keyring.choose_pair(given, request.passphrase.as_ref(), call)?;
        let Candidate { key, reference } = chosen.newest();
        if request.include_private {
            return Err(conflict(
                "includePrivate",
                "does not apply to a named key: its private key stays on the server",
            ));
        }
        let kind = if key.material.is_private() { KeyKind::PrivateKey } else { KeyKind::PublicKey };
        let answer = request.answer(key, kind, call)?;
        return Ok(InspectResponse { key_ref: reference.clone(), ..answer });
    };
    if request.key_ref.is_some() {
        return Err(conflict("keyRef", "cannot be combined with key or file: send one"));
    }
    let written = text.written()?;
    let passphrase = request.passphrase.as_ref().map(|passphrase| passphrase.reveal().as_str());
    let key = written.key("key", passphrase)?;
    let forms = match &written {
        Written::Der(forms) => forms.as_slice(),
        _ => &[],
    };
    let of = |wanted: Form| forms.iter().filter(move |(form, _)| *form == wanted).map(|(_, der)| der.as_slice());
    let is_private = key.material.is_private();
    let chain: Vec<_> = of(Form::Certificate).collect();
    if chain.len() > MAX_CERTIFICATES {
        return Err(conflict("key", format!("has {} certificates: send at most {MAX_CERTIFICATES}", chain.len())));
    }
    let kind = match forms.first() {
        _ if is_private => KeyKind::PrivateKey,
        Some((Form::Certificate, _)) => KeyKind::Certificate,
        Some((Form::Request, _)) => KeyKind::CertificateRequest,
        _ => KeyKind::PublicKey,
    };
    let asked = of(Form::Request).next().filter(|_| kind == KeyKind::CertificateRequest);
    Ok(InspectResponse {
        encrypted: of(Form::Encrypted).next().is_some(),
        certificates: Certificate::chain(&chain, is_private.then_some(&key), call)?,
        request: asked.map(|der| CertificateRequest::of(der, &key)).transpose()?,
        ..request.answer(&key, kind, call)?
    })
}

/// What was sent, text or bytes.
enum Sent<'r> {
    Text(&'r str),
    Bytes(&'r [u8]),
}

impl InspectRequest {
    fn text(&self) -> Result<Option<Sent<'_>>, Error> {
        match (&self.key, &self.file) {
            (Some(_), Some(_)) => Err(conflict("file", "cannot be combined with key: send one of the two")),
            (Some(key), None) => Ok(Some(Sent::Text(key.reveal()))),
            (None, Some(file)) => Ok(Some(match str::from_utf8(file.bytes()) {
                Ok(text) => Sent::Text(text),
                Err(_) => Sent::Bytes(file.bytes()),
            })),
            (None, None) => Ok(None),
        }
    }

    /// What is said of every key; `kind` is overruled by a secret.
    fn answer(&self, key: &Key, kind: KeyKind, call: &Call) -> Result<InspectResponse, Error> {
        let (family, curve, exponent) = match &key.material {
            Material::Secret(_) => (KeyFamily::Secret, None, None),
            Material::Rsa(key) => {
                let exponent = key.exponent.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
                if key.bits() < rsa::MIN_SIGNING_BITS {
                    let message =
                        format!("RSA with {} bits can be broken: use {} or more", key.bits(), rsa::MIN_SIGNING_BITS);
                    call.warn("weak-key", Some("key"), message);
                }
                if key.is_roca() {
                    let message =
                        "the key was made by a broken library and can be factored (CVE-2017-15361): replace it";
                    call.warn("broken-key", Some("key"), message);
                }
                (KeyFamily::Rsa, None, Some(exponent))
            }
            Material::Ec(key) => (KeyFamily::Ec, Some(key.curve.name()), None),
            Material::Okp(OkpKey { kind: OkpUse::Sign, .. }) => (KeyFamily::Ed25519, None, None),
            Material::Okp(_) => (KeyFamily::X25519, None, None),
        };
        let converted = match (self.format, self.include_private) {
            (None, false) => None,
            (None, true) => return Err(conflict("includePrivate", "applies only with format: send that too")),
            (Some(format), false) => Some(key.write_public(format)?),
            (Some(format), true) => Some(key.write_private(format, None)?),
        };
        Ok(InspectResponse {
            kind: if family == KeyFamily::Secret { KeyKind::SecretKey } else { kind },
            family,
            bits: key.material.bits(),
            curve,
            exponent,
            encrypted: false,
            kid: key.id.clone(),
            alg: key.algorithm.clone(),
            purpose: key.purpose.clone(),
            key_ops: key.operations.clone(),
            fingerprints: Fingerprints::of(key),
            certificates: Vec::new(),
            request: None,
            format: self.format,
            converted,
            key_ref: None,
        })
    }
}

impl<'r> Sent<'r> {
    fn written(&self) -> Result<Written<'r>, Error> {
        match *self {
            Self::Text(text) => Written::of("key", text),
            Self::Bytes(bytes) => {
                let unknown = || conflict("file", "is not a key that can be read: send PEM, DER, a JWK or an SSH key");
                Written::of_der("file", Zeroizing::new(bytes.to_vec()))?.ok_or_else(unknown)
            }
        }
    }
}
