//! Collections: made, named, dropped.

use chassis::{Code, Error};
use ledger::rusqlite::Connection;

use super::schema::{self, Head, failed, head, heads};
use crate::plan::Quota;
use crate::store::{STAGED, Spec, taken};

/// Makes a collection. A staged one takes the place of those that were staged before and left: their ids come too.
pub(super) fn create(connection: &Connection, spec: &Spec, quota: &Quota, now: i64) -> Result<(Head, Vec<i64>), Error> {
    if head(connection, &spec.name).is_ok() {
        return Err(taken(&spec.name));
    }
    let mut left = Vec::new();
    match spec.name.starts_with(STAGED) {
        true => {
            for old in heads(connection, true)? {
                left.push(drop(connection, &old.spec.name)?.id);
            }
        }
        false => quota.allow_collection(schema::usage(connection)?.0)?,
    }
    Ok((schema::insert(connection, spec, now)?, left))
}

/// Gives a staged collection a name, in the place of the one that has it; that one's id.
pub(super) fn replace(
    connection: &Connection,
    staged: &str,
    name: &str,
    quota: &Quota,
) -> Result<(Head, Option<i64>), Error> {
    let old = match head(connection, name) {
        Ok(_) => Some(drop(connection, name)?.id),
        Err(error) if error.code() == Code::NotFound => {
            quota.allow_collection(schema::usage(connection)?.0)?;
            None
        }
        Err(error) => return Err(error),
    };
    let new = rename(connection, staged, name)?;
    let (_, points, bytes) = schema::usage(connection)?;
    quota.allow(points, bytes)?;
    Ok((new, old))
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
