//! Opening: pragmas, the check for damage, the ballast.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::GivesUp;
use crate::error::Error;

/// Bytes of the ballast: what a database needs to be opened, many times over.
const BALLAST: usize = 1024 * 1024;
/// Databases up to so many bytes are checked whole when they are opened; of larger ones, what is read.
const CHECKED_BYTES: u64 = 256 * 1024 * 1024;

/// Steps of a statement between two looks at whether it is to be broken off: a fraction of a millisecond.
const STEPS: i32 = 4_096;

/// What lies beside a database.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The connection that writes.
pub(crate) fn open(
    path: &Path,
    setup: &impl Fn(&Connection) -> Result<(), rusqlite::Error>,
) -> Result<Connection, Error> {
    let ballast = beside(path, ".ballast");
    let opened = match connect(path, setup) {
        Err(Error::Full) if fs::remove_file(&ballast).is_ok() => connect(path, setup),
        opened => opened,
    }?;
    // Without room for it there is none to be had; the next start may find some.
    let _ = lay(&ballast);
    Ok(opened)
}

fn lay(ballast: &Path) -> std::io::Result<()> {
    if fs::metadata(ballast).is_ok_and(|known| known.len() == BALLAST as u64) {
        return Ok(());
    }
    let laid = File::create(ballast).and_then(|mut file| {
        // Bytes that differ: what a file system would leave out or compress takes no room.
        let bytes: Vec<u8> = (0..BALLAST).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        file.write_all(&bytes)?;
        file.sync_all()
    });
    if laid.is_err() {
        let _ = fs::remove_file(ballast);
    }
    laid
}

fn connect(path: &Path, setup: &impl Fn(&Connection) -> Result<(), rusqlite::Error>) -> Result<Connection, Error> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(
        "pragma page_size = 8192; pragma auto_vacuum = incremental; pragma journal_mode = wal; pragma synchronous = full;
         pragma journal_size_limit = 16777216; pragma cell_size_check = on; pragma temp_store = memory;
         pragma cache_size = -8192; pragma foreign_keys = off;",
    )?;
    if fs::metadata(path).is_ok_and(|known| known.len() <= CHECKED_BYTES) {
        let found: String = connection.query_row("pragma quick_check(1)", [], |row| row.get(0))?;
        if found != "ok" {
            return Err(Error::Damaged(found));
        }
    }
    let transaction = connection.transaction()?;
    setup(&transaction)?;
    transaction.commit()?;
    Ok(connection)
}

/// Has statements of a connection broken off.
pub(crate) fn watch(connection: &mut Connection, gives_up: GivesUp) -> Result<(), Error> {
    Ok(connection.progress_handler(STEPS, Some(gives_up))?)
}

/// A connection that reads.
pub(crate) fn reader(path: &Path, gives_up: GivesUp) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    watch(&mut connection, gives_up)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch("pragma query_only = on; pragma cache_size = -4096; pragma temp_store = memory;")?;
    Ok(connection)
}
