//! SSH keys: public key lines (RFC 4253, 5656, 8709) and OpenSSH private key files (openssh-portable, PROTOCOL.key).

use data_encoding::{BASE64, BASE64_NOPAD};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::rsa::number;
use super::{Curve, EcKey, Key, Material, OkpKey, OkpUse, RsaKey, RsaPrivate, pem};
use crate::error::conflict;
use crate::{Error, random};

/// The label of the private file's PEM.
pub(super) const LABEL: &str = "OPENSSH PRIVATE KEY";
const MAGIC: &[u8] = b"openssh-key-v1\0";
const ED25519: &str = "ssh-ed25519";
const RSA: &str = "ssh-rsa";
const ECDSA: &str = "ecdsa-sha2-";

/// Whether a text starts as a public line does.
pub(super) fn is_public(text: &str) -> bool {
    [ED25519, RSA, ECDSA].iter().any(|kind| text.starts_with(kind))
}

/// The key of a public line: its kind, the key in base64, perhaps a comment.
///
/// # Errors
/// When it is damaged, or of a kind we do not work with.
pub(super) fn read_public(field: &'static str, text: &str) -> Result<Key, Error> {
    let mut words = text.split_whitespace();
    let (kind, base64) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let blob = BASE64.decode(base64.as_bytes()).map_err(|_| damaged(field))?;
    let mut parts = Parts { field, rest: &blob };
    let key = parts.public()?;
    if !parts.rest.is_empty() || key.ssh_name().as_deref() != Some(kind) {
        return Err(damaged(field));
    }
    Ok(Key::of(key))
}

/// The key of OpenSSH's private file, without its PEM.
///
/// # Errors
/// When it is damaged or encrypted, or of a kind we do not work with.
pub(super) fn read_private(field: &'static str, bytes: &[u8]) -> Result<Key, Error> {
    let mut parts = Parts { field, rest: bytes.strip_prefix(MAGIC).ok_or_else(|| damaged(field))? };
    if parts.bytes()? != b"none" {
        let message = "is an encrypted OpenSSH key: remove the passphrase from a copy with ssh-keygen -p -N '' -f copy";
        return Err(conflict(field, message));
    }
    let (_kdf, _options) = (parts.bytes()?, parts.bytes()?);
    if parts.number()? != 1 {
        return Err(conflict(field, "contains several keys: send one"));
    }
    let public = Parts { field, rest: parts.bytes()? }.public()?;
    let mut private = Parts { field, rest: parts.bytes()? };
    let checks = (private.number()?, private.number()?);
    let key = private.private()?;
    let _comment = private.bytes()?;
    // Filled up with 1, 2, 3 to a whole number of blocks.
    let filled = private.rest.iter().zip(1..=255).all(|(byte, count)| *byte == count);
    if checks.0 != checks.1 || !filled || private.rest.len() > 255 || blob(&key) != blob(&public) {
        return Err(damaged(field));
    }
    Ok(Key::of(key))
}

/// The public key that stands in the clear in OpenSSH's private file, encrypted or not.
///
/// # Errors
/// When it is damaged, or of a kind we do not work with.
pub(super) fn read_public_of_private(field: &'static str, bytes: &[u8]) -> Result<Key, Error> {
    let mut parts = Parts { field, rest: bytes.strip_prefix(MAGIC).ok_or_else(|| damaged(field))? };
    let (_cipher, _kdf, _options) = (parts.bytes()?, parts.bytes()?, parts.bytes()?);
    if parts.number()? != 1 {
        return Err(conflict(field, "contains several keys: send one"));
    }
    Parts { field, rest: parts.bytes()? }.public().map(Key::of)
}

impl Material {
    /// The name of its kind; not every key has one.
    fn ssh_name(&self) -> Option<String> {
        match self {
            Self::Rsa(_) => Some(RSA.to_owned()),
            Self::Ec(EcKey { curve, .. }) => curve.ssh_name().map(|name| format!("{ECDSA}{name}")),
            Self::Okp(OkpKey { kind: OkpUse::Sign, .. }) => Some(ED25519.to_owned()),
            Self::Okp(_) | Self::Secret(_) => None,
        }
    }
}

impl Key {
    /// The public line; nothing for a key SSH does not know.
    pub(crate) fn ssh_public(&self) -> Option<String> {
        let (name, blob) = (self.material.ssh_name()?, blob(&self.material)?);
        let comment = self.ssh_comment();
        Some(format!("{name} {} {comment}", BASE64.encode(&blob)).trim_end().to_owned())
    }

