//! A parsed encrypted message.

use super::Cipher;
use super::key::Stretch;

/// Everything needed to decrypt but the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) cipher: Cipher,
    /// How the key is made, when it is made of a password.
    pub(super) stretch: Option<Stretch>,
    pub(super) nonce: Vec<u8>,
    /// The ciphertext, then the tag.
    pub(super) sealed: Vec<u8>,
}

/// Bytes that are read from the front.
pub(super) struct Reader<'b>(pub(super) &'b [u8]);

impl<'b> Reader<'b> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }
}
