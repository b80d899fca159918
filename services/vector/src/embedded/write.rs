//! Changes, within a transaction. Each says what it did to rows, so that memory can follow once it is on the disk.

use std::collections::HashMap;

use chassis::Error;
use ledger::rusqlite::{Connection, OptionalExtension, params};

use super::patience;
use super::payloads::ids_of;
use super::schema::{Head, expired, failed, head, usage};
use super::select::rows_of;
use crate::filter::leaves::{Kind, Leaf, Placed, leaves, leaves_kept, weight};
use crate::plan::Quota;
use crate::store::{Change, Changed, Point};
use crate::text::bm25;

/// Bytes a point counts for besides its vector, payload, text and id.
const OVERHEAD: usize = 64;
/// Fields of a collection at most: paths of payloads, and the kinds of values each has.
const MAX_FIELDS: usize = 10_000;

/// What a change did to the rows of a collection.
#[derive(Debug, Default)]
pub(super) struct Applied {
    pub(super) collection: i64,
    /// The collection's sequence number after it.
    pub(super) seq: i64,
    pub(super) added: Vec<Added>,
    pub(super) removed: Vec<Removed>,
    /// Whether the mean length of texts was settled by it.
    pub(super) settled: bool,
}

/// A row that is new.
#[derive(Debug)]
pub(super) struct Added {
    pub(super) row: u32,
    pub(super) vector: Vec<f32>,
    pub(super) weights: Vec<(u32, f32)>,
    pub(super) expires: Option<i64>,
}

/// A row that is dead.
#[derive(Debug)]
pub(super) struct Removed {
    pub(super) row: u32,
    pub(super) terms: Vec<u32>,
}

/// A change under way.
pub(super) struct Writer<'c> {
    connection: &'c Connection,
    pub(super) head: Head,
    now: i64,
    /// Fields by path and kind, and by how much their counts change.
    fields: HashMap<(String, Kind), (i64, i64)>,
    /// Fields that are new.
    made: usize,
    points: i64,
    bytes: i64,
    pub(super) applied: Applied,
}

/// A point as a change finds it.
struct Known {
    row: i64,
    payload: String,
    bytes: i64,
}

impl<'c> Writer<'c> {
    /// Begins a change of a collection, which has nothing expired any more.
    pub(super) fn new(connection: &'c Connection, name: &str, now: i64) -> Result<Self, Error> {
        let mut writer = Self::begin(connection, head(connection, name)?, now);
        writer.expire(usize::MAX)?;
        Ok(writer)
    }

    /// Begins a change of a collection as it is.
    pub(super) fn begin(connection: &'c Connection, head: Head, now: i64) -> Self {
        let applied = Applied { collection: head.id, ..Applied::default() };
        Self { connection, head, now, fields: HashMap::new(), made: 0, points: 0, bytes: 0, applied }
    }

    /// Ends it: counts are written down, and checked against what the plan has.
    pub(super) fn finish(mut self, quota: Option<&Quota>) -> Result<Applied, Error> {
        self.applied.seq = self.head.seq + 1;
        let average = self.head.spec.average_length;
        let update =
            "update collections set seq = ?, points = points + ?, bytes = bytes + ?, average_length = ? where id = ?";
        let mut update = self.connection.prepare_cached(update).map_err(failed)?;
        update.execute(params![self.applied.seq, self.points, self.bytes, average, self.head.id]).map_err(failed)?;
        let mut count =
            self.connection.prepare_cached("update fields set count = count + ? where id = ?").map_err(failed)?;
        for (id, delta) in self.fields.values().filter(|(_, delta)| *delta != 0) {
            count.execute((delta, id)).map_err(failed)?;
        }
        let mut delete =
            self.connection.prepare_cached("delete from fields where id = ? and count <= 0").map_err(failed)?;
        for (id, _) in self.fields.values().filter(|(_, delta)| *delta <= 0) {
            delete.execute([id]).map_err(failed)?;
        }
        if self.made > 0 {
            let mut count =
                self.connection.prepare_cached("select count(*) from fields where collection = ?").map_err(failed)?;
            let fields: u32 = count.query_row([self.head.id], |row| row.get(0)).map_err(failed)?;
            if fields as usize > MAX_FIELDS {
                return Err(too_many_fields());
            }
        }
        if let Some(quota) = quota
            && (self.points > 0 || self.bytes > 0)
        {
            let (_, points, bytes) = usage(self.connection)?;
            // What makes things smaller is never refused.
            let allow = |points: u64, bytes: u64| {
                quota.allow(if self.points > 0 { points } else { 0 }, if self.bytes > 0 { bytes } else { 0 })
            };
            if allow(points, bytes).is_err() {
                // What has expired in other collections counts no more.
                let (old_points, old_bytes) = expired(self.connection, self.now)?;
                allow(points.saturating_sub(old_points), bytes.saturating_sub(old_bytes))?;
            }
        }
        Ok(self.applied)
    }

