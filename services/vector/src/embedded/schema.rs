//! Tables, and the heads of collections.

use chassis::{Code, Error};
use ledger::rusqlite::{Connection, OptionalExtension, Row};

use crate::store::{Distance, Model, STAGED, Spec, missing};

/// What the names of collections begin with that are dropped and whose points are still to be deleted; staged ones, to all
/// others.
pub(super) const GONE: &str = ".gone-";

/// Makes what is not there.
pub(super) fn setup(connection: &Connection) -> Result<(), ledger::rusqlite::Error> {
    connection.execute_batch(
        "create table if not exists collections (
             id integer primary key autoincrement, name text not null unique, dimensions integer not null,
             distance text not null, model text, average_length real, created integer not null,
             seq integer not null default 0, points integer not null default 0, bytes integer not null default 0);
         create table if not exists points (
             row integer primary key autoincrement, collection integer not null, id text not null, payload text not null,
             text text, expires integer, bytes integer not null, unique (collection, id));
         create index if not exists points_of on points (collection);
         create index if not exists points_expiring on points (collection, expires) where expires is not null;
         create table if not exists vectors (row integer primary key, vector blob not null);
         create table if not exists words (row integer primary key, counts blob not null);
         create table if not exists fields (
             id integer primary key, collection integer not null, path text not null, kind text not null,
             count integer not null default 0, unique (collection, path, kind));
         create table if not exists leaves (
             field integer not null, value not null, row integer not null, primary key (field, value, row)) without rowid;",
    )
}

/// What is known of a collection before any point is looked at.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) id: i64,
    pub(super) spec: Spec,
    pub(super) created: i64,
    pub(super) seq: i64,
    pub(super) points: u64,
    pub(super) bytes: u64,
}

const COLUMNS: &str = "id, name, dimensions, distance, model, average_length, created, seq, points, bytes";

fn read_head(row: &Row<'_>) -> Result<Head, ledger::rusqlite::Error> {
    let distance: String = row.get(3)?;
    let model: Option<String> = row.get(4)?;
    let spec = Spec {
        name: row.get(1)?,
        dimensions: row.get::<_, u32>(2)? as usize,
        distance: serde_json::from_value(distance.into()).unwrap_or_default(),
        model: model.and_then(|model| serde_json::from_str::<Model>(&model).ok()),
        average_length: row.get(5)?,
    };
    let count = |index| row.get::<_, i64>(index).map(|count| u64::try_from(count).unwrap_or(0));
    Ok(Head { id: row.get(0)?, spec, created: row.get(6)?, seq: row.get(7)?, points: count(8)?, bytes: count(9)? })
}

/// The collection of a name.
pub(super) fn head(connection: &Connection, name: &str) -> Result<Head, Error> {
    let mut select =
        connection.prepare_cached(&format!("select {COLUMNS} from collections where name = ?")).map_err(failed)?;
    let head = select.query_row([name], read_head).optional().map_err(failed)?;
    head.ok_or_else(|| missing(name))
}

/// The collection of an id that was there a moment ago.
pub(super) fn head_of(connection: &Connection, id: i64) -> Result<Head, Error> {
    let mut select =
        connection.prepare_cached(&format!("select {COLUMNS} from collections where id = ?")).map_err(failed)?;
    let head = select.query_row([id], read_head).optional().map_err(failed)?;
    head.filter(|head| !head.spec.name.starts_with(GONE)).ok_or_else(|| missing("of that name any more"))
}

/// All collections, or all that are staged, by name.
pub(super) fn heads(connection: &Connection, staged: bool) -> Result<Vec<Head>, Error> {
    let mut select =
        connection.prepare_cached(&format!("select {COLUMNS} from collections order by name")).map_err(failed)?;
    let heads = select.query_map([], read_head).map_err(failed)?;
    let heads = heads.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let wanted = |name: &str| name.starts_with(STAGED) == staged && !name.starts_with(GONE);
    Ok(heads.into_iter().filter(|head| wanted(&head.spec.name)).collect())
}

/// Writes the head of a new collection.
pub(super) fn insert(connection: &Connection, spec: &Spec, now: i64) -> Result<Head, Error> {
    let distance = serde_json::to_value(spec.distance).unwrap_or_default();
    let model = spec.model.as_ref().map(|model| serde_json::to_string(model).expect("texts always serialize"));
    let mut insert = connection
        .prepare_cached("insert into collections (name, dimensions, distance, model, average_length, created) values (?, ?, ?, ?, ?, ?)")
        .map_err(failed)?;
    let dimensions = u32::try_from(spec.dimensions).unwrap_or(u32::MAX);
    insert
        .insert((&spec.name, dimensions, distance.as_str().unwrap_or("cosine"), model, spec.average_length, now))
        .map_err(failed)?;
    head(connection, &spec.name)
}

/// What all collections hold that are not staged: how many there are, points, bytes.
pub(super) fn usage(connection: &Connection) -> Result<(u64, u64, u64), Error> {
    let mut select = connection
        .prepare_cached("select count(*), coalesce(sum(points), 0), coalesce(sum(bytes), 0) from collections where name not like '.%'")
        .map_err(failed)?;
    let counts: (i64, i64, i64) =
        select.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(failed)?;
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok((count(counts.0), count(counts.1), count(counts.2)))
}

/// What has expired and is still there, in collections that are not staged: points, bytes.
pub(super) fn expired(connection: &Connection, now: i64) -> Result<(u64, u64), Error> {
    let mut select = connection
        .prepare_cached(
            "select count(*), coalesce(sum(p.bytes), 0) from collections c join points p on p.collection = c.id
             where c.name not like '.%' and p.expires is not null and p.expires <= ?",
        )
        .map_err(failed)?;
    let counts: (i64, i64) = select.query_row([now], |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
    Ok((u64::try_from(counts.0).unwrap_or(0), u64::try_from(counts.1).unwrap_or(0)))
}

/// What a fault of the database is to the caller.
pub(super) fn failed(error: ledger::rusqlite::Error) -> Error {
    fault(&ledger::Error::from(error))
}

/// The same, of a ledger.
pub(super) fn fault(error: &ledger::Error) -> Error {
    match error {
        ledger::Error::Full => {
            let message = "the disk is full: nothing was changed; what was kept before is there and can be read";
            Error::new(Code::Unavailable, message).retry_after(60)
        }
        ledger::Error::Busy => {
            Error::new(Code::Unavailable, "too many changes wait: try again in a second").retry_after(1)
        }
        ledger::Error::Closed => {
            Error::new(Code::Unavailable, "the service is stopping: try again in a moment").retry_after(5)
        }
        ledger::Error::Damaged(_) | ledger::Error::Failed(_) => {
            tracing::error!(%error, "a database of collections fails");
            Error::internal()
        }
    }
}

/// An error of ours that travels through a ledger.
#[derive(Debug)]
pub(super) struct Refused(pub(super) Error);

impl From<ledger::Error> for Refused {
    fn from(error: ledger::Error) -> Self {
        Self(fault(&error))
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<ledger::rusqlite::Error> for Refused {
    fn from(error: ledger::rusqlite::Error) -> Self {
        ledger::Error::from(error).into()
    }
}

impl Distance {
    /// Whether int8 codes can stand for its vectors.
    pub(super) fn has_codes(self) -> bool {
        self != Self::Manhattan
    }
}
