//! Snapshots: a collection as it was at a moment, kept beside it, restored under its name or another.
//!
//! | file | job |
//! | --- | --- |
//! | `create.rs`, `list.rs`, `restore.rs`, `remove.rs` | the operations |
//! | `file.rs` | the file of a snapshot |
//!
//! Files lie in the folder of their owner, under names that are checked, so none leads to another's. What is restored is
//! put into a staged collection, which takes its name in one step when it is whole: a restore that breaks off changes nothing.

pub mod create;
pub(crate) mod file;
pub mod list;
pub mod remove;
pub mod restore;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chassis::{Code, Error};
use schemars::JsonSchema;
use serde::Serialize;

use self::file::UNFINISHED;
use crate::tenant::Tenant;
use crate::time::rfc3339;
use crate::turns::{Turn, Turns};

const ENDING: &str = "snapshot";
/// Time after which nobody writes to a file any more.
const LEFT: Duration = Duration::from_secs(3_600);

/// A snapshot.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotInfo {
    /// The name of the snapshot.
    pub snapshot: String,
    /// The collection.
    pub collection: String,
    /// Number of points.
    pub points: u64,
    /// Size of its file in bytes.
    pub file_bytes: u64,
    /// When it was made (RFC 3339).
    #[schemars(extend("format" = "date-time"))]
    pub created_at: String,
}

/// Where snapshots are kept.
pub(crate) struct Shelf {
    /// The folder of all tenants.
    folder: PathBuf,
    /// Who is being restored: one collection of a tenant at a time.
    restoring: Turns,
}

impl Shelf {
    /// In a folder.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, restoring: Turns::default() }
    }

    /// A tenant's.
    fn of(&self, tenant: &Tenant) -> Snapshots {
        Snapshots { folder: self.folder.join(&tenant.key).join("snapshots") }
    }

    /// The right to restore.
    fn turn(&self, tenant: &Tenant) -> Turn {
        self.restoring.of(&tenant.key)
    }
}

/// The snapshots of a tenant.
#[derive(Debug, Clone)]
struct Snapshots {
    folder: PathBuf,
}

impl Snapshots {
    /// Where the file of a name is, or would be. Names were checked.
    fn place(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{ENDING}"))
    }

    /// Where the file of a name is.
    fn find(&self, name: &str) -> Result<PathBuf, Error> {
        crate::names::check("snapshot", name)?;
        let place = self.place(name);
        match place.is_file() {
            true => Ok(place),
            false => Err(Error::field(Code::NotFound, "snapshot", format!("there is no snapshot {name}"))),
        }
    }

    /// Takes away files that a process began and, ended from outside, never finished.
    fn sweep(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == UNFINISHED)) {
            let written = fs::metadata(&path).and_then(|known| known.modified());
            if written.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > LEFT)) {
                let _ = fs::remove_file(path);
            }
        }
    }

    /// The names there are, in their order.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let name = |path: PathBuf| {
            let is_one = path.extension().is_some_and(|ending| ending == ENDING);
            is_one.then(|| path.file_stem()?.to_str().map(str::to_owned)).flatten()
        };
        let mut names: Vec<String> = entries.filter_map(|entry| name(entry.path())).collect();
        names.sort();
        names
    }

    /// What is known of one.
    fn info(&self, name: &str) -> Result<SnapshotInfo, Error> {
        info(name, &self.place(name))
    }
}

fn info(name: &str, place: &Path) -> Result<SnapshotInfo, Error> {
    let (header, points) = file::peek(place)?;
    Ok(SnapshotInfo {
        snapshot: name.to_owned(),
        collection: header.collection,
        points,
        file_bytes: fs::metadata(place).map_or(0, |known| known.len()),
        created_at: rfc3339(header.created),
    })
}
