//! Points by row, id, page and number.

use std::path::Path;
use std::time::Instant;

use chassis::{Code, Error};
use ledger::rusqlite::{Connection, OptionalExtension, Row};
use roaring::RoaringBitmap;

use super::schema::{Head, failed};
use super::select::{remarks, rows_of};
use super::write::read_vector;
use crate::filter::Filter;
use crate::json_object::JsonObject;
use crate::snapshots::file::{Header, SnapshotWriter};
use crate::store::{Page, Parts, Stored};

/// Columns of a point, in the order [`stored`] reads them.
fn columns(parts: Parts) -> String {
    let payload = if parts.payload { "payload, text" } else { "null, null" };
    let vector = if parts.vector { "(select vector from vectors v where v.row = p.row)" } else { "null" };
    format!("row, id, expires, {payload}, {vector}")
}

fn stored(row: &Row<'_>) -> Result<(u32, Stored), ledger::rusqlite::Error> {
    let payload: Option<String> = row.get(3)?;
    let vector: Option<Vec<u8>> = row.get(5)?;
    let point = Stored {
        id: row.get(1)?,
        expires: row.get(2)?,
        payload: payload.and_then(JsonObject::of_text),
        text: row.get(4)?,
        vector: vector.map(|bytes| read_vector(&bytes)),
    };
    Ok((row.get(0)?, point))
}

/// The points of rows, in their order; those that are not there are left out.
pub(super) fn by_rows(
    connection: &Connection,
    rows: impl Iterator<Item = u32>,
    parts: Parts,
) -> Result<Vec<(u32, Stored)>, Error> {
    let sql = format!("select {} from points p where row = ?", columns(parts));
    let mut select = connection.prepare_cached(&sql).map_err(failed)?;
    let mut found = Vec::new();
    for row in rows {
        found.extend(select.query_row([row], stored).optional().map_err(failed)?);
    }
    Ok(found)
}

/// Points by their ids, in that order.
pub(super) fn by_ids(connection: &Connection, head: &Head, ids: &[String], parts: Parts) -> Result<Vec<Stored>, Error> {
    let sql = format!("select {} from points p where collection = ? and id = ?", columns(parts));
    let mut select = connection.prepare_cached(&sql).map_err(failed)?;
    let mut found = Vec::new();
    for id in ids {
        let point = select.query_row((head.id, id), stored).optional().map_err(failed)?;
        found.extend(point.map(|(_, point)| point));
    }
    Ok(found)
}

/// A page of points, in the order they were put in.
pub(super) fn page(
    connection: &Connection,
    head: &Head,
    filter: &Filter,
    parts: Parts,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page, Error> {
    let wrong = || Error::field(Code::ValidationError, "cursor", "is none that this service gave");
    let from: u32 = cursor.map(|cursor| cursor.parse().map_err(|_| wrong())).transpose()?.unwrap_or(0);
    // One more says whether there is another page.
    let rows: Vec<u32> = match filter.is_empty() {
        true => {
            let sql =
                "select row from points indexed by points_of where collection = ? and row >= ? order by row limit ?";
            let mut select = connection.prepare_cached(sql).map_err(failed)?;
            let most = i64::try_from(limit + 1).unwrap_or(i64::MAX);
            let rows = select.query_map((head.id, from, most), |row| row.get(0)).map_err(failed)?;
            rows.collect::<Result<_, _>>().map_err(failed)?
        }
        false => rows_of(connection, head.id, filter)?.range(from..).take(limit + 1).collect(),
    };
    let points = by_rows(connection, rows.iter().take(limit).copied(), parts)?.into_iter().map(|(_, point)| point);
    let points = points.collect();
    let remarks = if filter.is_empty() { Vec::new() } else { remarks(connection, head.id, filter)? };
    Ok(Page { points, next: rows.get(limit).map(u32::to_string), remarks })
}

/// The number of points a filter keeps.
pub(super) fn count(connection: &Connection, head: &Head, filter: &Filter) -> Result<u64, Error> {
    if filter.is_empty() {
        return Ok(head.points);
    }
    rows_of(connection, head.id, filter).map(|rows: RoaringBitmap| rows.len())
}

/// Writes all points to a file of a snapshot; their number.
pub(super) fn dump(connection: &Connection, head: &Head, file: &Path, now: i64, until: Instant) -> Result<u64, Error> {
    let header = Header { collection: head.spec.name.clone(), created: now, spec: (&head.spec).into() };
    let mut writer = SnapshotWriter::create(file, &header)?;
    let parts = Parts { payload: true, vector: true };
    let sql = format!("select {} from points p indexed by points_of where collection = ? order by row", columns(parts));
    let mut select = connection.prepare_cached(&sql).map_err(failed)?;
    let mut rows = select.query([head.id]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        if Instant::now() > until {
            return Err(Error::new(Code::DeadlineExceeded, "the collection is too large to be written in time"));
        }
        let (_, point) = stored(row).map_err(failed)?;
        writer.put(&point)?;
    }
    writer.finish()
}
