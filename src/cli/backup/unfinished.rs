//! A file that gets its name when it is whole and on disk.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

/// Written under `<name>.part`, for its owner's eyes alone; removed unless
/// finished.
pub struct Unfinished {
    file: File,
    path: PathBuf,
    part: PathBuf,
}

impl Unfinished {
    /// # Errors
    /// Where `path` is taken, its folder is not there, or somebody is writing it.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        refuse_taken(path)?;
        ensure!(path.file_name().is_some(), "{} is no name of a file", path.display());
        let folder = folder_of(path);
        ensure!(folder.is_dir(), "the folder {} is not there", folder.display());
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = match new_file(&part) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                clear_leftover(&part)?;
                new_file(&part)
            }
            made => made,
        }
        .with_context(|| format!("cannot write {}", part.display()))?;
        let unfinished = Self { file, path: path.to_owned(), part };
        unfinished.file.try_lock().context("cannot lock the new file")?;
        Ok(unfinished)
    }

    pub fn as_file(&self) -> &File {
        &self.file
    }

    /// Puts the file on disk and gives it its name; its length in bytes.
    pub fn finish(self) -> anyhow::Result<u64> {
        self.file.sync_all()?;
        let length = self.file.metadata()?.len();
        // A link refuses a name that was taken meanwhile; a rename would not.
        match fs::hard_link(&self.part, &self.path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => refuse_taken(&self.path)?,
            Err(_no_links_here) => {
                refuse_taken(&self.path)?;
                fs::rename(&self.part, &self.path)?;
            }
        }
        let folder = folder_of(&self.path).to_owned();
        drop(self);
        File::open(folder)?.sync_all()?;
        Ok(length)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Finished or given up, the unfinished name goes. If it cannot, the next
        // backup of this name takes it away.
        drop(fs::remove_file(&self.part));
    }
}

fn refuse_taken(path: &Path) -> anyhow::Result<()> {
    ensure!(
        path.symlink_metadata().is_err(),
        "{} is there already, and a backup never overwrites; choose another name",
        path.display()
    );
    Ok(())
}

fn new_file(part: &Path) -> std::io::Result<File> {
    File::options().write(true).create_new(true).mode(0o600).open(part)
}

/// What a killed backup left behind.
fn clear_leftover(part: &Path) -> anyhow::Result<()> {
    if File::open(part).is_ok_and(|file| file.try_lock().is_err()) {
        bail!("{} is being written by another backup", part.display());
    }
    fs::remove_file(part).with_context(|| format!("cannot remove {}", part.display()))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_name_is_given_to_what_is_finished_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.backup");
        let unfinished = Unfinished::create(&path).unwrap();
        unfinished.as_file().write_all(b"half").unwrap();
        let second = Unfinished::create(&path).err().unwrap();
        assert!(second.to_string().contains("another backup"), "{second}");
        assert!(!path.exists());
        drop(unfinished);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        fs::write(folder.path().join("a.backup.part"), "left by a kill").unwrap();
        let unfinished = Unfinished::create(&path).unwrap();
        unfinished.as_file().write_all(b"whole").unwrap();
        assert_eq!(unfinished.finish().unwrap(), 5);
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(Unfinished::create(&path).is_err(), "never overwritten");
    }

    #[test]
    fn a_name_taken_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.backup");
        let unfinished = Unfinished::create(&path).unwrap();
        fs::write(&path, "somebody else's").unwrap();
        assert!(unfinished.finish().is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "somebody else's");
    }
}
