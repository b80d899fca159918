//! Deletions and changes of payloads, of the points a selection says.

use std::collections::HashSet;

use chassis::Error;
use ledger::rusqlite::Connection;
use roaring::RoaringBitmap;

use super::patience;
use super::schema::{failed, head_of};
use super::select::rows_of;
use super::write::{Applied, Writer};
use crate::json_object::JsonObject;
use crate::plan::{MAX_PAYLOAD, Quota};
use crate::store::{Deleted, PayloadChange, Selection};

/// Deletes points; filters are judged within the same transaction, so what is counted is what is deleted.
pub(super) fn delete(
    connection: &Connection,
    name: &str,
    which: &Selection,
    now: i64,
) -> Result<(Deleted, Applied), Error> {
    let mut writer = Writer::new(connection, name, now)?;
    let mut deleted = Deleted::default();
    match which {
        Selection::Ids(ids) => {
            let mut seen = HashSet::new();
            for id in ids.iter().filter(|id| seen.insert(id.as_str())) {
                match writer.remove(id)? {
                    true => deleted.deleted += 1,
                    false => deleted.not_found.push(id.clone()),
                }
            }
        }
        Selection::Filter(filter) => {
            let rows = rows_of(connection, writer.head.id, filter)?;
            for id in ids_of(connection, &rows)? {
                deleted.deleted += u64::from(writer.remove(&id)?);
            }
        }
    }
    Ok((deleted, writer.finish(None)?))
}

/// Points that have expired and are deleted in one step: a tenth of a second for whoever waits to write.
pub(super) const EXPIRED_AT_ONCE: usize = 2_000;

/// Deletes what has expired, or the first of it.
pub(super) fn expire(connection: &Connection, collection: i64, now: i64) -> Result<Applied, Error> {
    let mut writer = Writer::begin(connection, head_of(connection, collection)?, now);
    writer.expire(EXPIRED_AT_ONCE)?;
    writer.finish(None)
}

/// Whether more has expired than is deleted in one step.
pub(super) fn many_expired(connection: &Connection, collection: i64, now: i64) -> Result<bool, Error> {
    let sql = "select 1 from points where collection = ? and expires is not null and expires <= ? limit 1 offset ?";
    let mut select = connection.prepare_cached(sql).map_err(failed)?;
    let most = i64::try_from(EXPIRED_AT_ONCE).unwrap_or(i64::MAX);
    select.exists((collection, now, most)).map_err(failed)
}

/// When the next point expires.
pub(super) fn next_expiry(connection: &Connection, collection: i64) -> Result<Option<i64>, Error> {
    let mut select = connection
        .prepare_cached("select min(expires) from points where collection = ? and expires is not null")
        .map_err(failed)?;
    select.query_row([collection], |row| row.get(0)).map_err(failed)
}

/// Changes payloads; the number of points.
pub(super) fn payload(
    connection: &Connection,
    name: &str,
    which: &Selection,
    change: &PayloadChange,
    quota: &Quota,
    now: i64,
) -> Result<(u64, Applied), Error> {
    let mut writer = Writer::new(connection, name, now)?;
    let rows = match which {
        Selection::Ids(ids) => {
            let condition = crate::filter::Condition::Ids(ids.clone());
            rows_of(connection, writer.head.id, &crate::filter::Filter::default().and(condition))?
        }
        Selection::Filter(filter) => rows_of(connection, writer.head.id, filter)?,
    };
    for row in &rows {
        let mut select = connection.prepare_cached("select payload from points where row = ?").map_err(failed)?;
        let old: String = select.query_row([row], |row| row.get(0)).map_err(failed)?;
        let known = JsonObject::of_text(old.clone()).unwrap_or_else(JsonObject::empty);
        let new = match change {
            PayloadChange::Set(entries) => known.merged(entries),
            PayloadChange::Replace(payload) => payload.clone(),
            PayloadChange::Remove(names) => known.without(names),
            PayloadChange::Clear => JsonObject::empty(),
        };
        if new.text().len() > MAX_PAYLOAD {
            return Err(Error::impossible(
                "payload",
                format!("would have more than {MAX_PAYLOAD} bytes with what is there"),
            ));
        }
        writer.replace_payload(i64::from(row), &old, new.text())?;
    }
    Ok((rows.len(), writer.finish(Some(quota))?))
}

/// The ids of rows.
pub(super) fn ids_of(connection: &Connection, rows: &RoaringBitmap) -> Result<Vec<String>, Error> {
    let mut select = connection.prepare_cached("select id from points where row = ?").map_err(failed)?;
    let id = |row| {
        patience::check()?;
        select.query_row([row], |row| row.get(0)).map_err(failed)
    };
    rows.iter().map(id).collect()
}
