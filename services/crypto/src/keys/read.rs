//! Reading a key from the text of a request or the keyring.

use zeroize::Zeroizing;

use super::der::{self, Form};
use super::{Key, Material, jwk, pem, ssh};
use crate::Error;
use crate::error::conflict;

/// Bytes of a text with keys.
pub(crate) const MAX_TEXT: usize = 64 * 1024;

impl Key {
    /// Reads PEM, DER in base64, JWK or an SSH key; `passphrase` opens an encrypted private key. Only these: bytes that
    /// two sides share are read by their encoding. Of a certificate or a request it is the public key it is about, of a chain
    /// that of the first.
    ///
    /// # Errors
    /// When it is none of these, is damaged, or the passphrase is missing or wrong. The text is in no error.
    pub(crate) fn read(field: &'static str, text: &str, passphrase: Option<&str>) -> Result<Self, Error> {
        Written::of(field, text)?.key(field, passphrase)
    }

    /// The same for whoever needs the public half alone: that of a private key is taken without looking at the rest, and no
    /// number of it is worked with. A JWK of type `oct` is a secret as ever.
    ///
    /// # Errors
    /// As [`Key::read`]; an encrypted private key is refused, unless its public half stands beside it.
    pub(crate) fn read_public(field: &'static str, text: &str) -> Result<Self, Error> {
        Written::of(field, text)?.public(field)
    }

    /// The same as [`Key::read`] where there is no passphrase to send.
    ///
    /// # Errors
    /// As [`Key::read`]; an encrypted private key is refused.
    pub(crate) fn read_plain(field: &'static str, text: &str) -> Result<Self, Error> {
        let written = Written::of(field, text)?;
        if let Written::Der(forms) = &written
            && forms.iter().any(|(form, _)| *form == Form::Encrypted)
        {
            let message = "is encrypted, and there is no passphrase for it here: send a copy without one, as openssl \
                           pkey -in key.pem -out copy.pem writes it, or keep it in the server's keyring";
            return Err(conflict(field, message));
        }
        written.key(field, None)
    }

    /// The bytes two sides share.
    ///
    /// # Errors
    /// When it is a key pair or one half of it: its text must never be taken for a shared secret.
    pub(crate) fn shared(&self, field: &'static str) -> Result<&[u8], Error> {
        match &self.material {
            Material::Secret(bytes) => Ok(bytes),
            other => Err(conflict(field, format!("must be a shared secret here, and is {}", other.name()))),
        }
    }
}

/// How a key is written.
pub(super) enum Written<'t> {
    Jwk(&'t str),
    SshPublic(&'t str),
    SshPrivate(Zeroizing<Vec<u8>>),
    /// One or more; none of them [`Written::SshPrivate`].
    Der(Vec<(Form, Zeroizing<Vec<u8>>)>),
}

impl<'t> Written<'t> {
    /// What a text is.
    ///
    /// # Errors
    /// When it is no key.
    pub(super) fn of(field: &'static str, text: &'t str) -> Result<Self, Error> {
        if text.len() > MAX_TEXT {
            return Err(conflict(
                field,
                format!("is too long for a key: at most {} KiB are accepted", MAX_TEXT / 1024),
            ));
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.starts_with('{') {
            return Ok(Self::Jwk(text));
        }
        if ssh::is_public(text) {
            return Ok(Self::SshPublic(text));
        }
        if text.contains(pem::BEGIN) {
            return Self::of_pem(field, text);
        }
        let unknown = || {
            let message =
                "is not a key that can be read: send PEM (-----BEGIN ...), a JWK, an SSH key, or DER in base64";
            conflict(field, message)
        };
        if text.starts_with("PuTTY-User-Key-File") {
            return Err(conflict(
                field,
                "is in PuTTY's own format: in PuTTYgen choose Conversions, Export OpenSSH key",
            ));
        }
        let bytes = pem::base64(field, text).map_err(|_| unknown())?;
        Self::of_der(field, bytes)?.ok_or_else(unknown)
    }

    /// What bytes are; nothing when they are no key.
    ///
    /// # Errors
    /// When they hold keys in a form that is not read here.
    pub(super) fn of_der(field: &'static str, bytes: Zeroizing<Vec<u8>>) -> Result<Option<Self>, Error> {
        if bytes.len() > MAX_TEXT {
            return Ok(None);
        }
        match Form::of_bytes(&bytes) {
            None if der::is_pkcs12(&bytes) => Err(conflict(
                field,
                "is a PKCS #12 file: extract its content with openssl pkcs12 -in x.p12 -nodes, and send that",
            )),
            form => Ok(form.map(|form| Self::Der(vec![(form, bytes)]))),
        }
    }

    /// The key in it.
    ///
    /// # Errors
    /// As [`Key::read`].
    pub(super) fn key(&self, field: &'static str, passphrase: Option<&str>) -> Result<Key, Error> {
        match self {
            Self::Jwk(text) => jwk::read(field, text),
            Self::SshPublic(text) => ssh::read_public(field, text),
            Self::SshPrivate(bytes) => ssh::read_private(field, bytes),
            Self::Der(forms) => {
                let (form, bytes) = the_key(field, forms.iter())?;
                form.key(field, bytes, passphrase)
            }
        }
    }

    /// The public half of the key in it.
    ///
    /// # Errors
    /// As [`Key::read_public`].
    fn public(&self, field: &'static str) -> Result<Key, Error> {
        match self {
            Self::Jwk(text) => jwk::read_public(field, text),
            Self::SshPublic(text) => ssh::read_public(field, text),
            Self::SshPrivate(bytes) => ssh::read_public_of_private(field, bytes),
            Self::Der(forms) => {
                let open = forms.iter().filter(|(form, _)| *form != Form::Encrypted);
                if open.clone().next().is_none() {
                    return Err(conflict(field, "is an encrypted private key: send the public key"));
                }
                let (form, bytes) = the_key(field, open)?;
                form.public(field, bytes)
            }
        }
    }

    fn of_pem(field: &'static str, text: &'t str) -> Result<Self, Error> {
        let mut forms = Vec::new();
        for block in pem::blocks(field, text)? {
            match (block.label, Form::of_label(block.label)) {
                (_, Some(form)) => forms.push((form, block.der)),
                (ssh::LABEL, _) => return Ok(Self::SshPrivate(block.der)),
                // openssl ecparam -genkey writes them before the key, which names its curve itself.
                ("EC PARAMETERS", _) => {}
                _ => {
                    let message = "has a PEM type that is not supported: send a private or public key or a certificate";
                    return Err(conflict(field, message));
                }
            }
        }
        if forms.is_empty() {
            return Err(conflict(field, "contains only parameters: the key itself is missing"));
        }
        Ok(Self::Der(forms))
    }
}

/// The one to use of several: the private key where there is one, else the first.
fn the_key<'f>(
    field: &'static str,
    mut forms: impl Iterator<Item = &'f (Form, Zeroizing<Vec<u8>>)> + Clone,
) -> Result<&'f (Form, Zeroizing<Vec<u8>>), Error> {
    let mut private = forms.clone().filter(|(form, _)| form.is_private());
    match (private.next(), private.next()) {
        (Some(_), Some(_)) => Err(conflict(field, "contains several private keys: send one")),
        (Some(key), None) => Ok(key),
        _ => forms.next().ok_or_else(|| conflict(field, "contains no key")),
    }
}
