//! A signature scheme, as data.

use crate::encoding::BinaryEncoding;
use crate::hmac::HmacAlgorithm;

/// How a request is signed.
#[derive(Clone, Copy)]
pub(super) struct Scheme<'s> {
    /// What its answer calls it: the version where the provider has one.
    pub(super) name: &'s str,
    pub(super) proof: Proof,
    /// What a shared secret's text stands for.
    pub(super) secret: SecretForm,
    /// What is signed; see [`super::template`].
    pub(super) content: &'s str,
    /// Headers that hold signatures; the first is the one to send.
    pub(super) headers: &'s [&'s str],
    /// What stands before each signature. Signatures of other versions have another prefix and are passed over.
    pub(super) prefix: &'s str,
    pub(super) encoding: BinaryEncoding,
    pub(super) stamp: Option<Stamp<'s>>,
    /// Headers that hold the id that is signed; the first is the one to send.
    pub(super) id: &'s [&'s str],
    /// Where the event says who it is, so that a repetition can be told.
    pub(super) event: Event<'s>,
    /// Where the fields named like headers stand.
    pub(super) place: Place,
    pub(super) address: Address,
}

/// What a signature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Hmac(HmacAlgorithm),
    Ed25519,
    /// ECDSA on P-256 with SHA-256, in DER.
    EcdsaP256,
    /// The secret itself.
    Token,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SecretForm {
    Text,
    /// Base64, with or without the prefix `whsec_`.
    Base64,
}

/// When the request was signed.
#[derive(Clone, Copy)]
pub(super) struct Stamp<'s> {
    pub(super) place: StampPlace<'s>,
    pub(super) unit: Unit,
    /// Whether times in other units are read too.
    pub(super) any_unit: bool,
}

#[derive(Clone, Copy)]
pub(super) enum StampPlace<'s> {
    Headers(&'s [&'s str]),
    /// In the JSON of the body that is signed, by a JSON pointer.
    Body(&'s str),
    /// Beside the signatures, with a prefix, and when written with this between it and them.
    Item {
        prefix: &'s str,
        divider: char,
    },
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Millis,
    Rfc3339,
}

#[derive(Clone, Copy)]
pub(super) enum Event<'s> {
    Unknown,
    /// In the first of these headers that is there.
    Headers(&'s [&'s str]),
    /// In the JSON body, by a JSON pointer (RFC 6901).
    Body(&'s str),
    /// The id that is signed. It is never looked up again: another header could have another.
    Id,
    /// All that is signed, where that is no more than a random text and a time.
    Content,
}

/// Where what other schemes have in headers stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Headers,
    /// In the body: the object `signature` of JSON, or fields of a form.
    Body,
}

/// Which forms of the address may have been signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    AsSent,
    /// With or without the port.
    AnyPort,
    /// As it is, or with a few escapes undone.
    Unescaped,
}

impl Scheme<'_> {
    /// Whether the parties share a secret.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.proof, Proof::Hmac(_) | Proof::Token)
    }

    /// Whether a part is signed.
    pub(super) fn signs(&self, part: &str) -> bool {
        self.proof != Proof::Token && self.content.contains(part)
    }

    /// Whether the signature depends on the body.
    pub(super) fn signs_body(&self) -> bool {
        self.signs("{body}") || self.signs("{form}")
    }
}
