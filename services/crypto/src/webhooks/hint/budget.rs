//! A budget for hints: an invalid request must not cost more work than a valid one.

use std::cell::Cell;

/// Bytes that are made and hashed in the search, for a request that is not valid anyway.
const MAX_HASHED: usize = 8 * 1024 * 1024;
/// What a content costs besides its bytes.
const CONTENT_COST: usize = 256;
/// Signatures of public keys that are checked in the search.
const MAX_CHECKED: usize = 20;

/// What the search may still cost.
pub(in super::super) struct Budget {
    bytes: Cell<usize>,
    checks: Cell<usize>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: Cell::new(MAX_HASHED), checks: Cell::new(MAX_CHECKED) }
    }
}

impl Budget {
    /// Takes bytes; when there are no more, nothing is left for anything.
    pub(super) fn take_bytes(&self, bytes: usize) -> bool {
        take(&self.bytes, bytes.saturating_add(CONTENT_COST))
    }

    /// Takes checks of public-key signatures.
    pub(super) fn take_checks(&self, checks: usize) -> bool {
        take(&self.checks, checks)
    }

    pub(super) fn is_spent(&self) -> bool {
        self.bytes.get() == 0 || self.checks.get() == 0
    }
}

fn take(left: &Cell<usize>, wanted: usize) -> bool {
    let rest = left.get().checked_sub(wanted);
    left.set(rest.unwrap_or_default());
    rest.is_some()
}
