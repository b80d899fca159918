//! Protect a document with passwords, or take its protection off.

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::{Call, Error, File, Operation, Secret, WithFile};
use garde::Validate;
use lopdf::encryption::crypt_filters::{Aes256CryptFilter, CryptFilter};
use lopdf::{Document, EncryptionState, EncryptionVersion};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::save;
use crate::input;
pub use crate::permissions::Permission;

/// What the document says.
const DESCRIPTION: &str = "\
Encrypts a document with AES-256 (revision 6, PDF 2.0), or with `decrypt` takes its protection off. `userPassword` is asked for when \
it is opened; without one everybody can open it. `ownerPassword` is for who may change the permissions. Permissions are kept by \
viewers, not by the encryption: who can open a document can get around them. Passwords are written as SASLprep asks, so that it does \
not matter how letters with accents are typed. They are never kept or logged.";

/// A document and its protection.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ProtectRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it now, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Password that will be asked for to open it, at most 127 bytes.
    #[serde(default)]
    #[garde(length(chars, max = 127))]
    pub user_password: Option<Secret<String>>,
    /// Password that allows everything, at most 127 bytes; a random one by default, which nobody knows.
    #[serde(default)]
    #[garde(length(chars, max = 127))]
    pub owner_password: Option<Secret<String>>,
    /// What is allowed without the owner's password; everything by default.
    #[serde(default)]
    pub permissions: Option<Vec<Permission>>,
    /// Whether to take the protection off instead.
    #[serde(default)]
    pub decrypt: bool,
    /// Whether a signed document may be changed, whose signature is then no longer valid.
    #[serde(default)]
    pub allow_signed: bool,
}

/// How the document is protected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProtectFacts {
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Whether a password is asked for to open it.
    pub needs_password: bool,
    /// What is allowed without the owner's password.
    pub permissions: Vec<Permission>,
    /// Size in bytes.
    pub bytes: usize,
}

/// A request that works.
#[must_use]
pub fn example() -> ProtectRequest {
    ProtectRequest {
        file: input::example(),
        password: None,
        user_password: Some(Secret::new("open sesame".to_owned())),
        owner_password: None,
        permissions: Some(vec![Permission::Print, Permission::PrintHighQuality, Permission::FillForms]),
        decrypt: false,
        allow_signed: false,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::makes_document(op)
        .summary("Protect a PDF with passwords and permissions, or take the protection off")
        .description(DESCRIPTION)
        .example(example)
}

/// Protects a document, or takes its protection off.
///
/// # Errors
/// When the document cannot be opened, or neither passwords nor permissions are given.
pub fn protect(request: ProtectRequest, call: &Call) -> Result<WithFile<ProtectFacts>, Error> {
    let given = |secret: &Option<Secret<String>>| secret.as_ref().is_some_and(|secret| !secret.reveal().is_empty());
    let asks = given(&request.user_password) || given(&request.owner_password) || request.permissions.is_some();
    if request.decrypt && asks {
        return Err(Error::impossible(
            "decrypt",
            "takes the protection off: send it without new passwords and permissions",
        ));
    }
    if !request.decrypt && !asks {
        let message = "is missing: send userPassword, ownerPassword or permissions to protect, or decrypt=true";
        return Err(Error::impossible("userPassword", message));
    }
    let mut opened = input::source(&request.file, request.password.as_ref()).open(call)?;
    opened.guard_signatures("file", request.allow_signed, call)?;
    let was_encrypted = opened.encryption.take().is_some();
    let name = format!("{}.pdf", input::stem(&request.file, "document"));
    if request.decrypt {
        if !was_encrypted {
            call.warn("not-protected", Some("file"), "the document was not protected");
        }
        let bytes = save::save(opened.pdf)?;
        let permissions = Permission::of(None);
        let facts = ProtectFacts { encrypted: false, needs_password: false, permissions, bytes: bytes.len() };
        return Ok(WithFile { file: File::new(name, "application/pdf", bytes), facts });
    }
    let user = request.user_password.as_ref().map_or("", |secret| secret.reveal().as_str());
    let owner = match request.owner_password.as_ref().filter(|secret| !secret.reveal().is_empty()) {
        Some(secret) => secret.reveal().clone(),
        None => random_password()?,
    };
    if owner == user {
        let message = "is the userPassword: whoever opens the document could then change everything";
        call.warn("same-password", Some("ownerPassword"), message);
    }
    let permissions = request.permissions.unwrap_or_else(|| Permission::of(None));
    let bits = Permission::bits(&permissions);
    let state = state(&mut opened.pdf, user, &owner, bits)?;
    let permissions = Permission::of(Some(&state));
    opened.encryption = Some(state);
    let bytes = opened.save()?;
    let facts = ProtectFacts { encrypted: true, needs_password: !user.is_empty(), permissions, bytes: bytes.len() };
    Ok(WithFile { file: File::new(name, "application/pdf", bytes), facts })
}

fn state(
    pdf: &mut Document,
    user: &str,
    owner: &str,
    permissions: lopdf::Permissions,
) -> Result<EncryptionState, Error> {
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).map_err(|_| Error::internal())?;
    let filter: Arc<dyn CryptFilter> = Arc::new(Aes256CryptFilter);
    let version = EncryptionVersion::V5 {
        encrypt_metadata: true,
        crypt_filters: BTreeMap::from([(b"StdCF".to_vec(), filter)]),
        file_encryption_key: &key,
        stream_filter: b"StdCF".to_vec(),
        string_filter: b"StdCF".to_vec(),
        owner_password: owner,
        user_password: user,
        permissions,
    };
    pdf.version = "2.0".to_owned();
    EncryptionState::try_from(version).map_err(|_| {
        Error::impossible(
            "userPassword",
            "cannot be a password: it has characters that passwords may not have, such as control characters",
        )
    })
}

/// A password nobody knows.
fn random_password() -> Result<String, Error> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(|_| Error::internal())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