    /// Removes what has expired, so many points at most.
    pub(super) fn expire(&mut self, most: usize) -> Result<(), Error> {
        let select = "select id from points where collection = ? and expires is not null and expires <= ? limit ?";
        let mut select = self.connection.prepare_cached(select).map_err(failed)?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let ids = select.query_map((self.head.id, self.now, most), |row| row.get::<_, String>(0)).map_err(failed)?;
        for id in ids.collect::<Result<Vec<_>, _>>().map_err(failed)? {
            self.remove(&id)?;
        }
        Ok(())
    }

    /// Removes and puts in.
    pub(super) fn change(&mut self, change: &Change) -> Result<Changed, Error> {
        let mut changed = Changed::default();
        if let Some(filter) = &change.remove {
            let ids: std::collections::HashSet<&str> = change.upsert.iter().map(|point| point.id.as_str()).collect();
            for id in ids_of(self.connection, &rows_of(self.connection, self.head.id, filter)?)? {
                if !ids.contains(id.as_str()) {
                    changed.removed += u64::from(self.remove(&id)?);
                }
            }
        }
        self.settle_average(&change.upsert);
        for point in &change.upsert {
            match self.remove(&point.id)? {
                true => changed.updated += 1,
                false => changed.inserted += 1,
            }
            self.insert(point)?;
        }
        Ok(changed)
    }

    /// The mean length of texts is that of the first ones, for good.
    #[expect(clippy::cast_precision_loss, reason = "counts of words")]
    fn settle_average(&mut self, points: &[Point]) {
        if self.head.spec.average_length.is_some() {
            return;
        }
        let texts = points.iter().filter_map(|point| point.text.as_deref());
        let lengths: Vec<u32> =
            texts.map(|text| bm25::length(&bm25::frequencies(text))).filter(|length| *length > 0).collect();
        if !lengths.is_empty() {
            let mean = lengths.iter().sum::<u32>() as f32 / lengths.len() as f32;
            self.head.spec.average_length = Some(mean.max(1.0));
            self.applied.settled = true;
        }
    }

    fn known(&self, id: &str) -> Result<Option<Known>, Error> {
        let select = "select row, payload, bytes from points where collection = ? and id = ?";
        let mut select = self.connection.prepare_cached(select).map_err(failed)?;
        let known = select.query_row((self.head.id, id), |row| {
            Ok(Known { row: row.get(0)?, payload: row.get(1)?, bytes: row.get(2)? })
        });
        known.optional().map_err(failed)
    }

    /// Removes the point of an id; whether there was one.
    pub(super) fn remove(&mut self, id: &str) -> Result<bool, Error> {
        patience::check()?;
        let Some(Known { row, payload, bytes }) = self.known(id)? else { return Ok(false) };
        self.forget_leaves(row, kept(&payload))?;
        let mut words =
            self.connection.prepare_cached("delete from words where row = ? returning counts").map_err(failed)?;
        let counts: Option<Vec<u8>> = words.query_row([row], |row| row.get(0)).optional().map_err(failed)?;
        for table in ["points", "vectors"] {
            let mut delete =
                self.connection.prepare_cached(&format!("delete from {table} where row = ?")).map_err(failed)?;
            delete.execute([row]).map_err(failed)?;
        }
        let terms = counts.iter().flat_map(|counts| read_counts(counts)).map(|(term, _)| term).collect();
        self.applied.removed.push(Removed { row: row_number(row)?, terms });
        self.points -= 1;
        self.bytes -= bytes;
        Ok(true)
    }

    fn insert(&mut self, point: &Point) -> Result<(), Error> {
        patience::check()?;
        let payload = point.payload.text();
        let text = point.text.as_deref();
        let placed = leaves_of(payload)?;
        let length = point.vector.len() * 4 + payload.len() + text.map_or(0, str::len) + point.id.len() + OVERHEAD;
        let size = length + weight(&placed);
        let bytes = i64::try_from(size).unwrap_or(i64::MAX);
        let insert = "insert into points (collection, id, payload, text, expires, bytes) values (?, ?, ?, ?, ?, ?)";
        let mut insert = self.connection.prepare_cached(insert).map_err(failed)?;
        let row =
            insert.insert(params![self.head.id, point.id, payload, text, point.expires, bytes]).map_err(failed)?;
        let number = row_number(row)?;
        let mut insert = self.connection.prepare_cached("insert into vectors values (?, ?)").map_err(failed)?;
        insert.execute((row, write_vector(&point.vector))).map_err(failed)?;
        let counts = text.map(bm25::frequencies).unwrap_or_default();
        if !counts.is_empty() {
            let mut insert = self.connection.prepare_cached("insert into words values (?, ?)").map_err(failed)?;
            insert.execute((row, write_counts(&counts))).map_err(failed)?;
        }
        self.note_leaves(row, placed)?;
        let weights = bm25::weights(&counts, self.head.spec.average_length.unwrap_or(1.0));
        self.applied.added.push(Added { row: number, vector: point.vector.clone(), weights, expires: point.expires });
        self.points += 1;
        self.bytes += bytes;
        Ok(())
    }

