//! The data folder: what is to last, such as models and collections. Beside it lies the store, whose files expire.
//!
//! Whoever writes asks for room first. Room is refused while there is still some left, because a disk that is really
//! full breaks what has been promised already: a database cannot even delete on one.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::statvfs;

use crate::error::{Code, Error};
use crate::health::{Check, Status};
use crate::settings::{self, Settings, Size};

/// Seconds after which to ask again for room on a full disk.
const ASK_AGAIN: u64 = 60;

/// The folder, made when it is first asked for.
pub struct DataFolder {
    path: Option<PathBuf>,
    reserve: Size,
}

impl DataFolder {
    /// The folder these settings name.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { path: settings.data.clone().or_else(settings::data_folder), reserve: settings.data_reserve }
    }

    /// A folder for one purpose within it, closed to other users.
    ///
    /// # Errors
    /// When there is none to be had; the text says what to set.
    pub fn folder(&self, name: &str) -> Result<PathBuf, String> {
        let path = self.path.as_ref().ok_or("no folder for data: set FLOWFORGE_DATA")?.join(name);
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(|problem| format!("{}: {problem}: set FLOWFORGE_DATA to a folder of your own", path.display()))?;
        Ok(path)
    }

    /// Refuses what would leave less than the reserve of the disk.
    ///
    /// # Errors
    /// 503 when there is no room for so many bytes.
    pub fn room_for(&self, bytes: u64) -> Result<(), Error> {
        match self.free() {
            Some(free) if free < bytes.saturating_add(self.reserve.0 as u64) => Err(Error::new(
                Code::Unavailable,
                "the disk for data is nearly full: nothing more is taken until there is room",
            )
            .retry_after(ASK_AGAIN)),
            _ => Ok(()),
        }
    }

    /// Whether data can be kept.
    #[must_use]
    pub fn check(&self) -> Check {
        match (self.folder(""), self.room_for(0)) {
            (Err(problem), _) => Check::because(Status::Degraded, problem),
            (_, Err(full)) => Check::because(Status::Degraded, full.message()),
            (Ok(_), Ok(())) => Check::healthy(),
        }
    }

    /// Bytes that may still be written to its disk; nothing when the system does not say.
    fn free(&self) -> Option<u64> {
        let nearest = self.path.as_deref()?.ancestors().find(|path| Path::exists(path))?;
        let disk = statvfs(nearest).ok()?;
        disk.f_bavail.checked_mul(disk.f_frsize)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder(path: &Path, reserve: usize) -> DataFolder {
        DataFolder { path: Some(path.to_owned()), reserve: Size(reserve) }
    }

    #[test]
    fn a_folder_is_made_closed_to_others() {
        let root = tempfile::tempdir().unwrap();
        let data = folder(&root.path().join("a/b"), 0);
        let made = data.folder("models").unwrap();
        assert_eq!(made, root.path().join("a/b/models"));
        assert_eq!(fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(data.check().status, Status::Healthy);
    }

    #[test]
    fn room_is_refused_before_the_disk_is_full() {
        let root = tempfile::tempdir().unwrap();
        assert!(folder(root.path(), 1).room_for(1).is_ok());
        let all = usize::MAX >> 1;
        let error = folder(root.path(), all).room_for(0).unwrap_err();
        assert_eq!((error.code(), error.retry_after), (Code::Unavailable, Some(ASK_AGAIN)));
        assert!(folder(root.path(), 0).room_for(u64::MAX).is_err());
        let check = folder(root.path(), all).check();
        assert!(check.status == Status::Degraded && check.reason.unwrap().contains("nearly full"));
        let nowhere = folder(Path::new("/proc/nowhere"), 0).check();
        assert!(nowhere.status == Status::Degraded && nowhere.reason.unwrap().contains("FLOWFORGE_DATA"));
    }
}
