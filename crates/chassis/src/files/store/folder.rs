//! A folder of this machine as the place of files: found or made, known to be ours, swept. Everything here blocks.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use uuid::Uuid;

use super::link::Id;
use super::place::{SECRET, Swept};

/// For nobody else: results of one user are no business of another on the same machine.
const OURS: u32 = 0o700;
/// Bytes of a secret made here.
pub(super) const SECRET_BYTES: usize = 64;

/// The folder an operator chose. Who may enter it is theirs to say; made here, it is ours alone.
pub(super) fn chosen(folder: &Path) -> io::Result<PathBuf> {
    make(folder)?;
    if !fs::metadata(folder)?.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    Ok(folder.to_owned())
}

/// The folder when nobody chose: `flowforge/files` in the user's cache folder, else one in the folder for all users. Both
/// names can be guessed, so that a folder which another user put there, or a symlink, is not used.
pub(super) fn default(cache: Option<PathBuf>, temporary: &Path) -> io::Result<PathBuf> {
    let cached = cache.and_then(|cache| own(&cache, &["flowforge", "files"]).ok());
    let name = format!("flowforge-{}", rustix::process::geteuid().as_raw());
    cached.map_or_else(|| own(temporary, &[&name]), Ok)
}

/// Folders in one another, the last of them closed to others.
fn own(base: &Path, names: &[&str]) -> io::Result<PathBuf> {
    make(base)?;
    let mut folder = base.to_owned();
    for name in names {
        folder.push(name);
        make(&folder)?;
        let found = fs::symlink_metadata(&folder)?;
        if !found.is_dir() || found.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::Error::new(
                ErrorKind::PermissionDenied,
                "the default folder is a link or belongs to another user",
            ));
        }
    }
    fs::set_permissions(&folder, Permissions::from_mode(OURS))?;
    Ok(folder)
}

fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(OURS).create(folder)
}

/// The secret kept beside the files, made when there is none. Processes that share the folder share it, and links
/// outlive a restart.
pub(super) fn secret(folder: &Path) -> io::Result<Bytes> {
    let path = folder.join(SECRET);
    match read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        found => return found,
    }
    // Written in full under a name of its own, then linked: who comes second finds the first one's, never half of it.
    let made = folder.join(format!("{SECRET}-{}", Uuid::new_v4().simple()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&made)?;
    let written = file.write_all(new_secret().as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&made, &path));
    fs::remove_file(&made)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => read(&path),
    }
}

fn read(path: &Path) -> io::Result<Bytes> {
    let mut secret = Vec::new();
    File::open(path)?.take(SECRET_BYTES as u64).read_to_end(&mut secret)?;
    Ok(secret.into())
}

/// 244 bits of chance, in [`SECRET_BYTES`] bytes.
pub(super) fn new_secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// Removes what expired before then, and counts what stays. Half-written files bear the id of the file they were to be
/// and a `#` (`LocalFileSystem`). What has no id for a name is not ours to remove.
pub(super) fn sweep(folder: &Path, before: u64) -> io::Result<Swept> {
    let mut swept = Swept::default();
    let mut failed = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| Id::parse(name.split('#').next().unwrap_or_default()));
        match id {
            Some(id) if id.expires() < before => match fs::remove_file(entry.path()) {
                Ok(()) => swept.removed += 1,
                // Another process was faster.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => failed = Some(error),
            },
            Some(_) => swept.kept += entry.metadata().map_or(0, |found| found.len()),
            None => {}
        }
    }
    failed.map_or(Ok(swept), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_folder_made_here_is_closed_to_others() {
        let base = tempfile::tempdir().unwrap();
        let folder = chosen(&base.path().join("a/b")).unwrap();
        assert_eq!((mode(&folder), mode(folder.parent().unwrap())), (0o700, 0o700));
        let folder = own(base.path(), &["flowforge", "files"]).unwrap();
        assert_eq!(mode(&folder), 0o700);
        fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
        own(base.path(), &["flowforge", "files"]).unwrap();
        assert_eq!(mode(&folder), 0o700, "closed again");
    }

    #[test]
    fn the_folder_an_operator_chose_stays_as_it_is() {
        let base = tempfile::tempdir().unwrap();
        fs::set_permissions(base.path(), Permissions::from_mode(0o750)).unwrap();
        std::os::unix::fs::symlink(base.path(), base.path().join("link")).unwrap();
        chosen(&base.path().join("link")).unwrap();
        assert_eq!(mode(base.path()), 0o750);
        fs::write(base.path().join("file"), "").unwrap();
        assert!(chosen(&base.path().join("file")).is_err() && chosen(&base.path().join("file/below")).is_err());
    }

    #[test]
    fn the_default_folder_is_in_the_cache_or_else_temporary() {
        let (cache, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let found = |cache: Option<PathBuf>| default(cache, temporary.path()).unwrap();
        assert_eq!(found(Some(cache.path().join("new"))), cache.path().join("new/flowforge/files"));
        let fallback = found(None);
        assert_eq!(fallback.parent(), Some(temporary.path()));
        fs::write(cache.path().join("file"), "").unwrap();
        assert_eq!(found(Some(cache.path().join("file"))), fallback);
        assert_eq!(mode(&fallback), 0o700);
    }

    #[test]
    fn the_default_folder_is_neither_a_link_nor_anothers() {
        let base = tempfile::tempdir().unwrap();
        let elsewhere = base.path().join("elsewhere");
        make(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, base.path().join("flowforge")).unwrap();
        assert!(own(base.path(), &["flowforge"]).is_err());
        assert!(own(base.path(), &["flowforge", "files"]).is_err());
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&elsewhere, Some(65_534), None).unwrap();
            assert!(own(base.path(), &["elsewhere"]).is_err());
            assert!(own(base.path(), &["elsewhere", "files"]).is_err());
        }
    }

    #[test]
    fn a_secret_is_made_once() {
        let base = tempfile::tempdir().unwrap();
        let secrets: Vec<Bytes> = std::thread::scope(|scope| {
            let each: Vec<_> = (0..8).map(|_| scope.spawn(|| secret(base.path()).unwrap())).collect();
            each.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(secrets[0].len(), SECRET_BYTES);
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
        assert_eq!(mode(&base.path().join(SECRET)), 0o600);
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 1, "nothing is left over");
    }

    #[test]
    fn sweeping_removes_only_what_expired() {
        let base = tempfile::tempdir().unwrap();
        let put = |name: String| fs::write(base.path().join(name), "12345").unwrap();
        let (old, new) = (Id::new(1_000), Id::new(2_000));
        for name in [old.to_string(), format!("{old}#1"), new.to_string(), format!("{new}#1")] {
            put(name);
        }
        for name in ["link-secret", "notes.txt", "0000", &format!("{old}.txt"), &old.to_string().to_uppercase()] {
            put(name.to_owned());
        }
        make(&base.path().join("folder")).unwrap();
        let swept = sweep(base.path(), 2_000).unwrap();
        assert_eq!((swept.removed, swept.kept), (2, 10));
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 8);
        assert_eq!(sweep(base.path(), 2_000).unwrap().removed, 0);
    }

    #[test]
    fn what_cannot_be_removed_does_not_keep_the_rest() {
        let base = tempfile::tempdir().unwrap();
        make(&base.path().join(Id::new(1).to_string())).unwrap();
        let others: Vec<PathBuf> = (0..3).map(|_| base.path().join(Id::new(1).to_string())).collect();
        others.iter().for_each(|path| fs::write(path, "").unwrap());
        assert!(sweep(base.path(), 2).is_err());
        assert!(others.iter().all(|path| !path.exists()));
    }
}