    /// Puts another payload in the place of a row's.
    pub(super) fn replace_payload(&mut self, row: i64, old: &str, new: &str) -> Result<(), Error> {
        patience::check()?;
        let (placed_before, placed) = (kept(old), leaves_of(new)?);
        let counted = |text: &str, placed: &[Placed]| i64::try_from(text.len() + weight(placed)).unwrap_or(i64::MAX);
        let delta = counted(new, &placed) - counted(old, &placed_before);
        self.forget_leaves(row, placed_before)?;
        self.note_leaves(row, placed)?;
        // Of points that were put in before values counted, more may be taken off than was counted.
        let mut select = self.connection.prepare_cached("select bytes from points where row = ?").map_err(failed)?;
        let before: i64 = select.query_row([row], |row| row.get(0)).map_err(failed)?;
        let after = (before + delta).max(0);
        let mut update =
            self.connection.prepare_cached("update points set payload = ?, bytes = ? where row = ?").map_err(failed)?;
        update.execute((new, after, row)).map_err(failed)?;
        self.bytes += after - before;
        Ok(())
    }

    /// The number of a field, which is new if need be.
    fn field(&mut self, path: &str, kind: Kind, delta: i64) -> Result<i64, Error> {
        if let Some((id, count)) = self.fields.get_mut(&(path.to_owned(), kind)) {
            *count += delta;
            return Ok(*id);
        }
        let collection = self.head.id;
        let find = "select id from fields where collection = ? and path = ? and kind = ?";
        let mut find = self.connection.prepare_cached(find).map_err(failed)?;
        let known = find.query_row((collection, path, kind.letter()), |row| row.get(0)).optional().map_err(failed)?;
        let id = match known {
            Some(id) => id,
            None => {
                let insert = "insert into fields (collection, path, kind) values (?, ?, ?)";
                let mut insert = self.connection.prepare_cached(insert).map_err(failed)?;
                self.made += 1;
                // What goes with the points that are replaced makes room for as many again.
                if self.made > 2 * MAX_FIELDS {
                    return Err(too_many_fields());
                }
                insert.insert((collection, path, kind.letter())).map_err(failed)?
            }
        };
        self.fields.insert((path.to_owned(), kind), (id, delta));
        Ok(id)
    }

    fn note_leaves(&mut self, row: i64, placed: Vec<Placed>) -> Result<(), Error> {
        for (path, kind, leaf) in placed {
            let field = self.field(&path, kind, 1)?;
            // A whole number may be there twice, as one and as a float.
            let mut insert =
                self.connection.prepare_cached("insert or ignore into leaves values (?, ?, ?)").map_err(failed)?;
            match leaf {
                Leaf::Text(text) => insert.execute((field, text, row)),
                Leaf::Whole(number) => insert.execute((field, number, row)),
                Leaf::Float(number) => insert.execute((field, number, row)),
            }
            .map_err(failed)?;
        }
        Ok(())
    }

    fn forget_leaves(&mut self, row: i64, placed: Vec<Placed>) -> Result<(), Error> {
        for (path, kind, leaf) in placed {
            let field = self.field(&path, kind, -1)?;
            let delete = "delete from leaves where field = ? and value = ? and row = ?";
            let mut delete = self.connection.prepare_cached(delete).map_err(failed)?;
            match leaf {
                Leaf::Text(text) => delete.execute((field, text, row)),
                Leaf::Whole(number) => delete.execute((field, number, row)),
                Leaf::Float(number) => delete.execute((field, number, row)),
            }
            .map_err(failed)?;
        }
        Ok(())
    }
}

fn too_many_fields() -> Error {
    let message = format!(
        "the fields of the collection would be more than {MAX_FIELDS}: keep what differs from point to point in values, not in names"
    );
    Error::impossible("payload", message)
}

/// The values of a payload that is put in.
fn leaves_of(payload: &str) -> Result<Vec<Placed>, Error> {
    let value = serde_json::from_str(payload).map_err(|_| Error::impossible("payload", "is nested too deep"))?;
    leaves(&value).map_err(|problem| Error::impossible("payload", problem))
}

/// The values of a payload that is there.
fn kept(payload: &str) -> Vec<Placed> {
    serde_json::from_str(payload).map(|value| leaves_kept(&value)).unwrap_or_default()
}

/// A row as it is kept in memory.
pub(super) fn row_number(row: i64) -> Result<u32, Error> {
    u32::try_from(row).map_err(|_| {
        tracing::error!("a database of collections has used four billion rows");
        Error::internal()
    })
}

/// A vector as bytes, little-endian.
pub(super) fn write_vector(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A vector of bytes.
pub(super) fn read_vector(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

fn write_counts(counts: &[(u32, u32)]) -> Vec<u8> {
    counts.iter().flat_map(|(term, count)| [term.to_le_bytes(), count.to_le_bytes()]).flatten().collect()
}

/// Words of a text and how often each is in it.
pub(super) fn read_counts(bytes: &[u8]) -> impl Iterator<Item = (u32, u32)> {
    let pairs = bytes.as_chunks::<8>().0.iter();
    pairs.map(|pair| {
        let [a, b, c, d, e, f, g, h] = *pair;
        (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
    })
}
