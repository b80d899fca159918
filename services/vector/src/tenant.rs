//! Whose data a call may reach: those of its consumer, and no other's, whatever the request says.
//!
//! A tenant is made of a call alone, and every function of a store wants one: there is no way to name another's.

use chassis::Call;

use crate::plan::Quota;

/// The owner of collections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// A name without meaning, fit for files: 32 hexadecimal digits.
    pub key: String,
    /// What its plan may keep.
    pub quota: Quota,
}

impl Tenant {
    /// The caller's. Who calls without a gateway is one tenant, which no consumer's id can spell.
    #[must_use]
    pub fn of(call: &Call) -> Self {
        let consumer = call.consumer();
        let key = match consumer {
            Some(consumer) => blake3::derive_key("flowforge vector 2026 consumer", consumer.id.as_bytes()),
            None => blake3::derive_key("flowforge vector 2026 alone", b""),
        };
        Self { key: blake3::Hash::from_bytes(key).to_hex()[..32].to_owned(), quota: Quota::of(consumer) }
    }
}
