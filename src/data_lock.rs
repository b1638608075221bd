//! Who works in a data directory: many may, a restore wants it for itself.
//!
//! The lock is the operating system's and goes with the process, however it ends.

use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};

/// The file that is locked; it stays, and is empty.
pub const NAME: &str = "henji.lock";

/// Held as long as this lives.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataLock {
    /// For a server or a command, beside others.
    pub fn share(folder: &Path) -> anyhow::Result<Self> {
        let file = open(folder)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                bail!("a restore into {} is under way; wait for its end", folder.display())
            }
            Err(TryLockError::Error(error)) => Err(failed(error, folder)),
        }
    }

    /// For a restore: nobody else, now or until it is done.
    pub fn take(folder: &Path) -> anyhow::Result<Self> {
        let file = open(folder)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                bail!("henji is running in {}; stop it first", folder.display())
            }
            Err(TryLockError::Error(error)) => Err(failed(error, folder)),
        }
    }
}

fn open(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join(NAME);
    File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))
}

fn failed(error: std::io::Error, folder: &Path) -> anyhow::Error {
    anyhow::Error::new(error).context(format!("cannot lock {}", folder.join(NAME).display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_share_it_and_one_takes_it() {
        let folder = tempfile::tempdir().unwrap();
        let server = DataLock::share(folder.path()).unwrap();
        let command = DataLock::share(folder.path()).unwrap();
        let refused = DataLock::take(folder.path()).unwrap_err();
        assert!(refused.to_string().contains("stop it first"), "{refused}");
        drop((server, command));
        let restore = DataLock::take(folder.path()).unwrap();
        assert!(DataLock::share(folder.path()).is_err());
        drop(restore);
        DataLock::share(folder.path()).unwrap();
    }
}