    /// The fingerprint as `ssh-keygen -l` shows it.
    pub(crate) fn ssh_fingerprint(&self) -> Option<String> {
        blob(&self.material).map(|blob| format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(&blob))))
    }

    /// OpenSSH's private file; nothing for a key SSH does not know, or only the half of one.
    ///
    /// # Errors
    /// When there is no randomness.
    pub(crate) fn ssh_private(&self) -> Result<Option<Zeroizing<String>>, Error> {
        let (Some(name), Some(public)) = (self.material.ssh_name(), blob(&self.material)) else { return Ok(None) };
        let mut check = [0; 4];
        random::system(&mut check)?;
        // Room for the largest key, so that no copy stays behind.
        let mut private = Zeroizing::new(Vec::with_capacity(8 * 1024));
        private.extend([check, check].concat());
        push(&mut private, name.as_bytes());
        match &self.material {
            Material::Rsa(RsaKey { modulus, exponent, private: Some(RsaPrivate { d, p, q, qi, .. }), .. }) => {
                for number in [modulus, exponent, d, qi, p, q] {
                    push_number(&mut private, number);
                }
            }
            Material::Ec(EcKey { curve, point, scalar: Some(scalar) }) => {
                push(&mut private, curve.ssh_name().unwrap_or_default().as_bytes());
                push(&mut private, point);
                push_number(&mut private, scalar);
            }
            Material::Okp(OkpKey { public, private: Some(seed), .. }) => {
                push(&mut private, public);
                push(&mut private, &Zeroizing::new([seed.as_slice(), public].concat()));
            }
            _ => return Ok(None),
        }
        push(&mut private, self.ssh_comment().as_bytes());
        let filling = private.len().next_multiple_of(8) - private.len();
        private.extend((1..=8).take(filling));

        let mut file = Zeroizing::new(Vec::with_capacity(16 * 1024));
        file.extend(MAGIC);
        for part in [b"none".as_slice(), b"none", b""] {
            push(&mut file, part);
        }
        file.extend(1u32.to_be_bytes());
        push(&mut file, &public);
        push(&mut file, &private);
        Ok(Some(pem::write(LABEL, &file)))
    }

    /// Its id, where that can be a comment.
    fn ssh_comment(&self) -> &str {
        self.id.as_deref().filter(|id| id.len() <= 256 && !id.contains(char::is_control)).unwrap_or_default()
    }
}

/// The public key as SSH sends it.
fn blob(key: &Material) -> Option<Vec<u8>> {
    let mut blob = Vec::new();
    push(&mut blob, key.ssh_name()?.as_bytes());
    match key {
        Material::Rsa(key) => {
            push_number(&mut blob, &key.exponent);
            push_number(&mut blob, &key.modulus);
        }
        Material::Ec(key) => {
            push(&mut blob, key.curve.ssh_name()?.as_bytes());
            push(&mut blob, &key.point);
        }
        Material::Okp(key) => push(&mut blob, &key.public),
        Material::Secret(_) => return None,
    }
    Some(blob)
}

/// A string of SSH (RFC 4251, section 5).
fn push(target: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("the parts of a key are short");
    target.extend(length.to_be_bytes());
    target.extend(bytes);
}

/// A number of SSH: without leading zeros but the one that keeps it positive.
fn push_number(target: &mut Vec<u8>, bytes: &[u8]) {
    let digits = number(bytes);
    let sign: &[u8] = if digits.first().is_some_and(|first| *first >= 0x80) { &[0] } else { &[] };
    push(target, &Zeroizing::new([sign, digits].concat()));
}

/// What is left to read.
struct Parts<'b> {
    field: &'static str,
    rest: &'b [u8],
}

impl<'b> Parts<'b> {
    fn number(&mut self) -> Result<u32, Error> {
        let (number, rest) = self.rest.split_first_chunk().ok_or_else(|| damaged(self.field))?;
        self.rest = rest;
        Ok(u32::from_be_bytes(*number))
    }

    fn bytes(&mut self) -> Result<&'b [u8], Error> {
        let length = self.number()?.try_into().map_err(|_| damaged(self.field))?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(|| damaged(self.field))?;
        self.rest = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<&'b str, Error> {
        std::str::from_utf8(self.bytes()?).map_err(|_| damaged(self.field))
    }

    fn secret(&mut self) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.bytes().map(|bytes| Zeroizing::new(bytes.to_vec()))
    }

    /// A public key with its name.
    fn public(&mut self) -> Result<Material, Error> {
        let field = self.field;
        match self.text()? {
            RSA => {
                let (exponent, modulus) = (self.bytes()?, self.bytes()?);
                RsaKey::public(field, modulus, exponent).map(Material::Rsa)
            }
            ED25519 => OkpKey::public(field, OkpUse::Sign, self.bytes()?).map(Material::Okp),
            name => {
                let curve = self.curve(name)?;
                EcKey::public(field, curve, self.bytes()?).map(Material::Ec)
            }
        }
    }

    /// A private key with its name.
    fn private(&mut self) -> Result<Material, Error> {
        let field = self.field;
        match self.text()? {
            RSA => {
                let (modulus, exponent) = (self.bytes()?, self.bytes()?);
                let (d, qi, p, q) = (self.secret()?, self.secret()?, self.secret()?, self.secret()?);
                let public = RsaKey::public(field, modulus, exponent)?;
                // The file leaves out d modulo p - 1 and q - 1.
                let private = super::arithmetic::with_exponents(d, p, q, qi).ok_or_else(|| damaged(field))?;
                public.with_private(field, private).map(Material::Rsa)
            }
            ED25519 => {
                let (public, pair) = (self.bytes()?, self.bytes()?);
                let seed = pair.strip_suffix(public).ok_or_else(|| damaged(field))?;
                OkpKey::private(field, OkpUse::Sign, seed, Some(public)).map(Material::Okp)
            }
            name => {
                let curve = self.curve(name)?;
                let (point, scalar) = (self.bytes()?, self.bytes()?);
                EcKey::private(field, curve, scalar, Some(point)).map(Material::Ec)
            }
        }
    }

    /// The curve of a name such as `ecdsa-sha2-nistp256`; it stands there twice.
    fn curve(&mut self, name: &str) -> Result<Curve, Error> {
        let curve = name.strip_prefix(ECDSA).and_then(Curve::of_ssh_name);
        let curve = curve.ok_or_else(|| {
            conflict(self.field, "is an SSH key of an unsupported type: use ssh-ed25519, ssh-rsa or ecdsa-sha2")
        })?;
        if self.text()? != name.trim_start_matches(ECDSA) {
            return Err(damaged(self.field));
        }
        Ok(curve)
    }
}

fn damaged(field: &'static str) -> Error {
    conflict(field, "is a damaged SSH key: paste all of it")
}
