//! Collections: made, named, dropped.

use chassis::{Code, Error};
use ledger::rusqlite::{Connection, OptionalExtension, Row};

use super::schema::{self, GONE, Head, failed, head, heads};
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

/// Drops it; its head as it was. Its points are deleted by and by ([`sweep`]): of a million that takes longer than a request
/// may, and nobody else could write meanwhile.
pub(super) fn drop(connection: &Connection, name: &str) -> Result<Head, Error> {
    let known = head(connection, name)?;
    let mut update = connection.prepare_cached("update collections set name = ? where id = ?").map_err(failed)?;
    update.execute((format!("{GONE}{}", known.id), known.id)).map_err(failed)?;
    Ok(known)
}

/// Drops it for its owner, to whom what has expired is not there.
pub(super) fn remove(connection: &Connection, name: &str, now: i64) -> Result<Head, Error> {
    let mut dropped = [drop(connection, name)?];
    without_expired(connection, &mut dropped, now)?;
    let [head] = dropped;
    Ok(head)
}

/// Takes what has expired and is still there off the counts of collections.
pub(super) fn without_expired(connection: &Connection, heads: &mut [Head], now: i64) -> Result<(), Error> {
    let sql = "select count(*), coalesce(sum(bytes), 0) from points where collection = ? and expires is not null and expires <= ?";
    let mut select = connection.prepare_cached(sql).map_err(failed)?;
    for head in heads {
        let counted = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        let (points, bytes) = select.query_row((head.id, now), counted).map_err(failed)?;
        head.points = head.points.saturating_sub(u64::try_from(points).unwrap_or(0));
        head.bytes = head.bytes.saturating_sub(u64::try_from(bytes).unwrap_or(0));
    }
    Ok(())
}

/// Points of a collection that was dropped whose rows are deleted in one step.
const SWEPT: i64 = 2_000;

/// Deletes some of what is left of collections that were dropped; whether there may be more.
pub(super) fn sweep(connection: &Connection) -> Result<bool, Error> {
    let mut select =
        connection.prepare_cached("select id from collections where name glob ? limit 1").map_err(failed)?;
    let id: Option<i64> = select.query_row([format!("{GONE}*")], |row| row.get(0)).optional().map_err(failed)?;
    let Some(id) = id else { return Ok(false) };
    // The values first: they are found by fields. Vectors and words go with the points they are found by.
    for (most, statements) in [
        (
            10 * SWEPT,
            &["delete from leaves where (field, value, row) in (select l.field, l.value, l.row from fields f
               join leaves l on l.field = f.id where f.collection = ?1 limit ?2)"][..],
        ),
        (SWEPT, &["delete from fields where id in (select id from fields where collection = ?1 limit ?2)"]),
        (
            SWEPT,
            &[
                "delete from vectors where row in (select row from points indexed by points_of where collection = ?1 limit ?2)",
                "delete from words where row in (select row from points indexed by points_of where collection = ?1 limit ?2)",
                "delete from points where row in (select row from points indexed by points_of where collection = ?1 limit ?2)",
            ],
        ),
        (1, &["delete from collections where id in (select ?1 limit ?2)"]),
    ] {
        let mut deleted = 0;
        for sql in statements {
            deleted = connection.prepare_cached(sql).map_err(failed)?.execute([id, most]).map_err(failed)?;
        }
        if deleted > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
