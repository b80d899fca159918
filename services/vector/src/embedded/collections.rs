//! Collections: made, named, dropped.

use chassis::Error;
use ledger::rusqlite::Connection;

use super::schema::{self, Head, failed, head, taken};
use crate::plan::Quota;
use crate::store::Spec;

/// Makes a collection.
pub(super) fn create(connection: &Connection, spec: &Spec, quota: &Quota, now: i64) -> Result<Head, Error> {
    if head(connection, &spec.name).is_ok() {
        return Err(taken(&spec.name));
    }
    let (collections, _, _) = schema::usage(connection)?;
    quota.allow_collection(collections)?;
    schema::insert(connection, spec, now)
}

/// Gives it another name.
pub(super) fn rename(connection: &Connection, name: &str, new: &str) -> Result<Head, Error> {
    let known = head(connection, name)?;
    if name != new && head(connection, new).is_ok() {
        return Err(taken(new));
    }
    let mut update = connection.prepare_cached("update collections set name = ? where id = ?").map_err(failed)?;
    update.execute((new, known.id)).map_err(failed)?;
    head(connection, new)
}

/// Drops it; its head as it was.
pub(super) fn drop(connection: &Connection, name: &str) -> Result<Head, Error> {
    let known = head(connection, name)?;
    for sql in [
        "delete from leaves where field in (select id from fields where collection = ?)",
        "delete from fields where collection = ?",
        "delete from vectors where row in (select row from points where collection = ?)",
        "delete from words where row in (select row from points where collection = ?)",
        "delete from points where collection = ?",
        "delete from collections where id = ?",
    ] {
        connection.prepare_cached(sql).map_err(failed)?.execute([known.id]).map_err(failed)?;
    }
    Ok(known)
}
