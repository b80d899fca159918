//! Bounds of what an operation made of a tree.

use chassis::Error;

use crate::tree::{Tree, Unwritable};

/// Levels a result may have: what reads JSON rarely reads more.
pub(crate) const MAX_DEPTH: usize = 512;
/// Megabytes a result may take.
const MAX_MEGABYTES: usize = 64;

/// Refuses a result that is too deep or too large to be written.
///
/// # Errors
/// When it is, naming the field that made it so.
pub(crate) fn writable(result: &Tree, field: &str) -> Result<(), Error> {
    let message = match result.weigh(MAX_DEPTH, MAX_MEGABYTES * 1024 * 1024) {
        Ok(_) => return Ok(()),
        Err(Unwritable::TooDeep) => format!("gives a result that is nested more than {MAX_DEPTH} deep"),
        Err(Unwritable::TooLarge) => format!("gives a result of more than {MAX_MEGABYTES} MB"),
    };
    Err(Error::impossible(field, message))
}
